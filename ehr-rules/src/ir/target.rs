//! The schema of a target: its tables, and what is asked of them.

use crate::ir::code_map::CodeMapSource;
use crate::ir::demand::Demand;
use crate::ir::demand::FoundIn;
use crate::ir::demand::What;
use crate::ir::feasibility::Thresholds;
use crate::ir::schema::Parameter;
use crate::ir::tenant::Tenant;
use crate::ir::track::Track;
use crate::ir::types::Type;
use serde::Serialize;
use std::collections::BTreeMap;

/// A target: its tables, in the order in which they are loaded.
#[derive(Debug, Clone, Serialize)]
pub struct TargetSchema {
    /// Its name, as in `targets/<name>`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The versions of one source (`system/version`) whose tables its rules read straight; none where they read categories.
    pub sources: Vec<String>,
    /// Whose data a row is, where it reads a source straight and each tenant's data goes to a place of its own.
    pub tenant: Option<Tenant>,
    /// Whether no identifier of a person may reach its columns.
    pub deidentified: bool,
    /// Columns (`table.column`) that hold an identifier all the same, each with the reason.
    pub allow: BTreeMap<String, String>,
    /// Tables, those referred to before those that refer.
    pub tables: Vec<TargetTable>,
    /// Code maps by name.
    pub code_maps: BTreeMap<String, CodeMapSource>,
    /// What its rules ask of an order.
    pub parameters: Vec<Parameter>,
    /// What an export must come to.
    pub feasibility: Thresholds,
}

/// One table of a target.
#[derive(Debug, Clone, Serialize)]
pub struct TargetTable {
    /// Its name.
    pub name: String,
    /// What a reader should know; empty where nothing is said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Filled by somebody else (a vocabulary, say): not created, not loaded.
    pub external: bool,
    /// Where an external table's rows are found; none where they are nowhere to be seen, and references to it are not checked.
    pub found_in: Option<FoundIn>,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// What must hold of its rows, beyond what its columns say.
    pub demands: Vec<Demand>,
    /// How rows that come again are told from new ones; none where every row is new.
    pub track: Option<Track>,
    /// What an export must come to in this table.
    pub feasibility: Thresholds,
    /// Columns in the order they are written.
    pub columns: Vec<TargetColumn>,
}

/// One column of a target table.
#[derive(Debug, Clone, Serialize)]
pub struct TargetColumn {
    /// Its name.
    pub name: String,
    /// What a reader should know; empty where nothing is said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Its type; `nullable: false` is a required column.
    pub ty: Type,
    /// The most characters it holds, for text.
    pub max_length: Option<usize>,
    /// The table and column it refers to, if any.
    pub references: Option<(String, String)>,
}

impl TargetTable {
    /// The domains that the concepts of a column are of, where it says.
    pub fn domains(&self, column: &str) -> Option<&[String]> {
        let mut own = self.demands.iter().filter(|demand| demand.column.as_deref() == Some(column));
        own.find_map(|demand| if let What::Domain(domains) = &demand.what { Some(domains.as_slice()) } else { None })
    }
}

impl TargetSchema {
    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&TargetTable> {
        self.tables.iter().find(|table| table.name == name)
    }
}
