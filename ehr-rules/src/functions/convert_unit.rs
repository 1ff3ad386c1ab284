//! `convert_unit`: a measurement in another unit.

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
use crate::functions::lowering::by_distinct;
use crate::functions::units::convert;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "convert_unit",
    section: Section::Numbers,
    summary: "`number`, measured in the unit `from`, in the unit `to`; both as UCUM writes them; missing where one is no unit or they measure different things, as mass and amount of substance do.",
    params: &[param("number", Accepts::Number), param("from", Accepts::Unit), param("to", Accepts::Unit)],
    returns: Returns::Kind(Kind::Float),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Float(70.0), Sample::Text("[in_i]"), Sample::Text("cm")], Sample::Float(177.8)),
        example(&[Sample::Float(98.6), Sample::Text("[degF]"), Sample::Text("Cel")], Sample::Float(37.0)),
        example(&[Sample::Int(5), Sample::Text("g/L"), Sample::Text("mg/dL")], Sample::Float(500.0)),
        example(&[Sample::Float(5.5), Sample::Text("mmol/L"), Sample::Text("mg/dL")], Sample::Null),
        example(&[Sample::Float(1.0), Sample::Text("kgs"), Sample::Text("g")], Sample::Null),
        example(&[Sample::Null, Sample::Text("kg"), Sample::Text("g")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Float, As::Text, As::Text], Row::Float(converted))
}

fn converted(args: &[Arg<'_>], row: usize) -> Option<f64> {
    convert(args[0].float(row)?, args[1].text(row)?, args[2].text(row)?)
}
