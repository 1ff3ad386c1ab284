//! `is_luhn`: a check digit by Luhn.

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
    name: "is_luhn",
    section: Section::Identifiers,
    summary: "Whether `text` is digits, blanks and hyphens apart, of which the last is the check digit by Luhn (ISO/IEC 7812).",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("4539 1488 0343 6467")], Sample::Bool(true)),
        example(&[Sample::Text("4539 1488 0343 6468")], Sample::Bool(false)),
        example(&[Sample::Text("")], Sample::Bool(false)),
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
    Some(luhn(&digits(text, &[' ', '-'])?))
}
