//! The rules are wrong: what, where, and what to do. All of it at once, without any value from the data.

pub(crate) mod code;
pub(crate) mod overlay;
pub(crate) mod pages;
pub(crate) mod render;
pub(crate) mod suggest;

use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;

/// One file of rules and its text, shared by every place in it.
#[derive(Debug)]
pub struct Source {
    /// The path as it is shown: relative to where the rules were loaded from, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
    /// Where each line begins, once somebody asked: a file of ten thousand lines is not counted for each place in it.
    lines: OnceLock<Vec<usize>>,
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
    /// Other places that belong to it: where the first of two stands, say.
    pub related: Vec<Related>,
}

/// Another place that belongs to a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What stands there, in a few words.
    pub label: String,
}

/// Every diagnostic of a load.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
    /// What was said where, so that nothing is said twice.
    seen: HashSet<(&'static str, String, usize, String)>,
    /// The files in which something is wrong, by path.
    files: BTreeMap<String, Arc<Source>>,
}

impl Source {
    /// A source from its path and text.
    pub fn new(path: &Path, text: String) -> Arc<Self> {
        Arc::new(Self { path: path.display().to_string().replace('\\', "/"), text, lines: OnceLock::new() })
    }

    /// The number of the line that a byte stands in, from 0, and where that line begins.
    fn line_at(&self, at: usize) -> (usize, usize) {
        let breaks = || self.text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = self.lines.get_or_init(|| std::iter::once(0).chain(breaks()).collect());
        let line = lines.partition_point(|start| *start <= at).saturating_sub(1);
        (line, lines.get(line).copied().unwrap_or_default())
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for Source {}

impl Place {
    /// Line and column, both counted from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let (line, before) = self.before();
        (line + 1, before.chars().count() + 1)
    }

    /// Line and column, both counted from 1, the column in UTF-16 code units, as editors count.
    pub fn line_column_utf16(&self) -> (usize, usize) {
        let (line, before) = self.before();
        (line + 1, before.encode_utf16().count() + 1)
    }

    /// The place where it ends, empty.
    pub fn end(&self) -> Self {
        let end = self.span.end.max(self.span.start);
        Self { source: Arc::clone(&self.source), span: end..end }
    }

    /// The number of its line from 0, and what stands in that line before it.
    fn before(&self) -> (usize, &str) {
        let at = self.span.start.min(self.source.text.len());
        let (line, start) = self.source.line_at(at);
        let before = self.source.text.get(start..at).unwrap_or_default();
        // A mark of the byte order is no character that anybody sees.
        (line, if line == 0 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before })
    }
}

impl Diagnostic {
    /// An error at a place.
    pub(crate) fn error(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: place.clone(),
            label: String::new(),
            help: None,
            related: Vec::new(),
        }
    }

    /// A warning at a place.
    pub(crate) fn warning(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// What its code says of every diagnostic of its kind.
    pub fn meaning(&self) -> &'static str {
        code::meaning(self.code).unwrap_or_default()
    }

    /// The page of a code: what is wrong, why that is refused, a wrong and a right example, as Markdown. `None` for a code that is none.
    ///
    /// ```
    /// assert!(ehr_rules::Diagnostic::page("E0101").is_some_and(|page| page.starts_with("# E0101")));
    /// ```
    pub fn page(code: &str) -> Option<&'static str> {
        pages::page(code)
    }

    /// With another place that belongs to it.
    pub(crate) fn also(mut self, place: &Place, label: impl Into<String>) -> Self {
        self.related.push(Related { place: place.clone(), label: label.into() });
        self
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
        let place = &diagnostic.place;
        if self.seen.insert((diagnostic.code, place.source.path.clone(), place.span.start, diagnostic.message.clone())) {
            self.files.entry(place.source.path.clone()).or_insert_with(|| Arc::clone(&place.source));
            self.all.push(diagnostic);
        }
    }

    /// Whether that is said of this very place already.
    pub(crate) fn says(&self, code: &str, place: &Place) -> bool {
        self.all.iter().any(|known| known.code == code && known.place == *place)
    }

    /// The files in which something is wrong, each once.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.files.values().map(|source| &**source)
    }

    /// Whether something is wrong in a file whose path ends so: nothing is then said of what may have stood in it.
    pub(crate) fn concern(&self, end: &str) -> bool {
        self.sources().any(|source| source.path.ends_with(end))
    }

    /// Errors first; what others may follow from before them; then by file and place.
    pub(crate) fn sort(&mut self) {
        self.all.sort_by(|a, b| {
            let key = |one: &Diagnostic| (one.severity, code::rank(one.code));
            let place = |one: &Diagnostic| (one.place.span.start, one.code);
            key(a).cmp(&key(b)).then_with(|| a.place.source.path.cmp(&b.place.source.path)).then_with(|| place(a).cmp(&place(b)))
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
