//! `position_of`: where a text begins in another.

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
    name: "position_of",
    section: Section::Text,
    summary: "Where `part` first begins in `text`, in characters counted from 1; missing where it does not stand there.",
    params: &[param("text", Accepts::Text), param("part", Accepts::Text)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("8302-2"), Sample::Text("-")], Sample::Int(5)),
        example(&[Sample::Text("été-2"), Sample::Text("-")], Sample::Int(4)),
        example(&[Sample::Text("8302"), Sample::Text("-")], Sample::Null),
        example(&[Sample::Text("8302"), Sample::Text("")], Sample::Int(1)),
        example(&[Sample::Null, Sample::Text("-")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Int(position))
}

fn position(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let text = args[0].text(row)?;
    let (front, _) = text.split_once(args[1].text(row)?)?;
    i64::try_from(front.chars().count()).ok()?.checked_add(1)
}
