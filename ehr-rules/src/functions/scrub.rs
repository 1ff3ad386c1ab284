//! `scrub`: text without what tells who it is of.

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
use regex::Regex;
use std::sync::LazyLock;

pub(super) static FUNCTION: Function = Function {
    name: "scrub",
    section: Section::Deidentification,
    summary: "`text` with e-mail addresses, web addresses, social security numbers, telephone numbers, dates and numbers of six digits and more replaced by `[email]`, `[url]`, `[ssn]`, `[phone]`, `[date]` and `[number]`. Names and places stay: patterns do not know them.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &["free_text"],
    examples: &[
        example(
            &[Sample::Text("Seen 2024-02-29, call 416-967-1111 or ada@example.org")],
            Sample::Text("Seen [date], call [phone] or [email]"),
        ),
        example(
            &[Sample::Text("SSN 219-09-9998, MRN 00123456, see https://example.org/x?y=1")],
            Sample::Text("SSN [ssn], MRN [number], see [url]"),
        ),
        example(&[Sample::Text("born Feb 29th, 2024 (2/29/24)")], Sample::Text("born [date] ([date])")),
        example(&[Sample::Text("BP 120/80, 5 mg, 98.6 F")], Sample::Text("BP 120/80, 5 mg, 98.6 F")),
        example(&[Sample::Text("")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(scrubbed))
}

/// In the order in which they are looked for: what is found is gone for those that follow.
const PATTERNS: [(&str, &str); 8] = [
    (r"(?i)\b(?:https?://|www\.)[^\s<>]+", "[url]"),
    (r"(?i)\b[a-z0-9._%+'-]+@[a-z0-9.-]+\.[a-z]{2,}\b", "[email]"),
    (r"\b\d{3}-\d{2}-\d{4}\b", "[ssn]"),
    (r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:T\d{2}:\d{2}\S*)?\b|\b\d{1,2}([-/.])\d{1,2}[-/.](?:\d{4}|\d{2})\b", "[date]"),
    (r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?\b", "[date]"),
    (r"(?i)\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?(?:,?\s+\d{4})?\b", "[date]"),
    (r"(?:\+\d{1,3}[\s.-]?)?(?:\(\d{3}\)\s?|\b\d{3}[\s.-])\d{3}[\s.-]\d{4}\b|\+\d{1,3}(?:[\s.-]?\d{2,4}){2,4}\b", "[phone]"),
    (r"\b\d{6,}\b", "[number]"),
];

static COMPILED: LazyLock<Vec<(Regex, &str)>> =
    LazyLock::new(|| PATTERNS.iter().filter_map(|(pattern, with)| Some((Regex::new(pattern).ok()?, *with))).collect());

fn scrubbed(args: &[Arg<'_>], row: usize) -> Option<String> {
    let mut text = args[0].text(row)?.to_owned();
    for (pattern, with) in COMPILED.iter() {
        text = pattern.replace_all(&text, *with).into_owned();
    }
    Some(text)
}
