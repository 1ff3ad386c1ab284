//! `letters`: letters only.

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
    name: "letters",
    section: Section::Text,
    summary: "The letters of `text`, of any script, and nothing else.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("K1A 0B1")], Sample::Text("KAB")),
        example(&[Sample::Text("Çelik-Ö.")], Sample::Text("ÇelikÖ")),
        example(&[Sample::Text("123")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(letters))
}

fn letters(args: &[Arg<'_>], row: usize) -> Option<String> {
    Some(args[0].text(row)?.chars().filter(|letter| letter.is_alphabetic()).collect())
}
