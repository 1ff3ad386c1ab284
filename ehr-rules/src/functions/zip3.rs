//! `zip3`: where somebody lives, and not too near.

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
    name: "zip3",
    section: Section::Deidentification,
    summary: "The first three digits of a ZIP code of the United States, but `000` where fewer than 20,000 people live in that area, as the HIPAA safe harbour asks (the areas of the 2000 census that HHS names); missing where `text` is no ZIP code.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &["address", "zip"],
    examples: &[
        example(&[Sample::Text("02139-1234")], Sample::Text("021")),
        example(&[Sample::Text("03601")], Sample::Text("000")),
        example(&[Sample::Text("89312")], Sample::Text("000")),
        example(&[Sample::Text("2139")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(area))
}

/// Of HHS's guidance on the safe harbour.
const SMALL: [&str; 17] =
    ["036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893"];

fn area(args: &[Arg<'_>], row: usize) -> Option<String> {
    let text = args[0].text(row)?.trim();
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    let is_zip = matches!(digits.len(), 5 | 9) && digits.bytes().all(|digit| digit.is_ascii_digit());
    let area = digits.get(..3).filter(|_| is_zip)?;
    Some(if SMALL.contains(&area) { "000" } else { area }.to_owned())
}
