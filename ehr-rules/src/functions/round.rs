//! `round`: a float rounded.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "round",
    summary: "`number` rounded to `digits` after the point (0 to 12), halves away from zero.",
    params: &[param("number", Accepts::Float), optional("digits", Accepts::Integer, Sample::Int(0))],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::AnyArgument,
    examples: &[
        example(&[Sample::Float(37.25), Sample::Int(1)], Sample::Float(37.3)),
        example(&[Sample::Float(-0.5), Sample::Int(0)], Sample::Float(-1.0)),
        example(&[Sample::Float(1e300), Sample::Int(12)], Sample::Float(1e300)),
        example(&[Sample::Float(12.0), Sample::Int(-1)], Sample::Float(12.0)),
        example(&[Sample::Null, Sample::Int(0)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Float, As::Int], Row::Float(round))
}

fn round(args: &[Arg<'_>], row: usize) -> Option<f64> {
    let number = args[0].float(row)?;
    let digits = i32::try_from(args[1].int(row)?.clamp(0, 12)).unwrap_or(0);
    let scale = 10f64.powi(digits);
    let rounded = (number * scale).round() / scale;
    // What is too large to be scaled has no digits after the point.
    Some(if rounded.is_finite() { rounded } else { number })
}
