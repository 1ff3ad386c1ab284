//! The original fields of rows that later stages set aside, fetched from their files once more.

use crate::dataset::input::InputFile;
use crate::dataset::ledger::Ledger;
use crate::dataset::ledger::Rejection;
use crate::dataset::order::Order;
use crate::dataset::origin::parts;
use crate::error::Error;
use crate::ir::schema::SourceSchema;
use crate::read::header;
use crate::read::header::TablePlan;
use crate::read::rejects::Rejects;
use crate::read::rejects::Why;
use crate::read::stage::each_batch;
use crate::read::typed::Framed;

/// Reads the files of tables with such rows again and appends those rows to their rejects, in row order.
pub(super) fn originals(schema: &SourceSchema, files: &[InputFile], order: &Order, ledger: &Ledger) -> Result<(), Error> {
    let all = ledger.rejections();
    let names: Vec<&str> = ledger.table_names().collect();
    // Sorted by origin, hence by table and then by row.
    for of_table in all.chunk_by(|a, b| parts(a.origin).0 == parts(b.origin).0) {
        let Some(name) = of_table.first().and_then(|first| names.get(usize::from(parts(first.origin).0))) else { continue };
        let Some(table) = schema.table(name) else {
            return Err(Error::bug(format!("rows of `{name}` were set aside, which is no table of `{}`", schema.id())));
        };
        // What is wrong with the files was reported when they were first read.
        let plan = header::plan(schema, table, files, order, &|_, _, _, _| {})?;
        append(&plan, of_table, order)?;
    }
    Ok(())
}

fn append(plan: &TablePlan<'_>, rejections: &[Rejection], order: &Order) -> Result<(), Error> {
    let mut rejects = Rejects::new(&order.folder, plan);
    let mut rows = rejections.chunk_by(|a, b| a.origin == b.origin).peekable();
    let mut result = Ok(());
    each_batch(plan, order.limit, |framed| {
        let end = framed.base + framed.batch.len() as u64;
        result = order.go_on();
        while result.is_ok()
            && let Some(reasons) = rows.next_if(|reasons| reasons.first().is_some_and(|first| row(first) < end))
        {
            result = write(&mut rejects, plan, &framed, reasons);
        }
        result.is_ok() && rows.peek().is_some()
    })?;
    result?;
    if rows.peek().is_some() {
        let message = format!("the files of `{}` have fewer rows than when they were first read", plan.table.name);
        return Err(Error::data(message));
    }
    rejects.finish()
}

fn row(rejection: &Rejection) -> u64 {
    parts(rejection.origin).1
}

/// Writes one row of a batch, all reasons for it in one.
fn write(rejects: &mut Rejects<'_>, plan: &TablePlan<'_>, framed: &Framed, reasons: &[Rejection]) -> Result<(), Error> {
    let (Some(first), Some(file)) = (reasons.first(), plan.files.get(framed.file)) else { return Ok(()) };
    let Some(record) = row(first).checked_sub(framed.base).and_then(|at| usize::try_from(at).ok()) else { return Ok(()) };
    let why = Why { stage: first.stage, rule: &first.rule, code: first.code, reason: &joined(reasons) };
    rejects.write(file, &framed.batch, record, why)
}

/// Each reason once.
fn joined(rejections: &[Rejection]) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for rejection in rejections {
        if !reasons.contains(&&*rejection.reason) {
            reasons.push(&rejection.reason);
        }
    }
    reasons.join("; ")
}

/// The file and line of one row of a table, counted as origins count them; `None` where the files have no such row.
pub(super) fn place(
    schema: &SourceSchema,
    files: &[InputFile],
    order: &Order,
    table: &str,
    row: u64,
) -> Result<Option<(String, u64)>, Error> {
    let Some(table) = schema.table(table) else { return Ok(None) };
    let plan = header::plan(schema, table, files, order, &|_, _, _, _| {})?;
    let mut found = None;
    each_batch(&plan, order.limit, |framed| {
        let end = framed.base + framed.batch.len() as u64;
        let record = row.checked_sub(framed.base).and_then(|at| usize::try_from(at).ok());
        if row < end
            && let (Some(record), Some(file)) = (record, plan.files.get(framed.file))
        {
            found = Some((file.file.name.clone(), framed.batch.line(record)));
        }
        row >= end
    })?;
    Ok(found)
}
