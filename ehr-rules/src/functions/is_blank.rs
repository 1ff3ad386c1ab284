//! `is_blank`: whether a text says nothing.

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
    name: "is_blank",
    section: Section::Text,
    summary: "Whether `text` is missing or holds nothing but blanks, tabs and line ends.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::Never,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Ada")], Sample::Bool(false)),
        example(&[Sample::Text(" \t\n")], Sample::Bool(true)),
        example(&[Sample::Text("")], Sample::Bool(true)),
        example(&[Sample::Null], Sample::Bool(true)),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().strip_chars(lit(NULL)).eq(lit("")).fill_null(lit(true))
}
