//! Constants of the rules as polars has them.

use crate::dataset::dtype::dtype;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use polars::prelude as pl;
use std::collections::HashMap;

/// A constant of a kind.
pub(crate) fn literal(value: &Value, kind: &Kind) -> pl::Expr {
    match value {
        Value::Null => pl::lit(pl::NULL).cast(dtype(kind)),
        Value::Text(text) => pl::lit(text.as_str()),
        Value::Integer(number) => pl::lit(*number).cast(dtype(kind)),
        Value::Float(number) => pl::lit(*number).cast(dtype(kind)),
        Value::Boolean(truth) => pl::lit(*truth),
        Value::Datetime(_) | Value::Instant(_) => pl::lit(pl::Scalar::new(dtype(&Kind::Datetime), any_value(value).into_static())),
        Value::Date(_) | Value::Time(_) | Value::Decimal { .. } => pl::lit(pl::Scalar::new(dtype(kind), any_value(value).into_static())),
    }
}

/// A table of constants in which each value is looked up once, however many entries it has.
pub(super) struct Table {
    places: Places,
    values: pl::Series,
}

/// Where the entry of each key stands.
enum Places {
    Texts(HashMap<String, pl::IdxSize>),
    /// Of numbers, dates and times, by what a column holds of them.
    Numbers(HashMap<i128, pl::IdxSize>),
}

impl Table {
    /// The entries from values of one kind to those of another; `None` where keys are of a kind that cannot be looked up so.
    pub(super) fn of(entries: &[(Value, Value)], from: &Kind, to: &Kind) -> Option<Self> {
        let keys = entries.iter().map(|(key, _)| key).zip(0..);
        let places = match from {
            Kind::Text | Kind::Uuid => Places::Texts(
                keys.map(|(key, at)| if let Value::Text(text) = key { Some((text.clone(), at)) } else { None }).collect::<Option<_>>()?,
            ),
            Kind::Integer | Kind::Date | Kind::Time | Kind::Datetime | Kind::Instant | Kind::Decimal { .. } => {
                Places::Numbers(keys.map(|(key, at)| Some((held(key)?, at))).collect::<Option<_>>()?)
            }
            Kind::Float | Kind::Boolean | Kind::List(_) | Kind::Struct(_) => return None,
        };
        let values: Vec<pl::AnyValue<'_>> = entries.iter().map(|(_, value)| any_value(value)).collect();
        let values = pl::Series::from_any_values_and_dtype("map".into(), &values, &dtype(to), true).ok()?;
        Some(Self { places, values })
    }

    /// Whether some entry is to a missing value.
    pub(super) fn has_missing(&self) -> bool {
        self.values.null_count() > 0
    }

    /// Where the entry of each value of a column stands; missing where it has none.
    pub(super) fn places(&self, column: &pl::Column) -> pl::PolarsResult<pl::IdxCa> {
        Ok(match &self.places {
            Places::Texts(places) => column.str()?.iter().map(|text| text.and_then(|text| places.get(text).copied())).collect(),
            Places::Numbers(places) => {
                let place = |number: Option<i128>| number.and_then(|number| places.get(&number).copied());
                let held = column.to_physical_repr();
                match held.dtype() {
                    pl::DataType::Int32 => held.i32()?.iter().map(|number| place(number.map(i128::from))).collect(),
                    pl::DataType::Int128 => held.i128()?.iter().map(place).collect(),
                    _ => held.i64()?.iter().map(|number| place(number.map(i128::from))).collect(),
                }
            }
        })
    }

    /// The values that stand there.
    pub(super) fn values(&self, places: &pl::IdxCa) -> pl::PolarsResult<pl::Column> {
        Ok(pl::Column::from(self.values.take(places)?))
    }
}

/// What a column holds of a number, a day or a time.
fn held(value: &Value) -> Option<i128> {
    match any_value(value) {
        pl::AnyValue::Int64(number) | pl::AnyValue::Time(number) | pl::AnyValue::Datetime(number, ..) => Some(number.into()),
        pl::AnyValue::Date(days) => Some(days.into()),
        pl::AnyValue::Decimal(units, ..) => Some(units),
        _ => None,
    }
}

fn any_value(value: &Value) -> pl::AnyValue<'_> {
    match value {
        Value::Null => pl::AnyValue::Null,
        Value::Text(text) => pl::AnyValue::String(text),
        Value::Integer(number) => pl::AnyValue::Int64(*number),
        Value::Float(number) => pl::AnyValue::Float64(*number),
        Value::Boolean(truth) => pl::AnyValue::Boolean(*truth),
        Value::Date(date) => {
            let days = date.signed_duration_since(chrono::NaiveDate::default()).num_days();
            i32::try_from(days).map_or(pl::AnyValue::Null, pl::AnyValue::Date)
        }
        Value::Time(time) => pl::AnyValue::Time(time.signed_duration_since(chrono::NaiveTime::MIN).num_nanoseconds().unwrap_or_default()),
        // Its text has as many digits behind the point as its scale says.
        Value::Decimal { text, precision, scale } => {
            let units = text.replace('.', "").parse::<i128>().unwrap_or_default();
            pl::AnyValue::Decimal(units, usize::from(*precision), usize::from(*scale))
        }
        Value::Datetime(at) | Value::Instant(at) => {
            pl::AnyValue::Datetime(at.and_utc().timestamp_micros(), pl::TimeUnit::Microseconds, None)
        }
    }
}
