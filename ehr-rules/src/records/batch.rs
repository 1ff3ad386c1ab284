//! A block of records: its bytes, and where each record and field lies in them.

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
        }
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

    /// How many fields a record has.
    pub(crate) fn width(&self, record: usize) -> usize {
        let count = self.records[record].count;
        if count == MALFORMED { 0 } else { count as usize }
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
        Some(Text { batch: self, bytes: std::str::from_utf8(&self.bytes).ok()?, side: std::str::from_utf8(&self.side).ok()? })
    }

    /// The names in a record that is a header: without blanks around them, and split plainly where its quotes are unsound.
    pub(crate) fn header(&self, record: usize, delimiter: u8) -> Vec<String> {
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned();
        if self.is_malformed(record) {
            return self.raw(record).split(|byte| *byte == delimiter).map(name).collect();
        }
        self.fields(record).map(name).collect()
    }

    /// Whether a quote stands as a plain character in an unquoted field.
    pub(super) fn has_plain_quote(&self, record: usize, quote: Option<u8>) -> bool {
        let Some(quote) = quote else { return false };
        self.spans[self.spans_of(record)].iter().any(|span| span.start & SIDE == 0 && self.bytes_of(*span).contains(&quote))
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
        let span = self.batch.spans[self.batch.records[record].first as usize + field];
        let found = if span.start & SIDE == 0 {
            self.bytes.get(span.start as usize..span.end as usize)
        } else {
            self.side.get((span.start & !SIDE) as usize..span.end as usize)
        };
        // Fields are cut at ASCII bytes, so a field of valid text is valid text.
        found.unwrap_or_default()
    }
}
