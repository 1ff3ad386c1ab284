//! Scripts without a native form: interpreted in the sandbox, batch by batch.

use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Ledger;
use crate::dataset::rows::RowSet;
use crate::engine::Context;
use crate::engine::fate::Verdict;
use crate::error::Error;
use crate::ir::expr::ScriptInput;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::script;
use crate::script::Limit;
use crate::script::Script;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The column that numbers the rows of a branch with scripts: several rows may come from one source row, and a script may
/// fail on one of them.
pub(crate) const ROW: &str = "_row";

/// Rows on which one script failed.
#[derive(Debug)]
pub(super) struct Failures {
    verdict: Verdict,
    /// The same of those that a limit stopped.
    stopped: Vec<(Limit, Verdict)>,
    /// By their number in the branch.
    rows: Mutex<RowSet>,
    /// By the source row they come from, and the limit that stopped the script where one did.
    origins: Mutex<BTreeMap<Option<Limit>, RowSet>>,
}

impl Failures {
    /// Whether the script did not fail on this row.
    pub(super) fn spares(&self, row: i64) -> bool {
        !self.rows.lock().unwrap_or_else(PoisonError::into_inner).contains(row)
    }

    /// Whether it failed nowhere so far.
    pub(super) fn none(&self) -> bool {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The rows, by their number.
    pub(super) fn rows(&self) -> Vec<u32> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(|row| u32::try_from(row).ok()).collect()
    }

    /// Sets the rows aside.
    pub(super) fn tell(&self, ledger: &Ledger) {
        let origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = RowSet::default();
        // Of several rows from one the first reason is said: a limit, where one stopped any of them.
        for (limit, rows) in origins.iter().rev() {
            let rows: Vec<i64> = rows.iter().filter(|row| !told.contains(*row)).collect();
            for row in &rows {
                told.insert(*row);
            }
            let known = self.stopped.iter().find(|(known, _)| Some(*known) == *limit);
            let verdict = known.map_or(&self.verdict, |(_, verdict)| verdict);
            if !rows.is_empty() {
                verdict.reject(ledger, rows);
            }
        }
    }
}

/// The value of a script, and the rows it fails on, known once the plan has run.
pub(super) fn script(
    source: &str,
    inputs: &[ScriptInput],
    settings: &[(String, Value)],
    kind: &Kind,
    rule: &str,
    guard: Option<Expr>,
    context: &Context<'_>,
) -> Result<(Expr, Arc<Failures>), Error> {
    let script =
        Script::compile(source).map_err(|error| Error::bug(format!("a script that was checked does not compile: {}", error.message)))?;
    let script = Arc::new(script);
    let verdict = Verdict::new(context, rule, "R0303", "", false);
    let stopped = Limit::ALL.map(|limit| (limit, Verdict::new(context, rule, "R0308", &limit.words(), false))).to_vec();
    let failures = Arc::new(Failures { verdict, stopped, rows: Mutex::default(), origins: Mutex::default() });
    let names: Vec<(String, Kind)> = inputs.iter().map(|input| (input.name.clone(), input.ty.kind.clone())).collect();
    let settings = settings.to_vec();
    let guarded = guard.is_some();
    let row = col(ROW).cast(DataType::Int64);
    let columns: Vec<Expr> = std::iter::once(row).chain(inputs.iter().map(|input| col(input.column.as_str()))).chain(guard).collect();
    let (result, today, failed) = (kind.clone(), context.order.today, Arc::clone(&failures));
    let output = Field::new("script".into(), dtype(kind));
    let function = move |columns: &mut [Column]| {
        let inputs = &columns[2..names.len() + 2];
        let (value, rows) = script::run(&script, &names, &settings, &result, today, inputs, columns[0].len())?;
        if !rows.is_empty() {
            let (origins, numbers) = (columns[0].i64()?, columns[1].i64()?);
            // Where another branch is taken, nobody asks what the script would have said.
            let taken = if guarded { columns.last().map(|guard| guard.bool().cloned()).transpose()? } else { None };
            let asked =
                |row: u32| taken.as_ref().is_none_or(|taken| taken.get(if taken.len() == 1 { 0 } else { row as usize }) == Some(true));
            let mut failed_rows = failed.rows.lock().unwrap_or_else(PoisonError::into_inner);
            let mut failed_origins = failed.origins.lock().unwrap_or_else(PoisonError::into_inner);
            for (row, limit) in rows.into_iter().filter(|(row, _)| asked(*row)) {
                numbers.get(row as usize).into_iter().for_each(|number| failed_rows.insert(number));
                origins.get(row as usize).into_iter().for_each(|origin| failed_origins.entry(limit).or_default().insert(origin));
            }
        }
        Ok(value)
    };
    Ok((col(ORIGIN).map_many(function, &columns, move |_, _| Ok(output.clone())), failures))
}

/// A predicate that sets aside the rows on which one of these scripts failed; it is seen after `columns` are computed.
pub(super) fn succeeded(failures: &[Arc<Failures>], columns: &[String]) -> Option<Expr> {
    if failures.is_empty() {
        return None;
    }
    let failures = failures.to_vec();
    // The outputs are arguments, so that they are computed before this predicate looks at what failed.
    let seen: Vec<Expr> = columns.iter().map(|name| col(name.as_str())).collect();
    let function = move |columns: &mut [Column]| {
        let rows = columns[0].i64()?;
        if failures.iter().all(|failed| failed.none()) {
            return Ok(BooleanChunked::full("keep".into(), true, rows.len()).into_column());
        }
        let keep: BooleanChunked = rows.iter().map(|row| row.map(|row| failures.iter().all(|failed| failed.spares(row)))).collect();
        Ok(keep.into_column())
    };
    let row = col(ROW).cast(DataType::Int64);
    Some(row.map_many(function, &seen, |_, _| Ok(Field::new("keep".into(), DataType::Boolean))))
}
