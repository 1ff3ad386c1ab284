//! `add_years`: so many years later.

use crate::functions::calendar;
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
use chrono::NaiveDateTime;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "add_years",
    section: Section::Dates,
    summary: "The same day and time `years` later, or the last day of a month that has no such day; missing outside the years 1 to 9999.",
    params: &[param("date", Accepts::Day), param("years", Accepts::Integer)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-06-30"), Sample::Int(1)], Sample::Date("2025-06-30")),
        example(&[Sample::Date("2024-02-29"), Sample::Int(1)], Sample::Date("2025-02-28")),
        example(&[Sample::Datetime("2024-02-29T08:30:00"), Sample::Int(-4)], Sample::Datetime("2020-02-29T08:30:00")),
        example(&[Sample::Date("0001-01-01"), Sample::Int(-1)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Datetime, As::Int], Row::Day(later))
}

fn later(args: &[Arg<'_>], row: usize) -> Option<NaiveDateTime> {
    calendar::later_by_months(args, row, 12)
}
