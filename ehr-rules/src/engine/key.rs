//! Surrogate keys: XXH3-64 of the parts with their kinds, the top bit cleared; or a UUID version 5 of the same bytes.
//!
//! The same parts give the same key in every run, on every machine and from every export, so references need no join.

use polars::prelude::*;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

/// The namespace of UUID keys: version 5 of the URL namespace and the project's name.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0e_5d0a_3c1b_5b52_9a51_1d2a_7c55_83e4);

/// A key of these columns in a space: text where `uuid`, else an integer.
pub(super) fn key(parts: &[Expr], space: String, uuid: bool) -> Expr {
    let kind = if uuid { DataType::String } else { DataType::Int64 };
    let Some((first, rest)) = parts.split_first() else {
        return lit(NULL).cast(kind);
    };
    let output = Field::new("key".into(), kind);
    first.clone().map_many(move |columns| compute(columns, &space, uuid), rest, move |_, _| Ok(output.clone()))
}

fn compute(columns: &mut [Column], space: &str, uuid: bool) -> PolarsResult<Column> {
    // A constant has one row, beside columns that may have none.
    let rows = if columns.iter().any(Column::is_empty) { 0 } else { columns.iter().map(Column::len).max().unwrap_or(0) };
    let parts = columns.iter().map(|column| Part::of(column, rows)).collect::<PolarsResult<Vec<_>>>()?;
    let mut bytes = Vec::with_capacity(64);
    let mut ids = Vec::with_capacity(if uuid { 0 } else { rows });
    let mut texts = Vec::with_capacity(if uuid { rows } else { 0 });
    for row in 0..rows {
        bytes.clear();
        if !space.is_empty() {
            bytes.extend_from_slice(space.as_bytes());
            bytes.push(0xFF);
        }
        let mut present = false;
        for part in &parts {
            present |= part.write(row, &mut bytes);
        }
        if uuid {
            texts.push(present.then(|| Uuid::new_v5(&NAMESPACE, &bytes).to_string()));
        } else {
            ids.push(present.then(|| (xxh3_64(&bytes) >> 1).cast_signed()));
        }
    }
    Ok(if uuid { Column::new("key".into(), texts) } else { Column::new("key".into(), ids) })
}

/// One part of a key, ready to be written as bytes: a tag of its kind, then the value; texts end with 0xFF, which UTF-8 never holds.
enum Part {
    Text(StringChunked),
    Number(Int64Chunked, u8),
    Float(Float64Chunked),
}

impl Part {
    fn of(column: &Column, rows: usize) -> PolarsResult<Self> {
        let series = column.as_materialized_series();
        let series = if series.len() == 1 && rows != 1 { series.new_from_index(0, rows) } else { series.clone() };
        let series = series.rechunk();
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str()?.clone()),
            DataType::Float64 => Self::Float(series.f64()?.clone()),
            DataType::Date => Self::Number(series.cast(&DataType::Int32)?.cast(&DataType::Int64)?.i64()?.clone(), b'd'),
            DataType::Datetime(..) => Self::Number(series.cast(&DataType::Int64)?.i64()?.clone(), b't'),
            DataType::Boolean => Self::Number(series.cast(&DataType::Int64)?.i64()?.clone(), b'b'),
            DataType::Time => Self::Number(series.cast(&DataType::Int64)?.i64()?.clone(), b'h'),
            DataType::Int64 => Self::Number(series.i64()?.clone(), b'i'),
            _ => Self::Text(series.cast(&DataType::String)?.str()?.clone()),
        })
    }

    /// Writes the value of a row; whether there is one.
    fn write(&self, row: usize, bytes: &mut Vec<u8>) -> bool {
        match self {
            Self::Text(texts) => {
                if let Some(text) = texts.get(row) {
                    bytes.push(b's');
                    bytes.extend_from_slice(text.as_bytes());
                    bytes.push(0xFF);
                    return true;
                }
            }
            Self::Number(numbers, tag) => {
                if let Some(number) = numbers.get(row) {
                    bytes.push(*tag);
                    bytes.extend_from_slice(&number.to_le_bytes());
                    return true;
                }
            }
            Self::Float(numbers) => {
                if let Some(number) = numbers.get(row) {
                    // Minus zero is zero.
                    bytes.push(b'f');
                    bytes.extend_from_slice(&(number + 0.0).to_le_bytes());
                    return true;
                }
            }
        }
        bytes.push(0);
        false
    }
}
