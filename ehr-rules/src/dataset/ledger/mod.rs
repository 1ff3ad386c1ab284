//! Every input row's fate, marked where it happens, never by subtraction.
//!
//! Marking is idempotent: a plan that visits a row twice marks the same bit twice.

mod state;

use crate::dataset::concern::Concern;
use crate::dataset::concern::Concerns;
use crate::dataset::concern::Gathered;
use crate::dataset::concern::gather;
use crate::dataset::origin;
use crate::dataset::rows::RowSet;
use crate::finding::Allowance;
use crate::finding::Consequence;
use crate::finding::Finding;
use crate::finding::meaning;
use crate::ir::budget::Budget;
use serde::Deserialize;
use serde::Serialize;
pub(crate) use state::LedgerState;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// What can become of an input row; where several are marked, the first in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// An output row comes from it.
    Converted,
    /// It was set aside.
    Rejected,
    /// It was folded into another row that stayed.
    Merged,
    /// A rule's condition left it out.
    Filtered,
    /// No rule reads its table, or the target asks for nothing made from it.
    Unused,
}

const FATES: usize = 5;

/// The ledger of one order.
#[derive(Debug)]
pub struct Ledger {
    tables: Vec<TableMarks>,
    rejections: Mutex<Vec<Rejection>>,
    findings: Mutex<BTreeMap<(&'static str, String, String), Finding>>,
    unmapped: Mutex<BTreeMap<(String, String, String), Open>>,
    concerns: Concerns,
}

#[derive(Debug)]
struct TableMarks {
    name: String,
    marks: Mutex<Marks>,
}

#[derive(Debug, Default)]
struct Marks {
    read: u64,
    fates: [Vec<u64>; FATES],
    files: Vec<(u64, String)>,
}

/// A row set aside after reading; its original fields are fetched from its file at the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rejection {
    /// The row.
    pub origin: i64,
    /// The stage that set it aside.
    pub stage: &'static str,
    /// The rule or column that did.
    pub rule: Arc<str>,
    /// Why.
    pub code: &'static str,
    /// Why, in words, without any value.
    pub reason: Arc<str>,
}

/// A code that waits for somebody.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Open {
    /// Rows that hold it.
    pub rows: u64,
    /// How many targets it may have; none where nothing is known of it.
    pub candidates: u64,
}

impl Open {
    pub(crate) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.candidates = self.candidates.max(other.candidates);
    }
}

/// One source table's balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The source table.
    pub table: String,
    /// Rows read, set-aside ones among them.
    pub read: u64,
    /// Rows from which an output row comes.
    pub converted: u64,
    /// Rows set aside.
    pub rejected: u64,
    /// Rows a rule's condition left out.
    pub filtered: u64,
    /// Rows folded into others.
    pub merged: u64,
    /// Rows nothing asks for.
    pub unused: u64,
    /// Rows without any fate: a bug, and the order fails.
    #[serde(skip)]
    pub lost: u64,
}

impl Balance {
    /// Whether each row has exactly one fate.
    pub fn balanced(&self) -> bool {
        self.lost == 0 && self.read == self.converted + self.rejected + self.filtered + self.merged + self.unused
    }
}

impl Ledger {
    /// A ledger for these source tables, in the order their origins count them.
    pub(crate) fn new(tables: impl IntoIterator<Item = String>) -> Self {
        Self {
            tables: tables.into_iter().map(|name| TableMarks { name, marks: Mutex::default() }).collect(),
            rejections: Mutex::default(),
            findings: Mutex::default(),
            unmapped: Mutex::default(),
            concerns: Concerns::default(),
        }
    }

    /// Source tables in order.
    pub(crate) fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }

    /// The index of a source table.
    pub(crate) fn index(&self, table: &str) -> Option<u16> {
        self.tables.iter().position(|known| known.name == table).and_then(|at| u16::try_from(at).ok())
    }

    /// The file that a row comes from.
    pub(crate) fn file(&self, table: u16, row: u64) -> Option<String> {
        let marks = lock(&self.tables.get(usize::from(table))?.marks);
        let at = marks.files.partition_point(|(first, _)| *first <= row).checked_sub(1)?;
        marks.files.get(at).map(|(_, name)| name.clone())
    }

    /// Says that `rows` rows of a table were read.
    pub(crate) fn read(&self, table: u16, rows: u64) {
        if let Some(table) = self.tables.get(usize::from(table)) {
            lock(&table.marks).read = rows;
        }
    }

    /// Says that the rows of a table from this one on, until it is said again, are those of a file.
    pub(crate) fn begins(&self, table: u16, row: u64, file: &str) {
        if let Some(table) = self.tables.get(usize::from(table)) {
            lock(&table.marks).files.push((row, file.to_owned()));
        }
    }

    /// The files of a table, each with its first row, in the order of their rows.
    pub(crate) fn files(&self, table: u16) -> Vec<(u64, String)> {
        self.tables.get(usize::from(table)).map(|table| lock(&table.marks).files.clone()).unwrap_or_default()
    }

    /// Marks rows with a fate.
    pub(crate) fn mark(&self, fate: Fate, origins: impl IntoIterator<Item = i64>) {
        let mut held: Option<(u16, MutexGuard<'_, Marks>)> = None;
        for one in origins {
            let (table, row) = origin::parts(one);
            if held.as_ref().is_none_or(|(at, _)| *at != table) {
                drop(held.take());
                let Some(marks) = self.tables.get(usize::from(table)) else { continue };
                held = Some((table, lock(&marks.marks)));
            }
            if let Some((_, marks)) = &mut held {
                set(&mut marks.fates[fate as usize], row);
            }
        }
    }

    /// Sets rows aside after they were read.
    pub(crate) fn reject(&self, rejections: Vec<Rejection>) {
        self.mark(Fate::Rejected, rejections.iter().map(|rejection| rejection.origin));
        lock(&self.rejections).extend(rejections);
    }

    /// The rows of a concern, to put more into while a plan runs.
    pub(crate) fn concern(&self, concern: Concern) -> Gathered {
        self.concerns.rows(concern)
    }

    /// Notes what happened to rows.
    pub(crate) fn note(&self, concern: Concern, origins: impl IntoIterator<Item = i64>) {
        gather(&self.concerns.rows(concern), origins);
    }

    /// Every concern with its rows.
    pub(crate) fn concerns(&self) -> BTreeMap<Concern, RowSet> {
        self.concerns.all()
    }

    /// The rows of a source table that have this fate, those of an earlier fate not among them.
    pub(crate) fn fated(&self, fate: Fate, table: &str) -> RowSet {
        let mut rows = RowSet::default();
        let Some((index, table)) = self.index(table).and_then(|at| Some((at, self.tables.get(usize::from(at))?))) else { return rows };
        let marks = lock(&table.marks);
        for (word, bits) in marks.fates[fate as usize].iter().enumerate() {
            let earlier = marks.fates[..fate as usize].iter().filter_map(|bits| bits.get(word)).fold(0, |all, bits| all | bits);
            let mut bits = bits & !earlier;
            while bits != 0 {
                rows.insert(origin::origin(index, word as u64 * 64 + u64::from(bits.trailing_zeros())));
                bits &= bits - 1;
            }
        }
        rows
    }

    /// How many of these rows each source table has.
    pub(crate) fn by_table(&self, origins: impl IntoIterator<Item = i64>) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
        for one in origins {
            *counts.entry(origin::parts(one).0).or_default() += 1;
        }
        counts.into_iter().filter_map(|(table, rows)| Some((self.tables.get(usize::from(table))?.name.clone(), rows))).collect()
    }

    /// Counts a finding.
    pub(crate) fn find(&self, code: &'static str, table: &str, rule: &str, consequence: Consequence, rows: u64, reason: &str) {
        if rows == 0 {
            return;
        }
        lock(&self.findings).entry((code, table.to_owned(), rule.to_owned())).and_modify(|finding| finding.rows += rows).or_insert_with(
            || Finding { code, table: table.to_owned(), rule: rule.to_owned(), consequence, rows, reason: reason.to_owned(), budget: None },
        );
    }

    /// Counts a finding that comes with what was allowed.
    pub(crate) fn tell(&self, finding: Finding) {
        lock(&self.findings).insert((finding.code, finding.table.clone(), finding.rule.clone()), finding);
    }

    /// Holds what a constraint found against its budget: over it the order fails.
    pub(crate) fn hold_to(&self, budget: &Budget, table: &str, rule: &str) {
        let Some(marks) = self.tables.iter().find(|known| known.name == table) else { return };
        let of = lock(&marks.marks).read;
        let allowed = budget.allowed(of);
        let mut over = Vec::new();
        let mut findings = lock(&self.findings);
        for finding in
            findings.values_mut().filter(|finding| finding.table == table && finding.rule == rule && finding.code.starts_with("R01"))
        {
            finding.budget = Some(Allowance { at_most: budget.at_most.clone(), rows: allowed, of });
            if finding.rows > allowed {
                over.push(finding.clone());
            }
        }
        drop(findings);
        for one in over {
            let reason = format!("{}: {}, in {} of {of} rows, and at most {} may", meaning("R0110"), one.code, one.rows, budget.at_most);
            self.find("R0110", table, rule, Consequence::Failed, one.rows, &reason);
        }
    }

    /// Puts codes without an entry on the work-list.
    pub(crate) fn unmapped(&self, map: &str, rule: &str, counts: impl IntoIterator<Item = (String, Open)>) {
        let mut list = lock(&self.unmapped);
        for (value, open) in counts {
            list.entry((map.to_owned(), rule.to_owned(), value)).or_default().add(open);
        }
    }

    /// The balance of each source table.
    pub fn balances(&self) -> Vec<Balance> {
        self.tables.iter().map(|table| balance(&table.name, &lock(&table.marks))).collect()
    }

    /// Findings, by code, table and rule.
    pub fn findings(&self) -> Vec<Finding> {
        lock(&self.findings).values().cloned().collect()
    }

    /// The work-list: code map, rule, source value, rows and candidates, most frequent first.
    pub fn work_list(&self) -> Vec<(String, String, String, u64, u64)> {
        let mut list: Vec<_> = lock(&self.unmapped)
            .iter()
            .map(|((map, rule, value), open)| (map.clone(), rule.clone(), value.clone(), open.rows, open.candidates))
            .collect();
        list.sort_by(|a, b| b.3.cmp(&a.3).then_with(|| a.cmp(b)));
        list
    }

    /// Rows set aside after reading, by row; each row once for each reason.
    pub(crate) fn rejections(&self) -> Vec<Rejection> {
        let mut all = lock(&self.rejections).clone();
        all.sort();
        all.dedup();
        all
    }
}

fn balance(table: &str, marks: &Marks) -> Balance {
    let mut counts = [0_u64; FATES];
    let words = marks.fates.iter().map(Vec::len).max().unwrap_or(0);
    let mut marked = 0;
    for word in 0..words {
        let mut seen = 0_u64;
        for (fate, bits) in marks.fates.iter().enumerate() {
            let fresh = bits.get(word).copied().unwrap_or(0) & !seen;
            counts[fate] += u64::from(fresh.count_ones());
            seen |= fresh;
        }
        marked += u64::from(seen.count_ones());
    }
    let [converted, rejected, merged, filtered, unused] = counts;
    Balance {
        table: table.to_owned(),
        read: marks.read,
        converted,
        rejected,
        filtered,
        merged,
        unused,
        lost: marks.read.saturating_sub(marked),
    }
}

fn set(bits: &mut Vec<u64>, row: u64) {
    let Ok(word) = usize::try_from(row / 64) else { return };
    if word >= bits.len() {
        bits.resize((word + 1).max(bits.len() * 2), 0);
    }
    bits[word] |= 1 << (row % 64);
}

/// A panic while a lock was held leaves marks that are still true, so a poisoned lock is taken as it is.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::origin::origin;

    fn ledger() -> Ledger {
        let ledger = Ledger::new(["patients".to_owned()]);
        ledger.read(0, 3);
        ledger
    }

    #[test]
    fn a_row_marked_twice_counts_once_by_the_first_fate() {
        let ledger = ledger();
        ledger.mark(Fate::Filtered, [origin(0, 0), origin(0, 1), origin(0, 2)]);
        ledger.mark(Fate::Converted, [origin(0, 1), origin(0, 1)]);
        let balance = &ledger.balances()[0];
        assert_eq!((balance.converted, balance.filtered, balance.lost), (1, 2, 0));
        assert!(balance.balanced());
    }

    #[test]
    fn a_row_without_a_fate_unbalances() {
        let ledger = ledger();
        ledger.mark(Fate::Converted, [origin(0, 0), origin(0, 2)]);
        assert_eq!(ledger.balances()[0].lost, 1);
        assert!(!ledger.balances()[0].balanced());
    }

    #[test]
    fn a_fate_of_a_row_never_read_unbalances() {
        let ledger = ledger();
        ledger.mark(Fate::Converted, (0..5).map(|row| origin(0, row)));
        assert!(!ledger.balances()[0].balanced());
    }
}
