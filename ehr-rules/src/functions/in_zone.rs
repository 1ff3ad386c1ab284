//! `in_zone`: what clocks show somewhere.

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
use chrono::TimeZone;
use chrono_tz::Tz;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "in_zone",
    section: Section::Dates,
    summary: "The date and time that clocks in `zone` show at the point in time `at`; missing where there is no such zone.",
    params: &[param("at", Accepts::Instant), param("zone", Accepts::Zone)],
    returns: Returns::Kind(Kind::Datetime),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Instant("2024-02-29T13:30:00"), Sample::Text("America/Toronto")], Sample::Datetime("2024-02-29T08:30:00")),
        example(&[Sample::Instant("2024-11-03T06:30:00"), Sample::Text("America/Toronto")], Sample::Datetime("2024-11-03T01:30:00")),
        example(&[Sample::Instant("2024-01-01T00:00:00"), Sample::Text("Asia/Kathmandu")], Sample::Datetime("2024-01-01T05:45:00")),
        example(&[Sample::Null, Sample::Text("UTC")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Datetime, As::Text], Row::Datetime(shown))
}

fn shown(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let zone: Tz = args[1].text(row)?.parse().ok()?;
    let local = zone.from_utc_datetime(&args[0].datetime(row)?).naive_local();
    Some(local.and_utc().timestamp_micros())
}
