//! Lines without quotes, framed many at once: one look at eight bytes tells every delimiter, line end and quote among them.
//!
//! Most files are such lines alone. Searches for each of these bytes by itself would begin anew behind every field, which
//! are a few bytes long.

use super::batch::MALFORMED;
use super::batch::Part;
use super::batch::Record;
use super::batch::Skipped;
use super::batch::Span;
use super::field::Scan;
use super::frame::narrow;
use super::frame::span;
use super::shape::Shape;
use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;

/// Bytes looked at before any of what was found is taken up.
const BLOCK: usize = 64;
/// All bits of eight bytes but the highest of each.
const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
/// Brings the highest bits of eight bytes, once they are their lowest, together in the highest byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// What is found in a block of bytes.
pub(super) struct Found<'a> {
    pub spans: &'a mut Vec<Span>,
    pub side: &'a mut Vec<u8>,
    pub records: &'a mut Vec<Record>,
    pub skipped: &'a mut Vec<Skipped>,
    /// The physical line at hand.
    pub line: &'a mut u64,
    /// How many records there may be.
    pub most: usize,
}

/// The bytes by which plain lines are cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    delimiter: u8,
    end: u8,
    /// The end once more where quotes are plain characters.
    quote: u8,
}

impl Found<'_> {
    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= self.most
    }

    pub(super) fn skip(&mut self, start: usize, part: Part) {
        self.skipped.push(Skipped { start: narrow(start), part });
        *self.line += 1;
    }

    /// A line whose quotes are unsound.
    pub(super) fn malformed(&mut self, start: usize, end: usize) {
        let first = narrow(self.spans.len());
        self.records.push(Record { line: *self.line, start: narrow(start), end: narrow(end), first, count: MALFORMED });
        *self.line += 1;
    }

    /// The spans from `first` on are the next record's.
    #[inline]
    pub(super) fn record(&mut self, start: usize, end: usize, first: usize) {
        let count = narrow(self.spans.len() - first);
        self.records.push(Record { line: *self.line, start: narrow(start), end: narrow(end), first: narrow(first), count });
    }
}

impl Lines {
    /// None where lines of this shape have to be looked at one by one.
    pub(super) fn of(shape: &Shape) -> Option<Self> {
        let delimiter = shape.delimiter.single()?;
        let end = match shape.line_end {
            LineEnd::Lf => b'\n',
            LineEnd::Cr => b'\r',
            LineEnd::Any => return None,
        };
        let quote = shape.quote.unwrap_or(end);
        let alone = shape.length == 0 && shape.escape != Escape::Backslash && !matches!(delimiter, b'\r' | b'\n') && delimiter != quote;
        alone.then_some(Self { delimiter, end, quote })
    }

    /// Frames whole lines from `at` on up to the first that holds a quote, and says where that begins.
    pub(super) fn frame(self, scan: &Scan<'_>, at: usize, found: &mut Found<'_>) -> usize {
        let (mut start, mut field, mut first) = (at, at, found.spans.len());
        let mut base = at;
        while let Some(block) = scan.bytes.get(base..).filter(|rest| !rest.is_empty()) {
            let mut marks = self.marks(block);
            while marks != 0 {
                let mark = base + marks.trailing_zeros() as usize;
                marks &= marks - 1;
                let byte = scan.bytes[mark];
                if byte == self.delimiter {
                    found.spans.push(span(field, mark));
                    field = mark + 1;
                    continue;
                }
                if byte != self.end {
                    found.spans.truncate(first);
                    return start;
                }
                let end = scan.without_cr(start, mark);
                if let Some(part) = scan.no_record(start, end, *found.line) {
                    found.spans.truncate(first);
                    found.skip(start, part);
                } else {
                    found.spans.push(span(field, end));
                    if scan.is_remark(&scan.bytes[start..end], found.spans.len() - first) {
                        found.spans.truncate(first);
                        found.skip(start, Part::Comment);
                    } else {
                        scan.finish(first, found.spans, found.side);
                        found.record(start, end, first);
                        *found.line += 1;
                    }
                }
                (start, field, first) = (mark + 1, mark + 1, found.spans.len());
                if found.is_full() {
                    return start;
                }
            }
            base += BLOCK;
        }
        found.spans.truncate(first);
        start
    }

    /// The places of all marks in the first bytes, one bit each.
    #[inline]
    fn marks(self, bytes: &[u8]) -> u64 {
        if let Some(block) = bytes.first_chunk::<BLOCK>() {
            return self.marks_of(block);
        }
        let mut block = [0; BLOCK];
        block[..bytes.len()].copy_from_slice(bytes);
        // What fills the block up may look like a mark.
        self.marks_of(&block) & ((1 << bytes.len()) - 1)
    }

    #[inline]
    fn marks_of(self, block: &[u8; BLOCK]) -> u64 {
        let [delimiter, end, quote] = [self.delimiter, self.end, self.quote].map(|byte| u64::from_ne_bytes([byte; 8]));
        let mut marks = 0;
        for (nth, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let bytes = u64::from_le_bytes(*eight);
            let others = others(bytes ^ delimiter) & others(bytes ^ end) & others(bytes ^ quote);
            marks |= ((!(others | LOW) >> 7).wrapping_mul(GATHER) >> 56) << (8 * nth);
        }
        marks
    }
}

/// The highest bit of each byte that is not zero.
#[inline]
const fn others(bytes: u64) -> u64 {
    ((bytes & LOW) + LOW) | bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found_wherever_it_stands_and_nothing_else_is() {
        let lines = Lines { delimiter: b',', end: b'\n', quote: b'"' };
        for fill in 0..=u8::MAX {
            for at in 0..BLOCK {
                for mark in *b",\n\"" {
                    let mut block = [fill; BLOCK];
                    block[at] = mark;
                    let all = if b",\n\"".contains(&fill) { u64::MAX } else { 1 << at };
                    assert_eq!(lines.marks(&block), all, "{mark} at {at} among {fill}");
                    assert_eq!(lines.marks(&block[..at]), all & ((1 << at) - 1), "before {at} among {fill}");
                }
            }
        }
    }
}
