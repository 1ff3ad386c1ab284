//! `age_at`: completed years between a birth date and another date.

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
    name: "age_at",
    section: Section::Dates,
    summary: "Completed years between `birth` and `on`; negative where `on` is before.",
    params: &[param("birth", Accepts::Date), param("on", Accepts::Day)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Date("2000-02-29"), Sample::Date("2024-02-28")], Sample::Int(23)),
        example(&[Sample::Date("2000-02-29"), Sample::Date("2024-02-29")], Sample::Int(24)),
        example(&[Sample::Date("2000-02-29"), Sample::Date("2023-03-01")], Sample::Int(23)),
        example(&[Sample::Date("2000-06-01"), Sample::Datetime("2000-06-01T00:00:00")], Sample::Int(0)),
        example(&[Sample::Null, Sample::Date("2024-02-29")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let of = |date: &Expr| (date.clone().dt().month().cast(DataType::Int64) * lit(100i64)) + date.clone().dt().day().cast(DataType::Int64);
    let years = |date: &Expr| date.clone().dt().year().cast(DataType::Int64);
    let to_come = of(&args[1]).lt(of(&args[0])).cast(DataType::Int64);
    years(&args[1]) - years(&args[0]) - to_come
}
