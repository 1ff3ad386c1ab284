//! The frame type of each kind.

use crate::ir::types::Kind;
use polars::prelude::DataType;
use polars::prelude::Field;
use polars::prelude::TimeUnit;

/// The column type that values of a kind are staged in. UUIDs are staged as text.
pub(crate) fn dtype(kind: &Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Uuid => DataType::String,
        Kind::Integer => DataType::Int64,
        Kind::Decimal { precision, scale } => DataType::Decimal(usize::from(*precision), usize::from(*scale)),
        Kind::Float => DataType::Float64,
        Kind::Boolean => DataType::Boolean,
        Kind::Date => DataType::Date,
        Kind::Time => DataType::Time,
        // An instant is in UTC by its kind; the frame need not say so again.
        Kind::Datetime | Kind::Instant => DataType::Datetime(TimeUnit::Microseconds, None),
        Kind::List(item) => DataType::List(Box::new(dtype(item))),
        Kind::Struct(fields) => DataType::Struct(fields.iter().map(|(name, kind)| Field::new(name.as_str().into(), dtype(kind))).collect()),
    }
}
