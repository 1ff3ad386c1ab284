//! `word`: one word of a text.

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
    name: "word",
    section: Section::Text,
    summary: "The word at `index`, counted from 1, or from the end where it is negative; words are parted by blanks; missing where there are fewer.",
    params: &[param("text", Accepts::Text), constant("index", Accepts::Integer)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Ada King Lovelace"), Sample::Int(2)], Sample::Text("King")),
        example(&[Sample::Text(" Ada  King "), Sample::Int(-1)], Sample::Text("King")),
        example(&[Sample::Text("Ada"), Sample::Int(2)], Sample::Null),
        example(&[Sample::Text("Ada"), Sample::Int(0)], Sample::Null),
        example(&[Sample::Text(""), Sample::Int(1)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Int], Row::Text(word))
}

fn word(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (text, index) = (args[0].text(row)?, args[1].int(row)?);
    let nth = usize::try_from(index.unsigned_abs()).ok()?.checked_sub(1)?;
    let mut words = text.split_whitespace();
    let found = if index < 0 { words.rev().nth(nth) } else { words.nth(nth) };
    found.map(str::to_owned)
}
