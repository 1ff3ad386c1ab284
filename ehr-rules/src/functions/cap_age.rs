//! `cap_age`: no age that tells who it is.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "cap_age",
    section: Section::Deidentification,
    summary: "`age` in years, but `cap` for everyone who is as old or older; the HIPAA safe harbour asks for 90.",
    params: &[param("age", Accepts::Integer), optional("cap", Accepts::Integer, Sample::Int(90))],
    returns: Returns::Kind(Kind::Integer),
    nulls: Nulls::AnyArgument,
    removes: &["birth_date", "age"],
    examples: &[
        example(&[Sample::Int(42), Sample::Int(90)], Sample::Int(42)),
        example(&[Sample::Int(89), Sample::Int(90)], Sample::Int(89)),
        example(&[Sample::Int(103), Sample::Int(90)], Sample::Int(90)),
        example(&[Sample::Null, Sample::Int(90)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    when(args[0].clone().gt(args[1].clone())).then(args[1].clone()).otherwise(args[0].clone())
}
