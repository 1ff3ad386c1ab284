//! `from_excel_serial`: what a spreadsheet holds in place of a date.

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
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "from_excel_serial",
    section: Section::Dates,
    summary: "The date and time that a spreadsheet shows for `number`, days of its `system`: `1900`, which has a 29 February 1900 that never was (missing here), or `1904`; to the millisecond; missing outside its years.",
    params: &[param("number", Accepts::Number), optional("system", Accepts::OneOf(&["1900", "1904"]), Sample::Text("1900"))],
    returns: Returns::Kind(Kind::Datetime),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Int(45351), Sample::Text("1900")], Sample::Datetime("2024-02-29T00:00:00")),
        example(&[Sample::Float(45_351.354_166_667), Sample::Text("1900")], Sample::Datetime("2024-02-29T08:30:00")),
        example(&[Sample::Int(59), Sample::Text("1900")], Sample::Datetime("1900-02-28T00:00:00")),
        example(&[Sample::Int(60), Sample::Text("1900")], Sample::Null),
        example(&[Sample::Int(61), Sample::Text("1900")], Sample::Datetime("1900-03-01T00:00:00")),
        example(&[Sample::Int(0), Sample::Text("1904")], Sample::Datetime("1904-01-01T00:00:00")),
        example(&[Sample::Int(0), Sample::Text("1900")], Sample::Null),
        example(&[Sample::Int(2_958_466), Sample::Text("1900")], Sample::Null),
        example(&[Sample::Null, Sample::Text("1900")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Float, As::Text], Row::Datetime(shown))
}

const DAY_MILLIS: f64 = 86_400_000.0;
/// 9999-12-31, and a little less than a day.
const BEYOND: f64 = 2_958_466.0;

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of days within the bounds")]
fn shown(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let serial = args[0].float(row)?;
    // Both count days from an eve of their own; what follows the day that never was is a day behind.
    let (first, eve, last) = match args[1].text(row)? {
        "1904" => (0.0, NaiveDate::from_ymd_opt(1904, 1, 1)?, BEYOND - 1462.0),
        _ if serial < 60.0 => (1.0, NaiveDate::from_ymd_opt(1899, 12, 31)?, BEYOND),
        _ => (61.0, NaiveDate::from_ymd_opt(1899, 12, 30)?, BEYOND),
    };
    if !(first..last).contains(&serial) {
        return None;
    }
    let since = TimeDelta::try_milliseconds((serial * DAY_MILLIS).round() as i64)?;
    Some(eve.and_time(NaiveTime::MIN).checked_add_signed(since)?.and_utc().timestamp_micros())
}
