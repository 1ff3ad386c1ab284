//! The rows a case gives: source tables as files, categories as staged tables.

use super::Row;
use crate::dataset::Common;
use crate::dataset::Dataset;
use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::dataset::input::InputFile;
use crate::dataset::ledger::Ledger;
use crate::dataset::origin::origin;
use crate::diagnostic::suggest::nearest;
use crate::engine;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::rulebook::compile::CompiledSource;
use polars::prelude::*;
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Categories' columns, by category.
type Shapes = BTreeMap<String, Vec<(String, Type)>>;

/// Writes each table of the schema as a file: the rows given, or a header alone. A mistake in the case is said in words.
pub(super) fn files(schema: &SourceSchema, given: &BTreeMap<String, Vec<Row>>, folder: &Path) -> Result<Vec<InputFile>, String> {
    for name in given.keys() {
        if schema.table(name).is_none() {
            return Err(no("table", name, schema.tables.iter().map(|table| table.name.as_str())));
        }
    }
    schema.tables.iter().map(|table| file(schema, table, given.get(&table.name).map_or(&[], Vec::as_slice), folder)).collect()
}

fn file(schema: &SourceSchema, table: &SourceTable, rows: &[Row], folder: &Path) -> Result<InputFile, String> {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    for name in rows.iter().flat_map(BTreeMap::keys) {
        if !columns.contains(&name.as_str()) {
            return Err(format!("in `{}`: {}", table.name, no("column", name, columns.iter().copied())));
        }
    }
    let name = table.file.replace('*', "").replace('?', "x");
    let path = folder.join(&name);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(schema.dialect.delimiter.unwrap_or(b','))
        .from_path(&path)
        .map_err(|error| error.to_string())?;
    writer.write_record(&columns).map_err(|error| error.to_string())?;
    for row in rows {
        let fields = table.columns.iter().map(|column| {
            let missing = column.missing.as_ref().unwrap_or(&schema.missing).first().map_or("", String::as_str);
            row.get(&column.name).and_then(text).unwrap_or_else(|| missing.to_owned())
        });
        writer.write_record(fields).map_err(|error| error.to_string())?;
    }
    writer.flush().map_err(|error| error.to_string())?;
    drop(writer);
    let bytes = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
    Ok(InputFile { name, path, bytes })
}

/// A source whose tables are the categories given, so that the ledger counts them.
pub(super) fn source_of_categories(given: &BTreeMap<String, Vec<Row>>, shapes: &Arc<Shapes>) -> CompiledSource {
    let table = |name: &String| SourceTable {
        name: name.clone(),
        file: String::new(),
        required: false,
        key: Vec::new(),
        columns: Vec::new(),
        extra_columns: ExtraColumns::Ignore,
        ignore: BTreeMap::new(),
        references: Vec::new(),
    };
    let schema = SourceSchema {
        system: "case".to_owned(),
        version: "1".to_owned(),
        title: String::new(),
        dialect: Dialect::default(),
        missing: Vec::new(),
        tables: given.keys().map(table).collect(),
    };
    CompiledSource { schema, transforms: Vec::new(), shapes: Arc::clone(shapes), cases: Vec::new() }
}

/// Stages every category: the rows given, or none.
pub(super) fn categories(
    given: &BTreeMap<String, Vec<Row>>,
    shapes: &Shapes,
    ledger: &Arc<Ledger>,
    folder: &Path,
) -> Result<Dataset<Common>, String> {
    for name in given.keys() {
        if !shapes.contains_key(name) {
            return Err(no("category", name, shapes.keys().map(String::as_str)));
        }
    }
    let mut tables = Vec::new();
    for (name, columns) in shapes {
        let rows = given.get(name).map_or(&[][..], Vec::as_slice);
        for key in rows.iter().flat_map(BTreeMap::keys) {
            if !columns.iter().any(|(column, _)| column == key) {
                return Err(format!("in `{name}`: {}", no("column", key, columns.iter().map(|(column, _)| column.as_str()))));
            }
        }
        let mut made = Vec::new();
        for (column, ty) in columns {
            let values: Vec<Option<String>> = rows.iter().map(|row| row.get(column).and_then(text)).collect();
            if !ty.nullable && values.iter().any(Option::is_none) {
                return Err(format!("`{column}` of `{name}` is required, and a row given lacks it"));
            }
            made.push(
                typed(column, &ty.kind, &values).ok_or_else(|| format!("a value given for `{column}` of `{name}` is not {}", ty.kind))?,
            );
        }
        let table = ledger.index(name).unwrap_or(u16::MAX);
        let origins: Vec<i64> = (0..rows.len() as u64).map(|row| origin(table, row)).collect();
        ledger.read(table, rows.len() as u64);
        made.push(Column::new(ORIGIN.into(), origins));
        let frame = DataFrame::new_infer_height(made).map_err(|error| error.to_string())?;
        tables
            .push(engine::stage(frame.lazy(), name, folder.join("given").join(format!("{name}.ipc"))).map_err(|error| error.to_string())?);
    }
    Ok(Dataset::new(tables, Arc::clone(ledger), folder.to_owned()))
}

/// A scalar as the text of a field; `null` is missing.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Values of a case as a column of a kind; `None` where one is not of it.
fn typed(name: &str, kind: &Kind, values: &[Option<String>]) -> Option<Column> {
    fn all<T>(values: &[Option<String>], parse: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
        values.iter().map(|value| value.as_deref().map_or(Some(None), |text| parse(text).map(Some))).collect()
    }
    let column = match kind {
        Kind::Text | Kind::Uuid => Column::new(name.into(), values),
        Kind::Integer => Column::new(name.into(), all(values, |text| text.parse::<i64>().ok())?),
        Kind::Float | Kind::Decimal { .. } => Column::new(name.into(), all(values, |text| text.parse::<f64>().ok())?),
        Kind::Boolean => Column::new(name.into(), all(values, |text| text.parse::<bool>().ok())?),
        Kind::Date => Column::new(name.into(), all(values, |text| text.parse::<chrono::NaiveDate>().ok())?),
        Kind::Time => Column::new(name.into(), all(values, |text| text.parse::<chrono::NaiveTime>().ok())?),
        Kind::Datetime => Column::new(
            name.into(),
            all(values, |text| text.trim_end_matches('Z').replace(' ', "T").parse::<chrono::NaiveDateTime>().ok())?,
        ),
    };
    column.cast(&dtype(kind)).ok()
}

fn no<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("there is no {what} `{name}`: did you mean `{near}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}
