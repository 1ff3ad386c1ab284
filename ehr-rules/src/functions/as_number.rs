//! `as_number`: text with marks read as a float.

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
    name: "as_number",
    section: Section::Numbers,
    summary: "`text` as a float, with its `decimal` mark, and `thousands` marks between groups of three digits or none; missing where it is none.",
    params: &[
        param("text", Accepts::Text),
        optional("decimal", Accepts::Text, Sample::Text(".")),
        optional("thousands", Accepts::Text, Sample::Text(",")),
    ],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("1.234,5"), Sample::Text(","), Sample::Text(".")], Sample::Float(1234.5)),
        example(&[Sample::Text("-1,234,567.25"), Sample::Text("."), Sample::Text(",")], Sample::Float(-1_234_567.25)),
        example(&[Sample::Text("1234.5"), Sample::Text("."), Sample::Text(",")], Sample::Float(1234.5)),
        example(&[Sample::Text("1.234,5"), Sample::Text("."), Sample::Text(",")], Sample::Null),
        example(&[Sample::Text("12,34"), Sample::Text("."), Sample::Text(",")], Sample::Null),
        example(&[Sample::Text("1 234,5"), Sample::Text(","), Sample::Text(" ")], Sample::Float(1234.5)),
        example(&[Sample::Text("5,"), Sample::Text(","), Sample::Text(".")], Sample::Null),
        example(&[Sample::Null, Sample::Text(","), Sample::Text(".")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text, As::Text], Row::Float(number))
}

fn number(args: &[Arg<'_>], row: usize) -> Option<f64> {
    let (text, decimal, thousands) = (args[0].text(row)?.trim(), args[1].text(row)?, args[2].text(row)?);
    let unsigned = text.strip_prefix(['-', '+', '−']);
    let negative = unsigned.is_some() && !text.starts_with('+');
    let unsigned = unsigned.unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once(decimal).filter(|_| !decimal.is_empty()) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if fraction.is_some_and(|fraction| !digits(fraction)) {
        return None;
    }
    let whole = if thousands.is_empty() { whole.to_owned() } else { ungrouped(whole, thousands)? };
    if !digits(&whole) {
        return None;
    }
    let number: f64 = format!("{whole}.{}", fraction.unwrap_or("0")).parse().ok()?;
    Some(if negative { -number } else { number }).filter(|number| number.is_finite())
}

/// Groups of three digits, the first of one to three; a number without marks is one group of any length.
fn ungrouped(whole: &str, thousands: &str) -> Option<String> {
    let mut groups = whole.split(thousands);
    let first = groups.next()?;
    if whole.len() == first.len() {
        return Some(first.to_owned());
    }
    let sound = (1..=3).contains(&first.len()) && groups.clone().all(|group| group.len() == 3);
    sound.then(|| groups.fold(first.to_owned(), |whole, group| whole + group))
}
