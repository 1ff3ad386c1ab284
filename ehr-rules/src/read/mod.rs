//! From a source's files to typed, staged tables: every record is either staged or set aside with its reason.
//!
//! What a row can know by itself is decided here: its bytes, its quotes, its number of fields, its values' types and
//! constraints. What takes other rows, unique columns and references, is left to `assess`.

mod cells;
mod check;
mod example;
#[cfg(test)]
mod file_tests;
mod header;
mod nested;
#[cfg(test)]
mod nested_tests;
mod nul;
#[cfg(test)]
mod object_tests;
mod originals;
#[cfg(test)]
mod pace_tests;
mod parse;
mod rejects;
mod repair;
#[cfg(test)]
mod row_tests;
mod stage;
#[cfg(test)]
mod tests;
mod typed;

use crate::dataset;
use crate::dataset::Dataset;
use crate::dataset::Table;
use crate::dataset::input::InputFile;
use crate::dataset::ledger::Ledger;
use crate::dataset::order::Order;
use crate::dataset::order::Progress;
use crate::engine;
use crate::error::Error;
use crate::finding::Consequence;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use nested::Shape;
use polars::prelude::Series;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use typed::Typing;

/// Columns that are staged, by table and column; all of them where there is none. Every column is checked all the same.
pub(crate) type Asked<'a> = Option<&'a BTreeSet<(String, String)>>;

/// Reads every table of the schema and stages it. What is wrong with whole files is found for all of them before the
/// caller fails the order: a table without a file that can be read is staged empty.
pub(crate) fn read(
    schema: &SourceSchema,
    files: &[InputFile],
    asked: Asked<'_>,
    order: &Order,
    ledger: &Arc<Ledger>,
) -> Result<Dataset<dataset::Read>, Error> {
    let folder = order.folder.join("read");
    std::fs::create_dir_all(&folder).map_err(|error| Error::io("creating", &folder, error))?;
    // A run whose rules read a listing is refused before it comes here.
    let files_of: Vec<&SourceTable> = schema.tables.iter().filter(|table| table.list.is_none()).collect();
    let tables = engine::together(&files_of, |table| {
        order.go_on()?;
        (order.progress)(Progress::Table { stage: "read", table: &table.name });
        one(schema, table, files, asked, order, ledger)
    })?;
    Ok(Dataset::new(tables, Arc::clone(ledger), folder))
}

/// What keeps a column from taking a text of its schema's examples, with a remedy where there is one; `None` where it takes it.
pub(crate) fn fault(
    schema: &SourceSchema,
    table: &SourceTable,
    column: &SourceColumn,
    text: &str,
) -> Result<Option<(String, Option<String>)>, Error> {
    example::fault(schema, table, column, text)
}

/// Appends the original fields of rows that later stages set aside to the tables' rejects.
pub(crate) fn originals(schema: &SourceSchema, files: &[InputFile], order: &Order, ledger: &Ledger) -> Result<(), Error> {
    originals::originals(schema, files, order, ledger)
}

/// The file and line of one row of a table, counted as origins count them; `None` where the files have no such row.
pub(crate) fn place(
    schema: &SourceSchema,
    files: &[InputFile],
    order: &Order,
    table: &str,
    row: u64,
) -> Result<Option<(String, u64)>, Error> {
    originals::place(schema, files, order, table, row)
}

/// Lists or structs given as JSON text, as a column; `None` where one is not of the kind.
pub(crate) fn from_json(name: &str, kind: &Kind, texts: &[Option<String>]) -> Option<Series> {
    let shape = Shape::new(&SourceColumn::plain(name, kind.clone()), &[]).ok()?;
    let mut values = shape.values();
    let wrong = texts.iter().filter(|text| !shape.read(text.as_deref().unwrap_or("null"), &mut values)).count();
    shape.finish(values, name.into()).ok().filter(|_| wrong == 0)
}

/// The file that a table of the source is staged in.
pub(crate) fn staged(order: &Order, table: &str) -> PathBuf {
    order.folder.join("read").join(format!("{table}.ipc"))
}

fn one(
    schema: &SourceSchema,
    table: &SourceTable,
    files: &[InputFile],
    asked: Asked<'_>,
    order: &Order,
    ledger: &Ledger,
) -> Result<Table, Error> {
    let report = |code: &'static str, rule: &str, consequence: Consequence, reason: &str| {
        ledger.find(code, &table.name, rule, consequence, 1, reason);
    };
    let index = ledger.index(&table.name).ok_or_else(|| Error::bug(format!("table `{}` is not in the ledger", table.name)))?;
    let plan = header::plan(schema, table, files, order, &report)?;
    let typing = Typing::new(schema, table, asked, index)?;
    stage::stage(&plan, &typing, index, &staged(order, &table.name), order, ledger)
}
