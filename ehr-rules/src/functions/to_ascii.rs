//! `to_ascii`: any script in ASCII.

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
    name: "to_ascii",
    section: Section::Text,
    summary: "`text` in ASCII: letters of other scripts as they sound, for matching and for file names; what has no counterpart is left out.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Søren Weiß, Łódź")], Sample::Text("Soren Weiss, Lodz")),
        example(&[Sample::Text("Анна")], Sample::Text("Anna")),
        example(&[Sample::Text("\u{2014}")], Sample::Text("-")),
        example(&[Sample::Text("")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(ascii))
}

fn ascii(args: &[Arg<'_>], row: usize) -> Option<String> {
    Some(any_ascii::any_ascii(args[0].text(row)?))
}
