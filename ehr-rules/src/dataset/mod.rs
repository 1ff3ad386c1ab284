//! Tables on their way, staged on disk between the stages so that memory stays bounded.
//!
//! Each stage writes its tables as Arrow IPC files into the staging folder and the next scans them lazily.
//! Every staged row carries [`ORIGIN`], the source row it came from, so that fates are counted from what
//! really happened.

pub(crate) mod concern;
pub(crate) mod dtype;
pub(crate) mod input;
pub(crate) mod kept;
pub(crate) mod ledger;
pub(crate) mod order;
pub(crate) mod origin;
pub(crate) mod output;
pub(crate) mod rows;
pub(crate) mod text;

use crate::error::Error;
use crate::ir::tenant::COLUMN;
use crate::ir::types::Kind;
use ledger::Ledger;
use polars::prelude::*;
use std::marker::PhantomData;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// The column that says which source row a staged row came from (see [`origin`]).
pub(crate) const ORIGIN: &str = "_origin";
/// The column of a staged source table that holds the line, counted from 1, at which the record began.
pub(crate) const LINE: &str = "_line";

/// Read: typed source tables.
#[derive(Debug)]
pub struct Read;
/// Assessed: every constraint between rows and tables holds or its row is set aside.
#[derive(Debug)]
pub struct Sound;
/// The common model.
#[derive(Debug)]
pub struct Common;
/// The target's tables.
#[derive(Debug)]
pub struct Converted;

/// The tables of one stage, and the ledger of every input row.
#[derive(Debug)]
pub struct Dataset<Stage> {
    /// Tables by the order of their schema.
    pub(crate) tables: Vec<Table>,
    /// Intermediate tables, which only rules of the same level read.
    pub(crate) between: Vec<Table>,
    /// Each input row's fate so far.
    pub(crate) ledger: Arc<Ledger>,
    /// The folder for staged files.
    pub(crate) folder: PathBuf,
    stage: PhantomData<Stage>,
}

/// One staged table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The IPC file it is staged in.
    pub path: PathBuf,
    /// Its rows.
    pub rows: u64,
}

/// The rows of one table that are one tenant's.
#[derive(Debug, Clone)]
pub struct Part {
    /// Whose they are: the tenant's identity.
    pub tenant: String,
    /// Where they stand, in their order.
    pub(crate) runs: Vec<Run>,
    /// How many they are.
    pub rows: u64,
}

/// Rows that stand together in a staged table.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The table.
    pub(crate) table: Table,
    /// The first of them.
    pub(crate) first: u64,
    /// How many they are.
    pub(crate) rows: u64,
}

impl<Stage> Dataset<Stage> {
    pub(crate) fn new(tables: Vec<Table>, ledger: Arc<Ledger>, folder: PathBuf) -> Self {
        Self { tables, between: Vec::new(), ledger, folder, stage: PhantomData }
    }

    /// With the intermediate tables that were made on the way.
    pub(crate) fn with_between(mut self, between: Vec<Table>) -> Self {
        self.between = between;
        self
    }

    /// The tables.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

impl Table {
    /// The staged file as a lazy frame, bookkeeping columns among its columns.
    pub(crate) fn scan(&self) -> Result<LazyFrame, Error> {
        scan(&self.path)
    }

    /// Whether it has this bookkeeping column.
    pub(crate) fn tells(&self, column: &str) -> Result<bool, Error> {
        let schema = self.scan()?.collect_schema();
        Ok(schema.map_err(|error| Error::engine("reading a staged table's columns", error))?.contains(column))
    }

    /// The table as a lazy frame without bookkeeping columns.
    pub fn frame(&self) -> Result<LazyFrame, Error> {
        let mut frame = self.scan()?;
        let schema = frame.collect_schema().map_err(|error| Error::engine("reading a staged table's columns", error))?;
        let kept: Vec<Expr> = schema.iter_names().filter(|name| !name.starts_with('_')).map(|name| col(name.clone())).collect();
        Ok(frame.select(kept))
    }

    /// The table with what a destination tells its rows by, where it is one that `Job::tracked` made; nested values and instants as text.
    pub fn tracked(&self, kind: impl Fn(&str) -> Option<Kind>) -> Result<LazyFrame, Error> {
        let frame = self.scan()?.drop(by_name([ORIGIN, COLUMN], false, false));
        texts(frame, kind).map_err(|error| Error::engine("reading a staged table's columns", error))
    }

    /// The table without bookkeeping columns for a form that has text and numbers only: instants, lists and structs as text. `kind` says what a column is.
    pub fn texts(&self, kind: impl Fn(&str) -> Option<Kind>) -> Result<LazyFrame, Error> {
        texts(self.frame()?, kind).map_err(|error| Error::engine("reading a staged table's columns", error))
    }
}

impl Part {
    /// The rows as a lazy frame without bookkeeping columns.
    pub fn frame(&self) -> Result<LazyFrame, Error> {
        self.gathered(Table::frame)
    }

    /// The same with what a destination tells rows by, as [`Table::tracked`] gives it.
    pub fn tracked(&self, kind: impl Fn(&str) -> Option<Kind>) -> Result<LazyFrame, Error> {
        self.gathered(|table| table.tracked(&kind))
    }

    /// The same for a form that has text and numbers only, as [`Table::texts`] gives it.
    pub fn texts(&self, kind: impl Fn(&str) -> Option<Kind>) -> Result<LazyFrame, Error> {
        self.gathered(|table| table.texts(&kind))
    }

    fn gathered(&self, of: impl Fn(&Table) -> Result<LazyFrame, Error>) -> Result<LazyFrame, Error> {
        let mut plans = Vec::with_capacity(self.runs.len());
        for Run { table, first, rows } in &self.runs {
            let (Ok(first), Ok(rows)) = (i64::try_from(*first), IdxSize::try_from(*rows)) else {
                return Err(Error::data(format!("table `{}` has more rows of one tenant than can be written", table.name)));
            };
            plans.push(of(table)?.slice(first, rows));
        }
        concat(plans, UnionArgs::default()).map_err(|error| Error::engine("gathering a tenant's rows", error))
    }
}

/// A frame with its instants, lists and structs as text, for a form that has text and numbers only; `kind` says what a
/// column is. A frame does not tell an instant from a datetime, so the rules must.
///
/// ```
/// use ehr_rules::Kind;
/// use polars::prelude::*;
///
/// let frame = df!("id" => [1_i64])?.lazy();
/// let texts = ehr_rules::texts(frame, |_| Some(Kind::Integer))?.collect()?;
/// assert_eq!(texts.height(), 1);
/// # Ok::<(), PolarsError>(())
/// ```
pub fn texts(mut frame: LazyFrame, kind: impl Fn(&str) -> Option<Kind>) -> PolarsResult<LazyFrame> {
    let schema = frame.collect_schema()?;
    let written = schema.iter_names().filter_map(|name| Some((name, kind(name)?))).filter(|(_, kind)| text::needs_text(kind));
    let written: Vec<Expr> = written.map(|(name, kind)| text::as_text(name, &kind)).collect();
    Ok(if written.is_empty() { frame } else { frame.with_columns(written) })
}

fn scan(path: &Path) -> Result<LazyFrame, Error> {
    let shown = PlRefPath::try_from_path(path).map_err(|error| Error::engine("naming a staged table", error))?;
    LazyFrame::scan_ipc(shown, IpcScanOptions::default(), UnifiedScanArgs::default())
        .map_err(|error| Error::engine("opening a staged table", error))
}
