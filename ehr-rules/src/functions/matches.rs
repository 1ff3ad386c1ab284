//! `matches`: whether a pattern fits the whole text.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "matches",
    section: Section::Text,
    summary: "Whether `pattern` fits the whole of `text`, as `pattern:` of a column does.",
    params: &[param("text", Accepts::Text), constant("pattern", Accepts::Pattern)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("8302-2"), Sample::Text("[0-9]+-[0-9]")], Sample::Bool(true)),
        example(&[Sample::Text("LOINC 8302-2"), Sample::Text("[0-9]+-[0-9]")], Sample::Bool(false)),
        example(&[Sample::Text("b"), Sample::Text("a|b")], Sample::Bool(true)),
        example(&[Sample::Text(""), Sample::Text("")], Sample::Bool(true)),
        example(&[Sample::Null, Sample::Text("a")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let whole = lit("^(?:") + args[1].clone() + lit(")$");
    args[0].clone().str().contains(whole, true)
}
