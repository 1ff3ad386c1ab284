//! `is_loinc`: a code of LOINC.

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
    name: "is_loinc",
    section: Section::Identifiers,
    summary: "Whether `text` is a code of LOINC: up to seven digits, a hyphen, and the check digit by Luhn.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("8302-2")], Sample::Bool(true)),
        example(&[Sample::Text("8302-3")], Sample::Bool(false)),
        example(&[Sample::Text("83022")], Sample::Bool(false)),
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
    let (own, check) = text.trim().split_once('-')?;
    let whole = digits(&format!("{own}{check}"), &[])?;
    Some((1..=7).contains(&own.len()) && check.len() == 1 && luhn(&whole))
}
