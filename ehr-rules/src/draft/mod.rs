//! A scan as a draft of a source's schema and rules, for a person to go over.
//!
//! Everything that was guessed says so in a comment. No value of a person stands in a draft: the only values are those of
//! columns of a few short codes that identify nobody, and the words for 'no value'. Rules are drafted towards categories where
//! a table's and its columns' names, types and values make them likely; each is `status: proposed`, so that none is run
//! before a person has read it.

mod column;
mod dialect;
mod fragment;
mod heir;
pub(crate) mod next;
mod rules;
mod schema;
mod table;
#[cfg(test)]
mod tests;
mod yaml;

use crate::ir::category::Category;
use crate::ir::schema::SourceSchema;
use crate::scan::found::Scan;
use serde::Serialize;
use std::collections::BTreeMap;

/// Files of a draft, and what to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// The schema and the files of rules, for the folder `sources/SYSTEM/VERSION`.
    pub files: Vec<DraftFile>,
    /// What is open, a sentence each, without any value of the data.
    pub open: Vec<String>,
    /// What the version changes in the one before it; nothing where there is none before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// What a version changes in the one before it. Columns are written `table.column`, under the name they had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Columns that were not known.
    pub added: Vec<String>,
    /// Columns that are not in the export.
    pub dropped: Vec<String>,
    /// From a column to its name now.
    pub renamed: BTreeMap<String, String>,
    /// From a column to those that are parts of it now.
    pub split: BTreeMap<String, Vec<String>>,
    /// From a new column to those that it holds.
    pub joined: BTreeMap<String, Vec<String>>,
    /// From a table, or `*` for all of them, to how its files are written now.
    pub dialect: BTreeMap<String, String>,
    /// From a column to its type now, with its formats where they are others.
    pub retyped: BTreeMap<String, String>,
    /// Tables that were not known.
    pub new_tables: Vec<String>,
    /// Tables without a file.
    pub absent_tables: Vec<String>,
}

/// One file of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftFile {
    /// Its name in the folder.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// Drafts `system/version` from a scan that kept values (they are needed to see what is coded), `without` rules for some categories.
pub(crate) fn draft(scan: &Scan, system: &str, version: &str, categories: &[Category], without: &[String]) -> Draft {
    let mut tables = table::tables(scan);
    let written = dialect::decide(&tables, None, &[], false);
    for (table, said) in tables.iter_mut().zip(&written.holds) {
        table.numbers(said);
    }
    for (table, own) in tables.iter_mut().zip(&written.own) {
        table.written.clone_from(own);
    }
    let rules = rules::propose(&mut tables, categories, without);
    let mut files = vec![DraftFile { name: "schema.yaml".to_owned(), text: schema::write(system, version, scan, &tables, &written.whole) }];
    let mut open = schema::open(&tables);
    open.extend(rules.open);
    files.extend(rules.files);
    Draft { files, open, changes: None }
}

/// What a scan found of how files are written, as the keys of a schema to put it into; with a schema that is known, only what it
/// does not say, or says otherwise.
pub(crate) fn dialects(scan: &Scan, schema: Option<&SourceSchema>) -> String {
    fragment::write(scan, schema)
}
