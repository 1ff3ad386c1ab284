//! `substring`: characters from the middle.

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
    name: "substring",
    section: Section::Text,
    summary: "`length` characters of `text` from the character `start`, counted from 1.",
    params: &[param("text", Accepts::Text), constant("start", Accepts::Integer), constant("length", Accepts::Integer)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("20240131"), Sample::Int(5), Sample::Int(2)], Sample::Text("01")),
        example(&[Sample::Text("2024"), Sample::Int(5), Sample::Int(2)], Sample::Text("")),
        example(&[Sample::Text("2024"), Sample::Int(0), Sample::Int(9)], Sample::Text("2024")),
        example(&[Sample::Null, Sample::Int(1), Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().slice(count(args[1].clone() - lit(1i64)), count(args[2].clone()))
}
