//! One table's way from its files to its staged file: framed by one thread, typed by several, written in order by the caller's.
//!
//! Batch `n` goes to worker `n % workers` and is taken back in the same turn, so that order holds and each thread is
//! never more than a batch or two ahead: memory stays bounded without anybody counting.

use crate::dataset::Table;
use crate::dataset::concern::Concern;
use crate::dataset::concern::What;
use crate::dataset::ledger::Fate;
use crate::dataset::ledger::Ledger;
use crate::dataset::order::Order;
use crate::dataset::order::Progress;
use crate::dataset::origin::origin;
use crate::error::Error;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::read::header::FilePlan;
use crate::read::header::TablePlan;
use crate::read::rejects::Rejects;
use crate::read::rejects::Why;
use crate::read::typed::Framed;
use crate::read::typed::SetAside;
use crate::read::typed::Typed;
use crate::read::typed::Typing;
use crate::records::batch::Batch;
use crate::records::beyond::Known;
use crate::records::fixed::Fixed;
use crate::records::json::Field as ObjectField;
use crate::records::json::Objects;
use crate::records::reader::Reader;
use crate::records::strangers::Strangers;
use polars::io::ipc::BatchedWriter;
use polars::prelude::DataType;
use polars::prelude::Field;
use polars::prelude::IpcWriter;
use polars::prelude::PolarsError;
use polars::prelude::PolarsResult;
use polars::prelude::Schema;
use polars::prelude::SerWriter;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::Builder;

/// Reads a table and stages it; `path` is the file that it is staged in.
pub(super) fn stage(
    plan: &TablePlan<'_>,
    typing: &Typing,
    index: u16,
    path: &Path,
    order: &Order,
    ledger: &Ledger,
) -> Result<Table, Error> {
    let workers = plan.pace.workers.max(1);
    std::thread::scope(|scope| {
        let mut to_workers = Vec::with_capacity(workers);
        let mut from_workers = Vec::with_capacity(workers);
        let failed = |error| Error::io("starting a thread for", path, error);
        for _ in 0..workers {
            let (to_worker, framed) = sync_channel(1);
            let (typed, from_worker) = sync_channel(1);
            to_workers.push(to_worker);
            from_workers.push(from_worker);
            Builder::new().name("ehr-type".to_owned()).spawn_scoped(scope, move || work(plan, typing, &framed, &typed)).map_err(failed)?;
        }
        Builder::new().name("ehr-frame".to_owned()).spawn_scoped(scope, move || frame(plan, order.limit, &to_workers)).map_err(failed)?;
        // Leaving early drops the receivers, which are this closure's, upon which the workers and then the framer leave too.
        write(plan, typing, index, path, order, ledger, &from_workers)
    })
}

/// Frames the table's files and deals the batches out; stops where nobody takes them any more.
fn frame(plan: &TablePlan<'_>, limit: Option<u64>, workers: &[SyncSender<Result<Framed, Error>>]) {
    let mut turns = workers.iter().cycle();
    let result = each_batch(plan, limit, |framed| turns.next().is_some_and(|worker| worker.send(Ok(framed)).is_ok()));
    if let (Err(error), Some(worker)) = (result, turns.next()) {
        // Nobody listens only where the caller has failed already.
        let _ = worker.send(Err(error));
    }
}

/// Hands every batch of a table over, in file order, until `take` says to stop.
pub(super) fn each_batch(plan: &TablePlan<'_>, limit: Option<u64>, mut take: impl FnMut(Framed) -> bool) -> Result<(), Error> {
    let mut base = 0;
    for (file, of) in plan.files.iter().enumerate() {
        let mut reader = Records::open(plan, of)?;
        let mut strangers = Strangers::new(&of.names, &of.digits);
        let (mut reported, mut comments) = (0, 0);
        loop {
            let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(base));
            if room == 0 {
                return Ok(());
            }
            let Some(batch) = reader.next(room)? else { break };
            let records = batch.len() as u64;
            let bytes = reader.bytes_read() - reported;
            reported = reader.bytes_read();
            let beyond = reader.beyond();
            let remarks = reader.comments() - comments;
            comments += remarks;
            let strangers = strangers.find(&batch, &of.shape);
            if !take(Framed { batch, file, base, bytes, comments: remarks, strangers, beyond }) {
                return Ok(());
            }
            base += records;
        }
    }
    Ok(())
}

/// A file's records, however it is written.
enum Records {
    Lines(Reader),
    Fixed(Fixed),
    Objects(Box<Objects>),
}

impl Records {
    /// Opens a file, past its header.
    fn open(plan: &TablePlan<'_>, of: &FilePlan<'_>) -> Result<Self, Error> {
        if !plan.table.widths.is_empty() {
            return Ok(Self::Fixed(Fixed::open(&of.file.path, of.shape, &plan.table.widths, of.file.bytes)?.with_block(plan.pace.block)));
        }
        let Some(json) = &plan.table.json else {
            return Ok(Self::Lines(
                Reader::open(&of.file.path, of.shape)?.at_least(of.file.bytes).with_block(plan.pace.block).past_header()?,
            ));
        };
        let field = |column: &SourceColumn| ObjectField {
            path: if column.path.is_empty() { vec![column.name.clone()] } else { column.path.clone() },
            missing: column.missing.as_ref().and_then(|missing| missing.first()).unwrap_or(&json.missing).clone(),
            nested: column.ty.kind.is_nested(),
        };
        let fields = plan.table.columns.iter().map(field).collect();
        let objects = Objects::open(&of.file.path, of.encoding, &json.rows, fields)?;
        let objects = objects.with_block(plan.pace.block).beside(known(plan.table, &plan.others));
        Ok(Self::Objects(Box::new(objects)))
    }

    fn next(&mut self, most: u64) -> Result<Option<Batch>, Error> {
        match self {
            Self::Lines(reader) => reader.next(most),
            Self::Fixed(lines) => lines.next(most),
            Self::Objects(objects) => objects.next(most),
        }
    }

    /// How many lines so far were found to be comments.
    fn comments(&self) -> u64 {
        if let Self::Lines(reader) = self { reader.comments_found() } else { 0 }
    }

    /// Paths in objects that nobody knows, with how many rows hold something there, since it was asked last.
    fn beyond(&mut self) -> Vec<(String, u64)> {
        if let Self::Objects(objects) = self { objects.beyond() } else { Vec::new() }
    }

    fn bytes_read(&self) -> u64 {
        match self {
            Self::Lines(reader) => reader.bytes_read(),
            Self::Fixed(lines) => lines.bytes_read(),
            Self::Objects(objects) => objects.bytes_read(),
        }
    }
}

fn work(plan: &TablePlan<'_>, typing: &Typing, framed: &Receiver<Result<Framed, Error>>, typed: &SyncSender<Result<Typed, Error>>) {
    while let Ok(one) = framed.recv() {
        let one = one.and_then(|framed| {
            let file = plan.files.get(framed.file).ok_or_else(|| Error::bug("a batch of a file that was not planned"))?;
            typing.typed(framed, file)
        });
        if typed.send(one).is_err() {
            return;
        }
    }
}

fn write(
    plan: &TablePlan<'_>,
    typing: &Typing,
    index: u16,
    path: &Path,
    order: &Order,
    ledger: &Ledger,
    workers: &[Receiver<Result<Typed, Error>>],
) -> Result<Table, Error> {
    let name = &plan.table.name;
    let mut rejects = Rejects::new(&order.folder, plan);
    rejects.clear()?;
    let mut repaired = Rejects::repaired(&order.folder, plan);
    repaired.clear()?;
    let file = File::create(path).map_err(|error| Error::io("creating", path, error))?;
    let schema = typing.schema();
    let mut staged = staging(file, &schema).map_err(|error| unwritten(path, error))?;
    let (mut records, mut rows) = (0, 0);
    let mut begun = None;
    for worker in workers.iter().cycle() {
        order.go_on()?;
        // Batches are dealt out in turns, so the first worker without one is the end.
        let Ok(typed) = worker.recv() else { break };
        let Typed { frame, set_aside, mended, counts, framed } = typed?;
        if let Some(file) = plan.files.get(framed.file).filter(|_| begun != Some(framed.file)) {
            ledger.begins(index, framed.base, &file.file.name);
            begun = Some(framed.file);
        }
        if let Some(file) = plan.files.get(framed.file).filter(|_| framed.comments > 0) {
            let reason = format!("{}: `{}`", meaning("R0225"), file.file.name);
            ledger.find("R0225", name, &file.file.name, Consequence::Warned, framed.comments, &reason);
        }
        for (path, rows) in framed.beyond {
            let consequence = match plan.table.extra_columns {
                ExtraColumns::Ignore => continue,
                ExtraColumns::Report => Consequence::Warned,
                ExtraColumns::Forbid => Consequence::Failed,
            };
            ledger.find("R0228", name, &format!("{name}.{path}"), consequence, rows, &format!("{}: `{path}`", meaning("R0228")));
        }
        if frame.height() > 0 {
            staged.write_batch(&frame).map_err(|error| unwritten(path, error))?;
        }
        for row in &set_aside {
            let rule = row.column.and_then(|at| typing.columns.get(at)).map_or(name, |column| &column.rule);
            let why = Why { stage: "read", rule, code: row.code, reason: &row.reason };
            let Some(file) = plan.files.get(framed.file) else { continue };
            rejects.write(file, &framed.batch, row.record, why)?;
        }
        for row in &mended {
            let why = Why { stage: "read", rule: name, code: row.code, reason: meaning(row.code) };
            let Some(file) = plan.files.get(framed.file) else { continue };
            repaired.write_line(file, &framed.batch, row.record, why)?;
        }
        note(ledger, index, plan, typing, &set_aside, framed.base);
        ledger.mark(Fate::Rejected, set_aside.iter().map(|row| origin(index, framed.base + row.record as u64)));
        for ((code, column, consequence), count) in counts {
            let rule = column.and_then(|at| typing.columns.get(at)).map_or(name, |column| &column.rule);
            ledger.find(code, name, rule, consequence, count, &typing.reason(code, column));
        }
        records += framed.batch.len() as u64;
        rows += frame.height() as u64;
        (order.progress)(Progress::Bytes(framed.bytes));
    }
    staged.finish().map_err(|error| unwritten(path, error))?;
    rejects.finish()?;
    repaired.finish()?;
    ledger.read(index, records);
    Ok(Table { name: name.clone(), path: path.to_owned(), rows })
}

/// What of an object is read, is another table's, or is deliberately not read.
fn known(table: &SourceTable, others: &[Vec<String>]) -> Known {
    let mut known = Known::default();
    for column in &table.columns {
        let own = std::slice::from_ref(&column.name);
        inside(&column.ty.kind, known.at(if column.path.is_empty() { own } else { &column.path }));
    }
    for name in table.ignore.keys() {
        known.at(std::slice::from_ref(name)).take();
        known.at(&name.split('.').map(str::to_owned).collect::<Vec<_>>()).take();
    }
    for path in others {
        known.at(path).take();
    }
    known
}

/// What of a value is read, by its type.
fn inside(kind: &Kind, known: &mut Known) {
    match kind {
        Kind::List(item) => inside(item, known),
        Kind::Struct(fields) => fields.iter().for_each(|(name, kind)| inside(kind, known.at(std::slice::from_ref(name)))),
        _ => known.take(),
    }
}

/// Notes which rows were set aside, by code and column.
fn note(ledger: &Ledger, index: u16, plan: &TablePlan<'_>, typing: &Typing, set_aside: &[SetAside], base: u64) {
    let mut by: BTreeMap<(&'static str, Option<usize>), Vec<i64>> = BTreeMap::new();
    for row in set_aside {
        by.entry((row.code, row.column)).or_default().push(origin(index, base + row.record as u64));
    }
    let name = &plan.table.name;
    for ((code, column), origins) in by {
        let rule = column.and_then(|at| typing.columns.get(at)).map_or(name, |column| &column.rule);
        ledger.note(Concern::of_source("read", name, rule, What::Rejected(code)), origins);
    }
}

/// A file that batches are written to. Its writer wants to be told how deep each column is, in a type that has no public name:
/// what stands for a column is inferred from where it goes.
fn staging(file: File, schema: &Schema) -> PolarsResult<BatchedWriter<File>> {
    fn list_for<W, F, R>(_: fn(IpcWriter<W>, &Schema, Vec<F>) -> R) -> Vec<F> {
        Vec::new()
    }
    fn one_for<F: Default>(_: &[F]) -> F {
        F::default()
    }
    let mut done = list_for(IpcWriter::<File>::batched);
    // Children first: a type is taken up again once those inside it are done.
    let mut open: Vec<(&DataType, Option<usize>)> = schema.iter_values().map(|dtype| (dtype, None)).collect();
    open.reverse();
    while let Some((dtype, entered)) = open.pop() {
        let Some(inside) = entered else {
            let inside: Vec<&DataType> = match dtype {
                DataType::List(item) => vec![item],
                DataType::Struct(fields) => fields.iter().map(Field::dtype).collect(),
                _ => Vec::new(),
            };
            open.push((dtype, Some(inside.len())));
            open.extend(inside.into_iter().rev().map(|dtype| (dtype, None)));
            continue;
        };
        let mut one = one_for(&done);
        one.fields = done.split_off(done.len().saturating_sub(inside));
        done.push(one);
    }
    IpcWriter::new(file).batched(schema, done)
}

/// A disk's own words where it is the disk.
fn unwritten(path: &Path, error: PolarsError) -> Error {
    match error {
        PolarsError::IO { error, .. } => Error::io("writing", path, std::io::Error::new(error.kind(), error.to_string())),
        other => Error::engine("staging a table", other),
    }
}
