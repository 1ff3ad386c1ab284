//! Rows that come again: which of an order's rows a destination has already, which are other, and what becomes of those.
//!
//! Each row of a tracked table is judged once, before any of them moves: told by its natural key, and where it has a time by whether that
//! meets the time of a row that is there. What follows moves the rows that are to stand as [`Difference`](super::difference::Difference)
//! moves any; rows that are not to stand go where replaced ones are kept.

use super::books::Book;
use super::books::CONTENT;
use super::books::END;
use super::books::FILE;
use super::books::FINGERPRINT;
use super::books::LINE;
use super::books::NATURAL;
use super::books::ORDER;
use super::books::PARTS;
use super::books::PLACE;
use super::books::START;
use super::cell::Cell;
use super::conflicts;
use super::conflicts::Side;
use super::difference::JUDGED;
use super::moving;
use super::store::Slot;
use super::store::Store;
use super::store::list;
use crate::context::Context;
use crate::error::Failure;
use ehr_rules::Changed;
use ehr_rules::ConflictKind;
use ehr_rules::Track;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Rows of one order that share a key, each once.
const OTHER: &str = "_ehr_other";
/// So many pairs of rows are asked for at once.
const PART: usize = 20_000;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It comes to stand.
    In,
    /// It is there already, or stands twice in its order.
    Skip,
    /// Another one stands, and this is kept beside it.
    Aside,
}

/// How many rows of a table were what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Outcomes {
    /// Nothing of that key was there.
    pub(crate) new: u64,
    /// They were there as they are.
    pub(crate) identical: u64,
    /// Something else was there.
    pub(crate) changed: u64,
    /// Their key stands earlier in the same order.
    pub(crate) duplicate: u64,
    /// Conflicts that were written down.
    pub(crate) conflicts: u64,
}

impl Outcomes {
    /// With others.
    pub(crate) fn add(&mut self, other: Self) {
        self.new += other.new;
        self.identical += other.identical;
        self.changed += other.changed;
        self.duplicate += other.duplicate;
        self.conflicts += other.conflicts;
    }
}

/// What a table's rows come to.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Each row's fate, by its place.
    pub(super) fates: Vec<Fate>,
    /// How many were what.
    pub(super) outcomes: Outcomes,
    /// Of those that were there, how many each earlier order had brought.
    pub(super) basis: BTreeMap<i64, u64>,
    /// Where rows of an order share a key, and with it what is part of them: the place of the first, and of the one that it goes with.
    pub(super) carriers: BTreeMap<u64, u64>,
}

/// A row of the order beside one that is there, or that stands earlier in the order.
struct Pair {
    place: u64,
    order: i64,
    at: u64,
    same: bool,
    /// The order that brought the same before, beside the same.
    known: Option<i64>,
    old: Side,
    new: Side,
}

/// What a row of the order is held against.
#[derive(Default)]
struct Beside {
    /// Rows of its key that were there before the order.
    there: Vec<Pair>,
    /// Rows of its key that stand earlier in the order, with other content.
    earlier: Vec<Pair>,
}

/// A table of an order, to be judged.
pub(super) struct Tracking<'a> {
    pub(super) context: &'a Context,
    pub(super) book: &'a Book<'a>,
    pub(super) track: &'a Track,
    pub(super) number: i64,
    pub(super) rows: u64,
}

impl Tracking<'_> {
    /// Judges the rows that `fill` puts beside each other, writes down conflicts, and takes out what no longer stands.
    pub(super) fn judge(&self, store: &mut dyn Store, children: &[&Book<'_>]) -> Result<Judged, Failure> {
        let mut judged = Judged { fates: vec![Fate::In; usize::try_from(self.rows).unwrap_or(usize::MAX)], ..Judged::default() };
        let mut leaving = BTreeSet::new();
        once_more(store, &mut judged)?;
        let mut twice = self.twice(store)?.into_iter().peekable();
        for from in (0..self.rows).step_by(PART) {
            self.context.go_on()?;
            let mut rows: BTreeMap<u64, Beside> = BTreeMap::new();
            for pair in self.there(store, from)? {
                rows.entry(pair.place).or_default().there.push(pair);
            }
            while let Some(pair) = twice.next_if(|pair| pair.place < from + PART as u64) {
                rows.entry(pair.place).or_default().earlier.push(pair);
            }
            for (place, beside) in &rows {
                self.meet_one(store, *place, beside, &mut judged, &mut leaving)?;
            }
        }
        judged.outcomes.new = self.rows - judged.outcomes.identical - judged.outcomes.changed - judged.outcomes.duplicate;
        if self.book.shares_keys() && !children.is_empty() {
            judged.carriers = carriers(store, &judged)?;
        }
        let leaving: Vec<(i64, u64)> = leaving.into_iter().collect();
        self.take_out(store, &leaving, children)?;
        store.run(&store.drop_temporary(JUDGED), &[])?;
        Ok(judged)
    }

    /// Rows whose key stands earlier in the order with other content, each beside those.
    fn twice(&self, store: &mut dyn Store) -> Result<Vec<Pair>, Failure> {
        let (natural, print, place) = (store.quoted(NATURAL), store.quoted(FINGERPRINT), store.quoted(PLACE));
        // Temporary tables are read once in a statement, which is all that some databases allow.
        let sql = format!("SELECT 1 FROM {} GROUP BY {natural} HAVING count(DISTINCT {print}) > 1 LIMIT 1", store.quoted(JUDGED));
        if store.ask(&sql, &[])?.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<Slot> = self.book.extra.clone();
        let names: Vec<&str> = all.iter().map(|slot| slot.name.as_str()).collect();
        store.run(&store.temporary(OTHER, &all), &[])?;
        let fill = format!(
            "INSERT INTO {} ({list}) SELECT {list} FROM (SELECT {list}, row_number() OVER (PARTITION BY {natural}, {print} ORDER BY {place}) AS nr, \
             min({print}) OVER (PARTITION BY {natural}) AS least, max({print}) OVER (PARTITION BY {natural}) AS most FROM {}) s \
             WHERE nr = 1 AND least <> most",
            store.quoted(OTHER),
            store.quoted(JUDGED),
            list = list(store, &names, ""),
        );
        store.run(&fill, &[])?;
        store.settle(OTHER)?;
        let sql = format!(
            "SELECT {} FROM {} a JOIN {} b ON a.{natural} = b.{natural} AND a.{place} < b.{place} AND {} WHERE a.{print} <> b.{print} \
             ORDER BY b.{place}, a.{place}",
            columns(store, "a", "b", &self.number.to_string(), "NULL"),
            store.quoted(OTHER),
            store.quoted(JUDGED),
            self.meet(store, "a", "b"),
        );
        let pairs = pairs(store, &sql, &[])?;
        store.run(&store.drop_temporary(OTHER), &[])?;
        Ok(pairs)
    }

    /// The pairs of rows from `from` on and rows that are there.
    fn there(&self, store: &mut dyn Store, from: u64) -> Result<Vec<Pair>, Failure> {
        let (place, natural, order, print) = (store.quoted(PLACE), store.quoted(NATURAL), store.quoted(ORDER), store.quoted(FINGERPRINT));
        let sql = format!(
            "SELECT {} FROM {} s JOIN {} r ON r.{natural} = s.{natural} AND {} LEFT JOIN ({}) k \
             ON k.on_order = r.{order} AND k.on_place = r.{place} AND k.new_fingerprint = s.{print} \
             WHERE s.{place} >= {from} AND s.{place} < {} ORDER BY s.{place}, r.{order}, r.{place}",
            columns(store, "r", "s", &format!("r.{order}"), "k.by_order"),
            store.quoted(JUDGED),
            store.quoted(&self.book.rows),
            self.meet(store, "r", "s"),
            conflicts::known(store),
            from + PART as u64,
        );
        pairs(store, &sql, &[Cell::Text(self.book.table.name.clone())])
    }

    /// A row, beside what stands of its key when its turn comes: rows that were there, and rows before it in its order.
    fn meet_one(
        &self,
        store: &mut dyn Store,
        place: u64,
        beside: &Beside,
        judged: &mut Judged,
        leaving: &mut BTreeSet<(i64, u64)>,
    ) -> Result<(), Failure> {
        let there: Vec<&Pair> = beside.there.iter().filter(|pair| !leaving.contains(&(pair.order, pair.at))).collect();
        let before: Vec<&Pair> = beside.earlier.iter().filter(|pair| judged.fate(pair.at) == Fate::In).collect();
        if judged.fate(place) != Fate::In || there.is_empty() && before.is_empty() {
            return Ok(());
        }
        if let Some(same) = there.iter().find(|pair| pair.same) {
            judged.outcomes.identical += 1;
            judged.set(place, Fate::Skip);
            *judged.basis.entry(same.order).or_default() += 1;
            return Ok(());
        }
        if there.is_empty() {
            judged.outcomes.duplicate += 1;
        } else {
            judged.outcomes.changed += 1;
        }
        for pair in &there {
            *judged.basis.entry(pair.order).or_default() += 1;
        }
        if let Some(by) = there.iter().find_map(|pair| pair.known) {
            // The same was brought before, and somebody decides or decided about it.
            judged.set(place, Fate::Skip);
            *judged.basis.entry(by).or_default() += 1;
            return Ok(());
        }
        let changed: Vec<String> = there.iter().flat_map(|pair| differing(&pair.old.parts, &pair.new.parts)).collect();
        let kind = if beside.earlier.is_empty() { self.track.kind(&changed) } else { self.track.twice() };
        let Some(kind) = kind else { return Ok(()) };
        for pair in there.iter().chain(&before) {
            self.conflict(store, pair, kind, judged)?;
        }
        match kind.then {
            Changed::KeepOld | Changed::Quarantine => judged.set(place, Fate::Aside),
            Changed::TakeNew => {
                leaving.extend(there.iter().map(|pair| (pair.order, pair.at)));
                for pair in before {
                    judged.set(pair.at, Fate::Aside);
                }
            }
            Changed::KeepBoth => {}
        }
        Ok(())
    }

    fn conflict(&self, store: &mut dyn Store, pair: &Pair, kind: &ConflictKind, judged: &mut Judged) -> Result<(), Failure> {
        judged.outcomes.conflicts += 1;
        let changed = differing(&pair.old.parts, &pair.new.parts);
        conflicts::enter(
            store,
            &self.book.table.name,
            kind,
            &changed,
            (pair.order, pair.at, &pair.old),
            (self.number, pair.place, &pair.new),
        )
    }

    /// Rows that no longer stand go where replaced ones are kept, with those that are part of them.
    fn take_out(&self, store: &mut dyn Store, leaving: &[(i64, u64)], children: &[&Book<'_>]) -> Result<(), Failure> {
        if leaving.is_empty() {
            return Ok(());
        }
        moving::name_rows(store, leaving)?;
        for book in children.iter().rev().copied().chain([self.book]) {
            moving::put_away(store, book, self.number)?;
        }
        store.run(&store.drop_temporary(moving::GOING), &[]).map(drop)
    }

    fn meet(&self, store: &dyn Store, one: &str, other: &str) -> String {
        meet(store, self.track, one, other)
    }
}

impl Judged {
    /// What becomes of the row at a place.
    pub(super) fn fate(&self, place: u64) -> Fate {
        usize::try_from(place).ok().and_then(|place| self.fates.get(place)).copied().unwrap_or(Fate::In)
    }

    fn set(&mut self, place: u64, fate: Fate) {
        if let Some(known) = usize::try_from(place).ok().and_then(|place| self.fates.get_mut(place)) {
            *known = fate;
        }
    }
}

/// The condition under which two rows of one key are one row.
fn meet(store: &dyn Store, track: &Track, one: &str, other: &str) -> String {
    if track.range.is_none() {
        return "1 = 1".to_owned();
    }
    let (start, end) = (store.quoted(START), store.quoted(END));
    format!("{one}.{start} <= {other}.{end} AND {other}.{start} <= {one}.{end}")
}

/// The condition under which two rows of a tracked table, whose name is the first parameter, cannot both stand: they are one row, and no
/// conflict between them keeps both.
pub(super) fn would_clash(store: &dyn Store, book: &Book<'_>, one: &str, other: &str) -> String {
    let Some(track) = &book.table.track else { return "1 = 0".to_owned() };
    let natural = store.quoted(NATURAL);
    let meet = meet(store, track, one, other);
    let kept = conflicts::keeps_both(store, one, other);
    format!("{one}.{natural} = {other}.{natural} AND {meet} AND NOT EXISTS ({kept})")
}

/// Rows that stand once more in the order, alike in all that is compared: the first stands for them.
fn once_more(store: &mut dyn Store, judged: &mut Judged) -> Result<(), Failure> {
    let (natural, print, place) = (store.quoted(NATURAL), store.quoted(FINGERPRINT), store.quoted(PLACE));
    let table = store.quoted(JUDGED);
    let sql = format!(
        "SELECT place FROM (SELECT {place} AS place, row_number() OVER (PARTITION BY {natural}, {print} ORDER BY {place}) AS nr FROM {table}) s \
         WHERE nr > 1"
    );
    for row in store.ask(&sql, &[])? {
        judged.set(row.first().map_or(0, Cell::count), Fate::Skip);
        judged.outcomes.duplicate += 1;
    }
    Ok(())
}

/// What is part of rows that share a key goes with the one that stands, else with the first that is kept.
fn carriers(store: &mut dyn Store, judged: &Judged) -> Result<BTreeMap<u64, u64>, Failure> {
    let (natural, place) = (store.quoted(NATURAL), store.quoted(PLACE));
    let sql = format!(
        "SELECT eldest, place FROM (SELECT {place} AS place, min({place}) OVER (PARTITION BY {natural}) AS eldest, \
         count(*) OVER (PARTITION BY {natural}) AS many FROM {}) s WHERE many > 1 ORDER BY eldest, place",
        store.quoted(JUDGED)
    );
    let rows = store.ask(&sql, &[])?;
    let shared: Vec<(u64, u64)> = rows.iter().filter_map(|row| Some((row.first()?.count(), row.get(1)?.count()))).collect();
    let goes_with = |one: &[(u64, u64)]| {
        let of = |wanted: Fate| one.iter().find(|(_, place)| judged.fate(*place) == wanted);
        of(Fate::In).or_else(|| of(Fate::Aside)).or_else(|| one.first()).copied()
    };
    Ok(shared.chunk_by(|a, b| a.0 == b.0).filter_map(goes_with).collect())
}

/// What is asked of two rows beside each other.
fn columns(store: &dyn Store, old: &str, new: &str, order: &str, known: &str) -> String {
    let (place, print) = (store.quoted(PLACE), store.quoted(FINGERPRINT));
    let side = [FINGERPRINT, PARTS, CONTENT, FILE, LINE];
    format!(
        "{new}.{place}, {order}, {old}.{place}, CASE WHEN {old}.{print} = {new}.{print} THEN 1 ELSE 0 END, {known}, {}, {}",
        list(store, &side, old),
        list(store, &side, new)
    )
}

/// The rows of a query that asks for [`columns`].
fn pairs(store: &mut dyn Store, sql: &str, values: &[Cell]) -> Result<Vec<Pair>, Failure> {
    let rows = store.ask(sql, values)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (counts, sides) = row.split_at_checked(5)?;
            let (old, new) = sides.split_at_checked(5)?;
            let [place, order, at, same, known] = counts else { return None };
            Some(Pair {
                place: place.count(),
                order: order.integer()?,
                at: at.count(),
                same: same.count() == 1,
                known: known.integer(),
                old: Side::of(old)?,
                new: Side::of(new)?,
            })
        })
        .collect())
}

/// The columns in which two rows differ.
fn differing(old: &str, new: &str) -> Vec<String> {
    let parts = |text: &str| serde_json::from_str::<serde_json::Map<String, Value>>(text).unwrap_or_default();
    let (old, new) = (parts(old), parts(new));
    let gone = old.iter().filter(|(name, hash)| new.get(*name) != Some(hash)).map(|(name, _)| name);
    let mut names: Vec<String> = gone.chain(new.keys().filter(|name| !old.contains_key(*name))).cloned().collect();
    names.sort();
    names
}
