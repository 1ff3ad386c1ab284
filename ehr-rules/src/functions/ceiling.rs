//! `ceiling`: the whole number above.

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
    name: "ceiling",
    section: Section::Numbers,
    summary: "The least whole number that is not below `number`.",
    params: &[param("number", Accepts::Float)],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Float(2.1)], Sample::Float(3.0)),
        example(&[Sample::Float(-1.5)], Sample::Float(-1.0)),
        example(&[Sample::Float(3.0)], Sample::Float(3.0)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().ceil()
}
