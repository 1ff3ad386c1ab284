//! Values in brackets and braces, closed or not.

use super::outline::DEEPEST;
use super::outline::Entry;
use super::outline::Item;
use super::outline::Shape;
use super::outline::unquoted;
use std::ops::Range;

/// The value that begins where the region does.
pub(super) fn read(text: &str, region: Range<usize>, depth: usize) -> Item {
    let mut reader = Reader { text: text.get(..region.end).unwrap_or_default(), at: region.start };
    reader.value(depth)
}

/// How long the quoted text is that a text begins with, its quotes among it; all of it where no quote closes it.
pub(super) fn quoted(text: &str, quote: char) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote == '"' {
            letters.next();
        } else if letter == quote {
            if quote == '\'' && letters.peek().is_some_and(|(_, next)| *next == quote) {
                letters.next();
                continue;
            }
            return at + quote.len_utf8();
        }
    }
    text.len()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes over blanks, line ends and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            if !self.rest().starts_with('#') {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn takes(&mut self, sign: char) -> bool {
        let there = self.rest().starts_with(sign);
        self.at += if there { sign.len_utf8() } else { 0 };
        there
    }

    fn value(&mut self, depth: usize) -> Item {
        self.skip();
        let start = self.at;
        if depth >= DEEPEST {
            self.at = self.text.len();
            return Item { span: start..self.at, shape: Shape::Scalar(String::new(), None) };
        }
        let shape = match self.rest().chars().next() {
            Some('{') => self.map(depth),
            Some('[') => self.list(depth),
            Some(quote @ ('"' | '\'')) => {
                self.at += quoted(self.rest(), quote);
                Shape::Scalar(unquoted(self.text.get(start..self.at).unwrap_or_default()), Some(quote))
            }
            _ => {
                let text = self.plain();
                if text.is_empty() { Shape::Nothing } else { Shape::Scalar(text.to_owned(), None) }
            }
        };
        Item { span: start..self.at, shape }
    }

    /// Plain text up to what ends it here.
    fn plain(&mut self) -> &'a str {
        let rest = self.rest();
        let ends = |(at, letter): (usize, char)| {
            let next = rest.get(at + letter.len_utf8()..).unwrap_or_default();
            matches!(letter, ',' | '{' | '}' | '[' | ']')
                || letter == ':' && (next.is_empty() || next.starts_with([' ', '\n', '\r', ',', '}', ']']))
                || letter == '#' && rest.get(..at).is_some_and(|before| before.ends_with(' '))
        };
        let end = rest.char_indices().find(|found| ends(*found)).map_or(rest.len(), |(at, _)| at);
        let text = rest.get(..end).unwrap_or_default().trim_end();
        self.at += text.len();
        text
    }

    fn map(&mut self, depth: usize) -> Shape {
        self.takes('{');
        let mut entries = Vec::new();
        loop {
            self.skip();
            if self.rest().is_empty() || self.takes('}') {
                return Shape::Map(entries);
            }
            if self.takes(',') {
                continue;
            }
            let start = self.at;
            let name = match self.rest().chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    self.at += quoted(self.rest(), quote);
                    unquoted(self.text.get(start..self.at).unwrap_or_default())
                }
                _ => self.plain().to_owned(),
            };
            let key = start..self.at;
            self.skip();
            let colon = self.takes(':');
            let value = if colon { self.value(depth + 1) } else { Item::nothing(key.end) };
            if self.at == start {
                // A bracket that nothing opened.
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                continue;
            }
            entries.push(Entry { key, name, colon, value });
        }
    }

    fn list(&mut self, depth: usize) -> Shape {
        self.takes('[');
        let mut items = Vec::new();
        loop {
            self.skip();
            if self.rest().is_empty() || self.takes(']') {
                return Shape::List(items);
            }
            if self.takes(',') {
                continue;
            }
            let start = self.at;
            let item = self.value(depth + 1);
            if self.at == start {
                // A brace that nothing opened: perhaps that of the map around an unclosed list.
                if self.rest().starts_with('}') {
                    return Shape::List(items);
                }
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                continue;
            }
            items.push(item);
        }
    }
}
