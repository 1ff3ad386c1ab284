//! `as_time`: text read as a time of day.

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
use chrono::NaiveTime;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "as_time",
    section: Section::Dates,
    summary: "`text`, an ISO 8601 time of day, as a time, `24:00` as `00:00`; missing where it is none; or by `formats` of strftime with `|` between them, missing where two of them read it differently, unless `ambiguous` is `first`.",
    params: &[
        param("text", Accepts::Text),
        optional("formats", Accepts::Formats, Sample::Text("")),
        optional("ambiguous", Accepts::OneOf(AMBIGUOUS), Sample::Text("refuse")),
    ],
    returns: Returns::Kind(Kind::Time),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("08:30"), Sample::Text(""), Sample::Text("refuse")], Sample::Time("08:30:00")),
        example(&[Sample::Text("23:59:59.5"), Sample::Text(""), Sample::Text("refuse")], Sample::Time("23:59:59.5")),
        example(&[Sample::Text("24:00:00"), Sample::Text(""), Sample::Text("refuse")], Sample::Time("00:00:00")),
        example(&[Sample::Text("24:00:01"), Sample::Text(""), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Text("8:30 PM"), Sample::Text("%I:%M %p"), Sample::Text("refuse")], Sample::Time("20:30:00")),
        example(&[Sample::Text("0830"), Sample::Text("%H%M"), Sample::Text("refuse")], Sample::Time("08:30:00")),
        example(&[Sample::Text(""), Sample::Text(""), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Null, Sample::Text(""), Sample::Text("refuse")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text, As::Text, As::Text], Row::Time(read))
}

fn read(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let text = args[0].text(row)?.trim();
    let formats = match args[1].text(row)? {
        "" => "%H:%M:%S%.f|%H:%M",
        formats => formats,
    };
    let time = fitting(text, formats, args[2].text(row)?, formats::time)?;
    time.signed_duration_since(NaiveTime::MIN).num_nanoseconds()
}
