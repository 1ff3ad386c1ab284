//! `add_hours`: so many hours later.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::later::HOUR;
use crate::functions::later::later;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "add_hours",
    section: Section::Dates,
    summary: "`at` and `hours` more; missing outside the years 1 to 9999.",
    params: &[param("at", Accepts::Datetime), param("hours", Accepts::Integer)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Datetime("2024-02-29T08:30:00"), Sample::Int(20)], Sample::Datetime("2024-03-01T04:30:00")),
        example(&[Sample::Datetime("2024-03-01T00:00:00"), Sample::Int(-1)], Sample::Datetime("2024-02-29T23:00:00")),
        example(&[Sample::Datetime("9999-12-31T23:00:00"), Sample::Int(1)], Sample::Null),
        example(&[Sample::Datetime("2024-02-29T08:30:00"), Sample::Int(i64::MAX)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    later(args, HOUR)
}
