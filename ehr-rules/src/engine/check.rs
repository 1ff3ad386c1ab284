//! Conditions on the rows of a table, all in one pass.

use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::engine::Context;
use crate::engine::expr::Lowering;
use crate::engine::script::ROW;
use crate::error::Error;
use crate::ir::expr::Expr as Condition;
use polars::prelude::*;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// For each condition the rows for which it is not true, in order. A script that fails on a row is not true of it.
pub(crate) fn broken(table: &Table, conditions: &[&Condition], context: &Context<'_>) -> Result<Vec<Vec<i64>>, Error> {
    let doing = "checking the rows of a table";
    let mut lowering = Lowering::new(context);
    let mut columns = vec![col(ORIGIN)];
    let plan = table.scan()?.with_row_index(ROW, None);
    for (at, condition) in conditions.iter().enumerate() {
        let holds = lowering.lower(condition)?;
        let faults = lowering.verdicts();
        let holds = faults.into_iter().fold(holds, |holds, (fault, _)| holds.and(fault.not()));
        columns.push(holds.alias(format!("_check{at}")));
    }
    let (plan, _) = lowering.computed(plan);
    let found = Arc::new(Mutex::new(vec![Vec::new(); conditions.len()]));
    let shared = Arc::clone(&found);
    let function = move |batch: DataFrame| {
        let (origins, checks) = batch.columns().split_first().ok_or_else(|| polars_err!(ComputeError: "ehr-rules: no columns"))?;
        let origins = origins.i64()?;
        let mut found = shared.lock().unwrap_or_else(PoisonError::into_inner);
        for (rows, holds) in found.iter_mut().zip(checks) {
            let holds = holds.bool()?;
            rows.extend(origins.iter().zip(holds.iter()).filter(|(_, holds)| *holds != Some(true)).filter_map(|(origin, _)| origin));
        }
        Ok(false)
    };
    plan.select(columns)
        .with_predicate_pushdown(false)
        .sink_batches(PlanCallback::new(function), true, None)
        .and_then(|sink| sink.collect_with_engine(Engine::Streaming))
        .map_err(|error| Error::engine(doing, error))?;
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *found))
}
