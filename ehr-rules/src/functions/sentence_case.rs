//! `sentence_case`: a capital letter at the beginning.

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
    name: "sentence_case",
    section: Section::Text,
    summary: "`text` in small letters, with its first letter capital.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("MILD FEVER")], Sample::Text("Mild fever")),
        example(&[Sample::Text("  état")], Sample::Text("  État")),
        example(&[Sample::Text("12 mg")], Sample::Text("12 Mg")),
        example(&[Sample::Text("")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(sentence))
}

fn sentence(args: &[Arg<'_>], row: usize) -> Option<String> {
    let lowered = args[0].text(row)?.to_lowercase();
    let Some(at) = lowered.find(char::is_alphabetic) else { return Some(lowered) };
    let (front, rest) = lowered.split_at(at);
    let mut letters = rest.chars();
    let mut sentence = front.to_owned();
    sentence.extend(letters.next().into_iter().flat_map(char::to_uppercase));
    sentence.push_str(letters.as_str());
    Some(sentence)
}
