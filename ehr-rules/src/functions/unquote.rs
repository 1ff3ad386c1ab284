//! `unquote`: quotes around a text removed.

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
    name: "unquote",
    section: Section::Text,
    summary: "`text` without the pair of quotes around it, if it has one, and with the quotes doubled inside them single.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("\"Ada\"")], Sample::Text("Ada")),
        example(&[Sample::Text("\"6\"\" nail\"")], Sample::Text("6\" nail")),
        example(&[Sample::Text("'a'")], Sample::Text("a")),
        example(&[Sample::Text("6\"")], Sample::Text("6\"")),
        example(&[Sample::Text("\"")], Sample::Text("\"")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(unquoted))
}

fn unquoted(args: &[Arg<'_>], row: usize) -> Option<String> {
    let text = args[0].text(row)?;
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let undoubled = |quote: char| Some(inside(quote)?.replace(&format!("{quote}{quote}"), &quote.to_string()));
    Some(undoubled('"').or_else(|| undoubled('\'')).unwrap_or_else(|| text.to_owned()))
}
