//! `default_text`: something in place of nothing.

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
    name: "default_text",
    section: Section::Text,
    summary: "`text`, or `other` where it is missing or holds nothing but blanks.",
    params: &[param("text", Accepts::Text), param("other", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AllArguments,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Ada"), Sample::Text("unknown")], Sample::Text("Ada")),
        example(&[Sample::Text("  "), Sample::Text("unknown")], Sample::Text("unknown")),
        example(&[Sample::Null, Sample::Text("unknown")], Sample::Text("unknown")),
        example(&[Sample::Null, Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let empty = args[0].clone().str().strip_chars(lit(NULL)).eq(lit("")).fill_null(lit(true));
    when(empty).then(args[1].clone()).otherwise(args[0].clone())
}
