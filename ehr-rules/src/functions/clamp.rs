//! `clamp`: a number kept within limits.

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
    name: "clamp",
    section: Section::Numbers,
    summary: "`number`, but `low` where it is less and `high` where it is more.",
    params: &[param("number", Accepts::Number), param("low", Accepts::First), param("high", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Int(130), Sample::Int(0), Sample::Int(120)], Sample::Int(120)),
        example(&[Sample::Float(-0.5), Sample::Float(0.0), Sample::Float(1.0)], Sample::Float(0.0)),
        example(&[Sample::Int(7), Sample::Int(7), Sample::Int(7)], Sample::Int(7)),
        example(&[Sample::Null, Sample::Int(0), Sample::Int(120)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let [number, low, high] = args else { return lit(NULL) };
    let known = number.clone().is_not_null().and(low.clone().is_not_null()).and(high.clone().is_not_null());
    let within = when(number.clone().gt(high.clone())).then(high.clone()).otherwise(number.clone());
    let clamped = when(number.clone().lt(low.clone())).then(low.clone()).otherwise(within);
    when(known).then(clamped).otherwise(lit(NULL))
}
