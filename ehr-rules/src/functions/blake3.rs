//! `blake3`: a hash by BLAKE3.

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
    name: "blake3",
    section: Section::Hashes,
    summary: "The hash of `text` in UTF-8 by BLAKE3, as 64 hexadecimal digits. Whoever can guess the text can find it again: it hides no identifier.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("abc")], Sample::Text("6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85")),
        example(&[Sample::Text("")], Sample::Text("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(hash))
}

fn hash(args: &[Arg<'_>], row: usize) -> Option<String> {
    Some(blake3::hash(args[0].text(row)?.as_bytes()).to_hex().to_string())
}
