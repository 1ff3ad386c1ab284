//! `collapse_blanks`: single blanks only.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "collapse_blanks",
    section: Section::Text,
    summary: "`text` with every run of blanks, tabs and line ends made one blank, and none at its ends.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text(" Ada   King\tLovelace ")], Sample::Text("Ada King Lovelace")),
        example(&[Sample::Text("  ")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    args[0].clone().str().replace_all(lit(r"\s+"), lit(" "), false).str().strip_chars(lit(NULL))
}
