//! How many rows of which source tables an output table comes from.

use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows of one output table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputRows {
    /// The output table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// How many of them are driven by which source table.
    pub from: BTreeMap<String, u64>,
}
