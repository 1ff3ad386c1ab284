//! Ways of writing a table.

/// How a file is written.
#[derive(Debug)]
pub(crate) struct Writing {
    pub name: &'static str,
    pub delimiter: &'static str,
    pub quote: char,
    /// What stands before a quote that is text.
    pub escape: char,
    pub end: &'static str,
    pub encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// With a byte order mark.
    Utf8Marked,
    /// Little end first, with a byte order mark.
    Utf16,
    Windows1252,
}

/// A character that no file holds: it is written as a byte that is no text.
pub(crate) const NO_TEXT: char = '\u{e000}';

const COMMA: Writing = Writing { name: "comma", delimiter: ",", quote: '"', escape: '"', end: "\n", encoding: Encoding::Utf8 };

pub(crate) const WRITINGS: [Writing; 12] = [
    COMMA,
    Writing { name: "comma CRLF BOM", end: "\r\n", encoding: Encoding::Utf8Marked, ..COMMA },
    Writing { name: "semicolon", delimiter: ";", ..COMMA },
    Writing { name: "tab", delimiter: "\t", ..COMMA },
    Writing { name: "pipe", delimiter: "|", ..COMMA },
    Writing { name: "semicolon Windows-1252", delimiter: ";", end: "\r\n", encoding: Encoding::Windows1252, ..COMMA },
    Writing {
        name: "semicolon Windows-1252 backslash",
        delimiter: ";",
        escape: '\\',
        end: "\r\n",
        encoding: Encoding::Windows1252,
        ..COMMA
    },
    Writing { name: "tab UTF-16", delimiter: "\t", end: "\r\n", encoding: Encoding::Utf16, ..COMMA },
    Writing { name: "backslash escape", escape: '\\', ..COMMA },
    Writing { name: "several bytes", delimiter: "~|~", ..COMMA },
    Writing { name: "comma CR", end: "\r", ..COMMA },
    Writing { name: "single quotes", delimiter: ";", quote: '\'', escape: '\'', ..COMMA },
];

impl Writing {
    /// A cell, in quotes where it needs them.
    pub(crate) fn cell(&self, text: &str) -> String {
        let special = text.contains(self.delimiter) || text.contains(['\n', '\r', self.quote]);
        if special || self.escape == '\\' && text.contains('\\') { self.quoted(text) } else { text.to_owned() }
    }

    /// A cell in quotes.
    pub(crate) fn quoted(&self, text: &str) -> String {
        let (quote, escape) = (self.quote, self.escape);
        let text = if escape == '\\' { text.replace('\\', "\\\\") } else { text.to_owned() };
        format!("{quote}{}{quote}", text.replace(quote, &format!("{escape}{quote}")))
    }

    /// The bytes of a text.
    pub(crate) fn bytes(&self, text: &str) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Marked => {
                let mut bytes = if self.encoding == Encoding::Utf8 { Vec::new() } else { b"\xEF\xBB\xBF".to_vec() };
                for (nth, part) in text.split(NO_TEXT).enumerate() {
                    bytes.extend((nth > 0).then_some(0xE9));
                    bytes.extend_from_slice(part.as_bytes());
                }
                bytes
            }
            Encoding::Utf16 => std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
            // What is written is below U+0100, where both have the same numbers.
            Encoding::Windows1252 => text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect(),
        }
    }
}
