//! `shorten`: a text no longer than asked for.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "shorten",
    section: Section::Text,
    summary: "`text`, or its first characters and `mark` where it has more than `length`; never more than `length` with the mark.",
    params: &[param("text", Accepts::Text), constant("length", Accepts::Integer), optional("mark", Accepts::Text, Sample::Text(""))],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("hypertension"), Sample::Int(8), Sample::Text("…")], Sample::Text("hyperte…")),
        example(&[Sample::Text("fever"), Sample::Int(8), Sample::Text("…")], Sample::Text("fever")),
        example(&[Sample::Text("fever"), Sample::Int(2), Sample::Text("...")], Sample::Text("fe")),
        example(&[Sample::Text("fever"), Sample::Int(-1), Sample::Text("")], Sample::Text("")),
        example(&[Sample::Null, Sample::Int(8), Sample::Text("")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Int, As::Text], Row::Text(shortened))
}

fn shortened(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (text, mark) = (args[0].text(row)?, args[2].text(row)?);
    let length = usize::try_from(args[1].int(row)?.max(0)).unwrap_or(usize::MAX);
    if text.chars().count() <= length {
        return Some(text.to_owned());
    }
    // A mark that does not fit says less than the text.
    let mark = if mark.chars().count() < length { mark } else { "" };
    let kept = text.chars().take(length.saturating_sub(mark.chars().count()));
    Some(kept.chain(mark.chars()).collect())
}
