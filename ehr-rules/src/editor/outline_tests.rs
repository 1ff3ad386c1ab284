//! Trees of whole texts, and of texts that are being typed.

use super::Item;
use super::Shape;
use super::outline;
use proptest::prelude::*;
use std::fmt::Write;

/// A tree in a few letters: `{key: value, typed?}`, `[item]`, `~` for nothing.
fn shown(item: &Item) -> String {
    match &item.shape {
        Shape::Nothing => "~".to_owned(),
        Shape::Scalar(text, _) => text.replace('\n', "/"),
        Shape::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Shape::Map(entries) => {
            let mut text = String::new();
            for entry in entries {
                let comma = if text.is_empty() { "" } else { ", " };
                let value = if entry.colon { format!(": {}", shown(&entry.value)) } else { "?".to_owned() };
                let _ = write!(text, "{comma}{}{value}", entry.name);
            }
            format!("{{{text}}}")
        }
    }
}

#[test]
fn whole_files_are_read_as_yaml_reads_them() {
    let text = "# a comment\npatient:\n  from: patients  # here\n  columns:\n    id: Id\n    'a b': {from: \"X Y\", do: [trim, {left: 3}]}\n    c:\n      - if: A > 1\n        then: x\n      - {otherwise: null}\n  keep:\n  - one\n  - two\nnext: >\n  some\n  text\n";
    assert_eq!(
        shown(&outline(text)),
        "{patient: {from: patients, columns: {id: Id, a b: {from: X Y, do: [trim, {left: 3}]}, c: [{if: A > 1, then: x}, {otherwise: null}]}, \
         keep: [one, two]}, next: some/  text}"
    );
}

#[test]
fn spans_are_those_of_the_text() {
    let text = "é:\n  \"ü x\": {a: 'b c', d: e}\n";
    let tree = outline(text);
    let inner = &tree.entries()[0].value.entries()[0];
    assert_eq!(&text[inner.key.clone()], "\"ü x\"");
    assert_eq!(&text[inner.value.span.clone()], "{a: 'b c', d: e}");
    assert_eq!(&text[inner.value.get("a").map(|item| item.span.clone()).unwrap_or_default()], "'b c'");
}

#[test]
fn what_is_being_typed_is_read_as_far_as_it_is_there() {
    let cases = [
        ("patient:\n  from: patients\n  col", "{patient: {from: patients, col?}}"),
        ("a:\n  x: {from: A, do: [trim,\n  y: B\nz: 1\n", "{a: {x: {from: A, do: [trim]}, y: B}, z: 1}"),
        ("a:\n  x: {from: \"A, do\n  y: B\n", "{a: {x: {from: A, do}, y: B}}"),
        ("a:\n  x: \"open\n  y: B\n", "{a: {x: open, y: B}}"),
        ("a:\n  from: \n  y: {\nb: {lookup: t, o", "{a: {from: ~, y: {}}, b: {lookup: t, o?}}"),
        ("a:\n  - \n  - b: c\n    d", "{a: [~, {b: c, d?}]}"),
        ("wor", "wor"),
        ("", "~"),
    ];
    for (text, meant) in cases {
        assert_eq!(shown(&outline(text)), meant, "{text}");
    }
}

proptest! {
    /// Any text has a tree, whose every span lies in the text, on letters.
    #[test]
    fn any_text_has_a_tree(pieces in prop::collection::vec(prop::sample::select(vec![
        "a", "é", ":", ": ", "\n", "  ", "- ", "{", "}", "[", "]", ",", "\"", "'", "|", ">", "#", " #", "\\", "\r\n", "\t", "---", "\u{feff}",
    ]), 0..60)) {
        fn walk(item: &Item, text: &str) -> bool {
            let inside = text.get(item.span.clone()).is_some();
            inside && match &item.shape {
                Shape::List(items) => items.iter().all(|item| walk(item, text)),
                Shape::Map(entries) => entries.iter().all(|entry| text.get(entry.key.clone()).is_some() && walk(&entry.value, text)),
                _ => true,
            }
        }
        let text = pieces.concat();
        prop_assert!(walk(&outline(&text), &text));
    }
}
