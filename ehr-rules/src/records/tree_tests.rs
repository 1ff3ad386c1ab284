//! Texts to trees: the same texts are JSON as elsewhere, and nothing is lost of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::Tree;
use serde_json::Value;

/// The tree as the value that a library makes of the text.
fn value(tree: &Tree) -> Value {
    match tree {
        Tree::Null => Value::Null,
        Tree::Truth(truth) => Value::Bool(*truth),
        Tree::Number(number) => serde_json::from_str(number).unwrap(),
        Tree::Text(text) => Value::String(text.clone()),
        Tree::List(items) => Value::Array(items.iter().map(value).collect()),
        Tree::Object(entries) => Value::Object(entries.iter().map(|(name, inside)| (name.clone(), value(inside))).collect()),
    }
}

/// A step of a generator that gives the same texts in every run.
fn next(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % below
}

#[test]
fn a_text_is_json_here_where_it_is_json_elsewhere_and_means_the_same() {
    let seeds = [
        r#"{"a": [1, -0.50, 2e+3, "x\n\u00e9\ud83d\ude00\\", null, true, false], "b": {"": {}}, "c": []}"#,
        r#" [ "" , [ [ 0 ] ] , -1E-2 ] "#,
        r#""\"\/\b\f\r\t""#,
    ];
    let letters = b"{}[]:,\"\\0123456789-+.eEunltrfas \n\t\r\x01\xc3";
    let mut state = 1;
    let (mut sound, mut broken) = (0, 0);
    for round in 0..30_000 {
        let mut text = seeds[round % seeds.len()].as_bytes().to_vec();
        for _ in 0..next(&mut state, 4) {
            let at = next(&mut state, text.len());
            match next(&mut state, 3) {
                0 => text[at] = letters[next(&mut state, letters.len())],
                1 => text.insert(at, letters[next(&mut state, letters.len())]),
                _ => drop(text.remove(at)),
            }
        }
        let ours = Tree::of(&text);
        match serde_json::from_slice::<Value>(&text) {
            Ok(theirs) => {
                let ours = ours.map_err(|wrong| format!("{}: {wrong:?}", String::from_utf8_lossy(&text))).unwrap();
                assert_eq!(value(&ours), theirs, "{}", String::from_utf8_lossy(&text));
                assert_eq!(Tree::of(ours.to_string().as_bytes()), Ok(ours));
                sound += 1;
            }
            Err(error) if error.to_string().contains("number out of range") => assert!(ours.is_ok(), "{}", String::from_utf8_lossy(&text)),
            Err(_) => {
                assert!(ours.is_err_and(|wrong| wrong.at <= text.len()), "{}", String::from_utf8_lossy(&text));
                broken += 1;
            }
        }
    }
    assert!(sound > 3_000 && broken > 3_000, "{sound} {broken}");
}

#[test]
fn numbers_stay_as_they_are_written() {
    for number in ["12345678901234567890123", "1.10", "1e999", "-0", "0.1000000000000000055511151231257827"] {
        assert_eq!(Tree::of(number.as_bytes()), Ok(Tree::Number(number.to_owned())));
    }
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    const NAME: &str = "no name in quotes and no colon behind it stand where they ought to";
    let said = |text: &str| Tree::of(text.as_bytes()).map_err(|wrong| (wrong.at, wrong.what)).unwrap_err();
    assert_eq!(said("{\"a\": \"x\ty\"}").0, 8);
    assert!(said("{\"a\": \"x\ty\"}").1.contains("control character"));
    for (text, wrong) in [
        (r#"["\ud800 and more"]"#, (8, "an escape is half of a letter")),
        (r#"["\u12 and more"]"#, (4, "an escape lacks digits")),
        (r#"["\x"]"#, (2, "a backslash stands before what it does not escape")),
        ("[1, 2", (5, "it ends too early")),
        ("[\"a", (1, "it ends too early")),
        ("{\"a\" 1}", (5, NAME)),
        ("{1: 2}", (1, NAME)),
        ("[1 2]", (3, "no comma and no closing bracket stands behind a value")),
        ("[1,]", (3, "nothing stands behind a comma")),
        ("[nul]", (1, "no value stands where one ought to")),
        ("[1.]", (3, "a number is not written as JSON writes them")),
        ("[?]", (1, "no value stands where one ought to")),
        ("{} {}", (3, "something stands behind it")),
    ] {
        assert_eq!(said(text), wrong, "{text}");
    }
    assert_eq!(Tree::of(b"[\"\xff\"]").unwrap_err().what, "a byte is no text");
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Tree::of(deep(128).as_bytes()).is_ok());
    assert_eq!(said(&deep(129)).0, 128);
    assert_eq!(said(&"[".repeat(100_000)).0, 128);
    assert_eq!(Tree::each_of(b"{} [1]\n2 \"x\"").unwrap().len(), 4);
}

#[test]
fn a_name_that_stands_twice_with_different_values_is_found_wherever_it_is() {
    let twice = |text: &str| Tree::of(text.as_bytes()).unwrap().twice();
    assert_eq!(twice(r#"{"a": 1, "b": [{"c": {"d": 1, "d": 2}}]}"#).as_deref(), Some("b.c.d"));
    assert_eq!(twice(r#"{"a": 1, "b": 2, "a": 1.0}"#).as_deref(), Some("a"));
    assert_eq!(twice(r#"{"a": {"x": null}, "a": {"x": null}, "b": [{"a": 1}, {"a": 2}]}"#), None);
}
