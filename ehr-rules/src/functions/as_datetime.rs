//! `as_datetime`: text read as a date and time.

use crate::functions::formats;
use crate::functions::formats::AMBIGUOUS;
use crate::functions::formats::fitting;
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
use crate::functions::lowering::by_distinct;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "as_datetime",
    section: Section::Dates,
    summary: "`text`, an ISO 8601 date and time, as a datetime, brought to UTC where it has a zone, `24:00` as midnight of the next day; missing where it is none; or by `formats` of strftime with `|` between them, missing where two of them read it differently, unless `ambiguous` is `first`.",
    params: &[
        param("text", Accepts::Text),
        optional("formats", Accepts::Formats, Sample::Text("")),
        optional("ambiguous", Accepts::OneOf(AMBIGUOUS), Sample::Text("refuse")),
    ],
    returns: Returns::Kind(Kind::Datetime),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("2024-02-29T08:30:00"), Sample::Text(""), Sample::Text("refuse")], Sample::Datetime("2024-02-29T08:30:00")),
        example(&[Sample::Text("2024-02-29 08:30"), Sample::Text(""), Sample::Text("refuse")], Sample::Datetime("2024-02-29T08:30:00")),
        example(
            &[Sample::Text("2024-02-29T23:30:00-05:00"), Sample::Text(""), Sample::Text("refuse")],
            Sample::Datetime("2024-03-01T04:30:00"),
        ),
        example(&[Sample::Text("2024-01-31 24:00:00"), Sample::Text(""), Sample::Text("refuse")], Sample::Datetime("2024-02-01T00:00:00")),
        example(&[Sample::Text("2024-02-29"), Sample::Text(""), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Text("2024-02-29T24:30:00"), Sample::Text(""), Sample::Text("refuse")], Sample::Null),
        example(
            &[Sample::Text("29.02.2024 8:05 PM"), Sample::Text("%d.%m.%Y %I:%M %p"), Sample::Text("refuse")],
            Sample::Datetime("2024-02-29T20:05:00"),
        ),
        example(
            &[Sample::Text("31.12.2023 24:00"), Sample::Text("%d.%m.%Y %H:%M"), Sample::Text("refuse")],
            Sample::Datetime("2024-01-01T00:00:00"),
        ),
        example(&[Sample::Text("03/04/2024 10:00"), Sample::Text("%d/%m/%Y %H:%M|%m/%d/%Y %H:%M"), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Null, Sample::Text(""), Sample::Text("refuse")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text, As::Text, As::Text], Row::Datetime(read))
}

fn read(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let text = args[0].text(row)?.trim();
    let at = match args[1].text(row)? {
        "" => formats::iso_datetime(text),
        formats => fitting(text, formats, args[2].text(row)?, formats::datetime),
    };
    at.map(|at| at.and_utc().timestamp_micros())
}
