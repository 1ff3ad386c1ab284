//! `power`: a power.

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
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "power",
    section: Section::Numbers,
    summary: "`number` to the power of `exponent`; missing where that is no finite number.",
    params: &[param("number", Accepts::Float), param("exponent", Accepts::Float)],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Float(1.5), Sample::Float(2.0)], Sample::Float(2.25)),
        example(&[Sample::Float(4.0), Sample::Float(0.5)], Sample::Float(2.0)),
        example(&[Sample::Float(-4.0), Sample::Float(0.5)], Sample::Null),
        example(&[Sample::Float(0.0), Sample::Float(-1.0)], Sample::Null),
        example(&[Sample::Null, Sample::Float(2.0)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Float, As::Float], Row::Float(power))
}

fn power(args: &[Arg<'_>], row: usize) -> Option<f64> {
    Some(args[0].float(row)?.powf(args[1].float(row)?)).filter(|power| power.is_finite())
}
