//! `is_missing`: whether there is no value.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "is_missing",
    section: Section::Missing,
    summary: "Whether `value` is missing.",
    params: &[param("value", Accepts::Any)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::Never,
    removes: &[],
    examples: &[example(&[Sample::Text("")], Sample::Bool(false)), example(&[Sample::Null], Sample::Bool(true))],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().is_null()
}
