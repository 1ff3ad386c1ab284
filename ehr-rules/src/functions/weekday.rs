//! `weekday`: the day of the week.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "weekday",
    section: Section::Dates,
    summary: "The day of the week of `date` in ISO 8601: 1 is Monday, 7 is Sunday.",
    params: &[param("date", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-29")], Sample::Int(4)),
        example(&[Sample::Date("2024-03-03")], Sample::Int(7)),
        example(&[Sample::Datetime("1969-12-29T23:59:59")], Sample::Int(1)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().dt().weekday().cast(DataType::Int64)
}
