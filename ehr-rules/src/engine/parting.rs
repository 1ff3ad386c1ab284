//! Each tenant's rows by themselves, in bounded memory.
//!
//! A file for each tenant would have to be open for as long as the table is read, and there may be thousands; a filtered plan for each would
//! read the table as often. So it is read once: rows are gathered until they take [`HELD`] bytes, put together by whose they are, and
//! written as one lot. What is a tenant's is then a run of rows in each lot that has some of it.

use crate::dataset::Part;
use crate::dataset::Run;
use crate::dataset::Table;
use crate::dataset::order::Order;
use crate::error::Error;
use crate::ir::tenant::COLUMN;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What is being done, for errors.
const DOING: &str = "telling tenants apart";
/// So many bytes of rows are held at once.
pub(crate) const HELD: usize = 128 << 20;
/// So many rows are read for one that is wanted.
const BATCH: usize = 8192;

/// The rows of a table tenant by tenant, by identity; within each in the order in which they were made.
pub(crate) fn parts(table: &Table, order: &Order, held: usize) -> Result<Vec<Part>, Error> {
    if table.rows == 0 {
        return Ok(Vec::new());
    }
    let folder = order.folder.join("tenants").join(&table.name);
    fs::create_dir_all(&folder).map_err(|error| Error::io("creating", &folder, error))?;
    let lots = Arc::new(Mutex::new(Lots { folder, name: table.name.clone(), most: held, ..Lots::default() }));
    let taking = Arc::clone(&lots);
    let function = move |batch: DataFrame| {
        taking.lock().unwrap_or_else(PoisonError::into_inner).take(batch)?;
        Ok(false)
    };
    let sink = table.scan()?.sink_batches(PlanCallback::new(function), true, None);
    sink.and_then(|sink| sink.collect_with_engine(Engine::Streaming)).map_err(|error| Error::engine(DOING, error))?;
    let mut lots = lots.lock().unwrap_or_else(PoisonError::into_inner);
    lots.write().map_err(|error| Error::engine(DOING, error))?;
    let found: Vec<Part> = std::mem::take(&mut lots.runs)
        .into_iter()
        .map(|(tenant, runs)| Part { tenant, rows: runs.iter().map(|run| run.rows).sum(), runs })
        .collect();
    let told: u64 = found.iter().map(|part| part.rows).sum();
    if told == table.rows { Ok(found) } else { Err(Error::bug(format!("rows of `{}` are nobody's", table.name))) }
}

/// Rows on their way into lots.
#[derive(Default)]
struct Lots {
    folder: PathBuf,
    name: String,
    /// So many bytes make a lot.
    most: usize,
    held: Option<DataFrame>,
    bytes: usize,
    written: usize,
    /// Of each tenant the runs in lots, in their order.
    runs: BTreeMap<String, Vec<Run>>,
}

impl Lots {
    fn take(&mut self, batch: DataFrame) -> PolarsResult<()> {
        self.bytes += batch.estimated_size();
        match &mut self.held {
            Some(held) => drop(held.vstack_mut(&batch)?),
            none => *none = Some(batch),
        }
        if self.bytes >= self.most { self.write() } else { Ok(()) }
    }

    /// Writes what is held as a lot.
    fn write(&mut self) -> PolarsResult<()> {
        let Some(held) = self.held.take() else { return Ok(()) };
        self.bytes = 0;
        let mut lot = held.sort([COLUMN], SortMultipleOptions::default().with_maintain_order(true))?;
        let path = self.folder.join(format!("{}.ipc", self.written));
        self.written += 1;
        let table = Table { name: self.name.clone(), path, rows: lot.height() as u64 };
        let mut runs: Vec<(&str, Run)> = Vec::new();
        for (at, tenant) in lot.column(COLUMN)?.str()?.iter().enumerate() {
            let Some(tenant) = tenant else { continue };
            match runs.last_mut() {
                Some((last, run)) if *last == tenant => run.rows += 1,
                _ => runs.push((tenant, Run { table: table.clone(), first: at as u64, rows: 1 })),
            }
        }
        for (tenant, run) in runs {
            self.runs.entry(tenant.to_owned()).or_default().push(run);
        }
        IpcWriter::new(File::create(&table.path)?).with_record_batch_size(Some(BATCH)).finish(&mut lot)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::engine;
    use proptest::prelude::*;

    /// Who is who, and which row of the table it is.
    fn read(part: &Part) -> Vec<(String, i64)> {
        let columns = [col("owner"), col("row")];
        let frame = part.frame().unwrap().select(columns).collect().unwrap();
        let (owners, rows) = (frame.column("owner").unwrap().str().unwrap(), frame.column("row").unwrap().i64().unwrap());
        owners.iter().zip(rows.iter()).map(|(owner, row)| (owner.unwrap().to_owned(), row.unwrap())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

        #[test]
        fn each_row_is_in_the_part_of_whose_it_is_and_nowhere_else(owners in proptest::collection::vec(0..5_u8, 1..400), lots in 1..6_usize) {
            let folder = tempfile::tempdir().unwrap();
            let names: Vec<String> = owners.iter().map(|owner| format!("owner {owner}")).collect();
            let rows: Vec<i64> = (0..).take(names.len()).collect();
            let frame = df!(COLUMN => &names, "owner" => &names, "row" => &rows).unwrap();
            // In batches, as tables are that are larger than one.
            let frames: Vec<LazyFrame> = (0_i64..400).step_by(50).map(|at| frame.slice(at, 50).lazy()).collect();
            let plan = concat(frames, UnionArgs::default()).unwrap();
            let table = engine::stage(plan, "rows", folder.path().join("rows.ipc")).unwrap();
            let order = Order::new(folder.path().to_owned(), chrono::NaiveDate::default());
            let found = parts(&table, &order, frame.estimated_size() / lots).unwrap();
            let mut all: Vec<(String, i64)> = Vec::new();
            for part in &found {
                let own = read(part);
                prop_assert_eq!(own.len() as u64, part.rows);
                prop_assert!(own.iter().all(|(owner, _)| *owner == part.tenant), "{:?}", own);
                prop_assert!(own.is_sorted_by_key(|(_, row)| *row), "{:?}", own);
                all.extend(own);
            }
            all.sort_by_key(|(_, row)| *row);
            prop_assert_eq!(all, names.into_iter().zip(rows).collect::<Vec<_>>());
        }
    }
}
