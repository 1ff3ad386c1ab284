//! IR to polars: one lazy plan a table, run in bounded memory, staged to disk.
//!
//! Predicate pushdown is off: filters here mark the ledger, so each must see the rows that reach its own place
//! in the plan and no others.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod any_script;
pub(crate) mod apart;
mod arithmetic;
pub(crate) mod check;
pub(crate) mod codes;
mod comparison;
mod constant;
mod dedupe;
mod default;
pub(crate) mod demand;
pub(crate) mod expr;
pub(crate) mod fate;
pub(crate) mod files;
pub(crate) mod fingerprint;
pub(crate) mod formula;
pub(crate) mod group;
pub(crate) mod identity;
mod kernel;
pub(crate) mod key;
pub(crate) mod listed;
mod operator;
pub(crate) mod parting;
mod pivot;
pub(crate) mod plausible;
pub(crate) mod probe;
pub(crate) mod script;
pub(crate) mod tenant;
pub(crate) mod track;
pub(crate) mod transform;
mod unfold;

use crate::dataset::Table;
use crate::dataset::ledger::Ledger;
use crate::dataset::order::Order;
use crate::engine::codes::CodeSource;
use crate::engine::probe::Probes;
use crate::error::Error;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// What a plan needs beside its rows.
pub(crate) struct Context<'a> {
    /// The stage, for rejections.
    pub stage: &'static str,
    /// The run.
    pub order: &'a Order,
    /// Where fates are marked.
    pub ledger: &'a Arc<Ledger>,
    /// Code maps by name.
    pub codes: &'a BTreeMap<String, Arc<CodeSource>>,
    /// Where probes tell what they saw; none in a run in bulk.
    pub probes: Option<&'a Arc<Probes>>,
}

/// Runs a plan and stages what it makes; gives the number of rows staged.
pub(crate) fn stage(plan: LazyFrame, name: &str, path: PathBuf) -> Result<Table, Error> {
    let doing = format!("making `{name}`");
    let target = SinkTarget::Path(shown(&path)?);
    let format = FileWriteFormat::Ipc(IpcWriterOptions::default());
    plan.with_predicate_pushdown(false)
        .sink(SinkDestination::File { target }, format, UnifiedSinkArgs { mkdir: true, ..Default::default() })
        .and_then(|sink| sink.collect_with_engine(Engine::Streaming))
        .map_err(|error| Error::engine(&doing, error))?;
    let mut table = Table { name: name.to_owned(), path, rows: 0 };
    table.rows = count(table.scan()?, &doing)?;
    Ok(table)
}

/// Stages a table without rows; a plan would only start and stop an engine.
pub(crate) fn stage_empty(schema: &Schema, name: &str, path: PathBuf) -> Result<Table, Error> {
    let failed = |error| Error::io("creating", &path, error);
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    let file = std::fs::File::create(&path).map_err(failed)?;
    let mut frame = DataFrame::empty_with_schema(schema);
    IpcWriter::new(file).finish(&mut frame).map_err(|error| Error::engine(&format!("making `{name}`"), error))?;
    Ok(Table { name: name.to_owned(), path, rows: 0 })
}

/// Does pieces of work that do not need each other side by side, one a core, and gives what they made in their order.
/// A plan alone leaves cores idle where it waits for a file or a lock.
pub(crate) fn together<'i, I: Sync, T: Send>(items: &'i [I], work: impl Fn(&'i I) -> Result<T, Error> + Sync) -> Result<Vec<T>, Error> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    let next = AtomicUsize::new(0);
    let mut made: Vec<(usize, Result<T, Error>)> = std::thread::scope(|scope| {
        let worker = || {
            let mut mine = Vec::new();
            while let Some((at, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?))) {
                mine.push((at, work(item)));
            }
            mine
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, result)| result).collect()
}

/// How many rows a frame has.
pub(crate) fn count(frame: LazyFrame, doing: &str) -> Result<u64, Error> {
    let counted = collect(frame.select([len().alias("rows")]), doing)?;
    let rows = counted.column("rows").and_then(|rows| rows.get(0)?.try_extract::<u64>());
    rows.map_err(|error| Error::engine(doing, error))
}

/// Collects a small frame.
pub(crate) fn collect(frame: LazyFrame, doing: &str) -> Result<DataFrame, Error> {
    let collected = frame.with_predicate_pushdown(false).collect_with_engine(Engine::Streaming);
    // The type of what is collected has no public name, so the method cannot be named by its path.
    Ok(collected.map_err(|error| Error::engine(doing, error))?.unwrap_single())
}

/// Calls `see` on each integer of a column, batch by batch, in bounded memory. A column without missing values is asked for.
pub(crate) fn each_integer(
    frame: LazyFrame,
    column: &str,
    doing: &str,
    see: impl Fn(&mut dyn Iterator<Item = i64>) + Send + Sync + 'static,
) -> Result<(), Error> {
    let name = PlSmallStr::from_str(column);
    let function = move |batch: DataFrame| {
        let values = batch.column(&name)?.i64()?;
        see(&mut values.iter().flatten());
        // `true` would end the stream.
        Ok(false)
    };
    frame
        .select([col(column)])
        .sink_batches(PlanCallback::new(function), true, None)
        .and_then(|sink| sink.collect_with_engine(Engine::Streaming))
        .map_err(|error| Error::engine(doing, error))?;
    Ok(())
}

fn shown(path: &Path) -> Result<PlRefPath, Error> {
    PlRefPath::try_from_path(path).map_err(|error| Error::engine("naming a staged table", error))
}
