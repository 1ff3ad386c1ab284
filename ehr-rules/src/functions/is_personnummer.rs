//! `is_personnummer`: the number of a person in Sweden.

use crate::functions::checksum::digits;
use crate::functions::checksum::is_day;
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
    name: "is_personnummer",
    section: Section::Identifiers,
    summary: "Whether `text` is a personnummer or samordningsnummer of Sweden: ten digits, or twelve with the century, a day and month (60 more on the day of a samordningsnummer), the last by Luhn.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("811218-9876")], Sample::Bool(true)),
        example(&[Sample::Text("19811218-9876")], Sample::Bool(true)),
        example(&[Sample::Text("811218-9877")], Sample::Bool(false)),
        example(&[Sample::Text("811318-9876")], Sample::Bool(false)),
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
    let digits = digits(text, &['-', '+'])?;
    let own = if digits.len() == 12 { digits.get(2..)? } else { digits.as_slice() };
    let [_, _, m1, m2, d1, d2, _, _, _, _] = own else { return None };
    let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
    Some(is_day(if day > 60 { day - 60 } else { day }, month) && luhn(own))
}
