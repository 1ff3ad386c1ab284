//! `fingerprint`: a hash of two values.

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
    name: "fingerprint",
    section: Section::Hashes,
    summary: "The hash of `text` and then `other` by BLAKE3, as 64 hexadecimal digits; a missing value counts as nothing, and is told from an empty text; to hash more, use it on its own result.",
    params: &[param("text", Accepts::Text), param("other", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AllArguments,
    removes: &[],
    examples: &[
        example(&[Sample::Text("a"), Sample::Text("b")], Sample::Text("237238bc1341a057099f91fc90c2271e7e46c06f721604aac598b322cea79554")),
        example(&[Sample::Text("ab"), Sample::Text("")], Sample::Text("939e3b6bb5ee0cd94bf269c7d22c319daa5f37a73865409d0cf7d0987deacd2e")),
        example(&[Sample::Text("a"), Sample::Null], Sample::Text("fb7873a5c206bee2c65383cf686cb586d8f6fe56afc347cf983096cb295a0b58")),
        example(&[Sample::Null, Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Text(hash))
}

fn hash(args: &[Arg<'_>], row: usize) -> Option<String> {
    let both = [args[0].text(row), args[1].text(row)];
    if both == [None, None] {
        return None;
    }
    let mut hasher = blake3::Hasher::new();
    for text in both {
        // Its length first, so that no two pairs of texts read alike.
        let length = text.map_or(u64::MAX, |text| text.len() as u64);
        hasher.update(&length.to_le_bytes());
        hasher.update(text.unwrap_or_default().as_bytes());
    }
    Some(hasher.finalize().to_hex().to_string())
}
