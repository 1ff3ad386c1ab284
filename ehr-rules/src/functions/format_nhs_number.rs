//! `format_nhs_number`: an NHS number as it is written.

use crate::functions::checksum::digits;
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
    name: "format_nhs_number",
    section: Section::Identifiers,
    summary: "An NHS number as `943 476 5919`; missing where `text` is not ten digits.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("9434765919")], Sample::Text("943 476 5919")),
        example(&[Sample::Text("943-476-5919")], Sample::Text("943 476 5919")),
        example(&[Sample::Text("943476591")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(written))
}

fn written(args: &[Arg<'_>], row: usize) -> Option<String> {
    let digits = digits(args[0].text(row)?, &[' ', '-'])?;
    let text: String = digits.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    (text.len() == 10).then(|| format!("{} {} {}", &text[..3], &text[3..6], &text[6..]))
}
