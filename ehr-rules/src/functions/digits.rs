//! `digits`: digits only.

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
    name: "digits",
    section: Section::Text,
    summary: "Only the digits 0 to 9 of `text`.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("(617) 555-0101")], Sample::Text("6175550101")),
        example(&[Sample::Text("none")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().replace_all(lit("[^0-9]"), lit(""), false)
}
