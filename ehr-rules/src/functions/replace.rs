//! `replace`: one text for another.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "replace",
    section: Section::Text,
    summary: "`text` with every occurrence of the text `pattern` replaced by `with`.",
    params: &[param("text", Accepts::Text), constant("pattern", Accepts::Text), constant("with", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("555 12 3456"), Sample::Text(" "), Sample::Text("-")], Sample::Text("555-12-3456")),
        example(&[Sample::Text("a.b"), Sample::Text("."), Sample::Text("")], Sample::Text("ab")),
        example(&[Sample::Text(""), Sample::Text("x"), Sample::Text("y")], Sample::Text("")),
        example(&[Sample::Null, Sample::Text("x"), Sample::Text("y")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().replace_all(args[1].clone(), args[2].clone(), true)
}
