//! `is_sctid`: an identifier of SNOMED CT.

use crate::functions::checksum::digits;
use crate::functions::checksum::verhoeff;
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
    name: "is_sctid",
    section: Section::Identifiers,
    summary: "Whether `text` is an identifier of SNOMED CT: 6 to 18 digits, the first not 0, the last by Verhoeff.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("404684003")], Sample::Bool(true)),
        example(&[Sample::Text("404684004")], Sample::Bool(false)),
        example(&[Sample::Text("12345")], Sample::Bool(false)),
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
    let digits = digits(text, &[])?;
    Some((6..=18).contains(&digits.len()) && digits.first() != Some(&0) && verhoeff(&digits))
}
