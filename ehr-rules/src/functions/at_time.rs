//! `at_time`: a date and a time of day, put together.

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
use chrono::NaiveTime;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "at_time",
    section: Section::Dates,
    summary: "`date` at `time`.",
    params: &[param("date", Accepts::Date), param("time", Accepts::Time)],
    returns: Returns::Kind(Kind::Datetime),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-29"), Sample::Time("08:30:00")], Sample::Datetime("2024-02-29T08:30:00")),
        example(&[Sample::Date("1969-12-31"), Sample::Time("23:59:59")], Sample::Datetime("1969-12-31T23:59:59")),
        example(&[Sample::Date("2024-02-29"), Sample::Null], Sample::Null),
        example(&[Sample::Null, Sample::Time("08:30:00")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Date, As::Time], Row::Datetime(together))
}

fn together(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let midnight = args[0].date(row)?.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    midnight.checked_add(args[1].time(row)? / 1000)
}
