//! `is_ontario_health_card`: the number on a health card of Ontario.

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
    name: "is_ontario_health_card",
    section: Section::Identifiers,
    summary: "Whether `text` is a health number of Ontario: ten digits, the first not 0, the last by Luhn, and a version code of one or two letters or none.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("9876-543-217 AB")], Sample::Bool(true)),
        example(&[Sample::Text("9876543217")], Sample::Bool(true)),
        example(&[Sample::Text("9876543218")], Sample::Bool(false)),
        example(&[Sample::Text("0876543217")], Sample::Bool(false)),
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
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let digits = digits(number, &[' ', '-'])?;
    Some(text.len() - number.len() <= 2 && digits.len() == 10 && digits.first() != Some(&0) && luhn(&digits))
}
