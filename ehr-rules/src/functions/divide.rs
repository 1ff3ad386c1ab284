//! `divide`: a quotient.

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
    name: "divide",
    section: Section::Numbers,
    summary: "`number` divided by `by`; of integers the whole part, of decimals rounded to their own digits; missing where `by` is 0.",
    params: &[param("number", Accepts::Number), param("by", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Float(7.0), Sample::Float(2.0)], Sample::Float(3.5)),
        example(&[Sample::Int(-7), Sample::Int(2)], Sample::Int(-3)),
        example(&[Sample::Int(7), Sample::Int(0)], Sample::Null),
        example(&[Sample::Float(0.0), Sample::Float(0.0)], Sample::Null),
        example(&[Sample::Int(i64::MIN), Sample::Int(-1)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    arithmetic(
        args,
        Operation {
            integer: i64::checked_div,
            decimal: |left, right, unit| rounded(left.checked_mul(unit)?, right),
            float: |left, right| left / right,
        },
    )
}
