//! `min_of`: the least of two.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "min_of",
    section: Section::Numbers,
    summary: "The lesser (earlier) of `value` and `other`; where one is missing, the other.",
    params: &[param("value", Accepts::Any), param("other", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::AllArguments,
    removes: &[],
    examples: &[
        example(&[Sample::Int(3), Sample::Int(5)], Sample::Int(3)),
        example(&[Sample::Date("2024-02-01"), Sample::Date("2024-01-31")], Sample::Date("2024-01-31")),
        example(&[Sample::Text("b"), Sample::Null], Sample::Text("b")),
        example(&[Sample::Null, Sample::Int(5)], Sample::Int(5)),
        example(&[Sample::Null, Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let (value, other) = (args[0].clone(), args[1].clone());
    let better = other.clone().lt(value.clone()).fill_null(value.clone().is_null());
    when(better).then(other).otherwise(value)
}
