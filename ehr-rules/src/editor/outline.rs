//! A file as far as it is written: a tree made of any text whatever, by indentation, brackets and quotes.
//!
//! The room `yaml` refuses what is not YAML, and what is being typed seldom is. Here a bracket that is not closed ends where the
//! next line of less indentation begins, a key may stand without its colon, and nothing is ever wrong.

use super::flow;
use std::ops::Range;

/// Deeper than this nothing is looked into; the room `yaml` refuses such files anyway.
pub(super) const DEEPEST: usize = 64;

/// A value: where it stands, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub span: Range<usize>,
    pub shape: Shape,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing is written.
    Nothing,
    /// A scalar: its text, and the quote around it.
    Scalar(String, Option<char>),
    /// A list.
    List(Vec<Item>),
    /// A map.
    Map(Vec<Entry>),
}

/// A key and its value; a key that is still being typed has no colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where the key stands, its quotes among it.
    pub key: Range<usize>,
    /// The key.
    pub name: String,
    /// Whether a colon stands behind it.
    pub colon: bool,
    /// What stands behind the colon.
    pub value: Item,
}

impl Item {
    pub(super) fn nothing(at: usize) -> Self {
        Self { span: at..at, shape: Shape::Nothing }
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        if let Shape::Scalar(text, _) = &self.shape { Some(text) } else { None }
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        if let Shape::Map(entries) = &self.shape { entries } else { &[] }
    }

    /// The items of a list; the value itself of anything else.
    pub(super) fn items(&self) -> &[Self] {
        if let Shape::List(items) = &self.shape { items } else { std::slice::from_ref(self) }
    }

    /// The value of a key.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        value(self.entries(), name)
    }
}

/// The value of a key among these.
pub(super) fn value<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Item> {
    entries.iter().find(|entry| entry.name == name).map(|entry| &entry.value)
}

/// The tree of a text.
pub(super) fn outline(text: &str) -> Item {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        let indent = body.len() - body.trim_start().len();
        let content = body.trim_start();
        // A byte order mark is no content.
        let skipped = if start == 0 && content.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        lines.push(Line { at: start + indent + skipped, end: start + body.len(), indent });
        start += line.len();
    }
    let mut reader = Reader { text, lines, next: 0 };
    reader.block(0, 0)
}

/// A line without its indentation and line end.
#[derive(Debug, Clone, Copy)]
struct Line {
    at: usize,
    end: usize,
    indent: usize,
}

struct Reader<'a> {
    text: &'a str,
    lines: Vec<Line>,
    next: usize,
}

impl<'a> Reader<'a> {
    /// The next line that says something.
    fn peek(&mut self) -> Option<Line> {
        while let Some(line) = self.lines.get(self.next).copied() {
            let body = self.body(line);
            if !(body.is_empty() || body.starts_with('#') || body == "---") {
                return Some(line);
            }
            self.next += 1;
        }
        None
    }

    fn body(&self, line: Line) -> &'a str {
        self.text.get(line.at..line.end).unwrap_or_default()
    }

    /// What stands in the lines that are indented at least so far.
    fn block(&mut self, least: usize, depth: usize) -> Item {
        let Some(first) = self.peek().filter(|line| line.indent >= least && depth < DEEPEST) else {
            return Item::nothing(self.lines.get(self.next).map_or(self.text.len(), |line| line.at));
        };
        let body = self.body(first);
        if is_dash(body) {
            return self.list(first.indent, depth);
        }
        if key_of(body).is_some() || !body.starts_with(['{', '[', '"', '\'', '|', '>']) {
            // A word alone may be a key that is still being typed, or text: those who ask know which is meant.
            return self.map(first.indent, depth);
        }
        self.next += 1;
        self.inline(first.at, first, least, depth)
    }

    fn list(&mut self, indent: usize, depth: usize) -> Item {
        let mut items = Vec::new();
        let start = self.peek().map_or(self.text.len(), |line| line.at);
        while let Some(line) = self.peek().filter(|line| line.indent == indent && is_dash(self.body(*line))) {
            let rest = self.body(line).get(1..).unwrap_or_default();
            let blanks = rest.len() - rest.trim_start().len();
            let inner = Line { at: line.at + 1 + blanks, end: line.end, indent: indent + 1 + blanks };
            if rest.trim_start().is_empty() || rest.trim_start().starts_with('#') {
                self.next += 1;
                items.push(self.block(indent + 1, depth + 1));
            } else {
                // What stands behind the dash is a line of its own, indented as far as it stands.
                if let Some(place) = self.lines.get_mut(self.next) {
                    *place = inner;
                }
                items.push(self.block(indent + 1, depth + 1));
            }
        }
        Item { span: start..items.last().map_or(start, |item: &Item| item.span.end), shape: Shape::List(items) }
    }

    fn map(&mut self, indent: usize, depth: usize) -> Item {
        let mut entries: Vec<Entry> = Vec::new();
        let start = self.peek().map_or(self.text.len(), |line| line.at);
        while let Some(line) = self.peek().filter(|line| line.indent >= indent) {
            let body = self.body(line);
            if is_dash(body) && line.indent == indent && !entries.is_empty() {
                break;
            }
            self.next += 1;
            let Some((length, name)) = key_of(body) else {
                entries.push(self.loose(line));
                continue;
            };
            let key = line.at..line.at + length;
            let after = body.get(length..).unwrap_or_default();
            let colon = after.find(':').map_or(after.len(), |at| at + 1);
            let rest = after.get(colon..).unwrap_or_default();
            let at = line.at + length + colon + rest.len() - rest.trim_start().len();
            let value = if rest.trim_start().is_empty() || rest.trim_start().starts_with('#') {
                // A list may stand as far to the left as its key.
                let dashed = self.peek().is_some_and(|next| next.indent == line.indent && is_dash(self.body(next)));
                let least = if dashed { line.indent } else { line.indent + 1 };
                let nested = self.block(least, depth + 1);
                if nested.shape == Shape::Nothing { Item::nothing(at) } else { nested }
            } else {
                self.inline(at, line, line.indent + 1, depth)
            };
            entries.push(Entry { key, name, colon: true, value });
        }
        let end = entries.last().map_or(start, |entry| entry.value.span.end.max(entry.key.end));
        if !entries.is_empty() && entries.iter().all(|entry| !entry.colon) {
            let text = self.text.get(start..end).unwrap_or_default();
            return Item { span: start..end, shape: Shape::Scalar(unquoted(text), None) };
        }
        Item { span: start..end, shape: Shape::Map(entries) }
    }

    /// A line in a map that is no key yet.
    fn loose(&self, line: Line) -> Entry {
        let body = comment_off(self.body(line));
        let key = line.at..line.at + body.len();
        Entry { name: unquoted(body), colon: false, value: Item::nothing(key.end), key }
    }

    /// A value that begins in a line and may go on in those that are indented at least so far.
    fn inline(&mut self, at: usize, line: Line, least: usize, depth: usize) -> Item {
        let begins = self.text.get(at..line.end).unwrap_or_default();
        let after = self.next;
        while self.lines.get(self.next).is_some_and(|next| next.indent >= least || next.at == next.end) {
            self.next += 1;
        }
        let end = self.lines.get(self.next.saturating_sub(1)).map_or(line.end, |last| last.end).max(line.end);
        let region = self.text.get(at..end).unwrap_or_default().trim_end();
        match begins.chars().next() {
            Some('{' | '[') => flow::read(self.text, at..at + region.len(), depth),
            Some('|' | '>') => {
                let inside = begins.len() + region.get(begins.len()..).map_or(0, |rest| rest.len() - rest.trim_start().len());
                let text = region.get(inside..).unwrap_or_default();
                Item { span: at + inside.min(region.len())..at + region.len(), shape: Shape::Scalar(text.to_owned(), Some('|')) }
            }
            Some(quote @ ('"' | '\'')) => {
                let length = flow::quoted(region, quote);
                // A quote that is not closed was meant to end with its line.
                let closed = length > 1 && region.get(..length).is_some_and(|text| text.ends_with(quote));
                let length = if closed { length } else { begins.len() };
                if !closed {
                    self.next = after;
                }
                let text = region.get(..length).unwrap_or_default();
                Item { span: at..at + length, shape: Shape::Scalar(unquoted(text), Some(quote)) }
            }
            _ => {
                let text = if region.contains('\n') { region } else { comment_off(region) };
                Item { span: at..at + text.len(), shape: Shape::Scalar(text.to_owned(), None) }
            }
        }
    }
}

/// Whether a line is an item of a list.
fn is_dash(body: &str) -> bool {
    body == "-" || body.starts_with("- ")
}

/// The length of a line's key and the key, where a colon stands behind it.
fn key_of(body: &str) -> Option<(usize, String)> {
    if let Some(quote @ ('"' | '\'')) = body.chars().next() {
        let length = flow::quoted(body, quote);
        return body.get(length..)?.trim_start().starts_with(':').then(|| (length, unquoted(body.get(..length).unwrap_or_default())));
    }
    if body.starts_with(['{', '[', '#']) {
        return None;
    }
    let colon = body
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| body.get(at + 1..).is_none_or(|rest| rest.is_empty() || rest.starts_with(' ')))?;
    let key = body.get(..colon)?;
    (!key.contains(" #")).then(|| (key.trim_end().len(), key.trim_end().to_owned()))
}

/// Without the comment behind it.
fn comment_off(text: &str) -> &str {
    text.find(" #").map_or(text, |at| text.get(..at).unwrap_or_default()).trim_end()
}

/// Without its quotes; escapes of one letter stand for that letter.
pub(super) fn unquoted(text: &str) -> String {
    let mut letters = text.chars();
    let Some(quote @ ('"' | '\'')) = letters.next() else { return text.to_owned() };
    let inside = letters.as_str();
    let inside = inside.strip_suffix(quote).unwrap_or(inside);
    if quote == '\'' { inside.replace("''", "'") } else { inside.replace("\\\"", "\"").replace("\\\\", "\\") }
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
