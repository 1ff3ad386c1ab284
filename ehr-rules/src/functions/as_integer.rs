//! `as_integer`: text read as an integer.

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
    name: "as_integer",
    section: Section::Numbers,
    summary: "`text` as an integer, blanks around it passed over; missing where it is none.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text(" 42 ")], Sample::Int(42)),
        example(&[Sample::Text("9223372036854775807")], Sample::Int(9_223_372_036_854_775_807)),
        example(&[Sample::Text("9223372036854775808")], Sample::Null),
        example(&[Sample::Text("4.0")], Sample::Null),
        example(&[Sample::Text("")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Int(integer))
}

fn integer(args: &[Arg<'_>], row: usize) -> Option<i64> {
    args[0].text(row)?.trim().parse().ok()
}
