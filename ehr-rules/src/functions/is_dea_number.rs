//! `is_dea_number`: the number of a prescriber in the United States.

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
    name: "is_dea_number",
    section: Section::Identifiers,
    summary: "Whether `text` is a DEA registration number of the United States: two letters, or a letter and 9, and seven digits, the last a check digit.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("AB1234563")], Sample::Bool(true)),
        example(&[Sample::Text("AB1234564")], Sample::Bool(false)),
        example(&[Sample::Text("1B1234563")], Sample::Bool(false)),
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
    let text = text.trim();
    let (letters, rest) = text.split_at_checked(2)?;
    let [first, second] = letters.as_bytes() else { return None };
    let digits = digits(rest, &[])?;
    let (check, own) = digits.split_last()?;
    let sum = weighted(own, &[1, 2, 1, 2, 1, 2]);
    Some(first.is_ascii_alphabetic() && (second.is_ascii_alphabetic() || *second == b'9') && own.len() == 6 && sum % 10 == *check)
}
