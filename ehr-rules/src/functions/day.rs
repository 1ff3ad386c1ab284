//! `day`: the day of the month of a date.

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
    name: "day",
    section: Section::Dates,
    summary: "The day of the month of `date`.",
    params: &[param("date", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-29")], Sample::Int(29)),
        example(&[Sample::Datetime("1969-12-31T23:59:59")], Sample::Int(31)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().dt().day().cast(DataType::Int64)
}
