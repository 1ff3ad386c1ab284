//! `modulo`: what a division leaves.

use crate::functions::arithmetic::Operation;
use crate::functions::arithmetic::arithmetic;
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
    name: "modulo",
    section: Section::Numbers,
    summary: "What is left of `number` in whole steps of `by`: from 0 to below it, whatever their signs; missing where `by` is 0.",
    params: &[param("number", Accepts::Number), param("by", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Int(7), Sample::Int(3)], Sample::Int(1)),
        example(&[Sample::Int(-7), Sample::Int(3)], Sample::Int(2)),
        example(&[Sample::Float(7.5), Sample::Float(2.0)], Sample::Float(1.5)),
        example(&[Sample::Int(7), Sample::Int(0)], Sample::Null),
        example(&[Sample::Null, Sample::Int(3)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    arithmetic(
        args,
        Operation { integer: i64::checked_rem_euclid, decimal: |left, right, _| left.checked_rem_euclid(right), float: f64::rem_euclid },
    )
}
