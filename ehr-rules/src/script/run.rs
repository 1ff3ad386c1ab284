//! A script interpreted row by row, where it has no native form.

use crate::dataset::dtype::dtype;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::script::Script;
use crate::script::sandbox;
use crate::script::value;
use chrono::NaiveDate;
use polars::prelude::AnyValue;
use polars::prelude::Column;
use polars::prelude::IntoColumn;
use polars::prelude::PolarsResult;
use polars::prelude::Series;
use rhai::Dynamic;
use rhai::Engine;
use rhai::Map;
use rhai::Scope;
use std::collections::HashMap;

/// Distinct inputs whose results are kept: scripts mostly see the same few values over and over.
const REMEMBERED: usize = 4_096;

/// Runs a script on every one of the `rows` of a chunk. `columns` are the values of `inputs`, in that order; a column of
/// one value stands for every row. Gives the results, and the rows on which the script failed or gave a value
/// of another kind: the result of such a row is missing.
pub(crate) fn run(
    script: &Script,
    inputs: &[(String, Kind)],
    settings: &[(String, Value)],
    result: &Kind,
    today: NaiveDate,
    columns: &[Column],
    rows: usize,
) -> PolarsResult<(Column, Vec<u32>)> {
    let name = columns.first().map(|column| column.name().clone()).unwrap_or_default();
    let mut engine = sandbox::engine(&script.library, today);
    sandbox::settings(&mut engine, settings);
    let by_col = script.columns.iter().any(|read| read.by_col);
    #[expect(clippy::mutable_key_type, reason = "the kinds of value that have a lock inside are of no kind of ours")]
    let mut remembered: HashMap<Vec<AnyValue<'_>>, Option<AnyValue<'static>>> = HashMap::new();
    let mut results = Vec::with_capacity(rows);
    let mut failed = Vec::new();
    for row in 0..rows {
        let cells: Vec<AnyValue<'_>> =
            columns.iter().map(|column| column.get(if column.len() == 1 { 0 } else { row })).collect::<PolarsResult<_>>()?;
        let given = if let Some(known) = remembered.get(&cells) {
            known.clone()
        } else {
            let given = evaluate(script, &mut engine, inputs, &cells, by_col).and_then(|given| value::from_script(given, result));
            if remembered.len() < REMEMBERED {
                remembered.insert(cells, given.clone());
            }
            given
        };
        if given.is_none() {
            failed.extend(u32::try_from(row).ok());
        }
        results.push(given.unwrap_or(AnyValue::Null));
    }
    let series = Series::from_any_values_and_dtype(name, &results, &dtype(result), true)?;
    Ok((series.into_column(), failed))
}

/// One row. What went wrong is not kept: a message of the interpreter's may quote a value.
fn evaluate(script: &Script, engine: &mut Engine, inputs: &[(String, Kind)], cells: &[AnyValue<'_>], by_col: bool) -> Option<Dynamic> {
    let mut scope = Scope::new();
    let mut map = Map::new();
    for ((name, kind), cell) in inputs.iter().zip(cells) {
        let value = value::of_kind(cell, kind);
        if by_col {
            map.insert(name.as_str().into(), value.clone());
        }
        scope.push_dynamic(name.as_str(), value);
    }
    if by_col {
        engine.set_default_tag(Dynamic::from_map(map));
    }
    engine.eval_ast_with_scope(&mut scope, &script.ast).ok()
}
