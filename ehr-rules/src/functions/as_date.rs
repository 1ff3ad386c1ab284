//! `as_date`: text read as a date.

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
use chrono::NaiveDate;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "as_date",
    section: Section::Dates,
    summary: "`text`, an ISO 8601 date, as a date; missing where it is none; or by `formats` of strftime with `|` between them, missing where two of them read it differently, unless `ambiguous` is `first`.",
    params: &[
        param("text", Accepts::Text),
        optional("formats", Accepts::Formats, Sample::Text("")),
        optional("ambiguous", Accepts::OneOf(AMBIGUOUS), Sample::Text("refuse")),
    ],
    returns: Returns::Kind(Kind::Date),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("2024-02-29"), Sample::Text(""), Sample::Text("refuse")], Sample::Date("2024-02-29")),
        example(&[Sample::Text("2023-02-29"), Sample::Text(""), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Text("2024-2-9"), Sample::Text(""), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Text("29.02.2024"), Sample::Text("%d.%m.%Y|%Y%m%d"), Sample::Text("refuse")], Sample::Date("2024-02-29")),
        example(&[Sample::Text("20240229"), Sample::Text("%d.%m.%Y|%Y%m%d"), Sample::Text("refuse")], Sample::Date("2024-02-29")),
        example(&[Sample::Text("03/04/2024"), Sample::Text("%d/%m/%Y|%m/%d/%Y"), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Text("03/04/2024"), Sample::Text("%d/%m/%Y|%m/%d/%Y"), Sample::Text("first")], Sample::Date("2024-04-03")),
        example(&[Sample::Text("03/14/2024"), Sample::Text("%d/%m/%Y|%m/%d/%Y"), Sample::Text("refuse")], Sample::Date("2024-03-14")),
        example(&[Sample::Text("03/04/24"), Sample::Text("%d/%m/%Y"), Sample::Text("refuse")], Sample::Null),
        example(&[Sample::Null, Sample::Text(""), Sample::Text("refuse")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text, As::Text, As::Text], Row::Date(read))
}

fn read(args: &[Arg<'_>], row: usize) -> Option<NaiveDate> {
    let text = args[0].text(row)?.trim();
    match args[1].text(row)? {
        "" if text.len() == 10 => text.parse().ok(),
        "" => None,
        formats => fitting(text, formats, args[2].text(row)?, formats::date),
    }
}
