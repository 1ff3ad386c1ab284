//! `is_cpr_number`: the shape of a number of a person in Denmark.

use crate::functions::checksum::digits;
use crate::functions::checksum::is_day;
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
    name: "is_cpr_number",
    section: Section::Identifiers,
    summary: "Whether `text` has the shape of a CPR number of Denmark: ten digits that begin with a day and month. Its check digit has not held since 2007.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("290296-1234")], Sample::Bool(true)),
        example(&[Sample::Text("300296-1234")], Sample::Bool(false)),
        example(&[Sample::Text("290296123")], Sample::Bool(false)),
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
    let digits = digits(text, &['-', ' '])?;
    let [d1, d2, m1, m2, _, _, _, _, _, _] = digits.as_slice() else { return None };
    Some(is_day(d1 * 10 + d2, m1 * 10 + m2))
}
