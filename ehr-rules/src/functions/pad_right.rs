//! `pad_right`: filled up behind.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::functions::padding::padding;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "pad_right",
    section: Section::Text,
    summary: "`text` with `fill` behind it, to `width` characters (1000 at most); longer texts stay as they are.",
    params: &[param("text", Accepts::Text), constant("width", Accepts::Integer), optional("fill", Accepts::Text, Sample::Text(" "))],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("A12"), Sample::Int(5), Sample::Text(" ")], Sample::Text("A12  ")),
        example(&[Sample::Text("A12345"), Sample::Int(5), Sample::Text(" ")], Sample::Text("A12345")),
        example(&[Sample::Text("1"), Sample::Int(4), Sample::Text("ab")], Sample::Text("1aba")),
        example(&[Sample::Text("1"), Sample::Int(4), Sample::Text("")], Sample::Text("1")),
        example(&[Sample::Null, Sample::Int(5), Sample::Text(" ")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Int, As::Text], Row::Text(pad))
}

fn pad(args: &[Arg<'_>], row: usize) -> Option<String> {
    padding(args, row).map(|(text, fill)| [text, fill.as_str()].concat())
}
