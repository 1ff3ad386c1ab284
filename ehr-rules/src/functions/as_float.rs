//! `as_float`: text read as a float.

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
    name: "as_float",
    section: Section::Numbers,
    summary: "`text` as a finite float, blanks around it passed over; missing where it is none.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("37.5")], Sample::Float(37.5)),
        example(&[Sample::Text("-1e3")], Sample::Float(-1000.0)),
        example(&[Sample::Text("1e999")], Sample::Null),
        example(&[Sample::Text("NaN")], Sample::Null),
        example(&[Sample::Text("37,5")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Float(float))
}

fn float(args: &[Arg<'_>], row: usize) -> Option<f64> {
    args[0].text(row)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
