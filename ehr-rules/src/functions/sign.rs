//! `sign`: below, at or above zero.

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
    name: "sign",
    section: Section::Numbers,
    summary: "-1, 0 or 1: whether `number` is below, at or above zero.",
    params: &[param("number", Accepts::Number)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Int(-12)], Sample::Int(-1)),
        example(&[Sample::Float(0.5)], Sample::Int(1)),
        example(&[Sample::Float(-0.0)], Sample::Int(0)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let number = args[0].clone().cast(DataType::Float64);
    number.clone().gt(lit(0.0)).cast(DataType::Int64) - number.lt(lit(0.0)).cast(DataType::Int64)
}
