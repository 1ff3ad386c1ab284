//! `remove_accents`: letters without their marks.

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
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub(super) static FUNCTION: Function = Function {
    name: "remove_accents",
    section: Section::Text,
    summary: "`text` with letters in place of accented ones; letters of their own, such as `ø` and `ß`, stay.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("José Núñez-Müller")], Sample::Text("Jose Nunez-Muller")),
        example(&[Sample::Text("Søren Weiß")], Sample::Text("Søren Weiß")),
        example(&[Sample::Text("e\u{301}")], Sample::Text("e")),
        example(&[Sample::Text("")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(plain))
}

/// Taken apart, the marks left out, put together again: what had no mark stays as it was composed.
fn plain(args: &[Arg<'_>], row: usize) -> Option<String> {
    Some(args[0].text(row)?.nfd().filter(|letter| !is_combining_mark(*letter)).nfc().collect())
}
