//! `name_suffix`: what follows a name.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_distinct;
use crate::functions::names;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::borrow::Cow;

pub(super) static FUNCTION: Function = Function {
    name: "name_suffix",
    section: Section::Contact,
    summary: "The suffix of the name in `text` that tells a generation (`Jr.`, `III`); missing where there is none.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("John Smith Jr.")], Sample::Text("Jr.")),
        example(&[Sample::Text("SMITH, JOHN III")], Sample::Text("III")),
        example(&[Sample::Text("John Smith")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text], Row::Text(part))
}

fn part(args: &[Arg<'_>], row: usize) -> Option<String> {
    names::part(args, row, |name| name.generational_suffix().map(Cow::from))
}
