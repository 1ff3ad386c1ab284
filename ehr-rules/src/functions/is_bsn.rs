//! `is_bsn`: the number of a person in the Netherlands.

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
    name: "is_bsn",
    section: Section::Identifiers,
    summary: "Whether `text` is a burgerservicenummer of the Netherlands: nine digits, or eight and a 0 in front left out, checked modulo 11.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("111222333")], Sample::Bool(true)),
        example(&[Sample::Text("1112.22.333")], Sample::Bool(true)),
        example(&[Sample::Text("111222334")], Sample::Bool(false)),
        example(&[Sample::Text("000000000")], Sample::Bool(false)),
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
    let mut digits = digits(text, &['.', ' '])?;
    if digits.len() == 8 {
        digits.insert(0, 0);
    }
    // The last is taken off rather than added: ten is minus one modulo 11.
    let sum = weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2, 10]);
    Some(digits.len() == 9 && number(&digits) > 0 && sum.is_multiple_of(11))
}
