//! `between`: what stands between two marks.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "between",
    section: Section::Text,
    summary: "What stands in `text` after the first `open` and before the next `close`; missing where one of them is not there.",
    params: &[param("text", Accepts::Text), param("open", Accepts::Text), param("close", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Lovelace (born King)"), Sample::Text("("), Sample::Text(")")], Sample::Text("born King")),
        example(&[Sample::Text("a()"), Sample::Text("("), Sample::Text(")")], Sample::Text("")),
        example(&[Sample::Text("a(b"), Sample::Text("("), Sample::Text(")")], Sample::Null),
        example(&[Sample::Text("a(b)"), Sample::Text(""), Sample::Text(")")], Sample::Null),
        example(&[Sample::Null, Sample::Text("("), Sample::Text(")")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text, As::Text], Row::Text(between))
}

fn between(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (text, open, close) = (args[0].text(row)?, args[1].text(row)?, args[2].text(row)?);
    if open.is_empty() || close.is_empty() {
        return None;
    }
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(inside, _)| inside.to_owned())
}
