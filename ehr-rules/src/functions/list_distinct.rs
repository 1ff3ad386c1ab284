//! `list_distinct`: a list without repetitions.

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
    name: "list_distinct",
    section: Section::Lists,
    summary: "`list` with each item once, where it stands first; missing items count as one.",
    params: &[param("list", Accepts::Values)],
    returns: Returns::First,
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(
            &[Sample::List(&[Sample::Text("b"), Sample::Text("a"), Sample::Text("b")])],
            Sample::List(&[Sample::Text("b"), Sample::Text("a")]),
        ),
        example(
            &[Sample::List(&[Sample::Null, Sample::Int(2), Sample::Null, Sample::Int(2)])],
            Sample::List(&[Sample::Null, Sample::Int(2)]),
        ),
        example(&[Sample::List(&[])], Sample::List(&[])),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, distinct, Clone::clone)
}

fn distinct(columns: &mut [Column]) -> PolarsResult<Column> {
    items::chosen(&columns[0], items::ranks, |items| {
        // Equal items side by side, the first of them before the others; then back in their own order.
        items.sort_unstable();
        items.dedup_by_key(|(mark, _)| *mark);
        items.sort_unstable_by_key(|(_, place)| *place);
    })
}
