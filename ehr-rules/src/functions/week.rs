//! `week`: the week of a date.

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
    name: "week",
    section: Section::Dates,
    summary: "The week of `date` in ISO 8601: 1 to 53, each from Monday, the first the one with 4 January.",
    params: &[param("date", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-29")], Sample::Int(9)),
        example(&[Sample::Date("2021-01-03")], Sample::Int(53)),
        example(&[Sample::Datetime("2024-12-30T00:00:00")], Sample::Int(1)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().dt().week().cast(DataType::Int64)
}
