//! `from_unix_milliseconds`: milliseconds since 1970.

use crate::functions::calendar;
use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "from_unix_milliseconds",
    section: Section::Dates,
    summary: "The point in time so many milliseconds after the beginning of 1970 in UTC; missing outside the years 1 to 9999.",
    params: &[param("milliseconds", Accepts::Integer)],
    returns: Returns::Kind(Kind::Instant),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Int(1_709_195_400_000)], Sample::Instant("2024-02-29T08:30:00")),
        example(&[Sample::Int(0)], Sample::Instant("1970-01-01T00:00:00")),
        example(&[Sample::Int(-1000)], Sample::Instant("1969-12-31T23:59:59")),
        example(&[Sample::Int(i64::MAX)], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Int], Row::Datetime(instant))
}

fn instant(args: &[Arg<'_>], row: usize) -> Option<i64> {
    calendar::since_1970(args, row, 1000)
}
