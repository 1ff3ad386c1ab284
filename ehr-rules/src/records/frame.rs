//! The framer: finds records and fields in a block of bytes.

use super::batch::Batch;
use super::batch::Part;
use super::batch::SIDE;
use super::batch::Span;
use super::field::Next;
use super::field::Scan;
use super::lines::Found;
use super::lines::Lines;
use super::remark;
use super::shape::Shape;
use crate::ir::schema::Escape;
use memchr::memchr;
use memchr::memchr_iter;
use memchr::memmem::Finder;

/// Frames records from `batch.bytes[from..to]` on and says where the first byte that was not used stands.
///
/// `whole` says that the file's records end at `to`; otherwise a record that is not complete is left for later.
/// `line` is the physical line at `from` and is moved on. At most `most` records are framed.
pub(super) fn frame(batch: &mut Batch, from: usize, to: usize, whole: bool, shape: &Shape, line: &mut u64, most: u64) -> usize {
    let Batch { bytes, side, spans, records, skipped, .. } = batch;
    let bytes = bytes.get(..to).unwrap_or_default();
    let scan = Scan { bytes, whole, shape };
    let lines = Lines::of(shape);
    let cut = Cut::new(shape);
    let mut found = Found { spans, side, records, skipped, line, most: usize::try_from(most).unwrap_or(usize::MAX) };
    let mut at = from;
    while !found.is_full() && at < bytes.len() {
        if let Some(lines) = lines {
            at = lines.frame(&scan, at, &mut found);
            if found.is_full() || at >= bytes.len() {
                break;
            }
        }
        let Some((text_end, next)) = scan.line(at) else { break };
        if let Some(part) = scan.no_record(at, text_end, *found.line) {
            found.skip(at, part);
            at = next;
            continue;
        }
        let first = found.spans.len();
        let text = &bytes[at..text_end];
        if !cut.is_special(text) {
            cut.fields(at, text, found.spans);
            if scan.is_remark(text, found.spans.len() - first) {
                found.spans.truncate(first);
                found.skip(at, Part::Comment);
                at = next;
                continue;
            }
            scan.finish(first, found.spans, found.side);
            found.record(at, text_end, first);
            *found.line += 1;
            at = next;
            continue;
        }
        let beside = found.side.len();
        match scan.record(at, found.spans, found.side) {
            Next::Record { .. } if scan.is_remark(text, found.spans.len() - first) => {
                found.spans.truncate(first);
                found.side.truncate(beside);
                found.skip(at, Part::Comment);
                at = next;
            }
            Next::Record { end, next } if end <= text_end || !scan.hides_rows(at, end, found.spans.len() - first) => {
                scan.finish(first, found.spans, found.side);
                found.record(at, end, first);
                *found.line += scan.lines(at, end) + 1;
                at = next;
            }
            Next::Record { .. } | Next::Unsound => {
                found.spans.truncate(first);
                found.side.truncate(beside);
                found.malformed(at, text_end);
                at = next;
            }
            Next::More => {
                found.spans.truncate(first);
                found.side.truncate(beside);
                break;
            }
        }
    }
    at
}

/// Cuts a line without quotes into fields.
enum Cut {
    One { delimiter: u8, quote: Option<u8>, escapes: bool },
    Several { delimiter: Box<Finder<'static>>, quote: Option<u8>, escapes: bool },
}

impl Cut {
    fn new(shape: &Shape) -> Self {
        let (quote, escapes) = (shape.quote, shape.escape == Escape::Backslash);
        match shape.delimiter.single() {
            Some(delimiter) => Self::One { delimiter, quote, escapes },
            None => Self::Several { delimiter: Box::new(Finder::new(shape.delimiter.as_bytes()).into_owned()), quote, escapes },
        }
    }

    /// Whether a line has to be looked at closely.
    #[inline]
    fn is_special(&self, text: &[u8]) -> bool {
        let (Self::One { quote, escapes, .. } | Self::Several { quote, escapes, .. }) = self;
        quote.is_some_and(|quote| memchr(quote, text).is_some()) || *escapes && memchr(b'\\', text).is_some()
    }

    #[inline]
    fn fields(&self, at: usize, text: &[u8], spans: &mut Vec<Span>) {
        let mut start = at;
        let end = at + text.len();
        match self {
            Self::One { delimiter, .. } => {
                for found in memchr_iter(*delimiter, text) {
                    spans.push(span(start, at + found));
                    start = at + found + 1;
                }
            }
            Self::Several { delimiter, .. } => {
                for found in delimiter.find_iter(text) {
                    spans.push(span(start, at + found));
                    start = at + found + delimiter.needle().len();
                }
            }
        }
        spans.push(span(start, end));
    }
}

impl Scan<'_> {
    /// What a line is that is no record.
    #[inline]
    pub(super) fn no_record(&self, start: usize, end: usize, line: u64) -> Option<Part> {
        if line <= u64::from(self.shape.preamble) {
            return Some(Part::Preamble);
        }
        let text = &self.bytes[start..end];
        match text.first() {
            None => return Some(Part::Blank),
            // One field of blanks alone is a record only where one field is all there is.
            Some(b' ') if self.shape.width > 1 && text.iter().all(|byte| *byte == b' ') => return Some(Part::Blank),
            Some(_) => {}
        }
        self.shape.comment.filter(|comment| !self.shape.finds_comments && text.starts_with(comment.as_bytes())).map(|_| Part::Comment)
    }

    /// Whether a line of so many fields is a comment though nobody has declared what comments begin with: a row is never taken for one.
    #[inline]
    pub(super) fn is_remark(&self, text: &[u8], fields: usize) -> bool {
        self.shape.finds_comments && remark::is_remark(text, fields, self.shape)
    }

    /// What is done to the fields of a sound record once they are known.
    #[inline]
    pub(super) fn finish(&self, first: usize, spans: &mut Vec<Span>, side: &mut Vec<u8>) {
        if self.shape.trailing
            && spans.len() - first == self.shape.width as usize + 1
            && spans.last().is_some_and(|span| span.start & !SIDE == span.end)
        {
            spans.pop();
        }
        let Some(stand_in) = self.shape.line_break else { return };
        for one in &mut spans[first..] {
            let (start, end) = ((one.start & !SIDE) as usize, one.end as usize);
            let beside = one.start & SIDE != 0;
            let text = if beside { &side[start..end] } else { &self.bytes[start..end] };
            if memchr(stand_in, text).is_none() {
                continue;
            }
            let from = side.len();
            if beside {
                side.extend_from_within(start..end);
            } else {
                side.extend_from_slice(&self.bytes[start..end]);
            }
            side[from..].iter_mut().filter(|byte| **byte == stand_in).for_each(|byte| *byte = b'\n');
            *one = Span { start: narrow(from) | SIDE, end: narrow(side.len()) };
        }
    }

    /// Whether a record over several lines is rather one with a stray quote, which hides rows that are sound: its lines, but for
    /// the first, have as many fields as rows have, and it has not, or they are too many to have them by chance.
    fn hides_rows(&self, start: usize, end: usize, fields: usize) -> bool {
        let width = self.shape.width as usize;
        if width < 2 {
            return false;
        }
        let delimiter = Finder::new(self.shape.delimiter.as_bytes());
        let (mut lines, mut alike) = (0, 0);
        let mut at = self.line(start).map_or(end, |(_, next)| next);
        while at < end {
            let (text_end, next) = self.line(at).unwrap_or((end, end));
            lines += 1;
            alike += usize::from(delimiter.find_iter(&self.bytes[at..text_end.min(end)]).count() + 1 == width);
            at = next;
        }
        if fields == width { alike == lines && lines * (width - 1) >= 8 } else { alike * 2 >= lines }
    }
}

pub(super) fn span(start: usize, end: usize) -> Span {
    Span { start: narrow(start), end: narrow(end) }
}

/// The reader keeps blocks far below 2 GiB.
#[expect(clippy::cast_possible_truncation, reason = "a block is far smaller than 2 GiB")]
pub(super) fn narrow(at: usize) -> u32 {
    at as u32
}
