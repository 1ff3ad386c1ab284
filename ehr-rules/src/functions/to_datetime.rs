//! `to_datetime`: midnight of a date.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "to_datetime",
    section: Section::Dates,
    summary: "`date` at midnight.",
    params: &[param("date", Accepts::Date)],
    returns: Returns::Kind(Kind::Datetime),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-29")], Sample::Datetime("2024-02-29T00:00:00")),
        example(&[Sample::Date("1969-12-31")], Sample::Datetime("1969-12-31T00:00:00")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().cast(DataType::Datetime(TimeUnit::Microseconds, None))
}
