//! A block of records: its bytes, and where each record and field lies in them.

use super::frame::narrow;
use super::shape::Mark;
use memchr::memmem;
use simdutf8::basic::from_utf8;
use std::ops::Range;

/// Records framed from one block, in file order.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Whole physical lines, as they were.
    pub(super) bytes: Vec<u8>,
    /// Quoted fields that held doubled quotes, written once each.
    pub(super) side: Vec<u8>,
    /// Each field of each sound record.
    pub(super) spans: Vec<Span>,
    /// Each record, malformed ones among them.
    pub(super) records: Vec<Record>,
    /// What is no record.
    pub(super) skipped: Vec<Skipped>,
    /// Malformed records of which it is known why, in order.
    pub(super) refused: Vec<(usize, Refused)>,
}

/// Why a record is malformed.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The finding's code.
    pub code: &'static str,
    /// What stands where, without any value.
    pub detail: String,
}

/// What a piece of a file is. Every byte belongs to one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The byte order mark.
    ByteOrder,
    /// Lines before the first record.
    Preamble,
    /// A record whose fields are known, the header among them, with its line end.
    Record,
    /// The line of a record whose quotes are unsound.
    Malformed,
    /// A comment's line.
    Comment,
    /// A line with nothing on it.
    Blank,
    /// Lines behind the last record.
    Footer,
}

/// A line that is no record, with its line end: up to where the next piece begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skipped {
    pub start: u32,
    pub part: Part,
}

/// Where a field lies, in the block's bytes or, where `SIDE` is set, beside them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

/// The bit of a span's start that says it lies beside the block; blocks are far smaller than 2 GiB.
pub(super) const SIDE: u32 = 1 << 31;
/// The number of fields that says a record is malformed.
pub(super) const MALFORMED: u32 = u32::MAX;

/// Where a record lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// The physical line on which it began, from 1.
    pub line: u64,
    /// Its bytes, without the line end.
    pub start: u32,
    pub end: u32,
    /// Its first span.
    pub first: u32,
    /// How many spans, or [`MALFORMED`].
    pub count: u32,
}

impl Batch {
    /// One record of one field.
    pub(crate) fn of(field: &str) -> Self {
        let end = u32::try_from(field.len()).unwrap_or(u32::MAX);
        Self {
            bytes: field.as_bytes().to_vec(),
            side: Vec::new(),
            spans: vec![Span { start: 0, end }],
            records: vec![Record { line: 1, start: 0, end, first: 0, count: 1 }],
            skipped: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Records of these fields, as they are.
    pub(crate) fn of_rows<'a>(rows: impl Iterator<Item = &'a [Vec<u8>]>) -> Self {
        let mut batch = Self::default();
        for (nth, row) in rows.enumerate() {
            let (start, first) = (batch.bytes.len(), batch.spans.len());
            for field in row {
                let from = narrow(batch.bytes.len());
                batch.bytes.extend_from_slice(field);
                batch.spans.push(Span { start: from, end: narrow(batch.bytes.len()) });
            }
            let (end, count) = (batch.bytes.len(), batch.spans.len() - first);
            let record =
                Record { line: nth as u64 + 1, start: narrow(start), end: narrow(end), first: narrow(first), count: narrow(count) };
            batch.records.push(record);
        }
        batch
    }

    /// Gives a record other fields; its bytes stay as they are.
    pub(crate) fn mend(&mut self, record: usize, fields: &[Vec<u8>]) {
        let first = self.spans.len();
        for field in fields {
            let from = narrow(self.side.len());
            self.side.extend_from_slice(field);
            self.spans.push(Span { start: from | SIDE, end: narrow(self.side.len()) });
        }
        if let Some(one) = self.records.get_mut(record) {
            (one.first, one.count) = (narrow(first), narrow(fields.len()));
        }
    }

    /// Whether these bytes stand anywhere in it.
    pub(crate) fn holds(&self, bytes: &[u8]) -> bool {
        memmem::find(&self.bytes, bytes).is_some() || memmem::find(&self.side, bytes).is_some()
    }

    /// How many records.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The physical line, from 1, on which a record began.
    pub(crate) fn line(&self, record: usize) -> u64 {
        self.records[record].line
    }

    /// A record as it stands in the file, without its line end; of a malformed one, its first physical line.
    pub(crate) fn raw(&self, record: usize) -> &[u8] {
        let Record { start, end, .. } = self.records[record];
        &self.bytes[start as usize..end as usize]
    }

    /// Whether a record's quotes are unsound; then it has no fields.
    pub(crate) fn is_malformed(&self, record: usize) -> bool {
        self.records[record].count == MALFORMED
    }

    /// Why a record is malformed, where that is known.
    pub(crate) fn refusal(&self, record: usize) -> Option<&Refused> {
        let at = self.refused.binary_search_by_key(&record, |(refused, _)| *refused).ok()?;
        self.refused.get(at).map(|(_, why)| why)
    }

    /// How many fields a record has.
    pub(crate) fn width(&self, record: usize) -> usize {
        let count = self.records[record].count;
        if count == MALFORMED { 0 } else { count as usize }
    }

    /// Whether each record is sound and has so many fields, and nothing lies between those of one and of the next.
    pub(crate) fn is_even(&self, width: usize) -> bool {
        let mut next = 0;
        let follows = |one: &Record| {
            let follows = one.first == next && one.count == narrow(width);
            next = one.first.wrapping_add(one.count);
            follows
        };
        width > 0 && self.spans.len() == self.records.len() * width && self.records.iter().all(follows)
    }

    /// A record's fields, quotes undone.
    pub(crate) fn fields(&self, record: usize) -> impl Iterator<Item = &[u8]> {
        self.spans[self.spans_of(record)].iter().map(|span| self.bytes_of(*span))
    }

    /// One field of a sound record that has it.
    #[inline]
    pub(crate) fn field(&self, record: usize, field: usize) -> &[u8] {
        self.bytes_of(self.spans[self.records[record].first as usize + field])
    }

    /// The block as text, if all of it is; then no field has to be checked on its own.
    pub(crate) fn text(&self) -> Option<Text<'_>> {
        // The side holds pieces of the bytes cut at quotes, which are ASCII, so it is text where they are; yet only the
        // check makes it a `str`.
        Some(Text { batch: self, bytes: from_utf8(&self.bytes).ok()?, side: from_utf8(&self.side).ok()? })
    }

    /// The names in a record that is a header: without blanks around them, and split plainly where its quotes are unsound.
    pub(crate) fn header(&self, record: usize, delimiter: Mark) -> Vec<String> {
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned();
        if self.is_malformed(record) {
            let mut rest = self.raw(record);
            let mut names = Vec::new();
            while let Some(at) = memmem::find(rest, delimiter.as_bytes()) {
                names.push(name(&rest[..at]));
                rest = &rest[at + delimiter.as_bytes().len()..];
            }
            names.push(name(rest));
            return names;
        }
        self.fields(record).map(name).collect()
    }

    /// Forgets what was framed, and keeps the bytes.
    pub(super) fn clear(&mut self) {
        self.side.clear();
        self.spans.clear();
        self.records.clear();
        self.skipped.clear();
        self.refused.clear();
    }

    /// Whether quotes stand around a field.
    pub(super) fn is_quoted(&self, record: usize, field: usize, quote: Option<u8>) -> bool {
        let Some(quote) = quote else { return false };
        let Record { start, first, .. } = self.records[record];
        let span = self.spans[first as usize + field];
        // What lies beside the block was quoted, or had an escape in it.
        span.start & SIDE != 0 || span.start > start && self.bytes.get(span.start as usize - 1) == Some(&quote)
    }

    /// Whether some field has quotes around it.
    pub(super) fn has_quoted(&self, quote: Option<u8>) -> bool {
        (0..self.len()).any(|record| !self.is_malformed(record) && (0..self.width(record)).any(|at| self.is_quoted(record, at, quote)))
    }

    /// How many fields have quotes around them, and how many have some inside that have none around them.
    pub(super) fn quotes(&self, quote: u8) -> (usize, usize) {
        let (mut wrapped, mut plain) = (0, 0);
        for record in 0..self.len() {
            if self.is_malformed(record) {
                wrapped += 1;
            }
            for field in 0..self.width(record) {
                if self.is_quoted(record, field, Some(quote)) {
                    wrapped += 1;
                } else if self.field(record, field).contains(&quote) {
                    plain += 1;
                }
            }
        }
        (wrapped, plain)
    }

    /// The pieces of the block, in order, which put together are its bytes.
    pub(crate) fn parts(&self) -> Vec<(Part, &[u8])> {
        let records = self.records.iter().map(|record| {
            let part = if record.count == MALFORMED { Part::Malformed } else { Part::Record };
            (record.start, part)
        });
        let mut starts: Vec<(u32, Part)> = records.chain(self.skipped.iter().map(|one| (one.start, one.part))).collect();
        starts.sort_by_key(|(start, _)| *start);
        let ends = starts.iter().skip(1).map(|(start, _)| *start as usize).chain([self.bytes.len()]);
        starts.iter().zip(ends).map(|((start, part), end)| (*part, self.bytes.get(*start as usize..end).unwrap_or_default())).collect()
    }

    /// How many lines are comments.
    pub(super) fn comments(&self) -> u64 {
        self.skipped.iter().filter(|one| one.part == Part::Comment).count() as u64
    }

    /// Whether no line end stands behind a record, as at the end of some files.
    pub(super) fn is_unended(&self, record: usize) -> bool {
        self.records.get(record).is_some_and(|one| one.end as usize == self.bytes.len())
    }

    /// Whether a line of this kind stands right before a record; `None` where the batch begins with it.
    pub(super) fn is_behind(&self, record: usize, part: Part) -> Option<bool> {
        let start = self.records.get(record)?.start;
        let before = record.checked_sub(1).and_then(|before| self.records.get(before));
        let last = self.skipped.iter().rev().find(|one| one.start < start && before.is_none_or(|before| one.start > before.start));
        if before.is_none() && last.is_none() { None } else { Some(last.is_some_and(|one| one.part == part)) }
    }

    /// Whether the batch ends in a line of this kind; `None` where it is empty.
    pub(super) fn ends_in(&self, part: Part) -> Option<bool> {
        let record = self.records.last().map(|record| record.start);
        let last = self.skipped.last().filter(|one| record.is_none_or(|record| one.start > record));
        if record.is_none() && last.is_none() { None } else { Some(last.is_some_and(|one| one.part == part)) }
    }

    /// The bytes from the first of these fields to the last, delimiters among them, where none has quotes around it.
    pub(super) fn between(&self, record: usize, from: usize, to: usize, quote: Option<u8>) -> Option<&[u8]> {
        if (from..=to).any(|field| self.is_quoted(record, field, quote)) {
            return None;
        }
        let first = self.records.get(record)?.first as usize;
        let (start, end) = (self.spans.get(first + from)?.start, self.spans.get(first + to)?.end);
        self.bytes.get(start as usize..end as usize)
    }

    fn spans_of(&self, record: usize) -> Range<usize> {
        let first = self.records[record].first as usize;
        first..first + self.width(record)
    }

    fn bytes_of(&self, span: Span) -> &[u8] {
        if span.start & SIDE == 0 {
            &self.bytes[span.start as usize..span.end as usize]
        } else {
            &self.side[(span.start & !SIDE) as usize..span.end as usize]
        }
    }
}

/// A batch all of whose bytes are UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    batch: &'a Batch,
    bytes: &'a str,
    side: &'a str,
}

impl<'a> Text<'a> {
    /// One field of a sound record that has it.
    #[inline]
    pub(crate) fn field(&self, record: usize, field: usize) -> &'a str {
        let first = self.batch.records[record].first as usize;
        self.of(self.batch.spans[first + field])
    }

    /// The same field of all records, each of which is sound and as wide as the first.
    pub(crate) fn column(self, field: usize) -> impl Iterator<Item = &'a str> {
        let width = self.batch.records.first().map_or(1, |first| first.count.max(1) as usize);
        self.batch.spans.iter().skip(field).step_by(width).map(move |span| self.of(*span))
    }

    #[inline]
    fn of(&self, span: Span) -> &'a str {
        let found = if span.start & SIDE == 0 {
            self.bytes.get(span.start as usize..span.end as usize)
        } else {
            self.side.get((span.start & !SIDE) as usize..span.end as usize)
        };
        // Fields are cut at ASCII bytes, so a field of valid text is valid text.
        found.unwrap_or_default()
    }
}
