//! `sha256`: a hash by SHA-256 (FIPS 180-4).

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
use sha2::Digest;
use sha2::Sha256;
use std::fmt::Write;

pub(super) static FUNCTION: Function = Function {
    name: "sha256",
    section: Section::Hashes,
    summary: "The hash of `text` in UTF-8 by SHA-256 (FIPS 180-4), as 64 hexadecimal digits. Whoever can guess the text can find it again: it hides no identifier.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("abc")], Sample::Text("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        example(&[Sample::Text("")], Sample::Text("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(hash))
}

fn hash(args: &[Arg<'_>], row: usize) -> Option<String> {
    let mut written = String::with_capacity(64);
    for byte in Sha256::digest(args[0].text(row)?) {
        write!(written, "{byte:02x}").ok()?;
    }
    Some(written)
}
