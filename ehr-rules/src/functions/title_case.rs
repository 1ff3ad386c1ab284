//! `title_case`: names as they are written.

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
    name: "title_case",
    section: Section::Text,
    summary: "`text` with every word capitalised; words end at blanks, hyphens and apostrophes.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("ADA o'neil-SMITH")], Sample::Text("Ada O'Neil-Smith")),
        example(&[Sample::Text("")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(title_case))
}

fn title_case(args: &[Arg<'_>], row: usize) -> Option<String> {
    let text = args[0].text(row)?;
    let mut titled = String::with_capacity(text.len());
    let mut begins = true;
    for letter in text.chars() {
        if begins {
            titled.extend(letter.to_uppercase());
        } else {
            titled.extend(letter.to_lowercase());
        }
        begins = letter.is_whitespace() || matches!(letter, '-' | '\'' | '’');
    }
    Some(titled)
}
