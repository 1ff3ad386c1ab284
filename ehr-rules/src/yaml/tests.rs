//! What is read, what is refused, and that each place is exact.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::Node;
use super::fields::Fields;
use super::parse::parse;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Source;
use crate::ir::types::Value;
use std::path::Path;

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    parse(&Source::new(Path::new("rules/test.yaml"), text.to_owned()))
}

fn good(text: &str) -> Node {
    let (node, said) = read(text);
    assert!(said.is_empty(), "{said:?}");
    node.unwrap()
}

/// Code, line, column and the text at the place, of each diagnostic.
fn bad(text: &str) -> Vec<(&'static str, usize, usize, String)> {
    read(text).1.iter().map(seen).collect()
}

fn seen(diagnostic: &Diagnostic) -> (&'static str, usize, usize, String) {
    let (line, column) = diagnostic.place.line_column();
    (diagnostic.code, line, column, diagnostic.place.source.text[diagnostic.place.span.clone()].to_owned())
}

fn at(code: &'static str, line: usize, column: usize, text: &str) -> (&'static str, usize, usize, String) {
    (code, line, column, text.to_owned())
}

/// Every key and node of a tree with the text at its place.
fn texts(node: &Node, found: &mut Vec<String>) {
    found.push(node.place.source.text[node.place.span.clone()].to_owned());
    for item in node.as_list().unwrap_or_default() {
        texts(item, found);
    }
    for (key, value) in node.as_map().unwrap_or_default() {
        found.push(key.place.source.text[key.place.span.clone()].to_owned());
        texts(value, found);
    }
}

#[test]
fn scalars_keep_their_value_and_their_text() {
    let node = good("a: 1.0\nb: no\nc: '12'\nd:\ne: \"x\\ty\"\n12: yes\n");
    let text = |key: &str| node.get(key).unwrap().as_text().map(str::to_owned);
    assert_eq!(text("a").as_deref(), Some("1.0"));
    assert_eq!(node.get("b").unwrap().as_value(), Some(&Value::Text("no".to_owned())));
    assert_eq!(node.get("c").unwrap().as_value(), Some(&Value::Text("12".to_owned())));
    assert_eq!(node.get("d").unwrap().as_value(), Some(&Value::Null));
    assert_eq!(text("e").as_deref(), Some("x\ty"));
    assert_eq!(text("12").as_deref(), Some("yes"));
}

#[test]
fn places_are_bytes_whatever_the_accents_comments_and_line_ends() {
    let lines = ["prénom: Zoë # à côté é", "", "# ü", "liste: [é, 'ö']", "blöck:", "  clé: |", "    ä", "    b", "  après: {x: y}", "- no"];
    for end in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{}", lines[..9].join(end));
            let mut found = Vec::new();
            texts(&good(&text), &mut found);
            let block = format!("ä{end}    b");
            let inner = format!("clé: |{end}    {block}{end}  après: {{x: y}}");
            let all = text.trim_start_matches('\u{feff}');
            let expected =
                [all, "prénom", "Zoë", "liste", "[é, 'ö']", "é", "'ö'", "blöck", &inner, "clé", &block, "après", "{x: y}", "x", "y"];
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_at_the_second() {
    assert_eq!(bad("é: 1\nfrom: a\n\"from\": b\n"), [at("E0003", 3, 1, "\"from\"")]);
    let (node, _) = read("from: a\nfrom: b\nto: c\n");
    let node = node.unwrap();
    assert_eq!(node.get("from").unwrap().as_text(), Some("a"));
    assert_eq!(node.get("to").unwrap().as_text(), Some("c"));
}

#[test]
fn what_is_not_yaml_is_said_where_it_stands() {
    assert_eq!(bad("a:\n\tb: 1\n"), [at("E0001", 2, 1, "\t")]);
    assert_eq!(bad("é: ö\na: 'x\n"), [at("E0001", 2, 4, "'")]);
    assert_eq!(bad("a: 1\n  b: 2\n"), [at("E0001", 2, 4, ":")]);
    assert_eq!(bad("a:\n    b: 1\n  c: 2\n"), [at("E0001", 3, 3, "c")]);
    assert_eq!(bad("a: [1, 2\nb: 1\n"), [at("E0001", 2, 2, ":")]);
}

#[test]
fn anchors_aliases_tags_documents_and_odd_keys_are_refused() {
    assert_eq!(bad("a: &x 1\nb: *x\n"), [at("E0004", 1, 4, "&x 1"), at("E0004", 2, 4, "*x")]);
    assert_eq!(bad("a: 1\nb: *é\n"), [at("E0004", 2, 4, "*")]);
    assert_eq!(bad("a: !!str 1\n"), [at("E0006", 1, 4, "!!str 1")]);
    assert_eq!(bad("a: 1\n---\nb: 1\n"), [at("E0007", 2, 1, "---")]);
    assert_eq!(bad("{a: 1}: b\nc: d\n"), [at("E0009", 1, 1, "{a: 1}")]);
    assert_eq!(bad("a: 99999999999999999999\n"), [at("E0008", 1, 4, "99999999999999999999")]);
}

#[test]
fn nesting_is_bounded() {
    assert!(read(&format!("{}{}", "[".repeat(64), "]".repeat(64))).1.is_empty());
    assert_eq!(bad(&format!("{}{}", "[".repeat(65), "]".repeat(65))), [at("E0005", 1, 65, "[")]);
    assert_eq!(bad(&"[".repeat(100_000))[0].0, "E0005");
    assert_eq!(bad(&"- ".repeat(100_000)).len(), 1);
}

#[test]
fn an_empty_text_is_no_node_and_no_error() {
    for text in ["", "\n", "# nothing\n"] {
        assert!(read(text).0.is_none_or(|node| node.as_value() == Some(&Value::Null)));
    }
}

#[test]
fn fields_say_what_is_wrong_unknown_and_missing() {
    let node = good("fram: a\nwhere: [x]\nrequired: no\nlimit: many\nkey: {a: b}\nexpect: an\nnames: one\nfile: null\n");
    let mut said = Diagnostics::default();
    let mut fields = Fields::of(&node, "a rule", &mut said).unwrap();
    assert!(fields.required("to", &mut said).is_none());
    // A slip is said once, as an unknown key, and taken for what was meant.
    assert!(fields.required("from", &mut said).is_some());
    assert!(fields.text("where", &mut said).is_none());
    assert_eq!(fields.bool("required", &mut said), Some(false));
    assert!(fields.integer("limit", &mut said).is_none());
    assert!(fields.names("key", &mut said).is_none());
    assert!(fields.one_of("expect", &[("any", 1), ("one", 2)], &mut said).is_none());
    assert_eq!(fields.texts("names", &mut said), Some(vec!["one".to_owned()]));
    assert!(fields.text("file", &mut said).is_none());
    fields.finish(&mut said);
    let messages: Vec<&str> = said.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "a rule lacks the key `to`",
            "expected text for `where`, found a list",
            "expected `true` or `false` for `required`, found text",
            "expected an integer for `limit`, found text",
            "expected text or a list of texts for `key`, found a map",
            "`expect` cannot be `an`",
            "expected text for `file`, found null",
            "unknown key `fram` in a rule",
        ]
    );
    let unknown = said.iter().last().unwrap();
    assert_eq!((seen(unknown), unknown.help.as_deref()), (at("E0012", 1, 1, "fram"), Some("did you mean `from`?")));
}

#[test]
fn a_diagnostic_shows_its_line() {
    let node = good("prenon: {té: x}\r\nâge: [é: a,\r\n  b]\r\n");
    let mut said = Diagnostics::default();
    let mut fields = Fields::of(&node, "a rule", &mut said).unwrap();
    fields.text("âge", &mut said);
    fields.text("prenoms", &mut said);
    fields.finish(&mut said);
    insta::assert_snapshot!(said.to_text(), @r"
    error[E0010]: expected text for `âge`, found a list
     --> rules/test.yaml:2:6
      |
    2 | âge: [é: a,
      |      ^^^^^^ expected text

    error[E0012]: unknown key `prenon` in a rule
     --> rules/test.yaml:1:1
      |
    1 | prenon: {té: x}
      | ^^^^^^
      |
      = help: did you mean `prenoms`?
    ");
    insta::assert_snapshot!(said.to_json().get(1).unwrap().to_string(), @r#"{"code":"E0012","severity":"error","message":"unknown key `prenon` in a rule","meaning":"a key is unknown","file":"rules/test.yaml","line":1,"column":1,"end_line":1,"end_column":7,"label":"","help":"did you mean `prenoms`?","related":[]}"#);
}
