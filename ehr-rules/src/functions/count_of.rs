//! `count_of`: how often a text stands in another.

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
    name: "count_of",
    section: Section::Text,
    summary: "How often `part` stands in `text`, without overlaps; 0 for an empty `part`.",
    params: &[param("text", Accepts::Text), param("part", Accepts::Text)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("a;b;c"), Sample::Text(";")], Sample::Int(2)),
        example(&[Sample::Text("aaa"), Sample::Text("aa")], Sample::Int(1)),
        example(&[Sample::Text("abc"), Sample::Text("")], Sample::Int(0)),
        example(&[Sample::Null, Sample::Text(";")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Int(times))
}

fn times(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let (text, part) = (args[0].text(row)?, args[1].text(row)?);
    if part.is_empty() {
        return Some(0);
    }
    i64::try_from(text.matches(part).count()).ok()
}
