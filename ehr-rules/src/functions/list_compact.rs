//! `list_compact`: a list without what is missing.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::items;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "list_compact",
    section: Section::Lists,
    summary: "`list` without its missing items.",
    params: &[param("list", Accepts::List)],
    returns: Returns::First,
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(
            &[Sample::List(&[Sample::Text("a"), Sample::Null, Sample::Text("b")])],
            Sample::List(&[Sample::Text("a"), Sample::Text("b")]),
        ),
        example(&[Sample::List(&[Sample::Null])], Sample::List(&[])),
        example(&[Sample::List(&[])], Sample::List(&[])),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, compact, Clone::clone)
}

fn compact(columns: &mut [Column]) -> PolarsResult<Column> {
    items::chosen(&columns[0], items::presence, |items| items.retain(|(mark, _)| *mark != items::MISSING))
}
