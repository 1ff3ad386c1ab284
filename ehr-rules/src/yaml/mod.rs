//! Text to a tree in which every key and value has its place.
//!
//! Scalars follow YAML 1.2's core schema: `no` is text, `012` is the integer 12, a quoted scalar is text.

pub(crate) mod fields;
pub(crate) mod parse;
mod scalar;
#[cfg(test)]
mod tests;

use crate::diagnostic::Place;
use crate::ir::types::Value;

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub content: Content,
    pub place: Place,
}

/// What stands there.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A scalar: its constant (text, integer, float, boolean, null), and the text as it was written, unquoted.
    Scalar { value: Value, text: String },
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order written, no key twice.
    Map(Vec<(Key, Node)>),
}

/// A key with its place. Every key is text, whatever it looks like.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub text: String,
    pub place: Place,
}

impl Node {
    /// The text of a scalar, as written; `None` for lists, maps and null.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { value: Value::Null, .. } => None,
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The constant of a scalar.
    pub(crate) fn as_value(&self) -> Option<&Value> {
        match &self.content {
            Content::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The items of a list.
    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match &self.content {
            Content::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map.
    pub(crate) fn as_map(&self) -> Option<&[(Key, Node)]> {
        match &self.content {
            Content::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
    }

    /// What it is, for messages: `text`, `an integer`, `a list`, `a map`, `null`.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.content {
            Content::Scalar { value, .. } => match value {
                Value::Null => "null",
                Value::Text(_) => "text",
                Value::Integer(_) => "an integer",
                Value::Float(_) => "a float",
                Value::Boolean(_) => "a boolean",
                Value::Date(_) => "a date",
                Value::Datetime(_) => "a datetime",
                Value::Instant(_) => "an instant",
                Value::Time(_) => "a time",
                Value::Decimal { .. } => "a decimal",
            },
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }
}
