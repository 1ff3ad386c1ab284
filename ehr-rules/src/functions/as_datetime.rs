//! `as_datetime`: text read as a date and time.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use chrono::DateTime;
use chrono::NaiveDateTime;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "as_datetime",
    summary: "`text`, an ISO 8601 date and time, as a datetime, brought to UTC where it has a zone; missing where it is none.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Datetime),
    nulls: Nulls::Always,
    examples: &[
        example(&[Sample::Text("2024-02-29T08:30:00")], Sample::Datetime("2024-02-29T08:30:00")),
        example(&[Sample::Text("2024-02-29 08:30")], Sample::Datetime("2024-02-29T08:30:00")),
        example(&[Sample::Text("2024-02-29T23:30:00-05:00")], Sample::Datetime("2024-03-01T04:30:00")),
        example(&[Sample::Text("2024-02-29")], Sample::Null),
        example(&[Sample::Text("2024-02-29T24:30:00")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Datetime(datetime))
}

/// As ISO 8601 writes it, with `T` or a blank, seconds and their fraction left out or not.
const LOCAL: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

fn datetime(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let text = args[0].text(row)?.trim();
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(zoned.timestamp_micros());
    }
    LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).map(|at| at.and_utc().timestamp_micros())
}
