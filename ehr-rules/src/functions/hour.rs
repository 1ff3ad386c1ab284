//! `hour`: the hour of a time.

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
    name: "hour",
    section: Section::Dates,
    summary: "The hour of `time`: 0 to 23.",
    params: &[param("time", Accepts::Clock)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Datetime("2024-02-29T08:30:15")], Sample::Int(8)),
        example(&[Sample::Time("23:59:59.5")], Sample::Int(23)),
        example(&[Sample::Datetime("1969-12-31T23:59:59")], Sample::Int(23)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().dt().hour().cast(DataType::Int64)
}
