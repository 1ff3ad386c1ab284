//! Rows set aside, written as they were: `rejects/<table>.csv`.

use crate::error::Error;
use crate::read::header::FilePlan;
use crate::read::header::TablePlan;
use crate::records::batch::Batch;
use crate::records::decoder::shown;
use encoding_rs::UTF_8;
use std::borrow::Cow;
use std::fs::File;
use std::fs::OpenOptions;
use std::path::Path;
use std::path::PathBuf;

/// What is written behind the original fields.
const COLUMNS: [&str; 6] = ["_file", "_line", "_stage", "_rule", "_code", "_reason"];

/// One table's rejects; the file is there once a row is.
#[derive(Debug)]
pub(super) struct Rejects<'a> {
    path: PathBuf,
    header: &'a [String],
    writer: Option<csv::Writer<File>>,
}

/// Why a row was set aside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Why<'a> {
    pub stage: &'a str,
    pub rule: &'a str,
    pub code: &'a str,
    pub reason: &'a str,
}

impl<'a> Rejects<'a> {
    /// The rejects of a table, in the order's folder.
    pub(super) fn new(folder: &Path, plan: &'a TablePlan<'_>) -> Self {
        Self { path: folder.join("rejects").join(format!("{}.csv", plan.table.name)), header: &plan.header, writer: None }
    }

    /// The rows of a table that were repaired, each as it was: `repaired/<table>.csv`.
    pub(super) fn repaired(folder: &Path, plan: &'a TablePlan<'_>) -> Self {
        Self { path: folder.join("repaired").join(format!("{}.csv", plan.table.name)), header: &plan.header, writer: None }
    }

    /// Removes what an earlier run left, so that nothing is appended to it.
    pub(super) fn clear(&self) -> Result<(), Error> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("removing", &self.path, error)),
            _ => Ok(()),
        }
    }

    /// Writes one row. A row whose fields cannot be told apart, or are too many or too few, stands in the first column as it was.
    pub(super) fn write(&mut self, file: &FilePlan<'_>, batch: &Batch, record: usize, why: Why<'_>) -> Result<(), Error> {
        let mut fields: Vec<&[u8]> = vec![b""; self.header.len()];
        if batch.width(record) == file.width {
            for (field, place) in batch.fields(record).zip(&file.places) {
                fields[*place] = field;
            }
        } else if let Some(first) = fields.first_mut() {
            *first = batch.raw(record);
        }
        self.put(&fields, file, batch.line(record), why)
    }

    /// Writes one row as it was, into the first column.
    pub(super) fn write_line(&mut self, file: &FilePlan<'_>, batch: &Batch, record: usize, why: Why<'_>) -> Result<(), Error> {
        let mut fields: Vec<&[u8]> = vec![b""; self.header.len()];
        if let Some(first) = fields.first_mut() {
            *first = batch.raw(record);
        }
        self.put(&fields, file, batch.line(record), why)
    }

    fn put(&mut self, fields: &[&[u8]], file: &FilePlan<'_>, line: u64, why: Why<'_>) -> Result<(), Error> {
        let line = line.to_string();
        let tail = [file.file.name.as_str(), &line, why.stage, why.rule, why.code, why.reason];
        // Bytes that are no text in what a file is written in cannot stand in a file of UTF-8 as they are.
        let is_decoded = file.shape.encoding != UTF_8;
        let fields: Vec<Cow<'_, [u8]>> = fields.iter().map(|field| if is_decoded { shown(field) } else { Cow::Borrowed(*field) }).collect();
        let fields = fields.iter().map(AsRef::as_ref).chain(tail.iter().map(|text| text.as_bytes()));
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(open(&self.path, self.header)?),
        };
        writer.write_record(fields).map_err(|error| Error::io("writing", &self.path, error.into()))
    }

    /// Sees to it that every row is on disk.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.writer {
            Some(mut writer) => writer.flush().map_err(|error| Error::io("writing", &self.path, error)),
            None => Ok(()),
        }
    }
}

/// Opens a table's rejects to append to them, and begins them with a header where they are new.
fn open(path: &Path, header: &[String]) -> Result<csv::Writer<File>, Error> {
    let failed = |error| Error::io("writing", path, error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    let is_new = file.metadata().map_err(failed)?.len() == 0;
    let mut writer = csv::Writer::from_writer(file);
    if is_new {
        writer.write_record(header.iter().map(String::as_str).chain(COLUMNS)).map_err(|error| failed(error.into()))?;
    }
    Ok(writer)
}
