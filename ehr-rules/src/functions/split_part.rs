//! `split_part`: one of several parts.

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
    name: "split_part",
    section: Section::Text,
    summary: "The part at `index`, counted from 1, of `text` split at every `separator`; missing where there are fewer.",
    params: &[param("text", Accepts::Text), constant("separator", Accepts::Text), constant("index", Accepts::Integer)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Ada|Lovelace"), Sample::Text("|"), Sample::Int(2)], Sample::Text("Lovelace")),
        example(&[Sample::Text("Ada"), Sample::Text("|"), Sample::Int(2)], Sample::Null),
        example(&[Sample::Text("Ada"), Sample::Text(""), Sample::Int(1)], Sample::Text("Ada")),
        example(&[Sample::Text("Ada"), Sample::Text("|"), Sample::Int(0)], Sample::Null),
        example(&[Sample::Null, Sample::Text("|"), Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text, As::Int], Row::Text(part))
}

fn part(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (text, separator) = (args[0].text(row)?, args[1].text(row)?);
    let index = usize::try_from(args[2].int(row)?).ok()?.checked_sub(1)?;
    if separator.is_empty() {
        return (index == 0).then(|| text.to_owned());
    }
    text.split(separator).nth(index).map(str::to_owned)
}
