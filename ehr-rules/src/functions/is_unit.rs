//! `is_unit`: whether a text is a unit.

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
use crate::functions::lowering::by_distinct;
use crate::functions::units::is_unit;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "is_unit",
    section: Section::Numbers,
    summary: "Whether `text` is a unit as UCUM writes it, capital and small letters told apart.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("mg/dL")], Sample::Bool(true)),
        example(&[Sample::Text("MG/DL")], Sample::Bool(false)),
        example(&[Sample::Text("10*3/uL")], Sample::Bool(true)),
        example(&[Sample::Text("")], Sample::Bool(false)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text], Row::Bool(unit))
}

fn unit(args: &[Arg<'_>], row: usize) -> Option<bool> {
    Some(is_unit(args[0].text(row)?))
}
