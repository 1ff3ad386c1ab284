//! `is_ssn`: the shape of a social security number.

use crate::functions::checksum::digits;
use crate::functions::checksum::number;
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
    name: "is_ssn",
    section: Section::Identifiers,
    summary: "Whether `text` has the shape of a social security number of the United States that could have been given: nine digits, with hyphens or not, no part all zeros, not beginning with 666 or 9. There is no check digit.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("219-09-9998")], Sample::Bool(true)),
        example(&[Sample::Text("666-12-3456")], Sample::Bool(false)),
        example(&[Sample::Text("123-00-4567")], Sample::Bool(false)),
        example(&[Sample::Text("12345678")], Sample::Bool(false)),
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
    let digits = digits(text, &['-', ' '])?;
    let part = |from: usize, to: usize| digits.get(from..to).map(number);
    let (area, group, serial) = (part(0, 3)?, part(3, 5)?, part(5, 9)?);
    Some(digits.len() == 9 && !matches!(area, 0 | 666 | 900..) && group > 0 && serial > 0)
}
