//! `is_fodselsnummer`: the number of a person in Norway.

use crate::functions::checksum::digits;
use crate::functions::checksum::is_day;
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
    name: "is_fodselsnummer",
    section: Section::Identifiers,
    summary: "Whether `text` is a fødselsnummer or D-number of Norway: a day and month (40 more on the day of a D-number, on the month of a help number), and two check digits modulo 11.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("290296 50118")], Sample::Bool(true)),
        example(&[Sample::Text("69029650101")], Sample::Bool(true)),
        example(&[Sample::Text("29029650119")], Sample::Bool(false)),
        example(&[Sample::Text("32029650118")], Sample::Bool(false)),
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
    let digits = digits(text, &[' '])?;
    let two = |at: usize| digits.get(at..at + 2).map(|pair| pair.iter().fold(0, |number, digit| number * 10 + digit));
    let (day, month) = (two(0)?, two(2)?);
    let sound = |weights: &[u32]| weighted(&digits, weights).is_multiple_of(11);
    let checked = sound(&[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) && sound(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    Some(digits.len() == 11 && checked && is_day(if day > 40 { day - 40 } else { day }, if month > 40 { month - 40 } else { month }))
}
