//! `subtract_years`: so many years earlier.

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
use crate::functions::lowering::four_digit_year;
use crate::ir::types::Kind;
use chrono::Months;
use chrono::NaiveDate;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "subtract_years",
    section: Section::Dates,
    summary: "The same day `years` before `date`; 29 February becomes 28; never before the first day of year 1 or after the last of 9999.",
    params: &[param("date", Accepts::Date), param("years", Accepts::Integer)],
    returns: Returns::Kind(Kind::Date),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-06-30"), Sample::Int(1)], Sample::Date("2023-06-30")),
        example(&[Sample::Date("2024-02-29"), Sample::Int(1)], Sample::Date("2023-02-28")),
        example(&[Sample::Date("2024-02-29"), Sample::Int(-4)], Sample::Date("2028-02-29")),
        example(&[Sample::Date("2024-02-29"), Sample::Int(3000)], Sample::Date("0001-01-01")),
        example(&[Sample::Date("2024-02-29"), Sample::Int(i64::MIN)], Sample::Date("9999-12-31")),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Date, As::Int], Row::Date(earlier))
}

fn earlier(args: &[Arg<'_>], row: usize) -> Option<NaiveDate> {
    let years = args[1].int(row)?;
    let date = args[0].date(row)?;
    let months = u32::try_from(years.unsigned_abs().saturating_mul(12)).unwrap_or(u32::MAX);
    let moved = if years < 0 { date.checked_add_months(Months::new(months)) } else { date.checked_sub_months(Months::new(months)) };
    let edge = if years < 0 { NaiveDate::from_ymd_opt(9999, 12, 31) } else { NaiveDate::from_ymd_opt(1, 1, 1) };
    moved.and_then(four_digit_year).or(edge)
}
