//! `strip_html`: text without markup.

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
use regex::Captures;
use regex::Regex;
use std::sync::LazyLock;

pub(super) static FUNCTION: Function = Function {
    name: "strip_html",
    section: Section::Text,
    summary: "`text` without tags, comments, scripts and styles; line breaks and ends of blocks become line ends; characters written as `&amp;` or `&#233;` become themselves.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("<p>Fever &amp; cough<br/>since <b>Monday</b></p>")], Sample::Text("Fever & cough\nsince Monday")),
        example(&[Sample::Text("<style>p {}</style>BP &lt; 120 &#233;&#xE9;")], Sample::Text("BP < 120 éé")),
        example(&[Sample::Text("1 < 2 and 3 > 2")], Sample::Text("1 < 2 and 3 > 2")),
        example(&[Sample::Text("&nosuch; &amp;lt;")], Sample::Text("&nosuch; &lt;")),
        example(&[Sample::Text("<!-- a -->")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(stripped))
}

static HIDDEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>").ok());
static BREAKS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>").ok());
static TAGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)</?[A-Za-z][^<>]*>").ok());
static ENTITIES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]+));").ok());

fn stripped(args: &[Arg<'_>], row: usize) -> Option<String> {
    let text = args[0].text(row)?;
    if !text.contains(['<', '&']) {
        return Some(text.to_owned());
    }
    let shown = HIDDEN.as_ref()?.replace_all(text, "");
    let parted = BREAKS.as_ref()?.replace_all(&shown, "\n");
    let bare = TAGS.as_ref()?.replace_all(&parted, "");
    let read = ENTITIES.as_ref()?.replace_all(&bare, |found: &Captures<'_>| entity(found).unwrap_or_else(|| found[0].to_owned()));
    Some(read.trim().to_owned())
}

/// Those that text in clinical systems holds; others stay as they are written.
fn entity(found: &Captures<'_>) -> Option<String> {
    let number = |at: usize, radix: u32| Some(u32::from_str_radix(found.get(at)?.as_str(), radix).ok());
    if let Some(code) = number(1, 10).or_else(|| number(2, 16)) {
        return char::from_u32(code?).map(String::from);
    }
    Some(String::from(match found.get(3)?.as_str() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "deg" => '°',
        "micro" => 'µ',
        "plusmn" => '±',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        _ => return None,
    }))
}
