//! `list_length`: how many items a list has.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::items;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "list_length",
    section: Section::Lists,
    summary: "How many items `list` has, missing ones too.",
    params: &[param("list", Accepts::List)],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::List(&[Sample::Text("a"), Sample::Null, Sample::Text("a")])], Sample::Int(3)),
        example(&[Sample::List(&[])], Sample::Int(0)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, items::lengths, |_| DataType::Int64)
}
