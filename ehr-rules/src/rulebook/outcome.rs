//! What an order came to.

use crate::dataset::ledger::Balance;
use crate::dataset::output::OutputRows;
use crate::finding::Finding;
use crate::finding::Verified;
use serde::Serialize;

/// What an order came to: each row's fate, what was found, what stays to be mapped.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Each row has exactly one fate.
    pub balanced: bool,
    /// Each source table's balance.
    pub tables: Vec<Balance>,
    /// Each output table's rows, and from which source tables they come.
    pub outputs: Vec<OutputRows>,
    /// What fell short in the data, without values.
    pub findings: Vec<Finding>,
    /// Each check of the target's tables; none where they were not checked.
    pub checks: Vec<Verified>,
    /// Codes without a mapping, most frequent first.
    pub unmapped: Vec<Unmapped>,
}

/// A code without a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmapped {
    /// The code map.
    pub code_map: String,
    /// The target column that asked: `table.column`.
    pub rule: String,
    /// The code as the source writes it, its system before it where the map holds several: `system|code`.
    pub source_value: String,
    /// Rows that hold it.
    pub rows: u64,
    /// How many standard concepts it maps to, where that is more than one and none was taken; else 0.
    pub candidates: u64,
}

impl Outcome {
    /// Whether the order fails: its ledger does not balance, or a finding is one that fails it.
    pub fn failed(&self) -> bool {
        !self.balanced || self.findings.iter().any(|finding| finding.consequence == crate::finding::Consequence::Failed)
    }
}
