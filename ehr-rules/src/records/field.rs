//! Lines that hold quotes or escapes, looked at field by field.

use super::batch::SIDE;
use super::batch::Span;
use super::frame::narrow;
use super::frame::span;
use super::shape::Shape;
use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;
use memchr::memchr;
use memchr::memchr_iter;
use memchr::memchr2;

/// A quoted field that runs on over line ends is given up after so many bytes …
const FIELD_BYTES: usize = 64 * 1024;
/// … or so many lines: a stray quote must not swallow what follows it.
const FIELD_LINES: usize = 1000;

/// A block of bytes and how they are written.
pub(super) struct Scan<'a> {
    pub bytes: &'a [u8],
    /// Whether nothing follows them.
    pub whole: bool,
    pub shape: &'a Shape,
}

/// What became of a record with quotes.
pub(super) enum Next {
    /// It ends at `end`, and the next begins at `next`.
    Record { end: usize, next: usize },
    /// Its quotes do not close, or stand where none may.
    Unsound,
    /// The bytes end before it does.
    More,
}

/// What stands behind a field.
enum Behind {
    /// A delimiter, and the next field begins there.
    Field(usize),
    /// A line end, or the end of the file, and the next record begins there.
    Record(usize),
    /// Anything else.
    Text,
    /// The bytes end before it can be told.
    More,
}

/// Where a quoted field closes.
enum Close {
    At(usize),
    Unsound,
    More,
}

impl Scan<'_> {
    /// The end of the text of the line at `start`, and where the next begins; `None` where the line is not complete.
    #[inline]
    pub(super) fn line(&self, start: usize) -> Option<(usize, usize)> {
        let text = self.bytes.get(start..)?;
        if self.shape.length > 0 {
            return self.full_line(start, text);
        }
        let end = match self.shape.line_end {
            LineEnd::Lf => memchr(b'\n', text),
            LineEnd::Cr => memchr(b'\r', text),
            LineEnd::Any => memchr2(b'\r', b'\n', text),
        };
        let Some(end) = end.map(|length| start + length) else {
            return self.whole.then(|| (self.without_cr(start, self.bytes.len()), self.bytes.len()));
        };
        if self.shape.line_end == LineEnd::Any && self.bytes[end] == b'\r' {
            return match self.bytes.get(end + 1) {
                Some(b'\n') => Some((end, end + 2)),
                Some(_) => Some((end, end + 1)),
                None => self.whole.then_some((end, end + 1)),
            };
        }
        Some((self.without_cr(start, end), end + 1))
    }

    /// A line that ends where it is full, or with the file; a line end may stand there all the same.
    fn full_line(&self, start: usize, text: &[u8]) -> Option<(usize, usize)> {
        let mut letters = text.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80).map(|(at, _)| at);
        if let Some(next) = letters.nth(self.shape.length as usize) {
            return Some((start + next, start + next));
        }
        let is_end = text.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        self.whole.then_some((if is_end { start } else { self.bytes.len() }, self.bytes.len()))
    }

    /// The end of a line's text where its line end stands at `end`: a CR before it belongs to the line end.
    #[inline]
    pub(super) fn without_cr(&self, start: usize, end: usize) -> usize {
        end - usize::from(self.shape.line_end == LineEnd::Lf && end > start && self.bytes[end - 1] == b'\r')
    }

    /// How many line ends stand between two places.
    pub(super) fn lines(&self, start: usize, end: usize) -> u64 {
        let text = &self.bytes[start..end];
        let count = |byte| memchr_iter(byte, text).count() as u64;
        match self.shape.line_end {
            LineEnd::Lf => count(b'\n'),
            LineEnd::Cr => count(b'\r'),
            LineEnd::Any => count(b'\r') + memchr_iter(b'\n', text).filter(|at| *at == 0 || text[at - 1] != b'\r').count() as u64,
        }
    }

    /// The record at `start`, its fields pushed.
    pub(super) fn record(&self, start: usize, spans: &mut Vec<Span>, side: &mut Vec<u8>) -> Next {
        let mut at = start;
        loop {
            let (end, behind) = if self.shape.quote.is_some() && self.bytes.get(at).copied() == self.shape.quote {
                let close = match self.close(at + 1) {
                    Close::At(close) => close,
                    Close::Unsound => return Next::Unsound,
                    Close::More => return Next::More,
                };
                spans.push(self.unescaped(at + 1, close, true, side));
                (close + 1, self.behind(close + 1))
            } else {
                // A quote inside an unquoted field is a plain character.
                let (end, behind) = self.unquoted(at);
                if !matches!(behind, Behind::More) {
                    spans.push(self.unescaped(at, end, false, side));
                }
                (end, behind)
            };
            match behind {
                Behind::Field(next) => at = next,
                Behind::Record(next) => return Next::Record { end, next },
                Behind::Text => return Next::Unsound,
                Behind::More => return Next::More,
            }
        }
    }

    /// Where an unquoted field that begins at `start` ends, and what stands behind it.
    fn unquoted(&self, start: usize) -> (usize, Behind) {
        let escapes = self.shape.escape == Escape::Backslash;
        let plain = if escapes || self.shape.line_end == LineEnd::Any { None } else { self.shape.delimiter.single() };
        let newline = if self.shape.line_end == LineEnd::Cr { b'\r' } else { b'\n' };
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let found = match plain {
                Some(delimiter) => memchr2(delimiter, newline, rest),
                None => {
                    rest.iter().position(|byte| *byte == self.shape.delimiter.first() || self.ends_line(*byte) || escapes && *byte == b'\\')
                }
            };
            let Some(found) = found.map(|length| at + length) else {
                let end = self.without_cr(start, self.bytes.len());
                return (end, if self.whole { Behind::Record(self.bytes.len()) } else { Behind::More });
            };
            if escapes && self.bytes[found] == b'\\' {
                at = found + self.escaped(found);
                if at >= self.bytes.len() && !self.whole {
                    return (found, Behind::More);
                }
                continue;
            }
            match self.behind(found) {
                Behind::Text => at = found + 1,
                Behind::Record(next) => return (self.without_cr(start, found), Behind::Record(next)),
                behind => return (found, behind),
            }
        }
    }

    /// Whether a byte ends a line, alone or with another.
    fn ends_line(&self, byte: u8) -> bool {
        match self.shape.line_end {
            LineEnd::Lf => byte == b'\n',
            LineEnd::Cr => byte == b'\r',
            LineEnd::Any => byte == b'\n' || byte == b'\r',
        }
    }

    /// How many bytes a backslash and what it stands for take; CRLF is one thing.
    fn escaped(&self, at: usize) -> usize {
        if self.bytes.get(at + 1..at + 3) == Some(b"\r\n") { 3 } else { 2 }
    }

    /// What stands at `at`, behind a field.
    fn behind(&self, at: usize) -> Behind {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let delimiter = self.shape.delimiter.as_bytes();
        if rest.starts_with(delimiter) {
            return Behind::Field(at + delimiter.len());
        }
        let Some(byte) = rest.first() else { return if self.whole { Behind::Record(at) } else { Behind::More } };
        if !self.whole && delimiter.starts_with(rest) {
            return Behind::More;
        }
        let second = rest.get(1);
        match (self.shape.line_end, byte) {
            (LineEnd::Lf | LineEnd::Any, b'\n') | (LineEnd::Cr, b'\r') => Behind::Record(at + 1),
            (LineEnd::Lf | LineEnd::Any, b'\r') => match second {
                Some(b'\n') => Behind::Record(at + 2),
                None if !self.whole => Behind::More,
                None => Behind::Record(at + 1),
                Some(_) if self.shape.line_end == LineEnd::Any => Behind::Record(at + 1),
                Some(_) => Behind::Text,
            },
            _ => Behind::Text,
        }
    }

    /// Finds the quote that closes a field whose text begins at `start`.
    fn close(&self, start: usize) -> Close {
        let Some(quote) = self.shape.quote else { return Close::Unsound };
        let Some(rest) = self.bytes.get(start..) else { return if self.whole { Close::Unsound } else { Close::More } };
        let escapes = self.shape.escape == Escape::Backslash;
        // A field may be as long as its line; beyond it, it is given up after a bound.
        let first_line = match self.shape.line_end {
            LineEnd::Lf => memchr(b'\n', rest),
            LineEnd::Cr => memchr(b'\r', rest),
            LineEnd::Any => memchr2(b'\r', b'\n', rest),
        };
        let limit = first_line.map_or(rest.len(), |line_end| line_end.max(FIELD_BYTES).min(rest.len()));
        let cut = limit < rest.len();
        let mut at = 0;
        loop {
            let text = &rest[at.min(limit)..limit];
            let found = if escapes { memchr2(quote, b'\\', text) } else { memchr(quote, text) };
            let Some(found) = found.map(|length| at + length) else {
                return if cut || self.whole || self.over_lines(&rest[..limit]) { Close::Unsound } else { Close::More };
            };
            if escapes && rest[found] == b'\\' {
                at = found + self.escaped(start + found);
                continue;
            }
            if rest.get(found + 1) == Some(&quote) {
                at = found + 2;
                continue;
            }
            return match self.behind(start + found + 1) {
                Behind::More => Close::More,
                Behind::Field(_) | Behind::Record(_) if !self.over_lines(&rest[..found]) => Close::At(start + found),
                _ => Close::Unsound,
            };
        }
    }

    fn over_lines(&self, text: &[u8]) -> bool {
        match self.shape.line_end {
            LineEnd::Lf => memchr_iter(b'\n', text).nth(FIELD_LINES).is_some(),
            LineEnd::Cr => memchr_iter(b'\r', text).nth(FIELD_LINES).is_some(),
            // At most as many line ends as bytes of one.
            LineEnd::Any => memchr_iter(b'\n', text).count().max(memchr_iter(b'\r', text).count()) > FIELD_LINES,
        }
    }

    /// A field's text: doubled quotes written once, and without backslashes that only say what follows is text.
    fn unescaped(&self, start: usize, end: usize, quoted: bool, side: &mut Vec<u8>) -> Span {
        let text = &self.bytes[start..end];
        let quote = self.shape.quote.filter(|_| quoted);
        let escapes = self.shape.escape == Escape::Backslash;
        let special = |text: &[u8]| match (quote, escapes) {
            (Some(quote), true) => memchr2(quote, b'\\', text),
            (Some(quote), false) => memchr(quote, text),
            (None, true) => memchr(b'\\', text),
            (None, false) => None,
        };
        let Some(mut found) = special(text) else { return span(start, end) };
        let from = side.len();
        let mut at = 0;
        loop {
            let second = text.get(found + 1).copied();
            if text[found] == b'\\' && escapes {
                let says = second.is_some_and(|byte| {
                    Some(byte) == self.shape.quote
                        || matches!(byte, b'\\' | b'\r' | b'\n')
                        || text[found + 1..].starts_with(self.shape.delimiter.as_bytes())
                });
                // Before anything else a backslash is itself.
                side.extend_from_slice(&text[at..if says { found } else { found + 1 }]);
                at = found + 1;
                let next = (at + usize::from(says)).min(text.len());
                side.extend_from_slice(&text[at..next]);
                at = next;
            } else {
                side.extend_from_slice(&text[at..=found]);
                at = (found + 2).min(text.len());
            }
            match special(&text[at..]) {
                Some(length) => found = at + length,
                None => break,
            }
        }
        side.extend_from_slice(&text[at..]);
        Span { start: narrow(from) | SIDE, end: narrow(side.len()) }
    }
}
