//! `pseudonym`: who it is, for those alone who hold the key (RFC 2104, FIPS 180-4).

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row_keyed;
use crate::ir::phi;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::fmt::Write;

pub(super) static FUNCTION: Function = Function {
    name: "pseudonym",
    section: Section::Deidentification,
    summary: "The code of `text` in UTF-8 by HMAC-SHA-256 (RFC 2104) with the secret `key`, as 64 hexadecimal digits in lower case. The same text and key give the same code in every run; nobody without the key can make it or find the text. In the examples the key is its own name.",
    params: &[param("text", Accepts::Text), constant("key", Accepts::Secret)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &phi::TAGS,
    examples: &[
        example(
            &[Sample::Text("MRN-1"), Sample::Text("research")],
            Sample::Text("82d982413f9cc6ff2cdab94277222e379d77f042d84a58448ef1ca54b530b7c5"),
        ),
        example(
            &[Sample::Text(""), Sample::Text("research")],
            Sample::Text("9264c2766b7f08790a5ef488fdfad89db4c62637ccf16f642c8deac466649c34"),
        ),
        // RFC 4231, test case 2.
        example(
            &[Sample::Text("what do ya want for nothing?"), Sample::Text("Jefe")],
            Sample::Text("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ),
        example(&[Sample::Null, Sample::Text("research")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row_keyed(&args[..1], &args[1], &[As::Text], Row::Text(code))
}

fn code(args: &[Arg<'_>], row: usize) -> Option<String> {
    let text = args[0].text(row)?;
    let mut written = String::with_capacity(64);
    for byte in args.get(1)?.mac(&[text.as_bytes()])? {
        write!(written, "{byte:02x}").ok()?;
    }
    Some(written)
}
