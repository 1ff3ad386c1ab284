//! `after`: what stands behind a mark.

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
    name: "after",
    section: Section::Text,
    summary: "What stands after the first `mark` in `text`; missing where there is none.",
    params: &[param("text", Accepts::Text), param("mark", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("E11.9|ICD10"), Sample::Text("|")], Sample::Text("ICD10")),
        example(&[Sample::Text("x|y|"), Sample::Text("|")], Sample::Text("y|")),
        example(&[Sample::Text("E11.9"), Sample::Text("|")], Sample::Null),
        example(&[Sample::Text("E11.9"), Sample::Text("")], Sample::Null),
        example(&[Sample::Null, Sample::Text("|")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Text(after))
}

fn after(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (text, mark) = (args[0].text(row)?, args[1].text(row)?);
    if mark.is_empty() {
        return None;
    }
    text.split_once(mark).map(|(_, rest)| rest.to_owned())
}
