//! Records and fields of a CSV file of ours: commas, double quotes, line feeds.
//!
//! It is read by hand because nothing else here says whether an empty field was quoted, and that is what tells an empty text from a
//! missing value.

use super::super::cell::Cell;
use super::altered;
use crate::error::Failure;
use ehr_rules::Kind;
use memchr::memchr_iter;
use memchr::memchr2_iter;
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;

/// How much is read at once.
pub(super) const BLOCK: usize = 1 << 18;

/// A field as it is written: `None` where nothing is.
type Field<'a> = Option<Cow<'a, str>>;

/// Records of a file, one after the other.
pub(super) struct Records<'a> {
    path: &'a Path,
    file: File,
    /// What was read, where in the file it stands, and from where on it was not given yet.
    buffer: Vec<u8>,
    base: u64,
    at: usize,
    ended: bool,
}

/// One of them, without its line feed.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether there is a quote in it.
    pub(super) quoted: bool,
}

impl<'a> Record<'a> {
    /// Its text.
    pub(super) fn text(self, path: &Path) -> Result<&'a str, Failure> {
        std::str::from_utf8(self.bytes).map_err(|_| altered(path))
    }
}

impl<'a> Records<'a> {
    /// Those of a file, its header first.
    pub(super) fn open(path: &'a Path) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| Failure::file("reading", path, &error))?;
        Ok(Self { path, file, buffer: Vec::new(), base: 0, at: 0, ended: false })
    }

    /// Where the next record stands in the file.
    pub(super) fn place(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Goes on with the record at a place.
    pub(super) fn jump(&mut self, place: u64) -> Result<(), Failure> {
        let at = place.checked_sub(self.base).and_then(|at| usize::try_from(at).ok()).filter(|at| *at < self.buffer.len());
        if let Some(at) = at {
            self.at = at;
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(place)).map_err(|error| Failure::file("reading", self.path, &error))?;
        self.buffer.clear();
        (self.base, self.at, self.ended) = (place, 0, false);
        Ok(())
    }

    /// The next one.
    pub(super) fn next_record(&mut self) -> Result<Option<Record<'_>>, Failure> {
        let (start, end, quoted) = loop {
            let (mut inside, mut quoted) = (false, false);
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            // Inside quotes there is an odd number of them up to here, doubled ones counting for two.
            let end = memchr2_iter(b'\n', b'"', rest).find(|at| {
                let is_quote = rest.get(*at) == Some(&b'"');
                inside ^= is_quote;
                quoted |= is_quote;
                !inside && !is_quote
            });
            if let Some(length) = end {
                let start = self.at;
                self.at += length + 1;
                break (start, start + length, quoted);
            }
            if self.ended {
                if rest.is_empty() {
                    return Ok(None);
                }
                if inside {
                    return Err(altered(self.path));
                }
                let start = std::mem::replace(&mut self.at, self.buffer.len());
                break (start, self.buffer.len(), quoted);
            }
            self.fill()?;
        };
        Ok(Some(Record { bytes: self.buffer.get(start..end).unwrap_or_default(), quoted }))
    }

    /// Reads a block more. A long record makes it grow in proportion, so that it is not looked at from its start too often.
    fn fill(&mut self) -> Result<(), Failure> {
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        let wanted = BLOCK.max(self.buffer.len());
        let read = (&mut self.file).take(wanted as u64).read_to_end(&mut self.buffer);
        self.ended = read.map_err(|error| Failure::file("reading", self.path, &error))? < wanted;
        Ok(())
    }
}

/// Puts a record's values into the cells.
pub(super) fn values(path: &Path, record: Record<'_>, kinds: &[Kind], cells: &mut [Cell]) -> Result<(), Failure> {
    let mut open = cells.iter_mut().zip(kinds);
    let mut sound = true;
    fields(record.text(path)?, record.quoted, |field| match open.next() {
        Some((cell, kind)) => sound &= put(cell, kind, field),
        None => sound = false,
    });
    if sound && open.next().is_none() { Ok(()) } else { Err(altered(path)) }
}

/// Whether the field is a value of this kind.
fn put(cell: &mut Cell, kind: &Kind, field: Field<'_>) -> bool {
    let read = match (field, kind) {
        (None, _) => Some(Cell::Null),
        (Some(text), Kind::Integer) => text.parse().ok().map(Cell::Integer),
        (Some(text), Kind::Float) => text.parse().ok().map(Cell::Real),
        (Some(text), Kind::Boolean) => text.parse().ok().map(Cell::Boolean),
        (Some(text), _) => {
            if let Cell::Text(old) = cell {
                old.clear();
                old.push_str(&text);
                return true;
            }
            Some(Cell::Text(text.into_owned()))
        }
    };
    read.map(|read| *cell = read).is_some()
}

/// A record's fields, one after the other; one without any quote is cut at its commas.
pub(super) fn fields<'a>(record: &'a str, quoted: bool, mut each: impl FnMut(Field<'a>)) {
    let bare = |text: &'a str| (!text.is_empty()).then_some(Cow::Borrowed(text));
    if !quoted {
        let mut from = 0;
        for comma in memchr_iter(b',', record.as_bytes()) {
            each(bare(&record[from..comma]));
            from = comma + 1;
        }
        return each(bare(&record[from..]));
    }
    let mut rest = record;
    loop {
        let end = field_end(rest);
        let raw = &rest[..end];
        each(match raw.strip_prefix('"') {
            Some(text) => Some(Cow::Owned(text.strip_suffix('"').unwrap_or(text).replace("\"\"", "\""))),
            None => bare(raw),
        });
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => return,
        }
    }
}

fn field_end(text: &str) -> usize {
    let mut quoted = false;
    text.bytes()
        .position(|byte| {
            quoted ^= byte == b'"';
            byte == b',' && !quoted
        })
        .unwrap_or(text.len())
}
