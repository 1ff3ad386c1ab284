//! `pad_left`: filled up in front.

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
    name: "pad_left",
    section: Section::Text,
    summary: "`text` with `fill` in front, to `width` characters (1000 at most); longer texts stay as they are.",
    params: &[param("text", Accepts::Text), constant("width", Accepts::Integer), optional("fill", Accepts::Text, Sample::Text("0"))],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("2139"), Sample::Int(5), Sample::Text("0")], Sample::Text("02139")),
        example(&[Sample::Text("021390"), Sample::Int(5), Sample::Text("0")], Sample::Text("021390")),
        example(&[Sample::Text("1"), Sample::Int(4), Sample::Text("ab")], Sample::Text("aba1")),
        example(&[Sample::Text("1"), Sample::Int(4), Sample::Text("")], Sample::Text("1")),
        example(&[Sample::Null, Sample::Int(5), Sample::Text("0")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Int, As::Text], Row::Text(pad))
}

fn pad(args: &[Arg<'_>], row: usize) -> Option<String> {
    padding(args, row).map(|(text, fill)| [fill.as_str(), text].concat())
}
