//! Diagnostics as people read them, the line of the file and all, and as programs do.

use super::Diagnostic;
use super::Diagnostics;
use super::Place;
use super::Severity;
use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use serde_json::Value;
use serde_json::json;
use std::ops::Range;

impl Diagnostics {
    /// Every diagnostic with the line it is about, a blank line between, without colour. Empty where there are none.
    pub fn to_text(&self) -> String {
        let parts: Vec<String> = self.iter().map(|diagnostic| one(diagnostic, &Renderer::plain())).collect();
        let mut text = parts.join("\n\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// A list of `{code, severity, message, file, line, column, end_line, end_column, label, help}`.
    pub fn to_json(&self) -> Value {
        self.iter().map(to_json).collect()
    }
}

fn one(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let source = &diagnostic.place.source;
    let (line, first) = line_of(&diagnostic.place);
    let start = diagnostic.place.span.start.clamp(line.start, line.end);
    // Only the first line is shown: a map of a hundred lines is named by where it begins.
    let end = diagnostic.place.span.end.clamp(start, line.end);
    let mut annotation = AnnotationKind::Primary.span(start - line.start..end - line.start);
    if !diagnostic.label.is_empty() {
        annotation = annotation.label(diagnostic.label.as_str());
    }
    let snippet = Snippet::source(&source.text[line]).line_start(first).path(source.path.as_str()).annotation(annotation);
    let mut group: Group<'_> = title.element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// The bytes of the line a place begins in, without its end, and the line's number.
fn line_of(place: &Place) -> (Range<usize>, usize) {
    let text = &place.source.text;
    let at = place.span.start.min(text.len());
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let end = text[at..].find('\n').map_or(text.len(), |after| at + after);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    (start..end.max(start), place.line_column().0)
}

fn to_json(diagnostic: &Diagnostic) -> Value {
    let place = &diagnostic.place;
    let (line, column) = place.line_column();
    let end = place.span.end.max(place.span.start);
    let (end_line, end_column) = Place { source: place.source.clone(), span: end..end }.line_column();
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "meaning": diagnostic.meaning(),
        "file": place.source.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "label": diagnostic.label,
        "help": diagnostic.help,
    })
}
