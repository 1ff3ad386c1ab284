//! `is_npi`: the number of a provider in the United States.

use crate::functions::checksum::digits;
use crate::functions::checksum::luhn;
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
    name: "is_npi",
    section: Section::Identifiers,
    summary: "Whether `text` is a National Provider Identifier of the United States: ten digits, the first 1 or 2, the last by Luhn after `80840`.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("1234567893")], Sample::Bool(true)),
        example(&[Sample::Text("1234567890")], Sample::Bool(false)),
        example(&[Sample::Text("3234567893")], Sample::Bool(false)),
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

/// Whether it is one; none where it is not even of such characters.
pub(crate) fn holds(text: &str) -> Option<bool> {
    let own = digits(text, &[])?;
    let whole = [&[8, 0, 8, 4, 0], own.as_slice()].concat();
    Some(own.len() == 10 && matches!(own.first(), Some(1 | 2)) && luhn(&whole))
}
