//! `as_boolean`: words read as true and false.

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

pub(super) static FUNCTION: Function = Function {
    name: "as_boolean",
    section: Section::Missing,
    summary: "True where `text` is one of the words `yes`, false where it is one of `no`, which have `|` between them; capital and small letters are the same; else missing.",
    params: &[
        param("text", Accepts::Text),
        optional("yes", Accepts::Text, Sample::Text("true|t|yes|y|1")),
        optional("no", Accepts::Text, Sample::Text("false|f|no|n|0")),
    ],
    returns: Returns::Kind(Kind::Boolean),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text(" Yes "), Sample::Text("true|t|yes|y|1"), Sample::Text("false|f|no|n|0")], Sample::Bool(true)),
        example(&[Sample::Text("0"), Sample::Text("true|t|yes|y|1"), Sample::Text("false|f|no|n|0")], Sample::Bool(false)),
        example(&[Sample::Text("ja"), Sample::Text("ja"), Sample::Text("nein")], Sample::Bool(true)),
        example(&[Sample::Text("perhaps"), Sample::Text("true|t|yes|y|1"), Sample::Text("false|f|no|n|0")], Sample::Null),
        example(&[Sample::Null, Sample::Text("ja"), Sample::Text("nein")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text, As::Text], Row::Bool(truth))
}

fn truth(args: &[Arg<'_>], row: usize) -> Option<bool> {
    let said = args[0].text(row)?.trim().to_lowercase();
    let among = |words: &str| words.split('|').any(|word| word.trim().to_lowercase() == said);
    if among(args[1].text(row)?) {
        return Some(true);
    }
    among(args[2].text(row)?).then_some(false)
}
