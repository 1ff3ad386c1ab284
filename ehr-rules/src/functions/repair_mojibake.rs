//! `repair_mojibake`: text that was read in the wrong encoding.

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
use encoding_rs::WINDOWS_1252;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "repair_mojibake",
    section: Section::Text,
    summary: "`text` that is UTF-8 read as Windows-1252 (`MÃ¼ller`), mended, up to twice; where that cannot be proved it stays as it is.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("MÃ¼ller")], Sample::Text("Müller")),
        example(&[Sample::Text("JosÃƒÂ©")], Sample::Text("José")),
        example(&[Sample::Text("donâ€™t")], Sample::Text("don’t")),
        example(&[Sample::Text("Müller")], Sample::Text("Müller")),
        example(&[Sample::Text("MÃ¼ller – Łódź")], Sample::Text("MÃ¼ller – Łódź")),
        example(&[Sample::Text("")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(mended))
}

fn mended(args: &[Arg<'_>], row: usize) -> Option<String> {
    let mut text = args[0].text(row)?.to_owned();
    for _ in 0..2 {
        let Some(once) = once(&text) else { break };
        text = once;
    }
    Some(text)
}

/// The proof: every character is one of Windows-1252, and the bytes are UTF-8 with letters of several bytes. By chance,
/// real text in Windows-1252 never reads so.
fn once(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
    if unmappable {
        return None;
    }
    String::from_utf8(bytes.into_owned()).ok()
}
