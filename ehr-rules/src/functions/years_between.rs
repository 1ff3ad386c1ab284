//! `years_between`: how many years.

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
    name: "years_between",
    section: Section::Dates,
    summary: "How many whole years `to` is after `from`; negative where it is before.",
    params: &[param("from", Accepts::Day), param("to", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2000-02-29"), Sample::Date("2024-02-29")], Sample::Int(24)),
        example(&[Sample::Date("2000-02-29"), Sample::Date("2023-02-28")], Sample::Int(22)),
        example(&[Sample::Date("2024-06-01"), Sample::Date("2023-06-02")], Sample::Int(0)),
        example(&[Sample::Date("2024-06-01"), Sample::Date("2023-06-01")], Sample::Int(-1)),
        example(&[Sample::Null, Sample::Date("2024-01-01")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Datetime, As::Datetime], Row::Int(between))
}

fn between(args: &[Arg<'_>], row: usize) -> Option<i64> {
    Some(months(args[0].datetime(row)?, args[1].datetime(row)?)? / 12)
}
