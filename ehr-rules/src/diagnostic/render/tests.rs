//! Each form, on places that are hard to say: behind an emoji, over several lines, in a path with a blank.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

fn said() -> Diagnostics {
    let source = Source::new(Path::new("/clinic/rule sets/a,b.yaml"), "x: \"😀\"\ny: 1\n\n\nname: 100%\nname: 2\n".to_owned());
    let place = |span| Place { source: Arc::clone(&source), span };
    let mut said = Diagnostics::default();
    said.push(
        Diagnostic::error("E0003", &place(28..32), "the key `name` stands twice")
            .also(&place(17..21), "the first")
            .help("remove one of the two"),
    );
    said.push(Diagnostic::error("E0010", &place(3..14), "expected text: 100%, found\nmore").label("here"));
    said
}

#[test]
fn the_first_of_two_is_shown_beside_the_second() {
    insta::assert_snapshot!(said().to_text(), @r#"
    error[E0003]: the key `name` stands twice
     --> /clinic/rule sets/a,b.yaml:6:1
      |
    5 | name: 100%
      | ---- the first
    6 | name: 2
      | ^^^^
      |
      = help: remove one of the two

    error[E0010]: expected text: 100%, found
                  more
     --> /clinic/rule sets/a,b.yaml:1:4
      |
    1 | x: "😀"
      |    ^^^^ here
    "#);
}

#[test]
fn workflow_commands_are_escaped_and_relative() {
    let commands = [
        "::error file=rule sets/a%2Cb.yaml,line=6,endLine=6,col=1,endColumn=5,title=E0003%3A a key stands twice in one map\
         ::the key `name` stands twice%0Athe first: rule sets/a,b.yaml:5%0Ahelp: remove one of the two",
        "::error file=rule sets/a%2Cb.yaml,line=1,endLine=2,title=E0010%3A a value is of the wrong form%3A a list where text is \
         expected%2C say::expected text: 100%25, found%0Amore",
    ];
    assert_eq!(said().to_github(Path::new("/clinic")).lines().collect::<Vec<_>>(), commands);
}

#[test]
fn sarif_counts_columns_in_utf16_and_writes_uris() {
    let sarif = said().to_sarif(Path::new("/clinic"));
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "E0003");
    assert!(run["tool"]["driver"]["rules"][0]["help"]["markdown"].as_str().unwrap().contains("E0003"));
    let first = &run["results"][0];
    assert_eq!(first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "rule%20sets/a%2Cb.yaml");
    assert_eq!(first["relatedLocations"][0]["message"]["text"], "the first");
    let emoji = Source::new(Path::new("a.yaml"), "x: \"😀\" # y".to_owned());
    let mut said = Diagnostics::default();
    said.push(Diagnostic::error("E0010", &Place { source: emoji, span: 10..11 }, "x"));
    let region = &said.to_sarif(Path::new("."))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(*region, json!({"startLine": 1, "startColumn": 9, "endLine": 1, "endColumn": 10}));
    assert_eq!(said.to_json()[0]["column"], 8);
}

#[test]
fn nothing_is_said_twice_and_what_others_follow_from_comes_first() {
    let source = Source::new(Path::new("a.yaml"), "abcdefgh\n".to_owned());
    let mut said = Diagnostics::default();
    for (code, at) in [("E0309", 0), ("E0202", 1), ("E0101", 2), ("E0101", 2), ("E0001", 3)] {
        said.push(Diagnostic::error(code, &Place { source: Arc::clone(&source), span: at..at }, "a fact"));
    }
    said.push(Diagnostic::warning("W0001", &Place { source, span: 0..0 }, "a fact"));
    said.sort();
    assert_eq!(said.iter().map(|one| one.code).collect::<Vec<_>>(), ["E0001", "E0101", "E0202", "E0309", "W0001"]);
}
