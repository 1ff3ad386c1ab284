//! `split`: a text as the list of its parts.

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

pub(super) static FUNCTION: Function = Function {
    name: "split",
    section: Section::Lists,
    summary: "The parts of `text` between every `separator`, as they stand; the whole text where it has none, or `separator` is empty.",
    params: &[param("text", Accepts::Text), constant("separator", Accepts::Text)],
    returns: Returns::ListOf(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("E11.9;I10"), Sample::Text(";")], Sample::List(&[Sample::Text("E11.9"), Sample::Text("I10")])),
        example(
            &[Sample::Text("E11.9; ;"), Sample::Text(";")],
            Sample::List(&[Sample::Text("E11.9"), Sample::Text(" "), Sample::Text("")]),
        ),
        example(&[Sample::Text("E11.9"), Sample::Text(";")], Sample::List(&[Sample::Text("E11.9")])),
        example(&[Sample::Text(""), Sample::Text(";")], Sample::List(&[Sample::Text("")])),
        example(&[Sample::Text("ab"), Sample::Text("")], Sample::List(&[Sample::Text("ab")])),
        example(&[Sample::Null, Sample::Text(";")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    items::over(args, split, |_| DataType::List(Box::new(DataType::String)))
}

fn split(columns: &mut [Column]) -> PolarsResult<Column> {
    let (texts, separators) = (columns[0].cast(&DataType::String)?, columns[1].cast(&DataType::String)?);
    let separator = separators.str()?.first().unwrap_or_default();
    Ok(match separator {
        "" => items::parts(texts.str()?, std::iter::once),
        separator => items::parts(texts.str()?, |text| text.split(separator)),
    })
}
