//! Diagnostics as GitHub's workflow commands: each becomes an annotation beside the line in a pull request.

use super::relative;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Severity;
use std::path::Path;

impl Diagnostics {
    /// A line `::error file=…,line=…::…` for each; paths are from `root`, the folder of the repository.
    pub fn to_github(&self, root: &Path) -> String {
        self.iter().map(|diagnostic| one(diagnostic, root)).collect()
    }
}

fn one(diagnostic: &Diagnostic, root: &Path) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = &diagnostic.place;
    let ((line, column), (end_line, end_column)) = (place.line_column(), place.end().line_column());
    let file = property(&relative(&place.source, root));
    // GitHub knows columns only within one line.
    let columns = if line == end_line { format!(",col={column},endColumn={end_column}") } else { String::new() };
    let title = property(&format!("{}: {}", diagnostic.code, diagnostic.meaning()));
    let others = diagnostic.related.iter().map(|related| {
        let other = &related.place;
        format!("{}: {}:{}", related.label, relative(&other.source, root), other.line_column().0)
    });
    let help = diagnostic.help.iter().map(|help| format!("help: {help}"));
    let text: Vec<String> = std::iter::once(diagnostic.message.clone()).chain(others).chain(help).collect();
    format!("::{level} file={file},line={line},endLine={end_line}{columns},title={title}::{}\n", message(&text.join("\n")))
}

/// What would end the command is written as GitHub's own runner reads it.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property a colon and a comma would end it as well.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
