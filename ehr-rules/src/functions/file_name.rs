//! `file_name`: the last part of a path.

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
    name: "file_name",
    section: Section::Text,
    summary: "The last part of the path `text`, behind its last `/` or `\\`.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("2024/01/scan 1.pdf")], Sample::Text("scan 1.pdf")),
        example(&[Sample::Text("C:\\scans\\1.tif")], Sample::Text("1.tif")),
        example(&[Sample::Text("1.tif")], Sample::Text("1.tif")),
        example(&[Sample::Text("scans/")], Sample::Text("")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(last))
}

fn last(args: &[Arg<'_>], row: usize) -> Option<String> {
    args[0].text(row)?.rsplit(['/', '\\']).next().map(str::to_owned)
}
