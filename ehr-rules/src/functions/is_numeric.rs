//! `is_numeric`: whether a text is a number.

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
    name: "is_numeric",
    section: Section::Text,
    summary: "Whether `text` is a finite number with a point, blanks around it passed over; exactly where `as_float` gives one.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text(" -12.5 ")], Sample::Bool(true)),
        example(&[Sample::Text("12,5")], Sample::Bool(false)),
        example(&[Sample::Text("")], Sample::Bool(false)),
        example(&[Sample::Text("inf")], Sample::Bool(false)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Bool(numeric))
}

fn numeric(args: &[Arg<'_>], row: usize) -> Option<bool> {
    Some(args[0].text(row)?.trim().parse().is_ok_and(|number: f64| number.is_finite()))
}
