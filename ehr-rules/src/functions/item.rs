//! `item`: the item of a list at a place.

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
    name: "item",
    section: Section::Lists,
    summary: "The item of `list` at `place`, counted from 1, or from the end where it is negative; missing where there is none.",
    params: &[param("list", Accepts::List), param("place", Accepts::Integer)],
    returns: Returns::Item,
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::List(&[Sample::Int(4), Sample::Int(5), Sample::Int(6)]), Sample::Int(2)], Sample::Int(5)),
        example(&[Sample::List(&[Sample::Int(4), Sample::Int(5), Sample::Int(6)]), Sample::Int(-1)], Sample::Int(6)),
        example(&[Sample::List(&[Sample::Int(4), Sample::Int(5), Sample::Int(6)]), Sample::Int(4)], Sample::Null),
        example(&[Sample::List(&[Sample::Int(4), Sample::Int(5), Sample::Int(6)]), Sample::Int(-4)], Sample::Null),
        example(&[Sample::List(&[Sample::Int(4)]), Sample::Int(0)], Sample::Null),
        example(&[Sample::List(&[]), Sample::Int(1)], Sample::Null),
        example(&[Sample::Null, Sample::Int(1)], Sample::Null),
        example(&[Sample::List(&[Sample::Int(4)]), Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::at(args)
}
