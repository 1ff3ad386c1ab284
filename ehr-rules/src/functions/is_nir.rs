//! `is_nir`: the number of a person in France.

use crate::functions::checksum::digits;
use crate::functions::checksum::number;
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

pub(super) static FUNCTION: Function = Function {
    name: "is_nir",
    section: Section::Identifiers,
    summary: "Whether `text` is a numéro de sécurité sociale (NIR) of France: thirteen characters, of which the department may be 2A or 2B, and a key of two digits modulo 97.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("2 69 05 49 588 157 80")], Sample::Bool(true)),
        example(&[Sample::Text("155072A12345680")], Sample::Bool(true)),
        example(&[Sample::Text("269054958815781")], Sample::Bool(false)),
        example(&[Sample::Text("269054958815")], Sample::Bool(false)),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Bool(valid))
}

fn valid(args: &[Arg<'_>], row: usize) -> Option<bool> {
    Some(holds(args[0].text(row)?).unwrap_or(false))
}

fn holds(text: &str) -> Option<bool> {
    let plain: String = text.to_uppercase().split_whitespace().collect();
    // Corsica counts as the departments 19 and 18.
    let counted = match plain.get(5..7) {
        Some("2A") => format!("{}19{}", plain.get(..5)?, plain.get(7..)?),
        Some("2B") => format!("{}18{}", plain.get(..5)?, plain.get(7..)?),
        _ => plain,
    };
    let digits = digits(&counted, &[])?;
    let (own, key) = digits.split_at_checked(13)?;
    Some(key.len() == 2 && matches!(own.first(), Some(1..=4 | 7 | 8)) && number(key) == 97 - number(own) % 97)
}
