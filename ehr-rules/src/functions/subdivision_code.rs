//! `subdivision_code`: the code of a state or province.

use crate::functions::countries::subdivision;
use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_distinct;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "subdivision_code",
    section: Section::Contact,
    summary: "The code (ISO 3166-2) of the state, province or region `text` of `country`, by its code or its name; missing where there is none.",
    params: &[param("text", Accepts::Text), constant("country", Accepts::Country)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Ontario"), Sample::Text("CA")], Sample::Text("CA-ON")),
        example(&[Sample::Text("ma"), Sample::Text("US")], Sample::Text("US-MA")),
        example(&[Sample::Text("US-MA"), Sample::Text("US")], Sample::Text("US-MA")),
        example(&[Sample::Text("Ontario"), Sample::Text("US")], Sample::Null),
        example(&[Sample::Null, Sample::Text("CA")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text, As::Text], Row::Text(found))
}

fn found(args: &[Arg<'_>], row: usize) -> Option<String> {
    subdivision(args[0].text(row)?, args[1].text(row)?).map(str::to_owned)
}
