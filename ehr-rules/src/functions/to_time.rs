//! `to_time`: the time of day of a datetime.

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
    name: "to_time",
    section: Section::Dates,
    summary: "The time of day of `at`.",
    params: &[param("at", Accepts::Datetime)],
    returns: Returns::Kind(Kind::Time),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Datetime("2024-02-29T08:30:00")], Sample::Time("08:30:00")),
        example(&[Sample::Datetime("1969-12-31T23:59:59")], Sample::Time("23:59:59")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().dt().time()
}
