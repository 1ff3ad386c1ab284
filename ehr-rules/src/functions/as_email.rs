//! `as_email`: an e-mail address in one spelling.

use crate::functions::emails::address;
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
    name: "as_email",
    section: Section::Contact,
    summary: "The e-mail address `text` in small letters, without blanks around it; missing where it is none.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text(" Ada.Lovelace@Example.ORG ")], Sample::Text("ada.lovelace@example.org")),
        example(&[Sample::Text("ada@localhost")], Sample::Null),
        example(&[Sample::Text("ada..l@example.org")], Sample::Null),
        example(&[Sample::Text("n/a")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(spelt))
}

fn spelt(args: &[Arg<'_>], row: usize) -> Option<String> {
    address(args[0].text(row)?)
}
