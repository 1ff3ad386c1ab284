//! What a destination should hold of orders whose rows are tracked: worked out row by row, as `rulesets/README.md` says, and by nothing else.

use super::pool::At;
use super::pool::Clash;
use super::pool::Kind;
use super::pool::Row;
use crate::destination::Decision;
use ehr_rules::Changed;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

#[derive(Clone, Default)]
pub(super) struct Model {
    pub(super) kinds: [Vec<Kind>; 2],
    pub(super) loads: i64,
    /// Orders that are there: their numbers, and the loads whose rows they met.
    pub(super) loaded: BTreeMap<usize, (i64, BTreeSet<i64>)>,
    pub(super) standing: BTreeMap<At, Row>,
    /// Rows that are kept, and the loads that put them away.
    pub(super) past: BTreeMap<At, (Row, i64)>,
    pub(super) clashes: Vec<Clash>,
}

impl Model {
    /// How many rows of each table were new, identical, changed and duplicate, and how many conflicts there were.
    pub(super) fn load(&mut self, order: usize, rows: &[Vec<Row>; 2]) -> Option<[[u64; 5]; 2]> {
        if self.loaded.contains_key(&order) {
            return None;
        }
        self.loads += 1;
        let mut basis = BTreeSet::new();
        let told = [0, 1].map(|table| self.bring(table, &rows[table], &mut basis));
        self.loaded.insert(order, (self.loads, basis));
        Some(told)
    }

    fn bring(&mut self, table: usize, rows: &[Row], basis: &mut BTreeSet<i64>) -> [u64; 5] {
        let (mut told, number) = ([0; 5], self.loads);
        for (place, row) in rows.iter().enumerate() {
            let at = (table, number, place as u64);
            let earlier: Vec<&Row> = rows[..place].iter().filter(|other| other.meets(row)).collect();
            let met = self.standing.iter().filter(|(at, other)| at.0 == table && other.meets(row));
            let met: Vec<(At, Row)> = met.map(|(at, other)| (*at, other.clone())).collect();
            let twice = earlier.iter().any(|other| other.says == row.says);
            let same = met.iter().find(|(_, other)| other.says == row.says).filter(|_| !twice);
            if twice || same.is_some() {
                told[if twice { 3 } else { 1 }] += 1;
                basis.extend(same.map(|(at, _)| at.1));
                continue;
            }
            let theirs: Vec<i64> = met.iter().map(|(at, _)| at.1).filter(|order| *order != number).collect();
            // New, changed, or there twice in its order.
            told[usize::from(!met.is_empty()) * if theirs.is_empty() { 3 } else { 2 }] += 1;
            basis.extend(theirs);
            let brought = |old: At| self.clashes.iter().filter(move |one| one.old.0 == old && one.new.1.says == row.says);
            if let Some(by) = met.iter().find_map(|(old, _)| brought(*old).map(|one| one.new.0.1).min()) {
                basis.insert(by);
                continue;
            }
            let changed: Vec<&str> = met.iter().flat_map(|(_, old)| old.differs(row)).collect();
            let fits = |kind: &&Kind| kind.0 == "data_changed" || kind.1.iter().any(|name| changed.contains(name));
            let kind = *self.kinds[table].iter().find(|kind| if earlier.is_empty() { fits(kind) } else { kind.1.is_empty() }).unwrap();
            for old in &met {
                told[4] += 1;
                let id = self.clashes.iter().map(|clash| clash.id).max().unwrap_or(0) + 1;
                self.clashes.push(Clash { id, kind, old: old.clone(), new: (at, row.clone()), status: Decision::Open });
            }
            if matches!(kind.2, Changed::KeepOld | Changed::Quarantine) && !met.is_empty() {
                self.past.insert(at, (row.clone(), number));
                continue;
            }
            self.past.extend(met.into_iter().filter(|_| kind.2 == Changed::TakeNew).map(|(old, row)| (old, (row, number))));
            self.standing.retain(|old, _| !self.past.contains_key(old));
            self.standing.insert(at, row.clone());
        }
        told
    }

    /// Whether a row that is to come back meets one that stands, and no conflict between the two keeps both.
    fn blocked(&self, at: &At, row: &Row, but: i64) -> bool {
        let both = |one: &At| {
            let of = |clash: &&Clash| [(clash.old.0, clash.new.0), (clash.new.0, clash.old.0)].contains(&(*one, *at));
            self.clashes.iter().filter(of).any(|clash| clash.kind.2 == Changed::KeepBoth)
        };
        self.standing.iter().any(|(one, other)| one.0 == at.0 && one.1 != but && other.meets(row) && !both(one))
    }

    /// Whether an order may be taken out.
    pub(super) fn undo(&mut self, order: usize) -> bool {
        let Some((number, _)) = self.loaded.get(&order).cloned() else { return true };
        let back: Vec<(At, Row)> =
            self.past.iter().filter(|(at, (_, by))| *by == number && at.1 != number).map(|(at, (row, _))| (*at, row.clone())).collect();
        if self.loaded.values().any(|(_, on)| on.contains(&number)) || back.iter().any(|(at, row)| self.blocked(at, row, number)) {
            return false;
        }
        self.standing.retain(|at, _| at.1 != number);
        self.past.retain(|_, (_, by)| *by != number);
        self.standing.extend(back);
        self.clashes.retain(|clash| clash.new.0.1 != number);
        self.loaded.remove(&order).is_some()
    }

    /// Whether a decision about a new row is possible, and whether it is another than before.
    pub(super) fn decide(&mut self, new: At, status: Decision) -> Option<bool> {
        let group: Vec<Clash> = self.clashes.iter().filter(|clash| clash.new.0 == new).cloned().collect();
        if group.iter().all(|clash| clash.status == status) {
            return Some(false);
        }
        let keeps = group[0].kind.2;
        let (old, fresh) = match status {
            Decision::Accepted => (false, true),
            Decision::Rejected => (true, false),
            Decision::Open => (keeps != Changed::TakeNew, matches!(keeps, Changed::TakeNew | Changed::KeepBoth)),
        };
        let mut moves: Vec<(At, bool)> = group.iter().map(|clash| (clash.old.0, old)).chain([(new, fresh)]).collect();
        moves.sort_by_key(|(_, stands)| *stands);
        let mut then = self.clone();
        for (at, stands) in moves {
            let stood = then.standing.remove(&at);
            let away = then.past.remove(&at).filter(|(_, by)| *by == new.1).map(|(row, _)| row);
            if stands && away.as_ref().is_some_and(|row| then.blocked(&at, row, 0)) {
                return None;
            }
            let row = stood.or(away)?;
            if stands { drop(then.standing.insert(at, row)) } else { drop(then.past.insert(at, (row, new.1))) }
        }
        *self = then;
        self.clashes.iter_mut().filter(|clash| clash.new.0 == new).for_each(|clash| clash.status = status);
        Some(true)
    }
}
