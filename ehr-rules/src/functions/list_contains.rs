//! `list_contains`: whether a list holds a value.

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
    name: "list_contains",
    section: Section::Lists,
    summary: "Whether an item of `list` is `item`.",
    params: &[param("list", Accepts::Values), param("item", Accepts::Item)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::List(&[Sample::Text("E11.9"), Sample::Text("I10")]), Sample::Text("I10")], Sample::Bool(true)),
        example(&[Sample::List(&[Sample::Int(1), Sample::Null, Sample::Int(3)]), Sample::Int(2)], Sample::Bool(false)),
        example(&[Sample::List(&[]), Sample::Text("")], Sample::Bool(false)),
        example(&[Sample::List(&[Sample::Text("a"), Sample::Null]), Sample::Null], Sample::Null),
        example(&[Sample::Null, Sample::Text("I10")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, items::holds, |_| DataType::Boolean)
}
