//! `list_join`: the texts of a list as one.

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
    name: "list_join",
    section: Section::Lists,
    summary: "The texts of `list` with `with` between them; missing and empty ones are passed over, and it is missing where none is left.",
    params: &[param("list", Accepts::Texts), param("with", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::List(&[Sample::Text("E11.9"), Sample::Text("I10")]), Sample::Text("; ")], Sample::Text("E11.9; I10")),
        example(
            &[Sample::List(&[Sample::Text("E11.9"), Sample::Null, Sample::Text(""), Sample::Text("I10")]), Sample::Text(", ")],
            Sample::Text("E11.9, I10"),
        ),
        example(&[Sample::List(&[Sample::Text("a"), Sample::Text("b")]), Sample::Text("")], Sample::Text("ab")),
        example(&[Sample::List(&[]), Sample::Text(";")], Sample::Null),
        example(&[Sample::List(&[Sample::Null]), Sample::Text(";")], Sample::Null),
        example(&[Sample::Null, Sample::Text(";")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, items::joined, |_| DataType::String)
}
