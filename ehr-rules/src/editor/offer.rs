//! Making completions: which bytes they stand for, and how a name is written there.

use super::complete::Completion;
use super::complete::CompletionKind;
use super::spot::Spot;
use std::ops::Range;

/// What is offered at one place.
#[derive(Debug)]
pub(super) struct Offers {
    /// Everything so far.
    pub made: Vec<Completion>,
    /// Whether nothing but indentation and dashes stands before the word.
    pub begins_line: bool,
    replace: Range<usize>,
    quoted: bool,
    colon: bool,
    line_end: usize,
}

impl Offers {
    /// For the word at an offset; the spot is that of a text in which a mark of so many bytes stands there.
    pub(super) fn at(text: &str, offset: usize, spot: &Spot<'_>, mark: usize) -> Self {
        let line_start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line_end = text.get(offset..).and_then(|after| after.find(['\n', '\r'])).map_or(text.len(), |at| offset + at);
        let quote = text.get(spot.span.start..).and_then(|rest| rest.chars().next()).filter(|first| matches!(first, '"' | '\''));
        let mut replace =
            spot.span.start.max(line_start).min(offset)..spot.span.end.saturating_sub(mark).clamp(offset, line_end.max(offset));
        // Inside of quotes, these stay where they are.
        if let Some(quote) = quote.filter(|quote| replace.start + quote.len_utf8() <= offset) {
            let closed = replace.end > offset && text.get(..replace.end).is_some_and(|upto| upto.ends_with(quote));
            replace = replace.start + 1..replace.end - usize::from(closed);
        }
        let before = text.get(line_start..replace.start).unwrap_or_default();
        let behind = text.get(replace.end..line_end).unwrap_or_default().trim_start_matches(['"', '\'']);
        Self {
            made: Vec::new(),
            begins_line: before.chars().all(|letter| matches!(letter, ' ' | '-')),
            replace,
            quoted: quote.is_some(),
            colon: behind.trim_start().starts_with(':'),
            line_end,
        }
    }

    /// From now on for a word inside of the spot.
    pub(super) fn within(&mut self, span: &Range<usize>, mark: usize) {
        let end = span.end.saturating_sub(mark).min(self.line_end);
        self.replace = span.start.min(end)..end;
    }

    /// A key: a colon is written behind it where there is none.
    pub(super) fn key(&mut self, name: &str, kind: CompletionKind, detail: &str, words: &str, rank: usize) {
        let colon = if self.colon || self.quoted { "" } else { ": " };
        self.push(name, format!("{}{colon}", self.written(name)), kind, detail, words.to_owned(), rank);
    }

    /// A name as a value.
    pub(super) fn name(&mut self, name: &str, kind: CompletionKind, detail: &str, words: &str, rank: usize) {
        self.push(name, self.written(name), kind, detail, words.to_owned(), rank);
    }

    /// A word of a few.
    pub(super) fn word(&mut self, word: &str, detail: &str) {
        // These are words of the language or texts; only texts of a column need quotes.
        let insert = if detail.is_empty() { word.to_owned() } else { self.written(word) };
        self.push(word, insert, CompletionKind::Word, detail, String::new(), 0);
    }

    /// Whatever is to be written.
    pub(super) fn push(&mut self, label: &str, insert: String, kind: CompletionKind, detail: &str, documentation: String, rank: usize) {
        if self.made.iter().any(|known| known.label == label && known.kind == kind) {
            return;
        }
        let (label, detail, replace) = (label.to_owned(), detail.to_owned(), self.replace.clone());
        self.made.push(Completion { label, kind, detail, documentation, insert, replace, rank });
    }

    fn written(&self, name: &str) -> String {
        if self.quoted { name.to_owned() } else { plain(name) }
    }
}

/// A text as YAML writes it: in quotes where it would be something else without.
pub(super) fn plain(text: &str) -> String {
    let special = |letter: char| ",[]{}#&*!|>'\"%@`:\\".contains(letter) || letter.is_control();
    let odd = text.is_empty() || text != text.trim() || text.contains(special) || text.starts_with(['-', '?', '=', '~']);
    let other = matches!(text.to_lowercase().as_str(), "true" | "false" | "null" | ".inf" | ".nan") || text.parse::<f64>().is_ok();
    let number = text.starts_with("0x") || text.starts_with("0o");
    // `decimal(12,2)` and such stand in quotes as well: the comma would end them in braces.
    if odd || other || number { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) } else { text.to_owned() }
}
