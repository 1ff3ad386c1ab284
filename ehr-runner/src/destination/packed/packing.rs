//! Rows on their way into a packed book: they wait in files that nobody else sees, while the database is given the rows themselves.

use super::super::books::Book;
use super::super::cell::Cell;
use super::super::compare::Entry;
use super::super::store::Store;
use super::FORM;
use super::HEADS;
use super::PARTS;
use super::Packed;
use super::ROWS;
use super::forget;
use super::live;
use super::part;
use super::record;
use super::record::RECORD;
use super::stamp;
use super::told;
use crate::error::Failure;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;

/// What there is of a packed book before rows come to it.
#[derive(Debug)]
pub(in crate::destination) enum Before {
    /// It is there.
    Kept(Packed),
    /// These are its rows; it has to be made.
    Rows(Vec<Entry>),
}

/// Rows that come to a packed book.
pub(in crate::destination) struct Packing {
    seed: String,
    fresh: Waiting,
    other: Waiting,
}

/// Records that wait.
struct Waiting {
    file: BufWriter<File>,
    bytes: Vec<u8>,
}

impl Packing {
    /// Nothing yet, of a book whose rows are told under this key.
    pub(in crate::destination) fn new(seed: &str) -> Result<Self, Failure> {
        let both = || Ok(Self { seed: seed.to_owned(), fresh: Waiting::new()?, other: Waiting::new()? });
        both().map_err(unwritten)
    }

    /// A row that was not there.
    pub(in crate::destination) fn add(&mut self, entry: &Entry) -> Result<(), Failure> {
        self.fresh.add(0, entry).map_err(unwritten)
    }

    /// A row that takes the place of the one at a place.
    pub(in crate::destination) fn replace(&mut self, at: u64, entry: &Entry) -> Result<(), Failure> {
        self.other.add(at, entry).map_err(unwritten)
    }

    /// Brings them into the database, with the load of this number.
    pub(in crate::destination) fn write(self, store: &mut dyn Store, book: &Book<'_>, before: Before, number: i64) -> Result<(), Failure> {
        let mut packed = match before {
            Before::Kept(packed) => packed,
            Before::Rows(rows) => {
                forget(store, book)?;
                let places = [1, 2, 3, 4].map(|at| store.place(at)).join(", ");
                let sql = format!(
                    "INSERT INTO {} (table_name, told, stamp, seed, form, parts) VALUES ({places}, {FORM}, 0)",
                    store.quoted(HEADS)
                );
                let head = [Cell::Text(book.table.name.clone()), Cell::Text(told(book)), stamp(&live(store)?), Cell::Text(self.seed)];
                store.run(&sql, &head)?;
                let mut packed = Packed::default();
                let mut part = Vec::with_capacity(ROWS);
                for rows in rows.chunks(ROWS) {
                    part.clear();
                    part.extend(rows.iter().map(|entry| (0, *entry)));
                    packed.part(store, book, (0, number), &part)?;
                }
                packed
            }
        };
        for (patch, waiting) in [(0, self.fresh), (1, self.other)] {
            waiting.each(|rows| packed.part(store, book, (patch, number), rows))?;
        }
        let sql = format!("UPDATE {} SET parts = {} WHERE table_name = {}", store.quoted(HEADS), packed.parts, store.place(1));
        store.run(&sql, &[Cell::Text(book.table.name.clone())]).map(drop)
    }
}

impl Packed {
    fn part(
        &mut self,
        store: &mut dyn Store,
        book: &Book<'_>,
        (patch, number): (i64, i64),
        entries: &[(u64, Entry)],
    ) -> Result<(), Failure> {
        let (part, rows) = (self.parts, entries.len());
        self.parts += 1;
        let [name, bytes, written] = [1, 2, 3].map(|at| store.place(at));
        let sql = format!(
            "INSERT INTO {} (table_name, patch, part, load_number, row_count, bytes, written) \
             VALUES ({name}, {patch}, {part}, {number}, {rows}, {bytes}, {written})",
            store.quoted(PARTS),
        );
        let [bytes, written] = part::write(entries).map(Cell::Bytes);
        store.run(&sql, &[Cell::Text(book.table.name.clone()), bytes, written]).map(drop)
    }
}

impl Waiting {
    fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?), bytes: Vec::new() })
    }

    fn add(&mut self, at: u64, entry: &Entry) -> io::Result<()> {
        self.bytes.clear();
        record::write(at, entry, &mut self.bytes);
        self.file.write_all(&self.bytes)
    }

    /// The records in order, as many at once as are one part.
    fn each(self, mut take: impl FnMut(&[(u64, Entry)]) -> Result<(), Failure>) -> Result<(), Failure> {
        let open = || {
            let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            Ok(BufReader::new(file))
        };
        let mut file = open().map_err(unwritten)?;
        let (mut bytes, mut rows) = (Vec::with_capacity(ROWS * RECORD), Vec::with_capacity(ROWS));
        loop {
            bytes.clear();
            rows.clear();
            (&mut file).take((ROWS * RECORD) as u64).read_to_end(&mut bytes).map_err(unwritten)?;
            rows.extend(bytes.as_chunks::<RECORD>().0.iter().map(record::read));
            if rows.is_empty() {
                return Ok(());
            }
            take(&rows)?;
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as errors are mapped")]
fn unwritten(error: io::Error) -> Failure {
    Failure::file("packing rows in", Path::new(&std::env::temp_dir()), &error)
}
