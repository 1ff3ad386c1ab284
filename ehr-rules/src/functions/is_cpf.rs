//! `is_cpf`: the number of a taxpayer in Brazil.

use crate::functions::checksum::digits;
use crate::functions::checksum::weighted;
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
    name: "is_cpf",
    section: Section::Identifiers,
    summary: "Whether `text` is a CPF of Brazil: eleven digits, not all the same, the last two checked modulo 11.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("529.982.247-25")], Sample::Bool(true)),
        example(&[Sample::Text("52998224724")], Sample::Bool(false)),
        example(&[Sample::Text("111.111.111-11")], Sample::Bool(false)),
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
    let digits = digits(text, &['.', '-'])?;
    let check = |weights: &[u32]| weighted(&digits, weights) * 10 % 11 % 10;
    let same = digits.windows(2).all(|pair| pair.first() == pair.last());
    let first = check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let second = check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    Some(digits.len() == 11 && !same && digits.get(9..)? == [first, second])
}
