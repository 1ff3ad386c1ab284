//! `extract`: what a regular expression finds.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::optional;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;
use regex::Regex;

pub(super) static FUNCTION: Function = Function {
    name: "extract",
    section: Section::Text,
    summary: "The `group` that `pattern` finds first in `text`; missing where it finds none.",
    params: &[param("text", Accepts::Text), constant("pattern", Accepts::Pattern), optional("group", Accepts::Integer, Sample::Int(1))],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("http://loinc.org|8302-2"), Sample::Text("[|](.+)$"), Sample::Int(1)], Sample::Text("8302-2")),
        example(&[Sample::Text("8302-2"), Sample::Text("[|](.+)$"), Sample::Int(1)], Sample::Null),
        example(&[Sample::Text("8302-2"), Sample::Text("[0-9]+"), Sample::Int(0)], Sample::Text("8302")),
        example(&[Sample::Text("a"), Sample::Text("a"), Sample::Int(7)], Sample::Null),
        example(&[Sample::Null, Sample::Text("a"), Sample::Int(0)], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let Some((text, others)) = args.split_first() else { return lit(NULL) };
    text.clone().map_many(extract, others, |_, fields| Ok(Field::new(fields[0].name().clone(), DataType::String)))
}

/// The expression is compiled once a chunk. A wrong one was refused when the rules were loaded.
fn extract(columns: &mut [Column]) -> PolarsResult<Column> {
    let wrong = || polars_err!(ComputeError: "ehr-rules: the pattern of `extract` is not a regular expression");
    let texts = columns[0].cast(&DataType::String)?;
    let patterns = columns[1].cast(&DataType::String)?;
    let groups = columns[2].cast(&DataType::Int64)?;
    let (Some(pattern), Some(group)) = (patterns.str()?.first(), groups.i64()?.first()) else {
        return Ok(Column::full_null(texts.name().clone(), texts.len(), &DataType::String));
    };
    let regex = Regex::new(pattern).map_err(|_| wrong())?;
    let group = usize::try_from(group).unwrap_or(usize::MAX);
    let find = |text: &str| Some(regex.captures(text)?.get(group)?.as_str().to_owned());
    let found: StringChunked = texts.str()?.iter().map(|text| text.and_then(find)).collect();
    Ok(found.with_name(texts.name().clone()).into_column())
}
