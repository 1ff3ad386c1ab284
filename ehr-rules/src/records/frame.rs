//! The framer: finds records and fields in a block of bytes.

use super::LineEnd;
use super::Shape;
use super::batch::Batch;
use super::batch::MALFORMED;
use super::batch::Record;
use super::batch::SIDE;
use super::batch::Span;
use memchr::memchr;
use memchr::memchr_iter;
use memchr::memchr2;

/// A quoted field that runs on over line ends is given up after so many bytes …
const FIELD_BYTES: usize = 64 * 1024;
/// … or so many lines: a stray quote must not swallow what follows it.
const FIELD_LINES: usize = 1000;

/// Frames records from `batch.bytes[from..]` on and says where the first byte that was not used stands.
///
/// `whole` says that the file ends where the bytes end; otherwise a record that is not complete is left for later.
/// `line` is the physical line at `from` and is moved on. At most `most` records are framed.
pub(super) fn frame(batch: &mut Batch, from: usize, whole: bool, shape: Shape, line: &mut u64, most: u64) -> usize {
    let Batch { bytes, side, spans, records } = batch;
    let scan = Scan { bytes, whole, shape, newline: shape.newline() };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut at = from;
    while records.len() < most && at < bytes.len() {
        let Some(end) = memchr(scan.newline, &bytes[at..]).map(|length| at + length).or(whole.then_some(bytes.len())) else { break };
        let text_end = scan.trimmed(at, end);
        if text_end == at {
            *line += 1;
            at = end + 1;
            continue;
        }
        let first = spans.len();
        if shape.quote.is_none_or(|quote| memchr(quote, &bytes[at..text_end]).is_none()) {
            let mut start = at;
            for delimiter in memchr_iter(shape.delimiter, &bytes[at..text_end]) {
                spans.push(span(start, at + delimiter));
                start = at + delimiter + 1;
            }
            spans.push(span(start, text_end));
            records.push(Record {
                line: *line,
                start: narrow(at),
                end: narrow(text_end),
                first: narrow(first),
                count: narrow(spans.len() - first),
            });
            *line += 1;
            at = end + 1;
            continue;
        }
        let beside = side.len();
        match scan.quoted_record(at, spans, side) {
            Quoted::Sound { end, next } => {
                records.push(Record {
                    line: *line,
                    start: narrow(at),
                    end: narrow(end),
                    first: narrow(first),
                    count: narrow(spans.len() - first),
                });
                *line += memchr_iter(scan.newline, &bytes[at..end]).count() as u64 + 1;
                at = next;
            }
            Quoted::Unsound => {
                spans.truncate(first);
                side.truncate(beside);
                records.push(Record { line: *line, start: narrow(at), end: narrow(text_end), first: narrow(first), count: MALFORMED });
                *line += 1;
                at = end + 1;
            }
            Quoted::More => {
                spans.truncate(first);
                side.truncate(beside);
                break;
            }
        }
    }
    at.min(bytes.len())
}

/// What became of a record with quotes.
enum Quoted {
    /// It ends at `end`, and the next begins at `next`.
    Sound { end: usize, next: usize },
    /// Its quotes do not close, or stand where none may.
    Unsound,
    /// The bytes end before it does.
    More,
}

/// Where a quoted field closes.
enum Close {
    At(usize),
    Unsound,
    More,
}

struct Scan<'a> {
    bytes: &'a [u8],
    whole: bool,
    shape: Shape,
    newline: u8,
}

impl Scan<'_> {
    /// The end of a line's text where its line end stands at `end`: a CR before it belongs to the line end.
    fn trimmed(&self, start: usize, end: usize) -> usize {
        let cr = self.shape.line_end == LineEnd::Lf && end > start && self.bytes[end - 1] == b'\r';
        end - usize::from(cr)
    }

    fn quoted_record(&self, start: usize, spans: &mut Vec<Span>, side: &mut Vec<u8>) -> Quoted {
        let bytes = self.bytes;
        let mut at = start;
        loop {
            if self.shape.quote.is_some() && bytes.get(at).copied() == self.shape.quote {
                let close = match self.close(at + 1) {
                    Close::At(close) => close,
                    Close::Unsound => return Quoted::Unsound,
                    Close::More => return Quoted::More,
                };
                spans.push(self.unescaped(at + 1, close, side));
                let after = close + 1;
                match bytes.get(after) {
                    Some(byte) if *byte == self.shape.delimiter => at = after + 1,
                    // What follows a close is a line end here, a CR before it perhaps, or the end of the file.
                    Some(byte) if *byte == self.newline => return Quoted::Sound { end: after, next: after + 1 },
                    Some(_) => return Quoted::Sound { end: after, next: after + 2 },
                    None => return Quoted::Sound { end: after, next: after },
                }
            } else {
                // A quote inside an unquoted field is a plain character.
                match memchr2(self.shape.delimiter, self.newline, bytes.get(at..).unwrap_or_default()).map(|length| at + length) {
                    Some(end) if bytes[end] == self.shape.delimiter => {
                        spans.push(span(at, end));
                        at = end + 1;
                    }
                    Some(end) => {
                        let text_end = self.trimmed(at, end);
                        spans.push(span(at, text_end));
                        return Quoted::Sound { end: text_end, next: end + 1 };
                    }
                    None if self.whole => {
                        let text_end = self.trimmed(at, bytes.len());
                        spans.push(span(at, text_end));
                        return Quoted::Sound { end: text_end, next: bytes.len() };
                    }
                    None => return Quoted::More,
                }
            }
        }
    }

    /// Finds the quote that closes a field whose text begins at `start`.
    fn close(&self, start: usize) -> Close {
        let bytes = self.bytes;
        let Some(quote) = self.shape.quote else { return Close::Unsound };
        let Some(rest) = bytes.get(start..) else { return if self.whole { Close::Unsound } else { Close::More } };
        // A field may be as long as its line; beyond it, it is given up after a bound.
        let limit = memchr(self.newline, rest).map_or(rest.len(), |line_end| line_end.max(FIELD_BYTES).min(rest.len()));
        let cut = limit < rest.len();
        let mut at = 0;
        loop {
            let Some(found) = memchr(quote, &rest[at..limit]).map(|length| at + length) else {
                return if cut || self.whole || over_lines(&rest[..limit], self.newline) { Close::Unsound } else { Close::More };
            };
            let close = match rest.get(found + 1) {
                Some(byte) if *byte == quote => {
                    at = (found + 2).min(limit);
                    continue;
                }
                Some(byte) if *byte == self.shape.delimiter || *byte == self.newline => true,
                Some(b'\r') if self.shape.line_end == LineEnd::Lf => match rest.get(found + 2) {
                    Some(byte) => *byte == b'\n',
                    None if self.whole => true,
                    None => return Close::More,
                },
                Some(_) => false,
                None if self.whole => true,
                None => return Close::More,
            };
            return if close && !over_lines(&rest[..found], self.newline) { Close::At(start + found) } else { Close::Unsound };
        }
    }

    fn unescaped(&self, start: usize, end: usize, side: &mut Vec<u8>) -> Span {
        let Some(quote) = self.shape.quote else { return span(start, end) };
        let text = &self.bytes[start..end];
        let Some(mut pair) = memchr(quote, text) else { return span(start, end) };
        let from = side.len();
        let mut at = 0;
        loop {
            side.extend_from_slice(&text[at..=pair]);
            at = pair + 2;
            match memchr(quote, text.get(at..).unwrap_or_default()) {
                Some(length) => pair = at + length,
                None => break,
            }
        }
        side.extend_from_slice(text.get(at..).unwrap_or_default());
        Span { start: narrow(from) | SIDE, end: narrow(side.len()) }
    }
}

impl Shape {
    /// The byte that ends a line.
    pub(super) fn newline(self) -> u8 {
        match self.line_end {
            LineEnd::Lf => b'\n',
            LineEnd::Cr => b'\r',
        }
    }
}

fn over_lines(text: &[u8], newline: u8) -> bool {
    memchr_iter(newline, text).nth(FIELD_LINES).is_some()
}

fn span(start: usize, end: usize) -> Span {
    Span { start: narrow(start), end: narrow(end) }
}

/// The reader keeps blocks far below 2 GiB.
#[expect(clippy::cast_possible_truncation, reason = "a block is far smaller than 2 GiB")]
fn narrow(at: usize) -> u32 {
    at as u32
}
