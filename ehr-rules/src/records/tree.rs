//! A JSON text as a tree in which numbers are what the text says.
//!
//! Libraries make doubles of numbers, so that two long identifiers become one and `1.10` is `1.1`; and of a name that stands
//! twice in an object they keep one value without a word. Here a number stays its digits, and both values are kept.

use memchr::memchr2;
use std::collections::HashMap;
use std::fmt;
use std::fmt::Display;
use std::fmt::Formatter;
use std::fmt::Write;

/// Lists and objects inside one another, at most.
const DEPTH: usize = 128;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Truth(bool),
    /// A number, as it is written.
    Number(String),
    /// A text, its escapes undone.
    Text(String),
    /// Items in order.
    List(Vec<Tree>),
    /// Names and values in order; a name may stand there twice.
    Object(Vec<(String, Tree)>),
}

/// What is wrong with a text, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The byte, from 0.
    pub at: usize,
    /// In words.
    pub what: &'static str,
}

impl Tree {
    /// The tree of a text that holds one value.
    pub(crate) fn of(text: &[u8]) -> Result<Self, Wrong> {
        let mut parser = Parser::new(text)?;
        let tree = parser.value(DEPTH)?;
        match parser.next_byte() {
            None => Ok(tree),
            Some(_) => Err(parser.wrong("something stands behind it")),
        }
    }

    /// The trees of a text that holds values one after the other.
    pub(crate) fn each_of(text: &[u8]) -> Result<Vec<Self>, Wrong> {
        let mut parser = Parser::new(text)?;
        let mut trees = Vec::new();
        while parser.next_byte().is_some() {
            trees.push(parser.value(DEPTH)?);
        }
        Ok(trees)
    }

    /// What an object has under a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        entries.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Whether it is `null`.
    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The path of a name that an object inside has twice, with different values; by points, lists passed over.
    pub(crate) fn twice(&self) -> Option<String> {
        match self {
            Self::List(items) => items.iter().find_map(Self::twice),
            Self::Object(entries) => {
                let mut known = HashMap::with_capacity(entries.len());
                entries.iter().find_map(|(name, value)| match known.insert(name, value) {
                    Some(before) if before != value => Some(name.clone()),
                    _ => value.twice().map(|inside| format!("{name}.{inside}")),
                })
            }
            _ => None,
        }
    }
}

/// As JSON, without blanks.
impl Display for Tree {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => to.write_str("null"),
            Self::Truth(truth) => write!(to, "{truth}"),
            Self::Number(number) => to.write_str(number),
            Self::Text(text) => quoted(text, to),
            Self::List(items) => {
                to.write_char('[')?;
                for (nth, item) in items.iter().enumerate() {
                    if nth > 0 {
                        to.write_char(',')?;
                    }
                    item.fmt(to)?;
                }
                to.write_char(']')
            }
            Self::Object(entries) => {
                to.write_char('{')?;
                for (nth, (name, value)) in entries.iter().enumerate() {
                    if nth > 0 {
                        to.write_char(',')?;
                    }
                    quoted(name, to)?;
                    to.write_char(':')?;
                    value.fmt(to)?;
                }
                to.write_char('}')
            }
        }
    }
}

fn quoted(text: &str, to: &mut Formatter<'_>) -> fmt::Result {
    to.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a [u8]) -> Result<Self, Wrong> {
        let text = std::str::from_utf8(text).map_err(|error| Wrong { at: error.valid_up_to(), what: "a byte is no text" })?;
        Ok(Self { text, at: 0 })
    }

    const fn wrong(&self, what: &'static str) -> Wrong {
        Wrong { at: self.at, what }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// What comes behind blanks.
    fn next_byte(&mut self) -> Option<u8> {
        self.at += self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.rest().first().copied()
    }

    fn value(&mut self, depth: usize) -> Result<Tree, Wrong> {
        match self.next_byte() {
            None => Err(self.wrong("it ends too early")),
            Some(b'"') => self.string().map(Tree::Text),
            Some(b'[' | b'{') if depth == 0 => Err(self.wrong("lists and objects stand more than 128 deep in one another")),
            Some(b'[') => self.list(depth - 1),
            Some(b'{') => self.object(depth - 1),
            Some(b'-' | b'0'..=b'9') => self.number().map(Tree::Number),
            Some(_) => {
                for (word, tree) in [("null", Tree::Null), ("true", Tree::Truth(true)), ("false", Tree::Truth(false))] {
                    if self.rest().starts_with(word.as_bytes()) {
                        self.at += word.len();
                        return self.ended(tree);
                    }
                }
                Err(self.wrong("no value stands where one ought to"))
            }
        }
    }

    /// Behind a number or a word stands no other.
    fn ended<T>(&self, value: T) -> Result<T, Wrong> {
        match self.rest().first() {
            Some(byte) if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'"' | b'[' | b']' | b'{' | b'}') => {
                Err(self.wrong("no value stands where one ought to"))
            }
            _ => Ok(value),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Tree, Wrong> {
        self.at += 1;
        let mut items = Vec::new();
        if self.next_byte() == Some(b']') {
            self.at += 1;
            return Ok(Tree::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.closes(b']')? {
                return Ok(Tree::List(items));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Tree, Wrong> {
        self.at += 1;
        let mut entries = Vec::new();
        if self.next_byte() == Some(b'}') {
            self.at += 1;
            return Ok(Tree::Object(entries));
        }
        loop {
            if self.next_byte() != Some(b'"') {
                return Err(self.unlike("no name in quotes stands where one ought to"));
            }
            let name = self.string()?;
            if self.next_byte() != Some(b':') {
                return Err(self.unlike("no colon stands behind a name"));
            }
            self.at += 1;
            entries.push((name, self.value(depth)?));
            if self.closes(b'}')? {
                return Ok(Tree::Object(entries));
            }
        }
    }

    /// Whether what is at hand ends, or goes on behind a comma.
    fn closes(&mut self, bracket: u8) -> Result<bool, Wrong> {
        match self.next_byte() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.unlike("no comma and no closing bracket stands behind a value")),
        }
    }

    fn unlike(&self, what: &'static str) -> Wrong {
        self.wrong(if self.rest().is_empty() { "it ends too early" } else { what })
    }

    /// A number as it is written.
    fn number(&mut self) -> Result<String, Wrong> {
        let start = self.at;
        let digits = |parser: &mut Self| {
            let count = parser.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
            parser.at += count;
            count
        };
        let is = |parser: &mut Self, bytes: &[u8]| {
            let found = parser.rest().first().is_some_and(|byte| bytes.contains(byte));
            parser.at += usize::from(found);
            found
        };
        is(self, b"-");
        let leads = self.rest().first() == Some(&b'0');
        let whole = digits(self);
        let mut sound = whole == 1 || whole > 1 && !leads;
        if is(self, b".") {
            sound &= digits(self) > 0;
        }
        if is(self, b"eE") {
            is(self, b"+-");
            sound &= digits(self) > 0;
        }
        if !sound {
            return Err(self.wrong("a number is not written as JSON writes them"));
        }
        let number = self.text.get(start..self.at).unwrap_or_default().to_owned();
        self.ended(number)
    }

    fn string(&mut self) -> Result<String, Wrong> {
        self.at += 1;
        let mut plain = String::new();
        loop {
            let Some(length) = memchr2(b'"', b'\\', self.rest()) else {
                self.at = self.text.len();
                return Err(self.wrong("a text does not end"));
            };
            if let Some(control) = self.rest().iter().take(length).position(|byte| *byte < 0x20) {
                self.at += control;
                return Err(self.wrong("a control character, such as a tab or a line end, stands in a text as it is"));
            }
            let piece = self.text.get(self.at..self.at + length).unwrap_or_default();
            let ends = self.rest().get(length) == Some(&b'"');
            self.at += length + 1;
            if ends && plain.is_empty() {
                return Ok(piece.to_owned());
            }
            plain.push_str(piece);
            if ends {
                return Ok(plain);
            }
            let letter = self.escape()?;
            plain.push(letter);
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char, Wrong> {
        const HALF: &str = "an escape is half of a letter";
        let Some(byte) = self.rest().first().copied() else { return Err(self.wrong("a text does not end")) };
        let plain = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let start = self.at;
                self.at += 1;
                let half = |at| Wrong { at, what: HALF };
                let first = self.hexadecimal()?;
                if !(0xD800..0xE000).contains(&first) {
                    return char::from_u32(first).ok_or_else(|| half(start));
                }
                if first >= 0xDC00 || !self.rest().starts_with(b"\\u") {
                    return Err(half(start));
                }
                self.at += 2;
                let second = self.hexadecimal()?;
                if !(0xDC00..0xE000).contains(&second) {
                    return Err(half(start));
                }
                return char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(|| half(start));
            }
            _ => return Err(self.wrong("a backslash stands before what it does not escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// Four digits.
    fn hexadecimal(&mut self) -> Result<u32, Wrong> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let number = number.ok_or_else(|| self.wrong("an escape lacks digits"))?;
        self.at += 4;
        Ok(number)
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
