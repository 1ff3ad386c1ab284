//! Reads a file's records block by block, in bounded memory.

use super::Shape;
use super::batch::Batch;
use super::batch::Part;
use super::batch::Skipped;
use super::decoder::Decoder;
use super::frame::frame;
use super::frame::narrow;
use crate::error::Error;
use crate::ir::schema::LineEnd;
use encoding_rs::UTF_8;
use memchr::memrchr;
use memchr::memrchr2;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

/// How much is read at once.
pub(crate) const BLOCK: usize = 1 << 20;
/// No record is longer: a file without line ends must not be taken into memory whole.
const LONGEST: usize = 256 << 20;
/// Lines that are no records are handed over at the latest after so many bytes, that they need not be held.
const SKIPPED: usize = 1 << 20;
/// The UTF-8 byte order mark, which that of any other encoding becomes.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One file's records, from its header on.
#[derive(Debug)]
pub(crate) struct Reader {
    file: File,
    path: PathBuf,
    shape: Shape,
    /// Brings bytes to UTF-8; none where they are that already.
    decoder: Option<Decoder>,
    block: usize,
    /// Bytes read and not yet framed.
    rest: Vec<u8>,
    /// The physical line at which `rest` begins.
    line: u64,
    /// Bytes read so far, and how many the file had when it was opened.
    read: u64,
    size: u64,
    ended: bool,
    /// How many fields and records the last batch had: the next will have about as many.
    had: (usize, usize),
    /// Comments passed so far.
    comments: u64,
}

impl Reader {
    /// Opens a file whose shape is known.
    pub(crate) fn open(path: &Path, shape: Shape) -> Result<Self, Error> {
        let failed = |error| Error::io("opening", path, error);
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let decoder = (shape.encoding != UTF_8).then(|| Decoder::new(shape.encoding));
        Ok(Self {
            file,
            path: path.to_owned(),
            shape,
            decoder,
            block: BLOCK,
            rest: Vec::new(),
            line: 1,
            read: 0,
            size,
            ended: false,
            had: (0, 0),
            comments: 0,
        })
    }

    /// Reads so many bytes at once.
    pub(crate) fn with_block(self, block: usize) -> Self {
        Self { block, ..self }
    }

    /// The file had so many bytes when it was listed: fewer now is an error.
    pub(crate) fn at_least(self, bytes: u64) -> Self {
        Self { size: self.size.max(bytes), ..self }
    }

    /// How many bytes were read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// How many comments were found so far that nobody has declared.
    pub(crate) fn comments_found(&self) -> u64 {
        if self.shape.finds_comments { self.comments } else { 0 }
    }

    /// Goes past the record that names the fields, where there is one.
    pub(crate) fn past_header(mut self) -> Result<Self, Error> {
        while self.shape.headed {
            // Lines that are no records may stand before it.
            if self.next(1)?.is_none_or(|batch| batch.len() > 0) {
                break;
            }
        }
        Ok(self)
    }

    /// The next records, at most `most` of them; `None` at the end of the file. A batch may be of lines alone that are no records.
    pub(crate) fn next(&mut self, most: u64) -> Result<Option<Batch>, Error> {
        let (spans, records) = (Vec::with_capacity(self.had.0), Vec::with_capacity(self.had.1));
        let mut batch = Batch { bytes: std::mem::take(&mut self.rest), spans, records, ..Batch::default() };
        // What a limit left over is framed before more is read.
        let mut from = 0;
        let mut fill = batch.bytes.is_empty();
        loop {
            if fill && !self.ended {
                let mark = self.fill(&mut batch.bytes)?;
                if mark > 0 {
                    batch.skipped.push(Skipped { start: 0, part: Part::ByteOrder });
                    from += mark;
                }
            }
            let to = self.records_end(&batch.bytes, from);
            from = frame(&mut batch, from, to, self.ended, &self.shape, &mut self.line, most);
            if self.ended && from == to && to < batch.bytes.len() {
                batch.skipped.push(Skipped { start: narrow(to), part: Part::Footer });
                from = batch.bytes.len();
            }
            if !batch.records.is_empty() || from >= SKIPPED || self.ended && from > 0 {
                self.rest = batch.bytes.split_off(from);
                self.comments += batch.comments();
                self.had = (batch.spans.len() + batch.spans.len() / 16, batch.records.len() + batch.records.len() / 16);
                return Ok(Some(batch));
            }
            if self.ended {
                return Ok(None);
            }
            if batch.bytes.len() - from > LONGEST {
                let message = format!("line {} of `{}` is longer than {} MiB", self.line, self.path.display(), LONGEST >> 20);
                return Err(Error::data(message));
            }
            fill = true;
        }
    }

    /// Where records end at the latest: before as many lines as stand behind the last one, which what was read may end with.
    fn records_end(&self, bytes: &[u8], from: usize) -> usize {
        let lines = self.shape.footer + u32::from(!self.ended);
        if self.shape.footer == 0 {
            return bytes.len();
        }
        let last = |end: usize| {
            let text = bytes.get(from..end).unwrap_or_default();
            let found = match self.shape.line_end {
                LineEnd::Lf => memrchr(b'\n', text),
                LineEnd::Cr => memrchr(b'\r', text),
                LineEnd::Any => memrchr2(b'\r', b'\n', text),
            };
            found.map(|at| from + at)
        };
        let before = |at: usize| {
            let pair = self.shape.line_end == LineEnd::Any && bytes[at] == b'\n' && at > from && bytes[at - 1] == b'\r';
            at - usize::from(pair)
        };
        // A line end at the very end is the last line's own.
        let mut end = last(bytes.len()).filter(|at| at + 1 == bytes.len()).map_or(bytes.len(), before);
        let mut begin = bytes.len();
        for _ in 0..lines {
            let Some(at) = last(end) else { return from };
            begin = at + 1;
            end = before(at);
        }
        begin
    }

    /// Reads one block more, and says how many bytes at the beginning of the file are no text.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> Result<usize, Error> {
        let fresh = self.read == 0;
        // A long record makes its block grow in proportion, so that it is not looked at from its start too often.
        // The first has room for a byte order mark.
        let wanted = self.block.max(bytes.len()).max(if fresh { 4 } else { 1 });
        let room = u64::try_from(wanted).unwrap_or(u64::MAX);
        let mut foreign = Vec::new();
        let into = if self.decoder.is_some() { &mut foreign } else { &mut *bytes };
        into.reserve(wanted);
        let got = (&mut self.file).take(room).read_to_end(into).map_err(|error| Error::io("reading", &self.path, error))?;
        self.read += got as u64;
        if (got as u64) < room {
            self.ended = true;
            if self.read < self.size {
                let cause = std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "it has become shorter since it was found");
                return Err(Error::io("reading", &self.path, cause));
            }
        }
        if let Some(decoder) = &mut self.decoder {
            decoder.decode(&foreign, self.ended, bytes);
        }
        Ok(if fresh && bytes.starts_with(BOM) { BOM.len() } else { 0 })
    }
}
