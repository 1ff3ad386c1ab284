//! What a target asks of an export, and what there is of it.

use crate::dataset::rows::RowSet;
use crate::ir::feasibility::Limit;
use crate::rulebook::feasibility::Patients;
use crate::rulebook::feasibility::patients::People;
use crate::rulebook::feasibility::way::Way;
use crate::rulebook::job::Job;
use crate::rulebook::outcome::Outcome;
use serde::Serialize;

/// Where a target says nothing of its own: one row of twenty may fall short, one patient of a hundred.
const CONVERTED: &str = "at least 95%";
const UNMAPPED: &str = "at most 5%";
const PATIENTS_LOST: &str = "at most 1%";

/// One thing that a target asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Threshold {
    /// `converted`, `unmapped`, `patients_lost` or `implausible`.
    pub what: &'static str,
    /// The table of the target that asks; none for the target as a whole.
    pub table: Option<String>,
    /// As it is written: `at least 95%`.
    pub limit: Limit,
    /// Whether the target's schema says it.
    pub declared: bool,
    /// So many rows, or patients.
    pub rows: u64,
    /// Of so many.
    pub of: u64,
    /// How many too few, or too many.
    pub short: u64,
    /// Whether that is enough.
    pub holds: bool,
}

/// Rows that rules which ask for codes converted, and those of them with a code without a mapping; by table, and in all.
pub(super) struct Asked {
    tables: Vec<OfTable>,
    unmapped: (u64, u64),
    implausible: (u64, u64),
}

struct OfTable {
    table: String,
    converted: (u64, u64),
    unmapped: (u64, u64),
}

pub(super) fn asked(job: &Job<'_>, tables: &[(&str, [usize; 5])], doubted: &RowSet, people: &People) -> Asked {
    let (mut made, mut open, mut all) = (RowSet::default(), RowSet::default(), RowSet::default());
    let mut counts = Vec::new();
    for (table, [converted, rejected, _, merged, unmapped]) in tables {
        let codes = Way::to(job, table).is_some_and(|way| way.asks_for_codes(job));
        if codes {
            made.unite(people.rows(*converted));
            open.unite(people.rows(*unmapped));
        }
        all.unite(people.rows(*converted));
        let good = people.rows(*converted).len() + people.rows(*merged).len();
        counts.push(OfTable {
            table: (*table).to_owned(),
            converted: (good, good + people.rows(*rejected).len()),
            unmapped: if codes { (people.rows(*unmapped).len(), people.rows(*converted).len()) } else { (0, 0) },
        });
    }
    Asked { tables: counts, unmapped: (open.len(), made.len()), implausible: (doubted.within(&all).len(), all.len()) }
}

/// Everything that is asked for: of the target always, of a table where it says so.
pub(super) fn thresholds(job: &Job<'_>, outcome: &Outcome, asked: &Asked, patients: Option<&Patients>) -> Vec<Threshold> {
    let wanted = &job.target().feasibility;
    let mut all = Vec::new();
    let mut push = |what, table: Option<&str>, limit: Option<&Limit>, other: &str, (rows, of): (u64, u64)| {
        let declared = limit.is_some();
        if let Some(limit) = limit.cloned().or_else(|| Limit::parse(other)) {
            let (holds, short) = (limit.holds(rows, of), limit.short_by(rows, of));
            all.push(Threshold { what, table: table.map(str::to_owned), limit, declared, rows, of, short, holds });
        }
    };
    let good: u64 = outcome.tables.iter().map(|table| table.converted + table.merged).sum();
    let bad: u64 = outcome.tables.iter().map(|table| table.rejected).sum();
    push("converted", None, wanted.converted.as_ref(), CONVERTED, (good, good + bad));
    push("unmapped", None, wanted.unmapped.as_ref(), UNMAPPED, asked.unmapped);
    if let Some(patients) = patients {
        push("patients_lost", None, wanted.patients_lost.as_ref(), PATIENTS_LOST, (patients.lost, patients.known));
    }
    if wanted.implausible.is_some() {
        push("implausible", None, wanted.implausible.as_ref(), "", asked.implausible);
    }
    for table in &asked.tables {
        let Some(wanted) = job.target().table(&table.table).map(|table| &table.feasibility) else { continue };
        if wanted.converted.is_some() {
            push("converted", Some(&table.table), wanted.converted.as_ref(), CONVERTED, table.converted);
        }
        if wanted.unmapped.is_some() {
            push("unmapped", Some(&table.table), wanted.unmapped.as_ref(), UNMAPPED, table.unmapped);
        }
    }
    all
}
