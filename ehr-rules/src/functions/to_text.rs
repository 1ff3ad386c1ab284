//! `to_text`: any value as text.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use chrono::DateTime;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "to_text",
    section: Section::Text,
    summary: "`value` as text: dates in ISO 8601, booleans as `true` and `false`.",
    params: &[param("value", Accepts::Any)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Int(42)], Sample::Text("42")),
        example(&[Sample::Float(1.5)], Sample::Text("1.5")),
        example(&[Sample::Bool(true)], Sample::Text("true")),
        example(&[Sample::Date("2024-02-29")], Sample::Text("2024-02-29")),
        example(&[Sample::Datetime("2024-02-29T08:30:00")], Sample::Text("2024-02-29T08:30:00")),
        example(&[Sample::Instant("2024-02-29T08:30:00")], Sample::Text("2024-02-29T08:30:00Z")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().map(|column| text(&column), |_, field| Ok(Field::new(field.name().clone(), DataType::String)))
}

fn text(column: &Column) -> PolarsResult<Column> {
    let DataType::Datetime(unit, _) = column.dtype() else { return column.cast(&DataType::String) };
    let parts = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let iso = |at: i64| {
        let nanos = u32::try_from(at.rem_euclid(parts) * (1_000_000_000 / parts)).ok()?;
        Some(DateTime::from_timestamp(at.div_euclid(parts), nanos)?.format("%Y-%m-%dT%H:%M:%S%.f").to_string())
    };
    let numbers = column.cast(&DataType::Int64)?;
    let texts: StringChunked = numbers.i64()?.iter().map(|at| at.and_then(iso)).collect();
    Ok(texts.with_name(column.name().clone()).into_column())
}
