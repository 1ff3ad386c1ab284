//! A batch of records to typed columns, and what was wrong with each row that was set aside.

use crate::dataset::LINE;
use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::dataset::origin::origin;
use crate::error::Error;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::ir::schema::Nul;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::read::Asked;
use crate::read::cells::Rows;
use crate::read::cells::Troubles;
use crate::read::cells::cells;
use crate::read::check::Check;
use crate::read::header::FilePlan;
use crate::read::nul;
use crate::read::parse::Parser;
use crate::read::repair::Mended;
use crate::read::repair::repair;
use crate::records::batch::Batch;
use crate::records::strangers::Strange;
use polars::prelude::*;
use std::collections::BTreeMap;

/// Everything the typing of a table's rows needs, made once.
#[derive(Debug)]
pub(super) struct Typing {
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The table's index in origins.
    index: u16,
}

/// One column, ready to be read.
#[derive(Debug)]
pub(super) struct Column {
    pub name: PlSmallStr,
    /// `table.column`.
    pub rule: String,
    /// The column and its type, for reasons.
    shown: String,
    dtype: DataType,
    pub parser: Parser,
    /// What happens where there is no value; nothing where it may be missing.
    pub missed: Option<Consequence>,
    /// What happens where a text is no value of the type.
    pub unread: Consequence,
    pub missing: Missing,
    pub checks: Vec<Check>,
    /// Whether its values are staged; they are checked in any case.
    staged: bool,
}

/// Texts that mean 'no value'.
#[derive(Debug)]
pub(super) struct Missing {
    empty: bool,
    others: Vec<String>,
}

/// What was framed together: records of one file in order.
#[derive(Debug)]
pub(super) struct Framed {
    pub batch: Batch,
    /// Which of the table's files.
    pub file: usize,
    /// The row of the first record, over all files.
    pub base: u64,
    /// How many bytes were read for it.
    pub bytes: u64,
    /// How many comments nobody declared stand before and between its records.
    pub comments: u64,
    /// Records that are none of the table's, in order.
    pub strangers: Vec<(usize, Strange)>,
    /// Paths in objects that nobody knows, and how many rows hold something there.
    pub beyond: Vec<(String, u64)>,
}

/// A batch after typing.
#[derive(Debug)]
pub(super) struct Typed {
    /// Rows that hold.
    pub frame: DataFrame,
    /// Rows that do not, in order.
    pub set_aside: Vec<SetAside>,
    /// Rows that hold since they were cut otherwise than the grammar says, in order.
    pub mended: Vec<Mended>,
    /// How many rows each kind of trouble has; by code and column, or none for the row as a whole.
    pub counts: BTreeMap<(&'static str, Option<usize>, Consequence), u64>,
    /// What it was made of.
    pub framed: Framed,
}

/// A row that does not hold.
#[derive(Debug)]
pub(super) struct SetAside {
    /// Which record of the batch.
    pub record: usize,
    /// The first trouble's code.
    pub code: &'static str,
    /// The column of the first trouble, or none for the row as a whole.
    pub column: Option<usize>,
    /// Everything that is wrong, without any value.
    pub reason: String,
}

impl Typing {
    /// How a table's rows are typed.
    pub(super) fn new(schema: &SourceSchema, table: &SourceTable, asked: Asked<'_>, index: u16) -> Result<Self, Error> {
        let column = |column: &SourceColumn| {
            let staged = asked.is_none_or(|asked| asked.contains(&(table.name.clone(), column.name.clone())));
            Column::new(schema, table, column, staged)
        };
        Ok(Self { columns: table.columns.iter().map(column).collect::<Result<_, Error>>()?, index })
    }

    /// The columns of the staged table.
    pub(super) fn schema(&self) -> Schema {
        let own = self.columns.iter().filter(|column| column.staged).map(|column| (column.name.clone(), column.dtype.clone()));
        own.chain([ORIGIN, LINE].map(|name| (PlSmallStr::from_static(name), DataType::Int64))).collect()
    }

    /// Why a row is set aside for a trouble, in words.
    pub(super) fn reason(&self, code: &'static str, column: Option<usize>) -> String {
        match column.and_then(|at| self.columns.get(at)) {
            Some(column) => format!("{}: {}", column.shown, meaning(code)),
            None => meaning(code).to_owned(),
        }
    }

    /// Types a batch.
    pub(super) fn typed(&self, mut framed: Framed, plan: &FilePlan<'_>) -> Result<Typed, Error> {
        let failed = |error| Error::engine("making a batch of typed columns", error);
        let even = framed.batch.is_even(plan.width);
        let mut mended = if even { Vec::new() } else { repair(self, &mut framed.batch, plan).map_err(failed)? };
        let has_nul = self.columns.iter().any(|column| matches!(column.parser, Parser::Text | Parser::Nested(_)))
            && (framed.batch.holds(b"\0") || framed.batch.holds(nul::ESCAPED));
        if has_nul && plan.nul == Nul::Remove {
            nul::remove(self, &mut framed.batch, plan, &mut mended);
        }
        let even = even && framed.batch.is_even(plan.width);
        let batch = &framed.batch;
        let text = batch.text();
        let mut counts = BTreeMap::new();
        for one in &mended {
            *counts.entry((one.code, None, Consequence::Warned)).or_insert(0) += 1;
        }
        let mut set_aside = Vec::new();
        let mut sound = Vec::with_capacity(batch.len());
        let even = even && text.is_some();
        if even {
            sound.extend(0..batch.len());
        }
        for record in sound.len()..batch.len() {
            match whole_row(batch, record, plan.width, text.is_some()) {
                None => sound.push(record),
                Some((code, detail)) => {
                    *counts.entry((code, None, Consequence::Rejected)).or_insert(0) += 1;
                    set_aside.push(SetAside { record, code, column: None, reason: format!("{}{detail}", meaning(code)) });
                }
            }
        }
        let rows = Rows { batch, text, records: &sound, even, marks: plan.shape.marks, refused: has_nul && plan.nul == Nul::SetAside };
        let mut troubles = Troubles::default();
        let mut columns = Vec::with_capacity(self.columns.len() + 2);
        for (at, (column, field)) in self.columns.iter().zip(&plan.fields).enumerate() {
            troubles.column = at;
            if column.staged {
                columns.push(cells(column, &rows, *field, &mut troubles).map_err(failed)?.into_column());
            } else if column.can_fail() || rows.refused {
                let _checked = cells(column, &rows, *field, &mut troubles).map_err(failed)?;
            }
        }
        let origins = sound.iter().map(|record| origin(self.index, framed.base + *record as u64)).collect();
        let lines = sound.iter().map(|record| batch.line(*record).cast_signed()).collect();
        columns.push(Int64Chunked::from_vec(PlSmallStr::from_static(ORIGIN), origins).into_column());
        columns.push(Int64Chunked::from_vec(PlSmallStr::from_static(LINE), lines).into_column());
        let mut height = sound.len();
        let strangers: Vec<(usize, Strange)> =
            framed.strangers.iter().filter_map(|(record, strange)| Some((sound.binary_search(record).ok()?, *strange))).collect();
        if !troubles.rows.is_empty() || !strangers.is_empty() {
            let mut keep = vec![true; height];
            troubles.rows.iter().for_each(|trouble| keep[trouble.row] = false);
            for (row, strange) in strangers {
                // What is wrong with its values says more.
                if !std::mem::take(&mut keep[row]) {
                    continue;
                }
                let code = code(strange);
                *counts.entry((code, None, Consequence::Rejected)).or_insert(0) += 1;
                set_aside.push(SetAside { record: sound[row], code, column: None, reason: meaning(code).to_owned() });
            }
            let mask: BooleanChunked = keep.iter().copied().collect();
            columns = columns.iter().map(|column| column.filter(&mask)).collect::<Result<_, _>>().map_err(failed)?;
            height = columns.last().map_or(0, polars::prelude::Column::len);
            self.gather(&troubles, &sound, &mut set_aside);
        }
        troubles.counts.into_iter().for_each(|((code, column, consequence), rows)| {
            counts.insert((code, Some(column), consequence), rows);
        });
        let frame = DataFrame::new(height, columns).map_err(failed)?;
        Ok(Typed { frame, set_aside, mended, counts, framed })
    }

    /// Brings the troubles of each row together.
    fn gather(&self, troubles: &Troubles, sound: &[usize], set_aside: &mut Vec<SetAside>) {
        let mut by_row: Vec<_> = troubles.rows.iter().collect();
        // Stable, so that a row's troubles stay in the order of the columns.
        by_row.sort_by_key(|trouble| trouble.row);
        for group in by_row.chunk_by(|a, b| a.row == b.row) {
            let Some(first) = group.first() else { continue };
            let reasons: Vec<String> =
                group.iter().map(|trouble| format!("{}{}", self.reason(trouble.code, Some(trouble.column)), trouble.detail)).collect();
            set_aside.push(SetAside { record: sound[first.row], code: first.code, column: Some(first.column), reason: reasons.join("; ") });
        }
        set_aside.sort_by_key(|row| row.record);
    }
}

impl Column {
    /// How a column is read; refused where its type is not one that files hold.
    pub(super) fn new(schema: &SourceSchema, table: &SourceTable, column: &SourceColumn, staged: bool) -> Result<Self, Error> {
        let parser = match Parser::new(column, &schema.missing)? {
            Parser::Nested(shape) if table.json.is_some() => Parser::Nested(shape.of_objects()),
            parser => parser,
        };
        Ok(Self {
            name: PlSmallStr::from_str(&column.name),
            rule: format!("{}.{}", table.name, column.name),
            shown: format!("column `{}` ({})", column.name, column.ty.kind),
            dtype: dtype(&column.ty.kind),
            missed: missed(column),
            unread: of_row(column.severity),
            missing: Missing::new(column.missing.as_ref().unwrap_or(&schema.missing)),
            checks: Check::of(column, &parser)?,
            parser,
            staged,
        })
    }

    /// Whether there are texts that are no value of this column.
    pub(super) fn is_particular(&self) -> bool {
        !self.checks.is_empty() || !matches!(self.parser, Parser::Text)
    }

    /// Whether there is a value that this column does not take.
    fn can_fail(&self) -> bool {
        self.missed.is_some() || self.is_particular()
    }
}

impl Missing {
    pub(super) fn new(texts: &[String]) -> Self {
        Self { empty: texts.iter().any(String::is_empty), others: texts.iter().filter(|text| !text.is_empty()).cloned().collect() }
    }

    /// Whether no text but the empty one may mean it.
    pub(super) const fn is_empty_alone(&self) -> bool {
        self.others.is_empty()
    }

    /// Whether a text means 'no value'.
    #[inline]
    pub(super) fn is(&self, text: &str) -> bool {
        if text.is_empty() { self.empty } else { self.others.iter().any(|other| other == text) }
    }
}

/// What a missing value does. What identifies a row is never missing, whether or not its column says so.
fn missed(column: &SourceColumn) -> Option<Consequence> {
    if column.ty.nullable { column.required.then_some(Consequence::Warned) } else { Some(of_row(column.severity)) }
}

/// What happens to a row that lacks a value to go on with.
const fn of_row(severity: Severity) -> Consequence {
    match severity {
        Severity::Reject | Severity::Warn => Consequence::Rejected,
        Severity::Fail => Consequence::Failed,
    }
}

const fn code(strange: Strange) -> &'static str {
    match strange {
        Strange::Names => "R0216",
        Strange::Foreign => "R0217",
        Strange::CutOff => "R0218",
    }
}

/// What is wrong with a row before any of its fields is looked at.
fn whole_row(batch: &Batch, record: usize, width: usize, is_text: bool) -> Option<(&'static str, String)> {
    if batch.is_malformed(record) {
        return Some(match batch.refusal(record) {
            Some(why) => (why.code, format!("{}; the object as it was stands in the first column", why.detail)),
            None => ("R0204", "; the line as it was stands in the first column".to_owned()),
        });
    }
    let fields = batch.width(record);
    if fields != width {
        let code = if fields < width { "R0201" } else { "R0202" };
        return Some((code, format!(": {fields} where the header has {width}; the line as it was stands in the first column")));
    }
    (!is_text && batch.fields(record).any(|field| std::str::from_utf8(field).is_err())).then_some(("R0203", String::new()))
}
