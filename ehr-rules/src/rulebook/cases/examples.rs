//! Cases as examples: the rows given and the rows of one table that are made of them.

use super::Case;
use super::Row;
use super::given::text;
use super::read::again;
use crate::load::CaseFile;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows, by their tables, each a list of columns with their values; `None` for a missing one.
pub type ExampleRows = Vec<(String, Vec<Vec<(String, Option<String>)>>)>;

/// What a case says of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// The rows given.
    pub given: ExampleRows,
    /// The rows made.
    pub made: ExampleRows,
}

/// The examples of a target's table: from the target's own cases, and from those of the source that come to it.
pub(crate) fn examples(source: &CompiledSource, target: &CompiledTarget, table: &str) -> Vec<Example> {
    let id = source.id().to_string();
    let of_target = |case: &Case| case.source.as_ref().is_none_or(|of| *of == id);
    let of_source = |case: &Case| case.target.as_ref() == Some(&target.schema.name) && case.source.as_ref().is_none_or(|of| *of == id);
    let mut found: Vec<Example> = read(&target.cases).filter(of_target).filter_map(|case| example(&case, table)).collect();
    found.extend(read(&source.cases).filter(of_source).filter_map(|case| example(&case, table)));
    found
}

fn read(files: &[CaseFile]) -> impl Iterator<Item = Case> {
    files.iter().flat_map(again)
}

fn example(case: &Case, table: &str) -> Option<Example> {
    let made = case.expect.get(table).filter(|rows| !rows.is_empty())?;
    Some(Example { name: case.name.clone(), given: rows(&case.given), made: vec![(table.to_owned(), made.iter().map(row).collect())] })
}

fn rows(given: &BTreeMap<String, Vec<Row>>) -> ExampleRows {
    given.iter().map(|(table, rows)| (table.clone(), rows.iter().map(row).collect())).collect()
}

fn row(row: &Row) -> Vec<(String, Option<String>)> {
    let shown = |value: &serde_yaml::Value| {
        let nested = value.is_mapping() || value.is_sequence();
        if nested { serde_json::to_string(value).ok() } else { text(value) }
    };
    row.iter().map(|(name, value)| (name.clone(), shown(value))).collect()
}
