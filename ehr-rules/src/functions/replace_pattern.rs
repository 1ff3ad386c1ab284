//! `replace_pattern`: what a pattern finds, replaced.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::ir::types::Kind;
use polars::prelude::*;
use regex::Regex;

pub(super) static FUNCTION: Function = Function {
    name: "replace_pattern",
    section: Section::Text,
    summary: "`text` with `with` in place of everything that `pattern` finds; `$1` or `${1}` in `with` is the first group found, `$$` a dollar.",
    params: &[param("text", Accepts::Text), constant("pattern", Accepts::Pattern), constant("with", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("555-0100"), Sample::Text("([0-9]{3})-([0-9]{4})"), Sample::Text("$2/$1")], Sample::Text("0100/555")),
        example(&[Sample::Text("a1b22"), Sample::Text("[0-9]+"), Sample::Text("")], Sample::Text("ab")),
        example(&[Sample::Text("ab"), Sample::Text("[0-9]+"), Sample::Text("#")], Sample::Text("ab")),
        example(&[Sample::Text("5"), Sample::Text("5"), Sample::Text("$$")], Sample::Text("$")),
        example(&[Sample::Null, Sample::Text("a"), Sample::Text("b")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    let Some((text, others)) = args.split_first() else { return lit(NULL) };
    text.clone().map_many(replace, others, |_, fields| Ok(Field::new(fields[0].name().clone(), DataType::String)))
}

/// The expression is compiled once a chunk; a wrong one was refused when the rules were loaded. The engine's own
/// replacement takes `$1` as it stands where the pattern is a plain text.
fn replace(columns: &mut [Column]) -> PolarsResult<Column> {
    let wrong = || polars_err!(ComputeError: "ehr-rules: the pattern of `replace_pattern` is not a regular expression");
    let texts = columns[0].cast(&DataType::String)?;
    let patterns = columns[1].cast(&DataType::String)?;
    let withs = columns[2].cast(&DataType::String)?;
    let (Some(pattern), Some(with)) = (patterns.str()?.first(), withs.str()?.first()) else {
        return Ok(Column::full_null(texts.name().clone(), texts.len(), &DataType::String));
    };
    let regex = Regex::new(pattern).map_err(|_| wrong())?;
    let replaced: StringChunked = texts.str()?.iter().map(|text| text.map(|text| regex.replace_all(text, with))).collect();
    Ok(replaced.with_name(texts.name().clone()).into_column())
}
