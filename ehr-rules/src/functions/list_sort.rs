//! `list_sort`: a list in order.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::functions::items;
use polars::prelude::*;
use std::cmp::Reverse;

pub(super) static FUNCTION: Function = Function {
    name: "list_sort",
    section: Section::Lists,
    summary: "`list` in `order`; missing items stand last.",
    params: &[param("list", Accepts::Values), optional("order", Accepts::OneOf(&["ascending", "descending"]), Sample::Text("ascending"))],
    returns: Returns::First,
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(
            &[Sample::List(&[Sample::Int(3), Sample::Null, Sample::Int(1)]), Sample::Text("ascending")],
            Sample::List(&[Sample::Int(1), Sample::Int(3), Sample::Null]),
        ),
        example(
            &[Sample::List(&[Sample::Text("a"), Sample::Text("c"), Sample::Null, Sample::Text("b")]), Sample::Text("descending")],
            Sample::List(&[Sample::Text("c"), Sample::Text("b"), Sample::Text("a"), Sample::Null]),
        ),
        example(&[Sample::List(&[]), Sample::Text("ascending")], Sample::List(&[])),
        example(&[Sample::Null, Sample::Text("ascending")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, sort, Clone::clone)
}

fn sort(columns: &mut [Column]) -> PolarsResult<Column> {
    let order = columns[1].cast(&DataType::String)?;
    if order.str()?.first() == Some("descending") {
        items::chosen(&columns[0], items::ranks, |items| items.sort_by_key(|(mark, _)| (*mark == items::MISSING, Reverse(*mark))))
    } else {
        items::chosen(&columns[0], items::ranks, |items| items.sort_by_key(|(mark, _)| *mark))
    }
}
