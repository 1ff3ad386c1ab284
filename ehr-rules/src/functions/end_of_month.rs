//! `end_of_month`: the last day of a month.

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
use chrono::Datelike;
use chrono::NaiveDate;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "end_of_month",
    section: Section::Dates,
    summary: "The last day of the month of `date`.",
    params: &[param("date", Accepts::Day)],
    returns: Returns::Kind(Kind::Date),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-01")], Sample::Date("2024-02-29")),
        example(&[Sample::Date("2023-02-28")], Sample::Date("2023-02-28")),
        example(&[Sample::Datetime("1969-12-31T23:59:59")], Sample::Date("1969-12-31")),
        example(&[Sample::Date("9999-12-01")], Sample::Date("9999-12-31")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Date], Row::Date(end))
}

fn end(args: &[Arg<'_>], row: usize) -> Option<NaiveDate> {
    let date = args[0].date(row)?;
    (28..=31).rev().find_map(|day| date.with_day(day))
}
