//! `country_name`: the name of a country.

use crate::functions::countries::country;
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
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "country_name",
    section: Section::Contact,
    summary: "The English name in ISO 3166-1 of the country `text`, which is a code of two or three letters or digits or an English name; missing where none or several are called so.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("CA")], Sample::Text("Canada")),
        example(&[Sample::Text("gbr")], Sample::Text("United Kingdom of Great Britain and Northern Ireland")),
        example(&[Sample::Text("XX")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text], Row::Text(found))
}

fn found(args: &[Arg<'_>], row: usize) -> Option<String> {
    country(args[0].text(row)?).map(|country| country.name.to_owned())
}
