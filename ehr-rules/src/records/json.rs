//! JSON files to records: each object is one, and its fields are the texts at the columns' paths.
//!
//! A file holds one object, a list of objects, or one after the other (NDJSON), and is read as a stream. An object that is
//! no JSON is a malformed record.

use super::batch::Batch;
use super::batch::MALFORMED;
use super::batch::Record;
use super::batch::SIDE;
use super::batch::Span;
use super::pieces::Piece;
use super::pieces::Pieces;
use crate::error::Error;
use encoding_rs::Encoding;
use serde::de::IgnoredAny;
use serde_json::Deserializer;
use serde_json::Value;
use std::path::Path;
use std::path::PathBuf;
use std::vec::IntoIter;

/// Records of one batch.
const RECORDS: usize = 4_096;
/// Bytes after which a batch ends.
const BYTES: usize = 4 << 20;
/// Where a column's value stands in an object.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Names from the object inwards.
    pub path: Vec<String>,
    /// The text that stands for `null` and for what is not there.
    pub missing: String,
    /// Whether the column is a list or a struct, whose texts are JSON.
    pub nested: bool,
}

/// Why nothing in a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is nothing in it.
    Empty,
    /// Its first piece is not JSON, from this line and column on, each counted from 1.
    NoJson {
        /// The line.
        line: u64,
        /// The byte in it.
        column: u64,
    },
    /// Its first document has nothing where rows stand.
    NoRows,
}

/// What keeps a file from being read at all; one that has a sound object, or an empty list of them, can be. `within` leads from one to its list of objects.
pub(crate) fn fault(path: &Path, encoding: Option<&'static Encoding>, within: &[String]) -> Result<Option<Fault>, Error> {
    let mut objects = Objects::open(path, encoding, within, Vec::new())?;
    while let Some(object) = objects.object()? {
        if matches!(object, Object::Sound(_)) {
            return Ok(None);
        }
    }
    Ok(objects.fault())
}

/// One file's objects.
pub(crate) struct Objects {
    path: PathBuf,
    pieces: Pieces,
    /// The piece at hand, as it stands in the file.
    text: Vec<u8>,
    line: u64,
    /// Objects of the piece at hand.
    pending: IntoIter<Value>,
    /// Names from a document inwards to its list of objects; none where it is that itself.
    rows: Vec<String>,
    fields: Vec<Field>,
    /// Bytes after which a batch ends.
    batch: usize,
    /// Whether some piece was JSON.
    is_json: bool,
    /// Where the first piece is that was none.
    broken: Option<Fault>,
}

/// What stands where an object ought to.
pub(super) enum Object {
    Sound(Value),
    Broken,
}

impl Objects {
    /// Opens a file; without an encoding it is UTF-8, or UTF-16 where its first bytes say so.
    pub(crate) fn open(path: &Path, encoding: Option<&'static Encoding>, rows: &[String], fields: Vec<Field>) -> Result<Self, Error> {
        Ok(Self {
            path: path.to_owned(),
            pieces: Pieces::open(path, encoding, rows)?,
            text: Vec::new(),
            line: 0,
            pending: Vec::new().into_iter(),
            rows: rows.to_vec(),
            fields,
            batch: BYTES,
            is_json: false,
            broken: None,
        })
    }

    /// Reads at most so many bytes at once, and makes batches in proportion.
    pub(crate) fn with_block(self, block: usize) -> Self {
        Self { pieces: self.pieces.with_block(block), batch: BYTES.min(block.saturating_mul(4)), ..self }
    }

    /// What was found instead of objects, where all was read and there was none. An empty list is a table without rows.
    pub(super) fn fault(&self) -> Option<Fault> {
        if self.is_json { None } else { self.pieces.fault().or(self.broken) }
    }

    /// How many bytes were read so far.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.pieces.bytes_read()
    }

    /// The next records, at most `most` of them; `None` at the end of the file. A record's line is that on which its object begins.
    pub(crate) fn next(&mut self, most: u64) -> Result<Option<Batch>, Error> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(RECORDS);
        let mut batch = Batch::default();
        while batch.len() < most && batch.bytes.len() < self.batch {
            let Some(object) = self.object()? else { break };
            self.add(&mut batch, &object);
            if batch.bytes.len() >= SIDE as usize {
                let message = format!("the object on line {} of `{}` is larger than 2 GiB", self.line, self.path.display());
                return Err(Error::data(message));
            }
        }
        Ok((batch.len() > 0).then_some(batch))
    }

    pub(super) fn object(&mut self) -> Result<Option<Object>, Error> {
        loop {
            if let Some(object) = self.pending.next() {
                return Ok(Some(Object::Sound(object)));
            }
            let Some(piece) = self.pieces.next(&mut self.text)? else { return Ok(None) };
            self.line = piece.line;
            let Some(objects) = self.parsed(piece) else {
                self.broken = self.broken.or_else(|| Some(self.broken_at(piece)));
                return Ok(Some(Object::Broken));
            };
            self.is_json = true;
            self.pending = objects.into_iter();
        }
    }

    /// What is wrong with a piece, and where.
    fn broken_at(&self, piece: Piece) -> Fault {
        let start = piece.column as u64;
        match Deserializer::from_slice(&self.text).into_iter::<IgnoredAny>().find_map(Result::err) {
            Some(error) => {
                let before = if error.line() <= 1 { start } else { 0 };
                Fault::NoJson { line: piece.line + (error.line() as u64).saturating_sub(1), column: before + error.column() as u64 }
            }
            None if piece.is_document => Fault::NoRows,
            None => Fault::NoJson { line: piece.line, column: start + 1 },
        }
    }

    /// The objects of a piece; none where it is no JSON, or has nothing where its rows stand.
    fn parsed(&self, piece: Piece) -> Option<Vec<Value>> {
        if !piece.closes {
            return None;
        }
        if !piece.is_document {
            return serde_json::from_slice(&self.text).ok().map(|value| vec![value]);
        }
        let mut objects = Vec::new();
        for document in Deserializer::from_slice(&self.text).into_iter() {
            let within = self.rows.iter().try_fold(document.ok()?, |value: Value, name| match value {
                Value::Object(mut entries) => entries.remove(name),
                _ => None,
            });
            match within? {
                Value::Array(all) => objects.extend(all),
                object => objects.push(object),
            }
        }
        Some(objects)
    }

    fn add(&self, batch: &mut Batch, object: &Object) {
        let start = batch.bytes.len();
        let first = batch.spans.len();
        let count = match object {
            Object::Sound(object) if object.is_object() => {
                for field in &self.fields {
                    let from = batch.bytes.len();
                    field.write(object, &mut batch.bytes);
                    batch.spans.push(Span { start: narrow(from), end: narrow(batch.bytes.len()) });
                }
                narrow(self.fields.len())
            }
            Object::Sound(other) => {
                batch.bytes.extend_from_slice(other.to_string().as_bytes());
                MALFORMED
            }
            Object::Broken => {
                batch.bytes.extend_from_slice(self.text.trim_ascii_end());
                MALFORMED
            }
        };
        let end = batch.bytes.len();
        batch.records.push(Record { line: self.line, start: narrow(start), end: narrow(end), first: narrow(first), count });
    }
}

impl Field {
    /// The value's text: a text as it is, anything else as JSON.
    fn write(&self, object: &Value, bytes: &mut Vec<u8>) {
        let found = self.path.iter().try_fold(object, |value, name| value.get(name));
        match found {
            None | Some(Value::Null) => bytes.extend_from_slice(self.missing.as_bytes()),
            Some(Value::String(text)) if !self.nested => bytes.extend_from_slice(text.as_bytes()),
            Some(value) => bytes.extend_from_slice(value.to_string().as_bytes()),
        }
    }
}

/// A batch ends long before 2 GiB; one object that is as large is refused.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX) & !SIDE
}
