//! The rows a case gives: source tables as files, categories as staged tables.

use super::Row;
use super::written::encoded;
use super::written::written;
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
use crate::read;
use crate::rulebook::compiled::CompiledSource;
use crate::values::scalar;
use crate::values::times::Formats;
use polars::prelude::*;
use serde_yaml::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
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
    if table.json.is_some() {
        let written = objects(table, rows);
        std::fs::write(&path, &written).map_err(|error| error.to_string())?;
        return Ok(InputFile { name, path, bytes: written.len() as u64 });
    }
    if !table.widths.is_empty() {
        let written = encoded(&lines(schema, table, rows)?, &schema.dialect_of(table))?;
        std::fs::write(&path, &written).map_err(|error| error.to_string())?;
        return Ok(InputFile { name, path, bytes: written.len() as u64 });
    }
    // Without a header the fields stand where the schema says, those that are not read among them.
    let fields = if table.header.is_empty() { columns.clone() } else { table.header.iter().map(String::as_str).collect() };
    let header = table.header.is_empty().then_some(columns.as_slice());
    let rows = rows.iter().map(|row| fields.iter().map(|name| value(schema, table, row, name)).collect());
    let written = written(&schema.dialect_of(table), header, rows)?;
    std::fs::write(&path, &written).map_err(|error| error.to_string())?;
    Ok(InputFile { name, path, bytes: written.len() as u64 })
}

/// A field's text, or the one that stands for 'no value' there.
fn value(schema: &SourceSchema, table: &SourceTable, row: &Row, name: &str) -> String {
    let own = table.columns.iter().find(|column| column.name == name).and_then(|column| column.missing.as_ref());
    let missing = own.unwrap_or(&schema.missing).first().map_or("", String::as_str);
    row.get(name).and_then(text).unwrap_or_else(|| missing.to_owned())
}

/// Rows as lines, each value where its field stands.
fn lines(schema: &SourceSchema, table: &SourceTable, rows: &[Row]) -> Result<String, String> {
    let mut text = String::new();
    for row in rows {
        let mut line = vec![' '; table.widths.iter().map(|width| width.to).max().unwrap_or_default()];
        for width in &table.widths {
            let value = value(schema, table, row, &width.name);
            let room = width.to + 1 - width.from;
            if value.chars().count() > room {
                return Err(format!("in `{}`: a value of `{}` has more characters than its {room}", table.name, width.name));
            }
            line.iter_mut().skip(width.from - 1).zip(value.chars()).for_each(|(blank, letter)| *blank = letter);
        }
        text.extend(line);
        text.push('\n');
    }
    Ok(text)
}

/// Rows as objects, one after the other, each value at its column's path.
fn objects(table: &SourceTable, rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let mut object = serde_json::Map::new();
        for column in &table.columns {
            let Some(value) = row.get(&column.name).and_then(|value| serde_json::to_value(value).ok()) else { continue };
            let mut names = if column.path.is_empty() { vec![&column.name] } else { column.path.iter().collect() };
            let Some(last) = names.pop() else { continue };
            let within = names.into_iter().try_fold(&mut object, |object, name| {
                object.entry(name.as_str()).or_insert_with(|| serde_json::Map::new().into()).as_object_mut()
            });
            if let Some(within) = within {
                within.insert(last.clone(), value);
            }
        }
        text.push_str(&serde_json::Value::Object(object).to_string());
        text.push('\n');
    }
    text
}

/// The source with a file in place of each listing: a case gives the rows of either.
pub(super) fn filed(source: &CompiledSource) -> Cow<'_, CompiledSource> {
    if source.schema.tables.iter().all(|table| table.list.is_none()) {
        return Cow::Borrowed(source);
    }
    let mut filed = source.clone();
    for table in filed.schema.tables.iter_mut().filter(|table| table.list.is_some()) {
        table.list = None;
        let plain = |letter: char| if letter.is_alphanumeric() { letter } else { '_' };
        table.file = format!("{}.csv", table.name.chars().map(plain).collect::<String>());
    }
    Cow::Owned(filed)
}

/// A source whose tables are the categories given, so that the ledger counts them.
pub(super) fn source_of_categories(given: &BTreeMap<String, Vec<Row>>, shapes: &Arc<Shapes>) -> CompiledSource {
    let table = |name: &String| SourceTable {
        name: name.clone(),
        file: String::new(),
        list: None,
        header: Vec::new(),
        widths: Vec::new(),
        json: None,
        dialect: Dialect::default(),
        required: false,
        key: Vec::new(),
        patient: None,
        columns: Vec::new(),
        extra_columns: ExtraColumns::Ignore,
        ignore: BTreeMap::new(),
        references: Vec::new(),
        checks: Vec::new(),
    };
    let schema = SourceSchema {
        system: "case".to_owned(),
        version: "1".to_owned(),
        title: String::new(),
        dialect: Dialect::default(),
        missing: Vec::new(),
        tables: given.keys().map(table).collect(),
        parameters: Vec::new(),
        code_maps: BTreeMap::new(),
        layout: false,
    };
    CompiledSource {
        used: BTreeSet::new(),
        schema,
        place: None,
        transforms: Vec::new(),
        proposed: Vec::new(),
        shapes: Arc::clone(shapes),
        plausible: Arc::default(),
        maps: BTreeMap::new(),
        cases: Vec::new(),
        written: Arc::default(),
    }
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
        Value::Sequence(_) | Value::Mapping(_) => serde_json::to_string(value).ok(),
        _ => None,
    }
}

/// Values of a case as a column of a kind; `None` where one is not of it.
pub(super) fn typed(name: &str, kind: &Kind, values: &[Option<String>]) -> Option<Column> {
    fn all<T>(values: &[Option<String>], parse: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
        values.iter().map(|value| value.as_deref().map_or(Some(None), |text| parse(text).map(Some))).collect()
    }
    let column = match kind {
        Kind::Text => Column::new(name.into(), values),
        Kind::Uuid => Column::new(name.into(), all(values, |text| scalar::uuid(text, &mut String::new()).map(str::to_owned))?),
        Kind::Integer => Column::new(name.into(), all(values, |text| text.parse::<i64>().ok())?),
        Kind::Float => Column::new(name.into(), all(values, scalar::float)?),
        Kind::Decimal { precision, scale } => {
            let units = all(values, |text| scalar::decimal(text, *precision, *scale))?.into_iter();
            let value = |units| AnyValue::Decimal(units, usize::from(*precision), usize::from(*scale));
            let values: Vec<AnyValue<'_>> = units.map(|units| units.map_or(AnyValue::Null, value)).collect();
            Series::from_any_values_and_dtype(name.into(), &values, &dtype(kind), true).ok()?.into_column()
        }
        Kind::Boolean => Column::new(name.into(), all(values, |text| text.parse::<bool>().ok())?),
        Kind::Date => Column::new(name.into(), all(values, |text| text.parse::<chrono::NaiveDate>().ok())?),
        Kind::Time => Column::new(name.into(), all(values, |text| Formats::default().time(text))?),
        Kind::Instant => {
            let read = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.naive_utc());
            Column::new(name.into(), all(values, read)?)
        }
        Kind::List(_) | Kind::Struct(_) => read::from_json(name, kind, values)?.into_column(),
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
