//! `left`: the first characters.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::count;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "left",
    section: Section::Text,
    summary: "The first `length` characters of `text`.",
    params: &[param("text", Accepts::Text), constant("length", Accepts::Integer)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("02139-1234"), Sample::Int(3)], Sample::Text("021")),
        example(&[Sample::Text("02"), Sample::Int(3)], Sample::Text("02")),
        example(&[Sample::Text("02139"), Sample::Int(-1)], Sample::Text("")),
        example(&[Sample::Null, Sample::Int(3)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().head(count(args[1].clone()))
}
