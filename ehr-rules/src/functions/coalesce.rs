//! `coalesce`: the first value that is there.

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
    name: "coalesce",
    section: Section::Missing,
    summary: "`value`, or `other` where it is missing.",
    params: &[param("value", Accepts::Any), param("other", Accepts::First)],
    returns: Returns::First,
    nulls: Nulls::AllArguments,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Ada"), Sample::Text("Bea")], Sample::Text("Ada")),
        example(&[Sample::Null, Sample::Text("Bea")], Sample::Text("Bea")),
        example(&[Sample::Int(1), Sample::Null], Sample::Int(1)),
        example(&[Sample::Null, Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    coalesce(args)
}
