//! `null_if_in`: words for no value, made missing.

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
    name: "null_if_in",
    section: Section::Missing,
    summary: "`text`, but missing where it is one of `words`, which have `|` between them; capital and small letters are the same, blanks around `text` are passed over.",
    params: &[param("text", Accepts::Text), constant("words", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("n/a"), Sample::Text("N/A|unknown|-")], Sample::Null),
        example(&[Sample::Text(" - "), Sample::Text("N/A|unknown|-")], Sample::Null),
        example(&[Sample::Text("Ada"), Sample::Text("N/A|unknown|-")], Sample::Text("Ada")),
        example(&[Sample::Text(""), Sample::Text("|none")], Sample::Null),
        example(&[Sample::Null, Sample::Text("-")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Text(meant))
}

fn meant(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (text, words) = (args[0].text(row)?, args[1].text(row)?);
    let said = text.trim().to_lowercase();
    let nothing = words.split('|').any(|word| word.trim().to_lowercase() == said);
    (!nothing).then(|| text.to_owned())
}
