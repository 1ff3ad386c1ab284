//! `is_cns`: the number of a patient in Brazil.

use crate::functions::checksum::digits;
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
    name: "is_cns",
    section: Section::Identifiers,
    summary: "Whether `text` is a Cartão Nacional de Saúde of Brazil: fifteen digits, the first 1, 2, 7, 8 or 9, checked modulo 11.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("898 0003 5124 6004")], Sample::Bool(true)),
        example(&[Sample::Text("700123456789010")], Sample::Bool(true)),
        example(&[Sample::Text("898000351246005")], Sample::Bool(false)),
        example(&[Sample::Text("398000351246004")], Sample::Bool(false)),
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
    let digits = digits(text, &[' '])?;
    let sum = weighted(&digits, &[15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    Some(digits.len() == 15 && matches!(digits.first(), Some(1 | 2 | 7..=9)) && sum.is_multiple_of(11))
}
