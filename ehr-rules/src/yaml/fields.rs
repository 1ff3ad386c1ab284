//! Reading a map by its known keys: wrong types, missing keys and unknown keys are said, each at its place.

use super::Content;
use super::Key;
use super::Node;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest;
use crate::ir::types::Value;

/// A map being read. Every key asked for is known; [`Fields::finish`] reports the others.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    node: &'a Node,
    entries: &'a [(Key, Node)],
    what: String,
    known: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The fields of a map; `what` it is, for messages: ``a rule``, ``table `patients` ``.
    pub(crate) fn of(node: &'a Node, what: &str, said: &mut Diagnostics) -> Option<Self> {
        let entries = expect_map(node, what, said)?;
        Some(Self { node, entries, what: what.to_owned(), known: Vec::new() })
    }

    /// The map itself.
    pub(crate) fn node(&self) -> &'a Node {
        self.node
    }

    /// Whether a key is there, without making it known.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| known.text == key)
    }

    /// The value of a key, whatever it is.
    pub(crate) fn get(&mut self, key: &str) -> Option<&'a Node> {
        if !self.known.iter().any(|known| known == key) {
            self.known.push(key.to_owned());
        }
        // A slip in a key is said in the end; until then the key is not missing.
        let found = self.entries.iter().find(|(known, _)| known.text == key);
        let slip = || self.entries.iter().find(|(written, _)| suggest::is_slip(&written.text, key));
        found.or_else(slip).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub(crate) fn required(&mut self, key: &str, said: &mut Diagnostics) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            said.push(Diagnostic::error("E0011", &self.node.place, format!("{} lacks the key `{key}`", self.what)).label("this needs it"));
        }
        found
    }

    /// A text: any scalar but null, as it was written.
    pub(crate) fn text(&mut self, key: &str, said: &mut Diagnostics) -> Option<String> {
        expect_text(self.get(key)?, &quoted(key), said)
    }

    /// A text with its place.
    pub(crate) fn named(&mut self, key: &str, said: &mut Diagnostics) -> Option<Key> {
        expect_named(self.get(key)?, &quoted(key), said)
    }

    /// A text that must be there, with its place.
    pub(crate) fn required_named(&mut self, key: &str, said: &mut Diagnostics) -> Option<Key> {
        expect_named(self.required(key, said)?, &quoted(key), said)
    }

    /// A list of texts, or one text.
    pub(crate) fn texts(&mut self, key: &str, said: &mut Diagnostics) -> Option<Vec<String>> {
        Some(self.names(key, said)?.into_iter().map(|name| name.text).collect())
    }

    /// A list of texts, or one text, each with its place.
    pub(crate) fn names(&mut self, key: &str, said: &mut Diagnostics) -> Option<Vec<Key>> {
        expect_names(self.get(key)?, &quoted(key), said)
    }

    /// True or false.
    pub(crate) fn bool(&mut self, key: &str, said: &mut Diagnostics) -> Option<bool> {
        let node = self.get(key)?;
        match node.as_value() {
            Some(Value::Boolean(truth)) => Some(*truth),
            _ => {
                let meant = node.as_text().and_then(meant_truth);
                let said_so = wrong_form(node, "`true` or `false`", &quoted(key));
                said.push(match meant {
                    Some(truth) => said_so.help(format!("write `{truth}`: in YAML 1.2 other words are text")),
                    None => said_so,
                });
                meant
            }
        }
    }

    /// An integer.
    pub(crate) fn integer(&mut self, key: &str, said: &mut Diagnostics) -> Option<i64> {
        let node = self.get(key)?;
        match node.as_value() {
            Some(Value::Integer(number)) => Some(*number),
            _ if said.says("E0008", &node.place) => None,
            _ => wrong(node, "an integer", &quoted(key), said),
        }
    }

    /// A map.
    pub(crate) fn map(&mut self, key: &str, said: &mut Diagnostics) -> Option<&'a [(Key, Node)]> {
        expect_map(self.get(key)?, &quoted(key), said)
    }

    /// One of a few words, each with what it stands for.
    pub(crate) fn one_of<T: Copy>(&mut self, key: &str, words: &[(&str, T)], said: &mut Diagnostics) -> Option<T> {
        let node = self.get(key)?;
        let text = expect_text(node, &quoted(key), said)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meaning);
        }
        let all: Vec<String> = words.iter().map(|(word, _)| quoted(word)).collect();
        let help = suggest::did_you_mean(&text, words.iter().map(|(word, _)| *word)).unwrap_or_else(|| format!("write {}", or(&all)));
        said.push(Diagnostic::error("E0013", &node.place, format!("`{key}` cannot be `{text}`")).label(or(&all)).help(help));
        None
    }

    /// Says which keys nobody asked for.
    pub(crate) fn finish(self, said: &mut Diagnostics) {
        for (key, _) in self.entries.iter().filter(|(key, _)| !self.known.contains(&key.text)) {
            let unknown = Diagnostic::error("E0012", &key.place, format!("unknown key `{}` in {}", key.text, self.what));
            // A key already given is no suggestion: it would then stand twice.
            let free = self.known.iter().map(String::as_str).filter(|known| !self.has(known));
            let all = || self.known.iter().map(|known| quoted(known)).collect::<Vec<_>>().join(", ");
            let help = suggest::did_you_mean(&key.text, free).unwrap_or_else(|| format!("known keys are {}", all()));
            said.push(unknown.help(help));
        }
    }
}

/// The text of a scalar that is not null; `what` it is for, as messages say it.
pub(crate) fn expect_text(node: &Node, what: &str, said: &mut Diagnostics) -> Option<String> {
    node.as_text().map(str::to_owned).or_else(|| wrong(node, "text", what, said))
}

/// The text of a scalar with its place.
pub(crate) fn expect_named(node: &Node, what: &str, said: &mut Diagnostics) -> Option<Key> {
    expect_text(node, what, said).map(|text| Key { text, place: node.place.clone() })
}

/// A list of texts, or one text.
pub(crate) fn expect_names(node: &Node, what: &str, said: &mut Diagnostics) -> Option<Vec<Key>> {
    match &node.content {
        Content::List(items) => Some(items.iter().filter_map(|item| expect_named(item, what, said)).collect()),
        Content::Scalar { .. } => expect_named(node, what, said).map(|name| vec![name]),
        Content::Map(_) => wrong(node, "text or a list of texts", what, said),
    }
}

/// A map.
pub(crate) fn expect_map<'a>(node: &'a Node, what: &str, said: &mut Diagnostics) -> Option<&'a [(Key, Node)]> {
    node.as_map().or_else(|| wrong(node, "a map", what, said))
}

/// Says that something of another type was expected.
pub(crate) fn wrong<T>(node: &Node, wanted: &str, what: &str, said: &mut Diagnostics) -> Option<T> {
    said.push(wrong_form(node, wanted, what));
    None
}

fn wrong_form(node: &Node, wanted: &str, what: &str) -> Diagnostic {
    Diagnostic::error("E0010", &node.place, format!("expected {wanted} for {what}, found {}", node.describe()))
        .label(format!("expected {wanted}"))
}

/// The truth value that YAML 1.1 made of a word.
fn meant_truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "on" => Some(true),
        "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

fn quoted(key: &str) -> String {
    format!("`{key}`")
}

/// `a`, `a or b`, `a, b or c`.
fn or(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
