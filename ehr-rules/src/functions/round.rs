//! `round`: to so many digits.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "round",
    section: Section::Numbers,
    summary: "`number` rounded to `digits` after the point (0 to 12), as it is written in decimals; halves away from zero (`half_up`), towards it (`half_down`), or to the even digit (`half_even`).",
    params: &[
        param("number", Accepts::Float),
        optional("digits", Accepts::Integer, Sample::Int(0)),
        optional("rule", Accepts::OneOf(&["half_up", "half_even", "half_down"]), Sample::Text("half_up")),
    ],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Float(37.25), Sample::Int(1), Sample::Text("half_up")], Sample::Float(37.3)),
        example(&[Sample::Float(37.25), Sample::Int(1), Sample::Text("half_even")], Sample::Float(37.2)),
        example(&[Sample::Float(37.25), Sample::Int(1), Sample::Text("half_down")], Sample::Float(37.2)),
        example(&[Sample::Float(2.675), Sample::Int(2), Sample::Text("half_up")], Sample::Float(2.68)),
        example(&[Sample::Float(-0.5), Sample::Int(0), Sample::Text("half_up")], Sample::Float(-1.0)),
        example(&[Sample::Float(1e300), Sample::Int(12), Sample::Text("half_up")], Sample::Float(1e300)),
        example(&[Sample::Float(12.0), Sample::Int(-1), Sample::Text("half_up")], Sample::Float(12.0)),
        example(&[Sample::Null, Sample::Int(0), Sample::Text("half_up")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Float, As::Int, As::Text], Row::Float(round))
}

fn round(args: &[Arg<'_>], row: usize) -> Option<f64> {
    let number = args[0].float(row)?;
    let digits = usize::try_from(args[1].int(row)?.clamp(0, 12)).unwrap_or(0);
    rounded(number, digits, args[2].text(row)?)
}

/// On the shortest decimals that mean this number: 2.675 is a little less in binary, and nobody who wrote it knows.
fn rounded(number: f64, digits: usize, rule: &str) -> Option<f64> {
    let written = number.abs().to_string();
    let Some((whole, fraction)) = written.split_once('.').filter(|(_, fraction)| fraction.len() > digits) else {
        return Some(number);
    };
    let (kept, rest) = fraction.split_at(digits);
    let mut decimals = format!("{whole}{kept}").into_bytes();
    let odd = decimals.last().is_some_and(|digit| digit % 2 == 1);
    let up = match rest.as_bytes() {
        [b'5', more @ ..] if more.iter().all(|digit| *digit == b'0') => rule == "half_up" || (rule == "half_even" && odd),
        [first, ..] => *first >= b'5',
        [] => false,
    };
    if up {
        let nines = decimals.iter().rev().take_while(|digit| **digit == b'9').count();
        let at = decimals.len() - nines;
        decimals[at..].fill(b'0');
        match at.checked_sub(1) {
            Some(last) => decimals[last] += 1,
            None => decimals.insert(0, b'1'),
        }
    }
    let text = String::from_utf8(decimals).ok()?;
    let (whole, fraction) = text.split_at(text.len() - digits);
    format!("{whole}.{fraction}0").parse().ok().map(|rounded: f64| rounded.copysign(number))
}
