//! What was made held against what was expected. People in cases are invented, so their values may be shown.

use super::Row;
use super::align;
use super::align::Judge;
use super::align::TableDiff;
use super::given::text;
use crate::dataset::Table;
use crate::error::Error;
use crate::ir::types::Kind;
use polars::prelude::*;
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The key under which rejected rows are expected.
const REJECTS: &str = "rejects";

/// Made rows as text by column.
type Made = Vec<BTreeMap<String, Option<String>>>;

/// What differs, table by table: in words, and row by row.
///
/// `kind` is that of a column of the table at this place of `tables`.
pub(super) fn compare(
    expect: &BTreeMap<String, Vec<Row>>,
    tables: &[Table],
    kind: &dyn Fn(usize, &str) -> Option<Kind>,
    rejects: &Made,
) -> Result<(Vec<String>, Vec<TableDiff>), Error> {
    let mut differences = Vec::new();
    let mut differing = Vec::new();
    for (name, rows) in expect {
        let mut rows: Vec<&Row> = rows.iter().collect();
        let made = if name == REJECTS {
            // Rows are set aside by several stages; where they stand in their files is what counts.
            let field = |row: &Row, name: &str| row.get(name).and_then(text);
            rows.sort_by_key(|row| place(field(row, "table"), field(row, "line"), field(row, "code")));
            let mut made = rejects.clone();
            let field = |row: &BTreeMap<String, Option<String>>, name: &str| row.get(name).cloned().flatten();
            made.sort_by_key(|row| place(field(row, "table"), field(row, "line"), field(row, "code")));
            made
        } else if let Some(table) = tables.iter().rposition(|table| table.name == *name) {
            made(&tables[table], &|column| kind(table, column))?
        } else {
            differences.push(format!("nothing makes `{name}`"));
            continue;
        };
        if let Some(diff) = align::align(
            name,
            &rows,
            &made,
            &Judge { says: &says, same: &|value, found| same(says(value, found).as_deref(), found, value) },
        ) {
            differences.extend(diff.words(rows.len(), made.len()));
            differing.push(diff);
        }
    }
    Ok((differences, differing))
}

/// What a case says of a value, as text; lists and structs as what was made says it, where it says the same.
fn says(value: &Value, found: Option<&str>) -> Option<String> {
    if value.is_mapping() || value.is_sequence() { Some(nested(value, found)) } else { text(value) }
}

fn place(table: Option<String>, line: Option<String>, code: Option<String>) -> (Option<String>, Option<u64>, Option<String>) {
    (table, line.and_then(|line| line.parse().ok()), code)
}

fn same(expected: Option<&str>, found: Option<&str>, value: &Value) -> bool {
    match (expected, found) {
        (Some(expected), Some(found)) if matches!(value, Value::Number(_)) => {
            expected == found
                || matches!((expected.parse::<f64>(), found.parse::<f64>()), (Ok(one), Ok(other)) if one.total_cmp(&other).is_eq())
        }
        (Some(expected), Some(found)) => expected == found || expected.trim_end_matches('Z').replace('T', " ") == found,
        (expected, found) => expected == found,
    }
}

/// Every row of a small table, as text.
fn made(table: &Table, kind: &dyn Fn(&str) -> Option<Kind>) -> Result<Made, Error> {
    let frame = crate::engine::collect(table.texts(kind)?, "reading what a case made")?;
    let mut rows: Made = vec![BTreeMap::new(); frame.height()];
    for column in frame.columns() {
        for (at, row) in rows.iter_mut().enumerate() {
            let value = column.get(at).map_err(|error| Error::engine("reading what a case made", error))?;
            row.insert(column.name().to_string(), shown(&value));
        }
    }
    Ok(rows)
}

/// An expected list or struct as the text of what was made, where it says the same; else as JSON of its own. A field that is
/// not said is missing.
fn nested(expected: &Value, made: Option<&str>) -> String {
    let json = serde_json::to_value(expected).unwrap_or_default();
    match made {
        Some(made) if serde_json::from_str(made).is_ok_and(|found| alike(&json, &found)) => made.to_owned(),
        _ => json.to_string(),
    }
}

fn alike(expected: &serde_json::Value, made: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (expected, made) {
        (Json::Object(expected), Json::Object(made)) => {
            expected.keys().all(|key| made.contains_key(key))
                && made.iter().all(|(key, value)| alike(expected.get(key).unwrap_or(&Json::Null), value))
        }
        (Json::Array(expected), Json::Array(made)) => {
            expected.len() == made.len() && expected.iter().zip(made).all(|(expected, made)| alike(expected, made))
        }
        (Json::Number(expected), Json::Number(made)) => {
            expected == made || matches!((expected.as_f64(), made.as_f64()), (Some(one), Some(other)) if one.total_cmp(&other).is_eq())
        }
        (expected, made) => expected == made,
    }
}

/// A value as it is written.
pub(crate) fn shown(value: &AnyValue<'_>) -> Option<String> {
    Some(match value {
        AnyValue::Null => return None,
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Boolean(truth) => truth.to_string(),
        AnyValue::Date(days) => chrono::NaiveDate::default().checked_add_signed(chrono::TimeDelta::days(i64::from(*days)))?.to_string(),
        AnyValue::Datetime(micros, TimeUnit::Microseconds, _) => {
            chrono::DateTime::from_timestamp_micros(*micros)?.format("%Y-%m-%d %H:%M:%S%.f").to_string()
        }
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Int64(number) => number.to_string(),
        other => other.to_string(),
    })
}

/// Rows set aside, by table and file order: `table`, `line`, `code`, `rule`, `stage`.
pub(super) fn rejects(folder: &Path) -> Result<Made, Error> {
    let mut rows = Made::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(rows) };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let failed = |error: csv::Error| Error::io("reading rejects from", &path, std::io::Error::other(error));
        let table = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).map_err(failed)?;
        let header = reader.byte_headers().map_err(failed)?.clone();
        for record in reader.byte_records() {
            let record = record.map_err(failed)?;
            let mut row = BTreeMap::from([("table".to_owned(), table.clone())]);
            for (name, field) in header.iter().zip(&record) {
                let name = String::from_utf8_lossy(name);
                row.insert(name.trim_start_matches('_').to_owned(), Some(String::from_utf8_lossy(field).into_owned()));
            }
            rows.push(row);
        }
    }
    Ok(rows)
}
