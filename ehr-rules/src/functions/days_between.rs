//! `days_between`: how many days.

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
    name: "days_between",
    section: Section::Dates,
    summary: "How many days `to` is after `from`; negative where it is before.",
    params: &[param("from", Accepts::Day), param("to", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-28"), Sample::Date("2024-03-01")], Sample::Int(2)),
        example(&[Sample::Datetime("1969-12-31T23:59:59"), Sample::Date("1970-01-01")], Sample::Int(1)),
        example(&[Sample::Date("2024-01-02"), Sample::Date("2024-01-01")], Sample::Int(-1)),
        example(&[Sample::Null, Sample::Date("2024-01-01")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Date, As::Date], Row::Int(days))
}

fn days(args: &[Arg<'_>], row: usize) -> Option<i64> {
    Some(args[1].date(row)?.signed_duration_since(args[0].date(row)?).num_days())
}
