//! `normalize_unicode`: one spelling for each character.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;
use unicode_normalization::UnicodeNormalization;

pub(super) static FUNCTION: Function = Function {
    name: "normalize_unicode",
    section: Section::Text,
    summary: "`text` in a Unicode normal form: `NFC` keeps what is seen, `NFKC` also makes one of letters that only look different (`ﬁ`, `²`, full-width).",
    params: &[param("text", Accepts::Text), optional("form", Accepts::OneOf(&["NFC", "NFKC"]), Sample::Text("NFC"))],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Jose\u{301}"), Sample::Text("NFC")], Sample::Text("José")),
        example(&[Sample::Text("ﬁn Ａ²"), Sample::Text("NFKC")], Sample::Text("fin A2")),
        example(&[Sample::Text("ﬁn"), Sample::Text("NFC")], Sample::Text("ﬁn")),
        example(&[Sample::Text(""), Sample::Text("NFC")], Sample::Text("")),
        example(&[Sample::Null, Sample::Text("NFC")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Text(normal))
}

fn normal(args: &[Arg<'_>], row: usize) -> Option<String> {
    let text = args[0].text(row)?;
    Some(if args[1].text(row)? == "NFKC" { text.nfkc().collect() } else { text.nfc().collect() })
}
