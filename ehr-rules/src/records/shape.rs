//! How a delimited text file is written.

use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use std::borrow::Cow;
use std::fmt;

/// How a delimited text file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Between fields.
    pub delimiter: Mark,
    /// Around a field that holds delimiters or line ends; `None` where quotes are plain characters.
    pub quote: Option<u8>,
    /// How a quote inside a quoted field is written.
    pub escape: Escape,
    /// Between records.
    pub line_end: LineEnd,
    /// What the bytes are brought to UTF-8 from.
    pub encoding: &'static Encoding,
    /// Whether the first record names the fields.
    pub headed: bool,
    /// What a line begins with that is no record.
    pub comment: Option<Mark>,
    /// Whether that was found and not declared: then only what reads as a remark and is not as wide as records are is a comment.
    pub finds_comments: bool,
    /// How many physical lines stand before the first record.
    pub preamble: u32,
    /// How many physical lines stand behind the last one.
    pub footer: u32,
    /// The byte that stands for a line end inside a field.
    pub line_break: Option<u8>,
    /// Whether each record, the header aside, ends with a delimiter behind its last field.
    pub trailing: bool,
    /// How many fields most records have, where that is known: it tells a text over several lines from a stray quote.
    pub width: u32,
    /// How many characters each line has, where lines have no ends; nought where they have.
    pub length: u32,
    /// How numbers are written.
    pub marks: Marks,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Before the fraction.
    pub decimal: char,
    /// Between groups of three digits, where there is such a mark.
    pub thousands: Option<char>,
}

/// A few bytes that stand between fields or before a comment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    bytes: [u8; Self::MOST],
    length: u8,
}

impl Shape {
    /// What most files are: UTF-8, quotes doubled, a header and nothing before it.
    pub(crate) const fn plain(delimiter: u8) -> Self {
        Self {
            delimiter: Mark::byte(delimiter),
            quote: Some(b'"'),
            escape: Escape::Doubled,
            line_end: LineEnd::Lf,
            encoding: UTF_8,
            headed: true,
            comment: None,
            finds_comments: false,
            preamble: 0,
            footer: 0,
            line_break: None,
            trailing: false,
            width: 0,
            length: 0,
            marks: Marks::PLAIN,
        }
    }
}

impl Marks {
    /// A point before the fraction, and nothing between thousands.
    pub(crate) const PLAIN: Self = Self { decimal: '.', thousands: None };

    /// A number's text with a point before the fraction and nothing between thousands; `None` where its marks stand as they may not.
    #[inline]
    pub(crate) fn plain(self, text: &str) -> Option<Cow<'_, str>> {
        if self == Self::PLAIN { Some(Cow::Borrowed(text)) } else { self.rewritten(text).map(Cow::Owned) }
    }

    fn rewritten(self, text: &str) -> Option<String> {
        let (whole, fraction) = match text.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        // A point that is not the mark before the fraction would else become one.
        let foreign = |part: &str| self.decimal != '.' && part.contains('.');
        let mut plain = match self.thousands.filter(|mark| whole.contains(*mark)) {
            Some(mark) => {
                let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
                let mut groups = unsigned.split(mark);
                let sound = groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3);
                sound.then(|| whole.replace(mark, ""))?
            }
            None => whole.to_owned(),
        };
        if foreign(&plain)
            || fraction.is_some_and(|fraction| foreign(fraction) || self.thousands.is_some_and(|mark| fraction.contains(mark)))
        {
            return None;
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        Some(plain)
    }
}

impl Mark {
    /// The most bytes that it has.
    pub(crate) const MOST: usize = 8;

    /// A mark of one byte.
    pub(crate) const fn byte(byte: u8) -> Self {
        let mut bytes = [0; Self::MOST];
        bytes[0] = byte;
        Self { bytes, length: 1 }
    }

    /// A mark of one to [`Self::MOST`] bytes.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::MOST];
        bytes.get_mut(..text.len()).filter(|_| !text.is_empty())?.copy_from_slice(text);
        Some(Self { bytes, length: u8::try_from(text.len()).ok()? })
    }

    /// Its bytes, at least one.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// As it is written in a schema.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.as_bytes()).into_owned()
    }

    /// Its first byte.
    #[inline]
    pub(super) const fn first(self) -> u8 {
        self.bytes[0]
    }

    /// Its only byte, where it has one.
    #[inline]
    pub(super) const fn single(self) -> Option<u8> {
        if self.length == 1 { Some(self.bytes[0]) } else { None }
    }
}

/// In words: a tab is `tabs`.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_bytes() {
            b"\t" => f.write_str("tabs"),
            bytes => write!(f, "`{}`", bytes.escape_ascii()),
        }
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rewritten_only_where_their_marks_stand_as_they_may() {
        let marks = |decimal, thousands| Marks { decimal, thousands };
        let plain = |marks: Marks, text: &str| marks.plain(text).map(Cow::into_owned);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(plain(Marks::PLAIN, "1,5"), text("1,5"));
        assert_eq!(plain(marks(',', None), "-67,5"), text("-67.5"));
        assert_eq!(plain(marks(',', None), "67.5"), None);
        assert_eq!(plain(marks(',', Some('.')), "1.234.567,50"), text("1234567.50"));
        assert_eq!(plain(marks(',', Some('.')), "12.34"), None);
        assert_eq!(plain(marks(',', Some('.')), "1,234.5"), None);
        assert_eq!(plain(marks('.', Some(',')), "+1,234.5"), text("+1234.5"));
        assert_eq!(plain(marks('.', Some(' ')), "1 234"), text("1234"));
        assert_eq!(plain(marks('.', Some(',')), "12"), text("12"));
    }
}
