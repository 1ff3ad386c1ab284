//! Rows that the grammar does not read, cut in the one way in which every cell is what its column declares, if there is just one.

use crate::ir::schema::Nul;
use crate::read::cells::Rows;
use crate::read::cells::Troubles;
use crate::read::cells::cells;
use crate::read::header::FilePlan;
use crate::read::typed::Column;
use crate::read::typed::Typing;
use crate::records::batch::Batch;
use crate::records::mend::Mend;
use crate::records::mend::Way;
use crate::records::mend::ways;
use polars::prelude::PolarsResult;

/// A row that was cut otherwise than the grammar says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mended {
    pub record: usize,
    /// What was done.
    pub code: &'static str,
}

/// Mends what can be mended for certain, and leaves the rest as it is, to be set aside.
pub(super) fn repair(typing: &Typing, batch: &mut Batch, plan: &FilePlan<'_>) -> PolarsResult<Vec<Mended>> {
    let mut mended = Vec::new();
    for record in 0..batch.len() {
        if batch.width(record) == plan.width {
            continue;
        }
        let ways = ways(batch, record, plan.width, &plan.shape);
        let Some((way, code)) = only(typing, plan, &ways)? else { continue };
        batch.mend(record, &way.fields);
        mended.push(Mended { record, code });
    }
    Ok(mended)
}

/// The way in which all cells hold, where no other is as good and something in it bears it out.
fn only<'a>(typing: &Typing, plan: &FilePlan<'_>, ways: &'a [Way]) -> PolarsResult<Option<(&'a Way, &'static str)>> {
    if ways.is_empty() {
        return Ok(None);
    }
    let batch = Batch::of_rows(ways.iter().map(|way| way.fields.as_slice()));
    let Some(text) = batch.text() else { return Ok(None) };
    let records: Vec<usize> = (0..batch.len()).collect();
    let rows = Rows {
        batch: &batch,
        text: Some(text),
        records: &records,
        even: false,
        marks: plan.shape.marks,
        refused: plan.nul == Nul::SetAside,
    };
    let mut troubles = Troubles::default();
    for (column, field) in typing.columns.iter().zip(&plan.fields) {
        drop(cells(column, &rows, *field, &mut troubles)?);
    }
    let told = |row: usize, from: usize| {
        let fields = typing.columns.iter().zip(&plan.fields).filter_map(|(column, field)| Some((column, (*field)?)));
        fields.filter(|(column, field)| *field >= from && is_told(column, text.field(row, *field))).count()
    };
    let fitting: Vec<(usize, &Way)> =
        ways.iter().enumerate().filter(|(row, _)| troubles.rows.iter().all(|trouble| trouble.row != *row)).collect();
    // Nothing is lost with empty fields at the end, so that way has only to be better than the others.
    let surplus = fitting.iter().find(|(_, way)| way.mend == Some(Mend::Surplus));
    let best = match (fitting.as_slice(), surplus) {
        ([only], _) => only,
        (all, Some(surplus)) if all.iter().all(|one| one.0 == surplus.0 || told(one.0, 0) < told(surplus.0, 0)) => surplus,
        _ => return Ok(None),
    };
    let (row, way) = *best;
    let Some(mend) = way.mend.filter(|_| told(row, way.borne_out_from) > 0) else { return Ok(None) };
    let code = match mend {
        Mend::Surplus => "R0213",
        Mend::Merged => "R0214",
        Mend::Quotes => "R0215",
    };
    Ok(Some((way, code)))
}

/// Whether a value shows by what it is that it is its column's: not every text would do.
fn is_told(column: &Column, text: &str) -> bool {
    column.is_particular() && !column.missing.is(text.trim()) && !text.trim().is_empty()
}
