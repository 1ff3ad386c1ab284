//! `as_phone`: a telephone number in its international form.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_distinct;
use crate::functions::phones::e164;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "as_phone",
    section: Section::Contact,
    summary: "The telephone number `text` in E.164, `+14165550123`, dialled from `country`; its extension is left out; missing where it is no number that is given out there.",
    params: &[param("text", Accepts::Text), constant("country", Accepts::Country)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("(416) 967-1111"), Sample::Text("CA")], Sample::Text("+14169671111")),
        example(&[Sample::Text("+44 20 7946 0958"), Sample::Text("CA")], Sample::Text("+442079460958")),
        example(&[Sample::Text("416-967-1111 ext. 12"), Sample::Text("US")], Sample::Text("+14169671111")),
        example(&[Sample::Text("911"), Sample::Text("US")], Sample::Null),
        example(&[Sample::Text("unknown"), Sample::Text("US")], Sample::Null),
        example(&[Sample::Null, Sample::Text("US")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_distinct(args, &[As::Text, As::Text], Row::Text(dialled))
}

fn dialled(args: &[Arg<'_>], row: usize) -> Option<String> {
    e164(args[0].text(row)?, args[1].text(row)?)
}
