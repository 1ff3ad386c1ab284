//! `start_of_year`: 1 January.

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
    name: "start_of_year",
    section: Section::Dates,
    summary: "1 January of the year of `date`.",
    params: &[param("date", Accepts::Day)],
    returns: Returns::Kind(Kind::Date),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-29")], Sample::Date("2024-01-01")),
        example(&[Sample::Datetime("1969-12-31T23:59:59")], Sample::Date("1969-01-01")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Date], Row::Date(start))
}

fn start(args: &[Arg<'_>], row: usize) -> Option<NaiveDate> {
    args[0].date(row)?.with_ordinal(1)
}
