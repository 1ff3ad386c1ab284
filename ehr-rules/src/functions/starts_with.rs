//! `starts_with`: how a text begins.

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
    name: "starts_with",
    section: Section::Text,
    summary: "Whether `text` begins with `start`.",
    params: &[param("text", Accepts::Text), param("start", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("8302-2"), Sample::Text("83")], Sample::Bool(true)),
        example(&[Sample::Text("8302-2"), Sample::Text("")], Sample::Bool(true)),
        example(&[Sample::Text("8302-2"), Sample::Text("02")], Sample::Bool(false)),
        example(&[Sample::Null, Sample::Text("83")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().starts_with(args[1].clone())
}
