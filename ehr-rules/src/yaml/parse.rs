//! Text to nodes: the parser's events built into a tree, refusing what makes YAML surprising.
//!
//! Anchors, aliases, tags, several documents and keys that are not scalars are refused. So a small file stays
//! a small tree, and what stands in the text is what is meant.

use super::Content;
use super::Key;
use super::Node;
use super::scalar;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use saphyr_parser::Event;
use saphyr_parser::Marker;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use saphyr_parser::ScanError;
use saphyr_parser::Span;
use std::ops::Range;
use std::sync::Arc;

/// Lists and maps may be nested this deep; no rule needs more, and it bounds every later recursion.
const DEEPEST: usize = 64;
const NO_ALIASES: &str = "anchors and aliases are not supported";
const WRITE_OUT: &str = "write the value out where it is used";
const TOO_DEEP: &str = "lists and maps are nested too deep";
const SHALLOWER: &str = "at most 64 levels are read";

/// The tree of a text, as far as it could be read, and everything that is wrong with its YAML.
pub(crate) fn parse(source: &Arc<Source>) -> (Option<Node>, Vec<Diagnostic>) {
    let mut builder = Builder { places: Places::new(source), stack: Vec::new(), root: None, documents: 0, said: Vec::new() };
    let mut parser = Parser::new_from_str(body(&source.text));
    let complete = loop {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => break true,
            Some(Ok((event, span))) => {
                if !builder.take(&event, span) {
                    break false;
                }
            }
            Some(Err(error)) => {
                builder.said.push(malformed(&error, &builder.places));
                break false;
            }
        }
    };
    (builder.root.filter(|_| complete), builder.said)
}

/// Builds the tree from events. The stack holds the lists and maps that are still open.
struct Builder {
    places: Places,
    stack: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    said: Vec<Diagnostic>,
}

/// A list or map that is still open, and where it began.
struct Open {
    start: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>, Awaited),
}

/// What a map waits for.
enum Awaited {
    Key,
    Value(Key),
    /// The value of a key that was refused.
    Refused,
}

impl Builder {
    /// Takes one event; false where reading on makes no sense.
    fn take(&mut self, event: &Event<'_>, span: Span) -> bool {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.say("E0007", span, "several documents in one file are not supported", "put each into a file of its own");
                    return false;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(*anchor, tag.is_some(), span);
                let node = self.scalar(text, *style, span);
                self.attach(Some(node));
            }
            Event::Alias(_) => {
                self.say("E0004", span, NO_ALIASES, WRITE_OUT);
                self.attach(None);
            }
            Event::SequenceStart(anchor, tag) => return self.open(Inside::List(Vec::new()), *anchor, tag.is_some(), span),
            Event::MappingStart(anchor, tag) => return self.open(Inside::Map(Vec::new(), Awaited::Key), *anchor, tag.is_some(), span),
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            _ => {}
        }
        true
    }

    fn open(&mut self, inside: Inside, anchor: usize, tagged: bool, span: Span) -> bool {
        self.refuse_extras(anchor, tagged, span);
        if self.stack.len() >= DEEPEST {
            self.say("E0005", span, TOO_DEEP, SHALLOWER);
            return false;
        }
        self.stack.push(Open { start: self.places.byte(span.start), inside });
        true
    }

    /// Closes the innermost list or map. One without brackets ends with its last item, not where the next thing begins.
    fn close(&mut self, span: Span) {
        let Some(Open { start, inside }) = self.stack.pop() else { return };
        let bracket = self.places.range(span);
        let last = match &inside {
            Inside::List(items) => items.last().map(|node| node.place.span.end),
            Inside::Map(entries, _) => entries.last().map(|(_, node)| node.place.span.end),
        };
        let end = if bracket.is_empty() { last.unwrap_or(start) } else { bracket.end };
        let content = match inside {
            Inside::List(items) => Content::List(items),
            Inside::Map(entries, _) => Content::Map(entries),
        };
        self.attach(Some(Node { content, place: self.places.place(start..end.max(start)) }));
    }

    /// Puts a finished node where it belongs; `None` is one that was refused.
    fn attach(&mut self, node: Option<Node>) {
        let Some(Open { inside, .. }) = self.stack.last_mut() else {
            self.root = self.root.take().or(node);
            return;
        };
        match inside {
            Inside::List(items) => items.extend(node),
            Inside::Map(entries, awaited) => {
                *awaited = match std::mem::replace(awaited, Awaited::Key) {
                    Awaited::Key => node.map_or(Awaited::Refused, |node| key(node, entries, &mut self.said)),
                    Awaited::Value(key) => {
                        entries.extend(node.map(|node| (key, node)));
                        Awaited::Key
                    }
                    Awaited::Refused => Awaited::Key,
                };
            }
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Node {
        let place = self.places.place(self.places.range(span));
        let (value, trouble) = scalar::resolve(text, style == ScalarStyle::Plain);
        let is_value = !matches!(self.stack.last(), Some(Open { inside: Inside::Map(_, Awaited::Key), .. }));
        if trouble && is_value {
            let said = Diagnostic::error("E0008", &place, "a number is too large").help("write it in quotes if it is text");
            self.said.push(said);
        }
        Node { content: Content::Scalar { value, text: text.to_owned() }, place }
    }

    fn refuse_extras(&mut self, anchor: usize, tagged: bool, span: Span) {
        if anchor > 0 {
            self.say("E0004", span, NO_ALIASES, WRITE_OUT);
        }
        if tagged {
            self.say("E0006", span, "tags are not supported", "leave the tag out; write text in quotes where it looks like a number");
        }
    }

    fn say(&mut self, code: &'static str, span: Span, message: &str, help: &str) {
        let place = self.places.place(self.places.range(span));
        self.said.push(Diagnostic::error(code, &place, message).help(help));
    }
}

/// A key, unless it is refused.
fn key(node: Node, entries: &[(Key, Node)], said: &mut Vec<Diagnostic>) -> Awaited {
    let Content::Scalar { text, .. } = node.content else {
        said.push(
            Diagnostic::error("E0009", &node.place, "a key must be text").help("write a key in quotes if it holds brackets or braces"),
        );
        return Awaited::Refused;
    };
    if let Some((first, _)) = entries.iter().find(|(known, _)| known.text == text) {
        said.push(
            Diagnostic::error("E0003", &node.place, format!("the key `{text}` stands twice"))
                .label("the second")
                .also(&first.place, "the first")
                .help("remove one of the two"),
        );
        return Awaited::Refused;
    }
    Awaited::Value(Key { text, place: node.place })
}

/// What the parser could not read.
fn malformed(error: &ScanError, places: &Places) -> Diagnostic {
    let info = error.info();
    let mut start = places.byte(*error.marker());
    // `unprintable` holds the word too.
    let is_tab = info.contains("tab") && !info.contains("printable");
    if is_tab {
        // The parser points behind the tab.
        let line = places.source.text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        start = places.source.text[line..start].find('\t').map_or(start, |at| line + at);
    }
    if info.contains("simple key") {
        // It points behind the line that is no key, at whatever follows.
        let before = places.source.text[..start].trim_end();
        let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        start = line + before[line..].len() - before[line..].trim_start().len();
    }
    if let Some(quote) = swallowing(&places.source.text[..start]) {
        let place = places.place(quote..quote + 1);
        return Diagnostic::error("E0001", &place, "this is not YAML: a quote is opened and not closed in its line")
            .help("close the quote; inside single quotes write '' for one quote");
    }
    let end = places.source.text[start..].chars().next().filter(|at| !matches!(at, '\n' | '\r')).map_or(start, |at| start + at.len_utf8());
    let place = places.place(start..end);
    if info.contains("unknown anchor") {
        return Diagnostic::error("E0004", &place, NO_ALIASES).help(WRITE_OUT);
    }
    let said = Diagnostic::error("E0001", &place, format!("this is not YAML: {}", info.trim_end_matches('.')));
    if info.contains("recursion limit") {
        return Diagnostic::error("E0005", &place, TOO_DEEP).help(SHALLOWER);
    }
    // What the parser meant, in the words of somebody who has only ever seen this file.
    if is_tab {
        said.help("indent with spaces, not tabs")
    } else if info.contains("unprintable") {
        said.help("take the character out; in double quotes it is written by its number, as in `\\x1F`")
    } else if info.contains("quoted scalar") {
        said.help("close the quote, which may have been opened in a line before; inside single quotes write '' for one quote")
    } else if info.contains("simple key") {
        said.help("a colon and a blank stand between a key and its value: `key: value`")
    } else if info.contains("mapping values are not allowed") {
        said.help("write text that holds `: ` in quotes, and put one key on a line")
    } else if info.contains("flow") || info.contains("','") || info.contains("':' indicator") {
        said.help("close the bracket or brace, and put commas between items")
    } else if info.contains("block") || info.contains("indent") {
        said.help("items of one list or map begin in the same column")
    } else {
        said
    }
}

/// Where a quote opens a text that goes on over a line that looks like a key or an item: most probably it was to be closed before.
///
/// The parser notices it only at the next quote, where what was meant as the inside stands outside.
fn swallowing(text: &str) -> Option<usize> {
    let mut letters = text.char_indices().peekable();
    let mut before = '\n';
    while let Some((at, letter)) = letters.next() {
        match letter {
            '#' if before.is_whitespace() => while letters.next_if(|(_, next)| *next != '\n').is_some() {},
            '"' | '\'' if before.is_whitespace() || "[{,:".contains(before) => {
                let mut end = text.len();
                while let Some((inside, next)) = letters.next() {
                    if next == '\\' && letter == '"' {
                        letters.next();
                    } else if next == letter && (letter == '"' || letters.next_if(|(_, twice)| *twice == '\'').is_none()) {
                        end = inside;
                        break;
                    }
                }
                let mut lines = text.get(at..end).unwrap_or_default().lines().skip(1).map(str::trim_start);
                if lines.any(|line| line.starts_with("- ") || line.contains(": ") || line.trim_end().ends_with(':')) {
                    return Some(at);
                }
            }
            _ => {}
        }
        before = letter;
    }
    None
}

/// From the parser's lines and columns, counted in characters, to bytes of the text.
///
/// Its running index is no help: it counts bytes in some comments and characters elsewhere.
struct Places {
    source: Arc<Source>,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    /// Whether each character of the text is one byte.
    ascii: bool,
}

impl Places {
    fn new(source: &Arc<Source>) -> Self {
        let body = body(&source.text);
        let skipped = source.text.len() - body.len();
        let bytes = body.as_bytes();
        let mut lines = vec![skipped];
        for (at, byte) in bytes.iter().enumerate() {
            // A lone CR is a line break in YAML as well.
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                lines.push(skipped + at + 1);
            }
        }
        Self { source: Arc::clone(source), lines, ascii: body.is_ascii() }
    }

    fn byte(&self, marker: Marker) -> usize {
        let line = marker.line().saturating_sub(1);
        let Some(start) = self.lines.get(line).copied() else { return self.source.text.len() };
        let end = self.lines.get(line + 1).copied().unwrap_or(self.source.text.len());
        let text = &self.source.text[start..end];
        // A long line is asked for often; where each character is a byte there is nothing to count.
        if self.ascii {
            return (start + marker.col()).min(end);
        }
        text.char_indices().nth(marker.col()).map_or(end, |(at, _)| start + at)
    }

    /// The bytes of a span without the blanks and line ends that the parser counts to a scalar.
    fn range(&self, span: Span) -> Range<usize> {
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        let end = end.max(start);
        start..start + self.source.text[start..end].trim_end().len()
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place { source: Arc::clone(&self.source), span }
    }
}

/// The text without a byte order mark.
fn body(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
