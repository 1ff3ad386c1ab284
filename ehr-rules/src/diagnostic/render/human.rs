//! Diagnostics as people read them, the line of the file and all.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use std::ops::Range;
use std::sync::Arc;

impl Diagnostics {
    /// Every diagnostic with the line it is about, a blank line between, without colour. Empty where there are none.
    pub fn to_text(&self) -> String {
        let renderer = Renderer::plain();
        let parts: Vec<String> = self.iter().map(|diagnostic| one(diagnostic, &renderer)).collect();
        let mut text = parts.join("\n\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

fn one(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let place = &diagnostic.place;
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        diagnostic.related.iter().partition(|related| Arc::ptr_eq(&related.place.source, &place.source));
    // One piece of the file from the first line that is marked to the last; what lies between is folded.
    let lines = here
        .iter()
        .map(|related| line_of(&related.place))
        .fold(line_of(place), |all, line| all.start.min(line.start)..all.end.max(line.end));
    let mark = |place: &Place, kind: AnnotationKind, label: &str| {
        let span = shown(place);
        let annotation = kind.span(span.start - lines.start..span.end - lines.start);
        if label.is_empty() { annotation } else { annotation.label(label.to_owned()) }
    };
    let first = Place { source: Arc::clone(&place.source), span: lines.start..lines.start }.line_column().0;
    let snippet = Snippet::source(place.source.text.get(lines.clone()).unwrap_or_default())
        .line_start(first)
        .path(place.source.path.as_str())
        .annotation(mark(place, AnnotationKind::Primary, &diagnostic.label))
        .annotations(here.iter().map(|related| mark(&related.place, AnnotationKind::Context, &related.label)));
    let mut group: Group<'_> = title.element(snippet);
    for related in elsewhere {
        let (line, span) = (line_of(&related.place), shown(&related.place));
        let annotation = AnnotationKind::Context.span(span.start - line.start..span.end - line.start).label(related.label.as_str());
        let source = &related.place.source;
        group = group.element(
            Snippet::source(source.text.get(line).unwrap_or_default())
                .line_start(related.place.line_column().0)
                .path(source.path.as_str())
                .annotation(annotation),
        );
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// The bytes of the line a place begins in, without its end.
fn line_of(place: &Place) -> Range<usize> {
    let text = &place.source.text;
    let at = place.span.start.min(text.len());
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let end = text[at..].find('\n').map_or(text.len(), |after| at + after);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(start)
}

/// The bytes that are marked: only the first line, since a map of a hundred lines is named by where it begins.
fn shown(place: &Place) -> Range<usize> {
    let line = line_of(place);
    let start = place.span.start.clamp(line.start, line.end);
    start..place.span.end.clamp(start, line.end)
}
