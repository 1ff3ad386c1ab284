//! `months_between`: how many months.

use crate::functions::calendar::months;
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
    name: "months_between",
    section: Section::Dates,
    summary: "How many whole months `to` is after `from`, by the days of the months and the times of the days; negative where it is before.",
    params: &[param("from", Accepts::Day), param("to", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-01-15"), Sample::Date("2024-03-15")], Sample::Int(2)),
        example(&[Sample::Date("2024-01-15"), Sample::Date("2024-03-14")], Sample::Int(1)),
        example(&[Sample::Date("2024-01-31"), Sample::Date("2024-02-29")], Sample::Int(0)),
        example(&[Sample::Date("2024-03-15"), Sample::Date("2024-01-16")], Sample::Int(-1)),
        example(&[Sample::Datetime("2024-01-15T08:30:00"), Sample::Datetime("2024-02-15T08:29:59")], Sample::Int(0)),
        example(&[Sample::Null, Sample::Date("2024-01-01")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Datetime, As::Datetime], Row::Int(between))
}

fn between(args: &[Arg<'_>], row: usize) -> Option<i64> {
    months(args[0].datetime(row)?, args[1].datetime(row)?)
}
