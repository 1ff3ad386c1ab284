//! `right`: the last characters.

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
    name: "right",
    section: Section::Text,
    summary: "The last `length` characters of `text`.",
    params: &[param("text", Accepts::Text), constant("length", Accepts::Integer)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("555-12-3456"), Sample::Int(4)], Sample::Text("3456")),
        example(&[Sample::Text("56"), Sample::Int(4)], Sample::Text("56")),
        example(&[Sample::Text("56"), Sample::Int(0)], Sample::Text("")),
        example(&[Sample::Null, Sample::Int(4)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().tail(count(args[1].clone()))
}
