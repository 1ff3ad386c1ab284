//! `is_uuid`: whether a text is a UUID.

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
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;
use uuid::Uuid;

pub(super) static FUNCTION: Function = Function {
    name: "is_uuid",
    section: Section::Identifiers,
    summary: "Whether `text` is a UUID as it is usually written, with hyphens; capital and small letters alike.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("2b1e6f4c-5a3d-4f0e-9c8b-7a6d5e4f3c2b")], Sample::Bool(true)),
        example(&[Sample::Text("2B1E6F4C-5A3D-4F0E-9C8B-7A6D5E4F3C2B")], Sample::Bool(true)),
        example(&[Sample::Text("2b1e6f4c5a3d4f0e9c8b7a6d5e4f3c2b")], Sample::Bool(false)),
        example(&[Sample::Text("")], Sample::Bool(false)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Bool(valid))
}

fn valid(args: &[Arg<'_>], row: usize) -> Option<bool> {
    let text = args[0].text(row)?;
    Some(text.len() == 36 && Uuid::try_parse(text).is_ok())
}
