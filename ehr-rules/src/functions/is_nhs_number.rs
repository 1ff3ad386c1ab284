//! `is_nhs_number`: the number of the National Health Service.

use crate::functions::checksum::digits;
use crate::functions::checksum::number;
use crate::functions::checksum::weighted;
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
    name: "is_nhs_number",
    section: Section::Identifiers,
    summary: "Whether `text` is an NHS number of England, Wales and the Isle of Man: ten digits, the last checked modulo 11.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("943 476 5919")], Sample::Bool(true)),
        example(&[Sample::Text("9434765918")], Sample::Bool(false)),
        example(&[Sample::Text("943476591")], Sample::Bool(false)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Bool(valid))
}

fn valid(args: &[Arg<'_>], row: usize) -> Option<bool> {
    Some(holds(args[0].text(row)?).unwrap_or(false))
}

fn holds(text: &str) -> Option<bool> {
    let digits = digits(text, &[' ', '-'])?;
    let sum = weighted(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    Some(digits.len() == 10 && number(&digits) > 0 && sum.is_multiple_of(11))
}
