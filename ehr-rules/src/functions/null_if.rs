//! `null_if`: a value that means none.

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
    name: "null_if",
    section: Section::Missing,
    summary: "`value`, but missing where it equals `none`.",
    params: &[param("value", Accepts::Any), param("none", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("UNK"), Sample::Text("UNK")], Sample::Null),
        example(&[Sample::Text("Ada"), Sample::Text("UNK")], Sample::Text("Ada")),
        example(&[Sample::Int(1), Sample::Null], Sample::Int(1)),
        example(&[Sample::Null, Sample::Text("UNK")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    when(args[0].clone().eq(args[1].clone()).fill_null(lit(false))).then(lit(NULL)).otherwise(args[0].clone())
}
