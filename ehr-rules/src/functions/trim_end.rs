//! `trim_end`: blanks at the end removed.

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
    name: "trim_end",
    section: Section::Text,
    summary: "`text` without blanks, tabs and line ends at its end.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("  Ada ")], Sample::Text("  Ada")),
        example(&[Sample::Text(" \t\n")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().strip_chars_end(lit(NULL))
}
