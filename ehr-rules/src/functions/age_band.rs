//! `age_band`: an age as one of a group.

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
    name: "age_band",
    section: Section::Deidentification,
    summary: "The band of `width` years that `age` falls in, `40-44`; from `cap` on, `90+`; missing where the age is negative.",
    params: &[
        param("age", Accepts::Integer),
        optional("width", Accepts::Integer, Sample::Int(5)),
        optional("cap", Accepts::Integer, Sample::Int(90)),
    ],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &["birth_date", "age"],
    examples: &[
        example(&[Sample::Int(42), Sample::Int(5), Sample::Int(90)], Sample::Text("40-44")),
        example(&[Sample::Int(0), Sample::Int(10), Sample::Int(90)], Sample::Text("0-9")),
        example(&[Sample::Int(89), Sample::Int(20), Sample::Int(90)], Sample::Text("80-89")),
        example(&[Sample::Int(90), Sample::Int(5), Sample::Int(90)], Sample::Text("90+")),
        example(&[Sample::Int(-1), Sample::Int(5), Sample::Int(90)], Sample::Null),
        example(&[Sample::Int(42), Sample::Int(0), Sample::Int(90)], Sample::Null),
        example(&[Sample::Null, Sample::Int(5), Sample::Int(90)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Int, As::Int, As::Int], Row::Text(band))
}

fn band(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (age, width, cap) = (args[0].int(row)?, args[1].int(row)?, args[2].int(row)?);
    if age < 0 || width < 1 {
        return None;
    }
    if age >= cap {
        return Some(format!("{cap}+"));
    }
    let from = age - age % width;
    // The last band before the cap may be narrower.
    Some(format!("{from}-{}", from.saturating_add(width).min(cap) - 1))
}
