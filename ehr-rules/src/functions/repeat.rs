//! `repeat`: a text several times.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "repeat",
    section: Section::Text,
    summary: "`text` `times` times (1000 at most), one after the other.",
    params: &[param("text", Accepts::Text), constant("times", Accepts::Integer)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("ab"), Sample::Int(3)], Sample::Text("ababab")),
        example(&[Sample::Text("ab"), Sample::Int(0)], Sample::Text("")),
        example(&[Sample::Text("ab"), Sample::Int(-1)], Sample::Text("")),
        example(&[Sample::Null, Sample::Int(2)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Int], Row::Text(repeat))
}

const MOST: usize = 1000;

fn repeat(args: &[Arg<'_>], row: usize) -> Option<String> {
    let times = usize::try_from(args[1].int(row)?.max(0)).unwrap_or(MOST).min(MOST);
    Some(args[0].text(row)?.repeat(times))
}
