//! What changes in the output when the rules change: two runs over one input, table by table, and which rule each difference
//! comes from.

mod cause;
mod counts;
mod rows;
mod text;

use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::ir::action;
use crate::rulebook::Rulebook;
use crate::rulebook::job::Job;
use crate::rulebook::outcome::Outcome;
use crate::rulebook::spot::Spot;
use crate::rulebook::story::InputLine;
use serde::Serialize;
use std::collections::BTreeSet;

/// One of two runs: the rules, and what they made.
#[derive(Clone, Copy)]
pub struct Revision<'a> {
    /// The rules.
    pub book: &'a Rulebook,
    /// The run.
    pub job: &'a Job<'a>,
    /// What it made.
    pub converted: &'a Dataset<Converted>,
    /// What it came to.
    pub outcome: &'a Outcome,
}

/// Everything in which two runs differ; what is the same is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The target.
    pub target: String,
    /// Tables with rows that differ.
    pub tables: Vec<TableChange>,
    /// Findings, rows set aside among them, by code and rule.
    pub findings: Vec<FindingChange>,
    /// Codes without a mapping.
    pub unmapped: Vec<UnmappedChange>,
    /// Fates of input rows.
    pub ledger: Vec<FateChange>,
}

/// The rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableChange {
    /// The table.
    pub table: String,
    /// The columns that its rows were told apart by; none where whole rows were compared, each as often as it is there.
    pub key: Vec<String>,
    /// Why not by its key, or which columns only one of the two has.
    pub notes: Vec<String>,
    /// Rows that A made.
    pub rows_a: u64,
    /// Rows that B made.
    pub rows_b: u64,
    /// Rows that only A made.
    pub only_a: OneSided,
    /// Rows that only B made.
    pub only_b: OneSided,
    /// Why there are rows that only one of the two made.
    pub causes: Vec<Cause>,
    /// Rows that both made, and that differ.
    pub changed: u64,
    /// The columns in which they do.
    pub columns: Vec<ColumnChange>,
}

/// Rows that only one of two runs made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OneSided {
    /// How many.
    pub rows: u64,
    /// A few of them.
    pub examples: Vec<RowExample>,
}

/// A column in which rows differ that both made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnChange {
    /// The column.
    pub column: String,
    /// In how many rows.
    pub rows: u64,
    /// A few of them.
    pub examples: Vec<RowExample>,
    /// What of the rules differs on the column's way; empty where nothing does.
    pub causes: Vec<Cause>,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowExample {
    /// The line of the input that it comes from.
    pub line: Option<InputLine>,
    /// What A made; only where values were asked for.
    pub a: Option<String>,
    /// What B made; only where values were asked for.
    pub b: Option<String>,
}

/// What differs between two revisions of rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// In a few words.
    pub what: String,
    /// Where it stands in A.
    pub spot_a: Option<Spot>,
    /// Where it stands in B.
    pub spot_b: Option<Spot>,
    /// What A's rule says.
    pub says_a: Option<String>,
    /// What B's rule says.
    pub says_b: Option<String>,
}

/// A finding that is there more often in one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingChange {
    /// `R0101` and so on.
    pub code: String,
    /// The table.
    pub table: String,
    /// The column or rule it was found by.
    pub rule: String,
    /// Whether its rows were set aside.
    pub rejects: bool,
    /// Rows in A.
    pub rows_a: u64,
    /// Rows in B.
    pub rows_b: u64,
}

/// Codes of one map, asked for by one column, that have no mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnmappedChange {
    /// The code map.
    pub code_map: String,
    /// The column that asks.
    pub rule: String,
    /// Rows in A.
    pub rows_a: u64,
    /// Rows in B.
    pub rows_b: u64,
    /// How many codes are unmapped in A alone.
    pub codes_only_a: u64,
    /// How many codes are unmapped in B alone.
    pub codes_only_b: u64,
    /// Those codes, A's before B's; only where values were asked for.
    pub codes: Vec<String>,
}

/// A fate of a source table's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FateChange {
    /// The source's table.
    pub table: String,
    /// `read`, `converted`, `rejected`, `filtered`, `merged`, `unused`.
    pub fate: &'static str,
    /// Rows in A.
    pub rows_a: u64,
    /// Rows in B.
    pub rows_b: u64,
}

impl Change {
    /// Compares two runs over one input to one target. Values are in it only where they are asked for.
    ///
    /// # Errors
    /// A staged table, code map or input file that cannot be read.
    pub fn between(a: &Revision<'_>, b: &Revision<'_>, show_values: bool) -> Result<Self, Error> {
        let target = a.job.target().name.clone();
        let mut names: Vec<&str> = Vec::new();
        let mut seen = BTreeSet::new();
        let all = a.converted.tables().iter().chain(b.converted.tables());
        names.extend(all.map(|table| table.name.as_str()).filter(|name| seen.insert(*name)));
        if a.job.actions().or_else(|| b.job.actions()).is_some() && seen.insert(action::TABLE) {
            names.push(action::TABLE);
        }
        let causes = cause::Causes::new(a, b);
        let mut tables = Vec::new();
        for name in names {
            let Some(mut change) = rows::compare(name, a, b, show_values)? else { continue };
            for column in &mut change.columns {
                column.causes = causes.of_column(name, &column.column)?;
            }
            if change.only_a.rows + change.only_b.rows > 0 {
                change.causes = causes.of_rows(name, &change.key)?;
            }
            tables.push(change);
        }
        Ok(Self {
            target,
            tables,
            findings: counts::findings(a.outcome, b.outcome),
            unmapped: counts::unmapped(a.outcome, b.outcome, show_values),
            ledger: counts::ledger(a.outcome, b.outcome),
        })
    }

    /// Whether the two came to the same.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.findings.is_empty() && self.unmapped.is_empty() && self.ledger.is_empty()
    }
}
