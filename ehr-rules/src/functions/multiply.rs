//! `multiply`: a product.

use crate::functions::arithmetic::Operation;
use crate::functions::arithmetic::arithmetic;
use crate::functions::arithmetic::rounded;
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
    name: "multiply",
    section: Section::Numbers,
    summary: "`number` times `by`; decimals are rounded to their own digits; missing where the product does not fit.",
    params: &[param("number", Accepts::Number), param("by", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Int(4), Sample::Int(3)], Sample::Int(12)),
        example(&[Sample::Float(37.0), Sample::Float(0.5)], Sample::Float(18.5)),
        example(&[Sample::Int(9_223_372_036_854_775_807), Sample::Int(2)], Sample::Null),
        example(&[Sample::Float(1e300), Sample::Float(1e300)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    arithmetic(
        args,
        Operation {
            integer: i64::checked_mul,
            decimal: |left, right, unit| rounded(left.checked_mul(right)?, unit),
            float: |left, right| left * right,
        },
    )
}
