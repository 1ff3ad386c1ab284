//! Files of an Athena vocabulary download, read as streams: what is asked for of the rows that are named.

use crate::error::Error;
use csv::ByteRecord;
use std::collections::HashMap;
use std::collections::HashSet;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

/// For each of these values of `key` that a file has, the fields of `columns` in its first row; `None` where there is no such file.
pub(crate) fn rows(
    folder: &Path,
    file: &str,
    key: &str,
    wanted: &HashSet<String>,
    columns: &[&str],
) -> Result<Option<HashMap<String, Vec<String>>>, Error> {
    if !folder.join(file).is_file() {
        return Ok(None);
    }
    let mut found = HashMap::new();
    let all: Vec<&str> = std::iter::once(key).chain(columns.iter().copied()).collect();
    let mut table = Table::open(folder, file, &all)?;
    while found.len() < wanted.len() && table.next()? {
        let Some(value) = std::str::from_utf8(table.field(0)).ok().and_then(|value| wanted.get(value.trim())) else { continue };
        if !found.contains_key(value) {
            let fields = (1..all.len()).map(|at| table.text(at)).collect::<Result<_, _>>()?;
            found.insert(value.clone(), fields);
        }
    }
    Ok(Some(found))
}

/// For each of these concepts itself and all that stand under it; `None` where the download does not say what stands where.
pub(crate) fn under(folder: &Path, concepts: &HashSet<i64>) -> Result<Option<HashMap<i64, HashSet<i64>>>, Error> {
    const FILE: &str = "CONCEPT_ANCESTOR.csv";
    if !folder.join(FILE).is_file() {
        return Ok(None);
    }
    let mut found: HashMap<i64, HashSet<i64>> = concepts.iter().map(|concept| (*concept, HashSet::from([*concept]))).collect();
    let mut table = Table::open(folder, FILE, &["ancestor_concept_id", "descendant_concept_id"])?;
    while table.next()? {
        if let Some(under) = found.get_mut(&table.number(0)?) {
            under.insert(table.number(1)?);
        }
    }
    Ok(Some(found))
}

/// One file of a download: tabs between fields, no quotes.
pub(super) struct Table {
    path: PathBuf,
    reader: csv::Reader<File>,
    record: ByteRecord,
    columns: Vec<usize>,
}

impl Table {
    pub(super) fn open(folder: &Path, name: &str, columns: &[&str]) -> Result<Self, Error> {
        let path = folder.join(name);
        let file = File::open(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::refused(format!("`{}` is not there; an Athena download holds it", path.display())),
            _ => Error::io("opening the vocabulary", &path, error),
        })?;
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).flexible(true).buffer_capacity(1 << 20).from_reader(file);
        let header = reader.byte_headers().map_err(|error| failed(&path, error))?.clone();
        let place = |column: &&str| {
            let lacks = || {
                Error::refused(format!(
                    "`{}` lacks the column `{column}`; an Athena download has it, with tabs between columns",
                    path.display()
                ))
            };
            header.iter().position(|name| name.trim_ascii().eq_ignore_ascii_case(column.as_bytes())).ok_or_else(lacks)
        };
        let columns = columns.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { path, reader, record: ByteRecord::new(), columns })
    }

    pub(super) fn next(&mut self) -> Result<bool, Error> {
        self.reader.read_byte_record(&mut self.record).map_err(|error| failed(&self.path, error))
    }

    /// The field of the column asked for at that place; nothing where a line is too short.
    pub(super) fn field(&self, at: usize) -> &[u8] {
        self.columns.get(at).and_then(|column| self.record.get(*column)).unwrap_or_default()
    }

    pub(super) fn text(&self, at: usize) -> Result<String, Error> {
        std::str::from_utf8(self.field(at)).map(str::to_owned).map_err(|_| self.wrong("a code that is not UTF-8"))
    }

    pub(super) fn number(&self, at: usize) -> Result<i64, Error> {
        let number = std::str::from_utf8(self.field(at)).ok().and_then(|text| text.trim().parse().ok());
        number.ok_or_else(|| self.wrong("a concept that is no number"))
    }

    fn wrong(&self, what: &str) -> Error {
        let line = self.record.position().map_or(0, csv::Position::line);
        Error::refused(format!("`{}` holds {what} in line {line}", self.path.display()))
    }
}

fn failed(path: &Path, error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::io("reading the vocabulary", path, error),
        _ => Error::refused(format!("`{}` cannot be read as an Athena download", path.display())),
    }
}
