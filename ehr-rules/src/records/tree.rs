//! A JSON text as a tree in which numbers are what the text says.
//!
//! A parser that makes values makes doubles of numbers, so that two long identifiers become one and `1.10` is `1.1`; and of a name that
//! stands twice in an object it keeps one value without a word. One that tells events leaves a number its digits, and both values.

use json_event_parser::JsonEvent;
use json_event_parser::JsonSyntaxError;
use json_event_parser::LowLevelJsonParser;
use std::collections::HashMap;
use std::fmt;
use std::fmt::Display;
use std::fmt::Formatter;
use std::fmt::Write;
use std::mem;

/// Lists and objects inside one another, at most.
const DEPTH: usize = 128;
const EARLY: &str = "it ends too early";
/// What stands in the library's words, and what we say then.
const WORDS: [(&str, &str); 11] = [
    ("end of file", EARLY),
    ("surrogate", "an escape is half of a letter"),
    ("unicode escape", "an escape lacks digits"),
    ("valid escape", "a backslash stands before what it does not escape"),
    ("not allowed in JSON strings", "a control character, such as a tab or a line end, stands in a text as it is"),
    ("number", "a number is not written as JSON writes them"),
    ("UTF-8", "a byte is no text"),
    ("keys must be strings", "no name in quotes and no colon behind it stand where they ought to"),
    ("Trailing commas", "nothing stands behind a comma"),
    ("must be followed by a comma", "no comma and no closing bracket stands behind a value"),
    ("expected", "no value stands where one ought to"),
];

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
        let (tree, end) = one(text, 0)?;
        match next(text, end) {
            None => Ok(tree),
            Some(at) => Err(Wrong { at, what: "something stands behind it" }),
        }
    }

    /// The trees of a text that holds values one after the other.
    pub(crate) fn each_of(text: &[u8]) -> Result<Vec<Self>, Wrong> {
        let (mut trees, mut at) = (Vec::new(), 0);
        while let Some(start) = next(text, at) {
            let (tree, end) = one(text, start)?;
            trees.push(tree);
            at = end;
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

/// A list or object that is not closed yet, and the name that the next value of an object has.
struct Open {
    tree: Tree,
    name: String,
}

impl Open {
    const fn new(tree: Tree) -> Self {
        Self { tree, name: String::new() }
    }
}

/// The value that begins at this byte, and the byte behind it.
fn one(text: &[u8], start: usize) -> Result<(Tree, usize), Wrong> {
    let mut parser = LowLevelJsonParser::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = start;
    loop {
        let step = parser.parse_next(text.get(at..).unwrap_or_default(), true);
        at += step.consumed_bytes;
        let value = match step.event.transpose().map_err(|error| wrong(&error, start, text.len()))? {
            Some(JsonEvent::StartArray | JsonEvent::StartObject) if open.len() == DEPTH => {
                return Err(Wrong { at: at - 1, what: "lists and objects stand more than 128 deep in one another" });
            }
            Some(JsonEvent::StartArray) => {
                open.push(Open::new(Tree::List(Vec::new())));
                continue;
            }
            Some(JsonEvent::StartObject) => {
                open.push(Open::new(Tree::Object(Vec::new())));
                continue;
            }
            Some(JsonEvent::ObjectKey(name)) => {
                if let Some(open) = open.last_mut() {
                    open.name = name.into_owned();
                }
                continue;
            }
            Some(JsonEvent::EndArray | JsonEvent::EndObject) => open.pop().map(|open| open.tree),
            Some(JsonEvent::String(text)) => Some(Tree::Text(text.into_owned())),
            Some(JsonEvent::Number(number)) => Some(Tree::Number(number.into_owned())),
            Some(JsonEvent::Boolean(truth)) => Some(Tree::Truth(truth)),
            Some(JsonEvent::Null) => Some(Tree::Null),
            Some(JsonEvent::Eof) | None => None,
        };
        let value = value.ok_or(Wrong { at, what: EARLY })?;
        match open.last_mut() {
            Some(Open { tree: Tree::List(items), .. }) => items.push(value),
            Some(Open { tree: Tree::Object(entries), name }) => entries.push((mem::take(name), value)),
            _ => return Ok((value, at)),
        }
    }
}

/// What the library found, in words of ours: its own may quote the text.
fn wrong(error: &JsonSyntaxError, start: usize, end: usize) -> Wrong {
    let at = start.saturating_add(usize::try_from(error.location().start.offset).unwrap_or(usize::MAX));
    if at >= end {
        return Wrong { at: end, what: EARLY };
    }
    let said = error.message();
    let known = WORDS.iter().find(|(theirs, _)| said.contains(theirs));
    let what = known.map_or("something stands there that JSON does not have there", |(_, ours)| ours);
    Wrong { at, what }
}

/// Where the next thing stands that is no blank.
fn next(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..).unwrap_or_default();
    rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).map(|blanks| from + blanks)
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
