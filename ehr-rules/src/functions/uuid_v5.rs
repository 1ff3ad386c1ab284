//! `uuid_v5`: a UUID made from a name.

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
    name: "uuid_v5",
    section: Section::Identifiers,
    summary: "The UUID (version 5, RFC 9562) of `text` in `namespace`, a UUID or `dns`, `url`, `oid` or `x500`; missing where it is none of them.",
    params: &[param("text", Accepts::Text), param("namespace", Accepts::Text)],
    returns: Returns::Kind(Kind::Uuid),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("www.example.org"), Sample::Text("dns")], Sample::Text("74738ff5-5367-5958-9aee-98fffdcd1876")),
        example(
            &[Sample::Text(""), Sample::Text("6ba7b812-9dad-11d1-80b4-00c04fd430c8")],
            Sample::Text("0a68eb57-c88a-5f34-9e9d-27f85e68af4f"),
        ),
        example(&[Sample::Text("a"), Sample::Text("b")], Sample::Null),
        example(&[Sample::Null, Sample::Text("dns")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Text(made))
}

fn made(args: &[Arg<'_>], row: usize) -> Option<String> {
    let namespace = match args[1].text(row)? {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::try_parse(other).ok()?,
    };
    Some(Uuid::new_v5(&namespace, args[0].text(row)?.as_bytes()).to_string())
}
