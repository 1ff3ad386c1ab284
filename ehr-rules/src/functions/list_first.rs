//! `list_first`: a list's first item.

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
    name: "list_first",
    section: Section::Lists,
    summary: "The first item of `list`, missing or not; missing where there is none.",
    params: &[param("list", Accepts::List)],
    returns: Returns::Item,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::List(&[Sample::Text("E11.9"), Sample::Text("I10")])], Sample::Text("E11.9")),
        example(&[Sample::List(&[Sample::Null, Sample::Text("I10")])], Sample::Null),
        example(&[Sample::List(&[])], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let Some(list) = args.first() else { return lit(NULL) };
    items::at(&[list.clone(), lit(1i64)])
}
