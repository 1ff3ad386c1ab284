//! `abs`: without its sign.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "abs",
    section: Section::Numbers,
    summary: "`number` without its sign.",
    params: &[param("number", Accepts::Number)],
    returns: Returns::First,
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Int(-3)], Sample::Int(3)),
        example(&[Sample::Float(-0.5)], Sample::Float(0.5)),
        example(&[Sample::Int(0)], Sample::Int(0)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().abs()
}
