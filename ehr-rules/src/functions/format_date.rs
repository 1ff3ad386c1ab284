//! `format_date`: a date as text.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::fmt::Write;

pub(super) static FUNCTION: Function = Function {
    name: "format_date",
    section: Section::Dates,
    summary: "`date` as text, by a `format` of strftime; the time of a date is midnight; names of months and days are English; missing where the format asks for a zone.",
    params: &[param("date", Accepts::Day), constant("format", Accepts::Formats)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-09"), Sample::Text("%d.%m.%Y")], Sample::Text("09.02.2024")),
        example(&[Sample::Datetime("2024-02-09T20:05:00"), Sample::Text("%b %-d, %Y %I:%M %p")], Sample::Text("Feb 9, 2024 08:05 PM")),
        example(&[Sample::Date("2024-02-09"), Sample::Text("%H:%M")], Sample::Text("00:00")),
        example(&[Sample::Date("2024-02-09"), Sample::Text("%z")], Sample::Null),
        example(&[Sample::Null, Sample::Text("%d.%m.%Y")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Datetime, As::Text], Row::Text(written))
}

fn written(args: &[Arg<'_>], row: usize) -> Option<String> {
    let at = args[0].datetime(row)?;
    let mut text = String::new();
    write!(text, "{}", at.format(args[1].text(row)?)).ok()?;
    Some(text)
}
