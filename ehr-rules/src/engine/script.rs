//! Scripts without a native form: interpreted in the sandbox, batch by batch.

use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Ledger;
use crate::dataset::rows::RowSet;
use crate::engine::Context;
use crate::engine::fate::Verdict;
use crate::error::Error;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::script;
use crate::script::Script;
use polars::prelude::*;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Rows on which one script failed.
#[derive(Debug)]
pub(super) struct Failures {
    verdict: Verdict,
    rows: Mutex<RowSet>,
}

impl Failures {
    /// Whether the script did not fail on this row.
    pub(super) fn spares(&self, origin: i64) -> bool {
        !self.rows.lock().unwrap_or_else(PoisonError::into_inner).contains(origin)
    }

    /// Sets the rows aside.
    pub(super) fn tell(&self, ledger: &Ledger) {
        let rows: Vec<i64> = self.rows.lock().unwrap_or_else(PoisonError::into_inner).iter().collect();
        if !rows.is_empty() {
            self.verdict.reject(ledger, rows);
        }
    }
}

/// The value of a script, and the rows it fails on, known once the plan has run.
pub(super) fn script(
    source: &str,
    inputs: &[(String, Type)],
    kind: &Kind,
    rule: &str,
    context: &Context<'_>,
) -> Result<(Expr, Arc<Failures>), Error> {
    let script =
        Script::compile(source).map_err(|error| Error::bug(format!("a script that was checked does not compile: {}", error.message)))?;
    let script = Arc::new(script);
    let failures = Arc::new(Failures { verdict: Verdict::new(context, rule, "R0303", "", false), rows: Mutex::default() });
    let names: Vec<(String, Kind)> = inputs.iter().map(|(name, ty)| (name.clone(), ty.kind.clone())).collect();
    let columns: Vec<Expr> = names.iter().map(|(name, _)| col(name.as_str())).collect();
    let (result, today, failed) = (kind.clone(), context.order.today, Arc::clone(&failures));
    let output = Field::new("script".into(), dtype(kind));
    let function = move |columns: &mut [Column]| {
        let (value, rows) = script::run(&script, &names, &result, today, &columns[1..], columns[0].len())?;
        if !rows.is_empty() {
            let origins = columns[0].i64()?;
            let mut set = failed.rows.lock().unwrap_or_else(PoisonError::into_inner);
            rows.into_iter().filter_map(|row| origins.get(row as usize)).for_each(|origin| set.insert(origin));
        }
        Ok(value)
    };
    Ok((col(ORIGIN).map_many(function, &columns, move |_, _| Ok(output.clone())), failures))
}
