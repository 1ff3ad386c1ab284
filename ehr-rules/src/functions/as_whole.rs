//! `as_whole`: a float that is a whole number, as an integer.

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
    name: "as_whole",
    section: Section::Numbers,
    summary: "`number` as an integer; missing where it has a fraction or does not fit.",
    params: &[param("number", Accepts::Float)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Float(42.0)], Sample::Int(42)),
        example(&[Sample::Float(-0.0)], Sample::Int(0)),
        example(&[Sample::Float(42.5)], Sample::Null),
        example(&[Sample::Float(1e19)], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Float], Row::Int(whole))
}

/// 2 to the power of 63, the first whole number that is no integer here.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

#[expect(clippy::cast_possible_truncation, reason = "whole, and within the bounds")]
fn whole(args: &[Arg<'_>], row: usize) -> Option<i64> {
    let number = args[0].float(row)?;
    (number.fract() == 0.0 && (-BEYOND..BEYOND).contains(&number)).then_some(number as i64)
}
