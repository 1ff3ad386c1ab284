//! `family_name`: the family name in a name.

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
    name: "family_name",
    section: Section::Contact,
    summary: "The family name in `text`, a whole name as `First Middle Last` or `Last, First`; missing where none is found.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Ada King Lovelace")], Sample::Text("Lovelace")),
        example(&[Sample::Text("LOVELACE, ADA K.")], Sample::Text("Lovelace")),
        example(&[Sample::Text("Juan de la Cruz")], Sample::Text("de la Cruz")),
        example(&[Sample::Text("?")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text], Row::Text(part))
}

fn part(args: &[Arg<'_>], row: usize) -> Option<String> {
    names::part(args, row, |name| Some(Cow::from(name.surname())))
}
