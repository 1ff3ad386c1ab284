//! `add_days`: so many days later.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::later::DAY;
use crate::functions::later::later;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "add_days",
    section: Section::Dates,
    summary: "`date` and `days` more; missing outside the years 1 to 9999.",
    params: &[param("date", Accepts::Day), param("days", Accepts::Integer)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2024-02-28"), Sample::Int(2)], Sample::Date("2024-03-01")),
        example(&[Sample::Date("2024-01-01"), Sample::Int(-1)], Sample::Date("2023-12-31")),
        example(&[Sample::Datetime("2024-02-28T08:30:00"), Sample::Int(2)], Sample::Datetime("2024-03-01T08:30:00")),
        example(&[Sample::Date("9999-12-31"), Sample::Int(1)], Sample::Null),
        example(&[Sample::Date("2024-01-01"), Sample::Int(i64::MIN)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    later(args, DAY)
}
