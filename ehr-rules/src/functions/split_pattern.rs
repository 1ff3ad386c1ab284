//! `split_pattern`: a text as the list of what stands between.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::items;
use crate::ir::types::Kind;
use polars::prelude::*;
use regex::Regex;

pub(super) static FUNCTION: Function = Function {
    name: "split_pattern",
    section: Section::Lists,
    summary: "The parts of `text` between everything that `pattern` finds, as they stand; the whole text where it finds nothing.",
    params: &[param("text", Accepts::Text), constant("pattern", Accepts::Pattern)],
    returns: Returns::ListOf(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(
            &[Sample::Text("E11.9, I10;Z00"), Sample::Text("[,;] *")],
            Sample::List(&[Sample::Text("E11.9"), Sample::Text("I10"), Sample::Text("Z00")]),
        ),
        example(&[Sample::Text(",a"), Sample::Text(",")], Sample::List(&[Sample::Text(""), Sample::Text("a")])),
        example(&[Sample::Text("a"), Sample::Text(",")], Sample::List(&[Sample::Text("a")])),
        example(&[Sample::Null, Sample::Text(",")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, split, |_| DataType::List(Box::new(DataType::String)))
}

/// The expression is compiled once a chunk. A wrong one was refused when the rules were loaded.
fn split(columns: &mut [Column]) -> PolarsResult<Column> {
    let wrong = || polars_err!(ComputeError: "ehr-rules: the pattern of `split_pattern` is not a regular expression");
    let (texts, patterns) = (columns[0].cast(&DataType::String)?, columns[1].cast(&DataType::String)?);
    let pattern = Regex::new(patterns.str()?.first().unwrap_or_default()).map_err(|_| wrong())?;
    Ok(items::parts(texts.str()?, |text| pattern.split(text)))
}
