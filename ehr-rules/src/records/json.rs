//! JSON files to records: each object is one, and its fields are the texts at the columns' paths.
//!
//! A file holds one object, a list of objects, or one after the other (NDJSON), and is read as a stream. An object that is
//! no JSON is a malformed record.

use super::batch::Batch;
use super::batch::MALFORMED;
use super::batch::Record;
use super::batch::Refused;
use super::batch::SIDE;
use super::batch::Span;
use super::beyond::Beyond;
use super::beyond::Known;
use super::pieces::Piece;
use super::pieces::Pieces;
use super::tree::Tree;
use super::tree::Wrong;
use crate::error::Error;
use encoding_rs::Encoding;
use std::fmt;
use std::fmt::Display;
use std::fmt::Formatter;
use std::io::Write;
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
        /// What is the matter there.
        what: &'static str,
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
    pending: IntoIter<Tree>,
    /// Names from a document inwards to its list of objects; none where it is that itself.
    rows: Vec<String>,
    fields: Vec<Field>,
    /// Bytes after which a batch ends.
    batch: usize,
    /// Whether some piece was JSON.
    is_json: bool,
    /// Where the first piece is that was none.
    broken: Option<Fault>,
    beyond: Beyond,
}

/// What stands where an object ought to.
pub(super) enum Object {
    Sound(Tree),
    Broken(Fault),
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
            beyond: Beyond::default(),
        })
    }

    /// Reads at most so many bytes at once, and makes batches in proportion.
    pub(crate) fn with_block(self, block: usize) -> Self {
        Self { pieces: self.pieces.with_block(block), batch: BYTES.min(block.saturating_mul(4)), ..self }
    }

    /// Counts what stands in objects beside what is known.
    pub(crate) fn beside(self, known: Known) -> Self {
        Self { beyond: Beyond::new(known), ..self }
    }

    /// Paths that nobody knows, with how many rows hold something there, since it was asked last.
    pub(crate) fn beyond(&mut self) -> Vec<(String, u64)> {
        self.beyond.drain()
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
            match self.parsed(piece) {
                Ok(objects) => {
                    self.is_json = true;
                    self.pending = objects.into_iter();
                }
                Err(fault) => {
                    self.broken = self.broken.or(Some(fault));
                    return Ok(Some(Object::Broken(fault)));
                }
            }
        }
    }

    /// The objects of a piece, or why there are none: it is no JSON, or has nothing where its rows stand.
    fn parsed(&self, piece: Piece) -> Result<Vec<Tree>, Fault> {
        let wrong = |wrong: Wrong| self.fault_at(piece, wrong);
        if !piece.is_document {
            let tree = Tree::of(&self.text).map_err(wrong)?;
            let unclosed = Wrong { at: 0, what: "what stands around it does not close" };
            return if piece.closes { Ok(vec![tree]) } else { Err(wrong(unclosed)) };
        }
        let mut objects = Vec::new();
        for document in Tree::each_of(&self.text).map_err(wrong)? {
            let within = self.rows.iter().try_fold(document, |value, name| match value {
                Tree::Object(entries) => entries.into_iter().find(|(known, _)| known == name).map(|(_, inside)| inside),
                _ => None,
            });
            match within.ok_or(Fault::NoRows)? {
                Tree::List(all) => objects.extend(all),
                object => objects.push(object),
            }
        }
        Ok(objects)
    }

    /// Where in the file something is wrong that stands in a piece.
    fn fault_at(&self, piece: Piece, Wrong { at, what }: Wrong) -> Fault {
        // What is lacking at the end is told by the last byte that is there.
        let at = at.min(self.text.len().saturating_sub(1));
        let before = self.text.get(..at).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', before).count() as u64;
        let column = match memchr::memrchr(b'\n', before) {
            Some(end) => at - end,
            None => piece.column + at + 1,
        };
        Fault::NoJson { line: piece.line + lines, column: column as u64, what }
    }

    fn add(&mut self, batch: &mut Batch, object: &Object) {
        let start = batch.bytes.len();
        let first = batch.spans.len();
        let refused = match object {
            Object::Sound(object) => self.fields_of(object, batch).err().inspect(|_| {
                batch.bytes.truncate(start);
                batch.spans.truncate(first);
                put(&mut batch.bytes, object);
            }),
            Object::Broken(fault) => {
                batch.bytes.extend_from_slice(self.text.trim_ascii_end());
                Some(Refused { code: "R0204", detail: fault.to_string() })
            }
        };
        let count = if refused.is_some() { MALFORMED } else { narrow(self.fields.len()) };
        batch.refused.extend(refused.map(|why| (batch.records.len(), why)));
        let end = batch.bytes.len();
        batch.records.push(Record { line: self.line, start: narrow(start), end: narrow(end), first: narrow(first), count });
    }

    /// The fields of an object, or why it is no record.
    fn fields_of(&mut self, object: &Tree, batch: &mut Batch) -> Result<(), Refused> {
        if !matches!(object, Tree::Object(_)) {
            return Err(Refused { code: "R0204", detail: ": it is no object".to_owned() });
        }
        if let Some(path) = object.twice() {
            return Err(Refused { code: "R0226", detail: format!(": `{path}`") });
        }
        for field in &self.fields {
            let from = batch.bytes.len();
            if let Err(depth) = field.write(object, &mut batch.bytes)
                && !self.beyond.known().is_whole_on(field.path.get(..depth).unwrap_or_default())
            {
                let path = field.path.get(..depth).unwrap_or_default().join(".");
                return Err(Refused { code: "R0227", detail: format!(": `{path}`") });
            }
            batch.spans.push(Span { start: narrow(from), end: narrow(batch.bytes.len()) });
        }
        self.beyond.see(object);
        Ok(())
    }
}

impl Display for Fault {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::NoJson { line, column, what } => write!(to, ": line {line}, column {column}: {what}"),
            Self::NoRows => to.write_str(": nothing stands where its rows ought to"),
        }
    }
}

impl Field {
    /// The value's text: a text as it is, anything else as JSON. Where something else than an object stands on the way to it, how
    /// many names lead there; what is written then is nothing.
    fn write(&self, object: &Tree, bytes: &mut Vec<u8>) -> Result<(), usize> {
        let mut found = Some(object);
        let mut astray = None;
        for (depth, name) in self.path.iter().enumerate() {
            if depth > 0 && found.is_some_and(|value| !matches!(value, Tree::Object(_) | Tree::Null)) {
                astray = Some(depth);
            }
            found = found.and_then(|value| value.get(name));
        }
        match found {
            None | Some(Tree::Null) => bytes.extend_from_slice(self.missing.as_bytes()),
            Some(Tree::Text(text)) if !self.nested => bytes.extend_from_slice(text.as_bytes()),
            Some(value) => put(bytes, value),
        }
        astray.map_or(Ok(()), Err)
    }
}

fn put(bytes: &mut Vec<u8>, tree: &Tree) {
    // Writing into memory cannot fail.
    let _written = write!(bytes, "{tree}");
}

/// A batch ends long before 2 GiB; one object that is as large is refused.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX) & !SIDE
}
