//! `to_float`: a number as a float.

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
    name: "to_float",
    section: Section::Numbers,
    summary: "`number` as a float.",
    params: &[param("number", Accepts::Number)],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Int(42)], Sample::Float(42.0)),
        example(&[Sample::Int(0)], Sample::Float(0.0)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().cast(DataType::Float64)
}
