//! `hours_between`: how many hours.

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
    name: "hours_between",
    section: Section::Dates,
    summary: "How many whole hours `to` is after `from`; negative where it is before.",
    params: &[param("from", Accepts::Day), param("to", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Datetime("2024-02-28T22:00:00"), Sample::Datetime("2024-03-01T00:30:00")], Sample::Int(26)),
        example(&[Sample::Datetime("2024-03-01T00:30:00"), Sample::Datetime("2024-03-01T00:00:00")], Sample::Int(0)),
        example(&[Sample::Date("2024-03-01"), Sample::Datetime("2024-02-29T22:30:00")], Sample::Int(-1)),
        example(&[Sample::Null, Sample::Date("2024-01-01")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Datetime, As::Datetime], Row::Int(between))
}

fn between(args: &[Arg<'_>], row: usize) -> Option<i64> {
    Some(args[1].datetime(row)?.signed_duration_since(args[0].datetime(row)?).num_hours())
}
