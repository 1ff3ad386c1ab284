//! `remove_control_characters`: no characters that cannot be seen.

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
    name: "remove_control_characters",
    section: Section::Text,
    summary: "`text` without control characters; tabs and line ends stay.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("A\u{0}da\u{b}King")], Sample::Text("AdaKing")),
        example(&[Sample::Text("a\tb\r\nc")], Sample::Text("a\tb\r\nc")),
        example(&[Sample::Text("\u{7f}\u{85}")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(clean))
}

fn clean(args: &[Arg<'_>], row: usize) -> Option<String> {
    Some(args[0].text(row)?.chars().filter(|letter| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r')).collect())
}
