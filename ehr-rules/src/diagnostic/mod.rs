//! The rules are wrong: what, where, and what to do. All of it at once, without any value from the data.

pub(crate) mod code;
pub(crate) mod overlay;
pub(crate) mod render;
pub(crate) mod suggest;

use serde::Serialize;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// One file of rules and its text, shared by every place in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as it is shown: relative to where the rules were loaded from, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// A place in a file of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The rules cannot be run.
    Error,
    /// They can, and something is probably not meant so.
    Warning,
}

/// One thing wrong with the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// `E0103` and so on: its meaning is [`Diagnostic::meaning`].
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The fact, in one line: lower case, no full stop, input in backticks.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What stands at the place, in a few words; may be empty.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Every diagnostic of a load.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
}

impl Source {
    /// A source from its path and text.
    pub fn new(path: &Path, text: String) -> Arc<Self> {
        Arc::new(Self { path: path.display().to_string().replace('\\', "/"), text })
    }
}

impl Place {
    /// Line and column, both counted from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let upto = &self.source.text[..self.span.start.min(self.source.text.len())];
        let line_start = upto.rfind('\n').map_or(0, |at| at + 1);
        (upto.matches('\n').count() + 1, upto[line_start..].chars().count() + 1)
    }
}

impl Diagnostic {
    /// An error at a place.
    pub(crate) fn error(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), place: place.clone(), label: String::new(), help: None }
    }

    /// What its code says of every diagnostic of its kind.
    pub fn meaning(&self) -> &'static str {
        code::meaning(self.code).unwrap_or_default()
    }

    /// With a word on what stands at the place.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With a remedy.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Diagnostics {
    /// Adds one, unless it is there already: an inherited rule is compiled once a version, and its help may differ between them.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let same =
            |known: &Diagnostic| known.code == diagnostic.code && known.place == diagnostic.place && known.message == diagnostic.message;
        if !self.all.iter().any(same) {
            self.all.push(diagnostic);
        }
    }

    /// The files in which something is wrong, each perhaps several times.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.all.iter().map(|diagnostic| &*diagnostic.place.source)
    }

    /// Whether something is wrong in a file whose path ends so: nothing is then said of what may have stood in it.
    pub(crate) fn concern(&self, end: &str) -> bool {
        self.sources().any(|source| source.path.ends_with(end))
    }

    /// Errors first, then by file and place.
    pub(crate) fn sort(&mut self) {
        self.all.sort_by(|a, b| {
            (a.severity, &a.place.source.path, a.place.span.start, a.code).cmp(&(
                b.severity,
                &b.place.source.path,
                b.place.span.start,
                b.code,
            ))
        });
    }

    /// Whether the rules cannot be run.
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}
