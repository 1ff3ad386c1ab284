//! Which rows are the same thing: one pass over a table, with a 63-bit identity for each key asked for.
//!
//! An identity is the surrogate key of the values, so two values are the same where their keys are.

use crate::dataset::ORIGIN;
use crate::engine;
use crate::engine::key;
use crate::error::Error;
use crate::ir::tenant;
use polars::prelude::*;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A set of identities.
pub(crate) type Identities = PlHashSet<i64>;

/// An empty set with room for so many.
pub(crate) fn room(rows: u64) -> Identities {
    let mut set = Identities::default();
    set.reserve(usize::try_from(rows).unwrap_or(0));
    set
}

/// Calls `see` on each row in order: its origin, and the identity of each key (missing where all its columns are, whosever the row is).
pub(crate) fn each_row<S: Send + 'static>(
    frame: LazyFrame,
    keys: &[Vec<String>],
    state: S,
    see: impl Fn(&mut S, i64, &[Option<i64>]) + Send + Sync + 'static,
) -> Result<S, Error> {
    let doing = "looking for rows that are the same";
    let mut frame = frame;
    let schema = frame.collect_schema().map_err(|error| Error::engine(doing, error))?;
    let mut columns = vec![col(ORIGIN)];
    for (at, names) in keys.iter().enumerate() {
        let parts: Vec<Expr> = names.iter().map(|name| col(name.as_str())).collect();
        // An integer is its own identity.
        let own = matches!(names.as_slice(), [name] if schema.get(name.as_str()) == Some(&DataType::Int64));
        let mut identity = if own { col(names[0].as_str()) } else { key::key(&parts, String::new(), false) };
        if names.iter().any(|name| name == tenant::COLUMN) {
            let values = names.iter().filter(|name| *name != tenant::COLUMN).map(|name| col(name.as_str()).is_not_null());
            let is_there = values.reduce(Expr::or).unwrap_or_else(|| lit(true));
            identity = when(is_there).then(identity).otherwise(lit(NULL));
        }
        columns.push(identity.alias(format!("_key{at}")));
    }
    let shared = Arc::new(Mutex::new(Some(state)));
    let held = Arc::clone(&shared);
    let function = move |batch: DataFrame| {
        let columns = batch.columns().iter().map(|column| column.i64().cloned()).collect::<PolarsResult<Vec<_>>>()?;
        let mut guard = held.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(state), Some((origins, keys))) = (guard.as_mut(), columns.split_first()) {
            let mut row = vec![None; keys.len()];
            for at in 0..origins.len() {
                for (slot, key) in row.iter_mut().zip(keys) {
                    *slot = key.get(at);
                }
                if let Some(origin) = origins.get(at) {
                    see(state, origin, &row);
                }
            }
        }
        Ok(false)
    };
    let sink = frame.select(columns).with_predicate_pushdown(false).sink_batches(PlanCallback::new(function), true, None);
    sink.and_then(|sink| sink.collect_with_engine(Engine::Streaming)).map_err(|error| Error::engine(doing, error))?;
    let state = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
    state.ok_or_else(|| Error::bug("a pass over a table lost its state"))
}

/// The rows of a staged table without those of a set.
pub(crate) fn without(frame: LazyFrame, rows: Arc<crate::dataset::rows::RowSet>) -> LazyFrame {
    let function = move |column: Column| {
        let keep: BooleanChunked = column.i64()?.iter().map(|origin| origin.map(|origin| !rows.contains(origin))).collect();
        Ok(keep.into_column())
    };
    frame.filter(col(ORIGIN).map(function, |_, _| Ok(Field::new("keep".into(), DataType::Boolean))))
}

/// For each of these columns, how many values are missing and, for texts, the most characters one has.
pub(crate) fn extents(frame: LazyFrame, columns: &[(String, bool)]) -> Result<Vec<(u64, u64)>, Error> {
    let doing = "measuring a table";
    let mut asked = Vec::new();
    for (at, (name, text)) in columns.iter().enumerate() {
        asked.push(col(name.as_str()).null_count().cast(DataType::UInt64).alias(format!("nulls{at}")));
        let longest = if *text { col(name.as_str()).str().len_chars().max().fill_null(0) } else { lit(0) };
        asked.push(longest.cast(DataType::UInt64).alias(format!("longest{at}")));
    }
    let measured = engine::collect(frame.select(asked), doing)?;
    let read = |name: String| -> PolarsResult<u64> { measured.column(&name)?.get(0)?.try_extract::<u64>() };
    (0..columns.len())
        .map(|at| Ok((read(format!("nulls{at}"))?, read(format!("longest{at}"))?)))
        .collect::<PolarsResult<Vec<_>>>()
        .map_err(|error| Error::engine(doing, error))
}
