//! Columns on their way into a script and out of it, typed, without a value that knows its type for every cell.

use crate::dataset::dtype::dtype;
use crate::ir::types::Kind;
use crate::script::value;
use polars::prelude::*;
use rhai::Dynamic;
use rhai::ImmutableString;
use xxhash_rust::xxh3::xxh3_64;

/// A column that a script reads; one of a single value stands for every row.
pub(super) enum Input<'a> {
    Text(&'a StringChunked),
    Integer(&'a Int64Chunked),
    Float(&'a Float64Chunked),
    Boolean(&'a BooleanChunked),
    Other(&'a Column, &'a Kind),
}

impl<'a> Input<'a> {
    pub(super) fn new(column: &'a Column, kind: &'a Kind) -> Self {
        match column.dtype() {
            DataType::String => column.str().map_or(Self::Other(column, kind), Self::Text),
            DataType::Int64 => column.i64().map_or(Self::Other(column, kind), Self::Integer),
            DataType::Float64 => column.f64().map_or(Self::Other(column, kind), Self::Float),
            DataType::Boolean => column.bool().map_or(Self::Other(column, kind), Self::Boolean),
            _ => Self::Other(column, kind),
        }
    }

    /// The value as a script sees it.
    pub(super) fn value(&self, row: usize) -> PolarsResult<Dynamic> {
        let some = |value: Option<Dynamic>| value.unwrap_or(Dynamic::UNIT);
        Ok(match self {
            Self::Text(values) => some(values.get(at(values.len(), row)).map(|text| Dynamic::from(ImmutableString::from(text)))),
            Self::Integer(values) => some(values.get(at(values.len(), row)).map(Dynamic::from)),
            Self::Float(values) => some(values.get(at(values.len(), row)).map(Dynamic::from)),
            Self::Boolean(values) => some(values.get(at(values.len(), row)).map(Dynamic::from)),
            Self::Other(column, kind) => value::of_kind(&column.get(at(column.len(), row))?, kind),
        })
    }

    /// A number that equal values have in common; unlike values rarely do.
    pub(super) fn hash(&self, row: usize) -> PolarsResult<u64> {
        Ok(match self {
            Self::Text(values) => values.get(at(values.len(), row)).map_or(1, |text| xxh3_64(text.as_bytes())),
            Self::Integer(values) => values.get(at(values.len(), row)).map_or(1, |number| spread(number.cast_unsigned())),
            Self::Float(values) => values.get(at(values.len(), row)).map_or(1, |number| spread(number.to_bits())),
            Self::Boolean(values) => values.get(at(values.len(), row)).map_or(1, |truth| 2 + u64::from(truth)),
            Self::Other(_, kind) if kind.is_nested() => spread(row as u64),
            Self::Other(column, _) => match column.get(at(column.len(), row))? {
                AnyValue::Date(days) => spread(u64::from(days.cast_unsigned())),
                AnyValue::Datetime(number, ..) | AnyValue::Time(number) => spread(number.cast_unsigned()),
                AnyValue::Decimal(digits, ..) => xxh3_64(&digits.to_le_bytes()),
                _ => 1,
            },
        })
    }

    /// Whether two rows have the same value, bit by bit.
    pub(super) fn same(&self, a: usize, b: usize) -> PolarsResult<bool> {
        Ok(match self {
            Self::Text(values) => values.len() == 1 || values.get(a) == values.get(b),
            Self::Integer(values) => values.len() == 1 || values.get(a) == values.get(b),
            Self::Float(values) => values.len() == 1 || values.get(a).map(f64::to_bits) == values.get(b).map(f64::to_bits),
            Self::Boolean(values) => values.len() == 1 || values.get(a) == values.get(b),
            // To compare what is inside costs more than it saves.
            Self::Other(column, kind) if kind.is_nested() => column.len() == 1 || a == b,
            Self::Other(column, _) => column.len() == 1 || column.get(a)? == column.get(b)?,
        })
    }
}

fn at(length: usize, row: usize) -> usize {
    if length == 1 { 0 } else { row }
}

fn spread(bits: u64) -> u64 {
    let mixed = (bits ^ (bits >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

/// Results as they come, each a value or nothing.
pub(super) enum Output {
    Text(StringChunkedBuilder),
    Integer(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Boolean(Vec<Option<bool>>),
    Other(Vec<AnyValue<'static>>, Kind),
}

impl Output {
    pub(super) fn new(kind: &Kind, rows: usize) -> Self {
        match kind {
            Kind::Text => Self::Text(StringChunkedBuilder::new("script".into(), rows)),
            Kind::Integer => Self::Integer(Vec::with_capacity(rows)),
            Kind::Float => Self::Float(Vec::with_capacity(rows)),
            Kind::Boolean => Self::Boolean(Vec::with_capacity(rows)),
            other => Self::Other(Vec::with_capacity(rows), other.clone()),
        }
    }

    /// Adds a result; whether it is of the kind that was asked for. One that is not is nothing.
    pub(super) fn push(&mut self, given: Option<Dynamic>) -> bool {
        let Some(given) = given else {
            self.none();
            return false;
        };
        if given.is_unit() {
            self.none();
            return true;
        }
        match self {
            Self::Text(values) => match value::text(given) {
                Some(text) => values.append_value(text.as_str()),
                None => {
                    values.append_null();
                    return false;
                }
            },
            Self::Integer(values) => values.push(given.as_int().ok()),
            Self::Float(values) => values.push(value::float(&given)),
            Self::Boolean(values) => values.push(given.as_bool().ok()),
            Self::Other(values, kind) => {
                let value = value::from_script(given, kind);
                let fits = value.is_some();
                values.push(value.unwrap_or(AnyValue::Null));
                return fits;
            }
        }
        self.has_last()
    }

    fn none(&mut self) {
        match self {
            Self::Text(values) => values.append_null(),
            Self::Integer(values) => values.push(None),
            Self::Float(values) => values.push(None),
            Self::Boolean(values) => values.push(None),
            Self::Other(values, _) => values.push(AnyValue::Null),
        }
    }

    fn has_last(&self) -> bool {
        match self {
            Self::Integer(values) => values.last().is_some_and(Option::is_some),
            Self::Float(values) => values.last().is_some_and(Option::is_some),
            Self::Boolean(values) => values.last().is_some_and(Option::is_some),
            Self::Text(_) | Self::Other(..) => true,
        }
    }

    pub(super) fn finish(self) -> PolarsResult<Column> {
        Ok(match self {
            Self::Text(values) => values.finish().into_column(),
            Self::Integer(values) => values.into_iter().collect::<Int64Chunked>().into_column(),
            Self::Float(values) => values.into_iter().collect::<Float64Chunked>().into_column(),
            Self::Boolean(values) => values.into_iter().collect::<BooleanChunked>().into_column(),
            Self::Other(values, kind) => Series::from_any_values_and_dtype("script".into(), &values, &dtype(&kind), true)?.into_column(),
        })
    }
}
