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
use std::ops::Range;
use std::str::from_utf8;

/// Cells that are read at once.
const CELLS: usize = 1 << 18;

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
    // Where all columns are texts nothing bears a repair out.
    if !typing.columns.iter().any(Column::is_particular) {
        return Ok(mended);
    }
    let broken: Vec<usize> = (0..batch.len()).filter(|record| batch.width(*record) != plan.width).collect();
    let mut broken = broken.into_iter().peekable();
    while broken.peek().is_some() {
        // The ways of many rows are read as columns at once: one row by itself costs as much as a thousand.
        let (mut all, mut cells) = (Vec::new(), 0);
        let mut rows: Vec<(usize, Range<usize>)> = Vec::new();
        while let Some(record) = broken.next_if(|_| cells < CELLS) {
            let ways = ways(batch, record, plan.width, &plan.shape);
            // What is no text in one of them is none in the row.
            if !ways.is_empty() && ways.iter().flat_map(|way| &way.fields).all(|field| from_utf8(field).is_ok()) {
                cells += ways.len() * plan.width;
                rows.push((record, all.len()..all.len() + ways.len()));
                all.extend(ways);
            }
        }
        if rows.is_empty() {
            continue;
        }
        let read = Ways::read(typing, plan, &all)?;
        for (record, own) in rows {
            let Some((way, code)) = read.only(own) else { continue };
            batch.mend(record, &way.fields);
            mended.push(Mended { record, code });
        }
    }
    Ok(mended)
}

/// Ways of cutting rows, read as columns would be.
struct Ways<'a> {
    all: &'a [Way],
    /// Of each: whether all its cells hold.
    fits: Vec<bool>,
    /// Of each: how many values show what column they are of, and how many of these stand where they have to bear the way out.
    told: Vec<(usize, usize)>,
}

impl<'a> Ways<'a> {
    fn read(typing: &Typing, plan: &FilePlan<'_>, all: &'a [Way]) -> PolarsResult<Self> {
        let records: Vec<usize> = (0..all.len()).collect();
        let batch = Batch::of_rows(all.iter().map(|way| way.fields.as_slice()));
        let refused = plan.nul == Nul::SetAside;
        let rows = Rows { batch: &batch, text: batch.text(), records: &records, even: false, marks: plan.shape.marks, refused };
        let mut troubles = Troubles::default();
        for (column, field) in typing.columns.iter().zip(&plan.fields) {
            drop(cells(column, &rows, *field, &mut troubles)?);
        }
        let mut fits = vec![true; all.len()];
        troubles.rows.iter().for_each(|trouble| fits[trouble.row] = false);
        let told = |way: &Way| {
            let mut told = (0, 0);
            for (column, field) in typing.columns.iter().zip(&plan.fields) {
                let Some(field) = field else { continue };
                let text = way.fields.get(*field).and_then(|text| from_utf8(text).ok()).unwrap_or_default();
                if is_told(column, text) {
                    told = (told.0 + 1, told.1 + usize::from(*field >= way.borne_out_from));
                }
            }
            told
        };
        let told = all.iter().zip(&fits).map(|(way, fits)| if *fits { told(way) } else { (0, 0) }).collect();
        Ok(Self { all, fits, told })
    }

    /// Of those of one row the way in which all cells hold, where no other is as good and something in it bears it out.
    fn only(&self, own: Range<usize>) -> Option<(&'a Way, &'static str)> {
        let fitting: Vec<usize> = own.filter(|at| self.fits[*at]).collect();
        let surplus = fitting.iter().copied().find(|at| self.all[*at].mend == Some(Mend::Surplus));
        // Nothing is lost with empty fields at the end, so that way has only to be better than the others.
        let best = match (fitting.as_slice(), surplus) {
            ([only], _) => *only,
            (all, Some(surplus)) if all.iter().all(|one| *one == surplus || self.told[*one].0 < self.told[surplus].0) => surplus,
            _ => return None,
        };
        let way = &self.all[best];
        let code = match way.mend.filter(|_| self.told[best].1 > 0)? {
            Mend::Surplus => "R0213",
            Mend::Merged => "R0214",
            Mend::Quotes => "R0215",
        };
        Some((way, code))
    }
}

/// Whether a value shows by what it is that it is its column's: not every text would do.
fn is_told(column: &Column, text: &str) -> bool {
    column.is_particular() && !column.missing.is(text.trim()) && !text.trim().is_empty()
}
