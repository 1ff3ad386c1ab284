//! `is_phone`: whether a text is a telephone number.

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
use crate::functions::phones::e164;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "is_phone",
    section: Section::Contact,
    summary: "Whether `text`, dialled from `country`, is a telephone number that is given out; exactly where `as_phone` gives one.",
    params: &[param("text", Accepts::Text), constant("country", Accepts::Country)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("(416) 967-1111"), Sample::Text("CA")], Sample::Bool(true)),
        example(&[Sample::Text("416 967 111"), Sample::Text("CA")], Sample::Bool(false)),
        example(&[Sample::Text(""), Sample::Text("CA")], Sample::Bool(false)),
        example(&[Sample::Null, Sample::Text("CA")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text, As::Text], Row::Bool(given))
}

fn given(args: &[Arg<'_>], row: usize) -> Option<bool> {
    Some(e164(args[0].text(row)?, args[1].text(row)?).is_some())
}
