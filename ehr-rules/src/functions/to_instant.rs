//! `to_instant`: the point in time of a date and time somewhere.

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
use chrono::TimeZone;
use chrono_tz::Tz;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "to_instant",
    section: Section::Dates,
    summary: "The point in time at which clocks in `zone` show `at`; where they show it twice, the `earliest` or `latest`, or missing; missing where they never do, as in the hour that summer time leaves out.",
    params: &[
        param("at", Accepts::Datetime),
        param("zone", Accepts::Zone),
        optional("ambiguous", Accepts::OneOf(&["missing", "earliest", "latest"]), Sample::Text("missing")),
    ],
    returns: Returns::Kind(Kind::Instant),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(
            &[Sample::Datetime("2024-02-29T08:30:00"), Sample::Text("America/Toronto"), Sample::Text("missing")],
            Sample::Instant("2024-02-29T13:30:00"),
        ),
        example(&[Sample::Datetime("2024-11-03T01:30:00"), Sample::Text("America/Toronto"), Sample::Text("missing")], Sample::Null),
        example(
            &[Sample::Datetime("2024-11-03T01:30:00"), Sample::Text("America/Toronto"), Sample::Text("earliest")],
            Sample::Instant("2024-11-03T05:30:00"),
        ),
        example(
            &[Sample::Datetime("2024-11-03T01:30:00"), Sample::Text("America/Toronto"), Sample::Text("latest")],
            Sample::Instant("2024-11-03T06:30:00"),
        ),
        example(&[Sample::Datetime("2024-03-10T02:30:00"), Sample::Text("America/Toronto"), Sample::Text("latest")], Sample::Null),
        example(&[Sample::Null, Sample::Text("UTC"), Sample::Text("missing")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Datetime, As::Text, As::Text], Row::Datetime(instant))
}

fn instant(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let zone: Tz = args[1].text(row)?.parse().ok()?;
    let possible = zone.from_local_datetime(&args[0].datetime(row)?);
    let at = match args[2].text(row)? {
        "earliest" => possible.earliest(),
        "latest" => possible.latest(),
        _ => possible.single(),
    };
    at.map(|at| at.timestamp_micros())
}
