//! A Parquet file's table.

use super::Opened;
use super::Place;
use crate::dataset::dtype::dtype;
use crate::dataset::text;
use crate::error::Error;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// Writes its rows.
pub(super) fn open(place: &Place<'_>) -> Result<Opened, Error> {
    let Ok((frame, schema)) = scan(&place.of.path) else {
        return Ok(Opened::Not("it cannot be opened as a Parquet file: it is damaged, or something else".to_owned()));
    };
    let mut columns = Vec::new();
    for (at, (name, is)) in schema.iter().enumerate() {
        match column(name, is) {
            Some(column) => columns.push(column),
            // The name may be anything, so only its place is said.
            None => return Ok(Opened::Not(format!("its column number {} is no text, number, time, list or struct", at + 1))),
        }
    }
    let path = place.table(0)?;
    match write(frame.select(columns), &path) {
        Ok(()) => {}
        // A disk that is full concerns every file.
        Err(PolarsError::IO { error, .. }) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            return Err(Error::io("writing", &path, std::io::Error::from(error.kind())));
        }
        Err(_) => return Ok(Opened::Not("it cannot be read as a Parquet file to its end: it is damaged".to_owned())),
    }
    Ok(Opened::Tables(vec![place.written(path, place.stem())?]))
}

fn scan(path: &Path) -> PolarsResult<(LazyFrame, SchemaRef)> {
    let mut frame = LazyFrame::scan_parquet(PlRefPath::try_from_path(path)?, ScanArgsParquet::default())?;
    let schema = frame.collect_schema()?;
    Ok((frame, schema))
}

/// The column as values that have a form in delimited text.
fn column(name: &PlSmallStr, is: &DataType) -> Option<Expr> {
    let kind = kind(is)?;
    let values = col(name.clone());
    Some(match is {
        DataType::String => values,
        // An integer of 64 bits without a sign is text, since none of ours holds it.
        DataType::UInt64 | DataType::Null => values.cast(DataType::String),
        DataType::Datetime(unit, _) => {
            // Points in time are held in UTC, whichever zone they are shown in.
            let units = values.cast(DataType::Int64);
            let micros = match unit {
                TimeUnit::Nanoseconds => units.floor_div(lit(1_000_i64)),
                TimeUnit::Microseconds => units,
                TimeUnit::Milliseconds => units * lit(1_000_i64),
            };
            let micros = micros.cast(dtype(&Kind::Datetime)).alias(name.clone());
            if kind == Kind::Instant { text::of(micros, &kind) } else { micros }
        }
        _ if kind.is_nested() => text::of(values.strict_cast(dtype(&kind)), &kind),
        _ => values.strict_cast(dtype(&kind)),
    })
}

/// What the values of a column are, where they have a form in delimited text.
fn kind(is: &DataType) -> Option<Kind> {
    Some(match is {
        DataType::String | DataType::Null | DataType::UInt64 => Kind::Text,
        DataType::Boolean => Kind::Boolean,
        DataType::Date => Kind::Date,
        DataType::Time => Kind::Time,
        DataType::Datetime(_, Some(_)) => Kind::Instant,
        DataType::Datetime(_, None) => Kind::Datetime,
        DataType::Float32 | DataType::Float64 => Kind::Float,
        DataType::Decimal(precision, scale) => {
            Kind::Decimal { precision: u8::try_from(*precision).ok()?, scale: u8::try_from(*scale).ok()? }
        }
        integer if integer.is_integer() => Kind::Integer,
        DataType::List(items) => Kind::List(Box::new(inside(items)?)),
        DataType::Struct(fields) => {
            Kind::Struct(fields.iter().map(|field| Some((field.name().to_string(), inside(field.dtype())?))).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The same of what is inside a list or struct, where no zone can be taken off.
fn inside(is: &DataType) -> Option<Kind> {
    kind(is).filter(|kind| *kind != Kind::Instant)
}

fn write(frame: LazyFrame, path: &Path) -> PolarsResult<()> {
    let values = SerializeOptions {
        date_format: Some("%Y-%m-%d".into()),
        time_format: Some("%H:%M:%S%.f".into()),
        datetime_format: Some("%Y-%m-%d %H:%M:%S%.f".into()),
        ..SerializeOptions::default()
    };
    let format = FileWriteFormat::Csv(CsvWriterOptions { serialize_options: Arc::new(values), ..CsvWriterOptions::default() });
    let to = SinkDestination::File { target: SinkTarget::Path(PlRefPath::try_from_path(path)?) };
    frame.sink(to, format, UnifiedSinkArgs::default())?.collect_with_engine(Engine::Streaming)?;
    Ok(())
}
