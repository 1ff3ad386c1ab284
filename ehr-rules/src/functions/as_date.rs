//! `as_date`: text read as a date.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use chrono::NaiveDate;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "as_date",
    summary: "`text`, an ISO 8601 date, as a date; missing where it is none.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Date),
    nulls: Nulls::Always,
    examples: &[
        example(&[Sample::Text("2024-02-29")], Sample::Date("2024-02-29")),
        example(&[Sample::Text("2023-02-29")], Sample::Null),
        example(&[Sample::Text("2024-2-9")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Date(date))
}

fn date(args: &[Arg<'_>], row: usize) -> Option<NaiveDate> {
    let text = args[0].text(row)?.trim();
    if text.len() == 10 { text.parse().ok() } else { None }
}
