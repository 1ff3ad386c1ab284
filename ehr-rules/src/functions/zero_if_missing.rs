//! `zero_if_missing`: a number where there is none.

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
    name: "zero_if_missing",
    section: Section::Missing,
    summary: "`number`, or 0 where it is missing.",
    params: &[param("number", Accepts::Number)],
    returns: Returns::First,
    nulls: Nulls::Never,
    removes: &[],
    examples: &[
        example(&[Sample::Int(3)], Sample::Int(3)),
        example(&[Sample::Float(1.5)], Sample::Float(1.5)),
        example(&[Sample::Null], Sample::Int(0)),
    ],
    lower,
};

/// On the column itself, since a constant zero would widen a decimal.
fn lower(args: &[Expr]) -> Expr {
    args[0].clone().map(|column| column.fill_null(FillNullStrategy::Zero), |_, field| Ok(field.clone()))
}
