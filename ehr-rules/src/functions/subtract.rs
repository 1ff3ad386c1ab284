//! `subtract`: a difference.

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
    name: "subtract",
    section: Section::Numbers,
    summary: "`number` less `other`; missing where the difference does not fit.",
    params: &[param("number", Accepts::Number), param("other", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Int(2), Sample::Int(3)], Sample::Int(-1)),
        example(&[Sample::Float(0.5), Sample::Float(0.25)], Sample::Float(0.25)),
        example(&[Sample::Int(i64::MIN), Sample::Int(1)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    arithmetic(
        args,
        Operation { integer: i64::checked_sub, decimal: |left, right, _| left.checked_sub(right), float: |left, right| left - right },
    )
}
