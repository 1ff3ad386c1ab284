//! The small commands: what they answer, and that a script can read it.

use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use std::process::Command;
use std::process::Stdio;

#[test]
fn detect_names_the_source_and_why() {
    let place = Place::new();
    let said = stdout(&place.ehr("detect export").code(0));
    assert!(said.starts_with("identified: acme/1"), "{said}");
    let json = answer(&place.ehr("detect export --format json").code(0));
    assert_eq!((&json["verdict"], &json["system"], &json["version"]), (&"identified".into(), &"acme".into(), &"1".into()));
    assert_eq!(json["candidates"][0]["tables"]["patients.csv"], "patients");
}

#[test]
fn explain_says_where_a_column_comes_from() {
    let place = Place::new();
    let said = stdout(&place.ehr("explain demo.person.birth_date").code(0));
    assert!(said.contains("birth_date"), "{said}");
    let json = answer(&place.ehr("explain demo.person --source acme/1 --format json").code(0));
    assert_eq!(json["what"], "demo.person");
    assert_eq!(json["lineage"]["files"][0]["column"], "BIRTHDATE");
    assert!(!said.contains("identifies"), "{said}");
    place.replace("rulesets/sources/acme/1/schema.yaml", "      NAME: text\n", "      NAME: {type: text, phi: name}\n");
    let said = stdout(&place.ehr("explain demo.person").code(0));
    let identifying: Vec<&str> = said.lines().filter(|line| line.contains("(identifies: name)")).map(str::trim).collect();
    assert_eq!(identifying, ["name: text? = name   (identifies: name)", "NAME: text?   (identifies: name)"], "{said}");
    let drawn = stdout(&place.ehr("explain demo.person.gender_code --graph mermaid").code(0));
    assert!(drawn.starts_with("flowchart LR\n") && drawn.contains("patients.GENDER"), "{drawn}");
    let drawn = stdout(&place.ehr("explain demo.visit --graph dot").code(0));
    assert!(drawn.starts_with("digraph") && drawn.contains("where !(START == ())"), "{drawn}");
    place.ehr("explain demo.nothing").code(2);
    place.ehr("explain demo.person --source nobody/1").code(2);
}

#[test]
fn functions_are_listed_and_the_nearest_is_named() {
    let place = Place::new();
    assert!(stdout(&place.ehr("functions").code(0)).contains("trim("));
    assert!(stdout(&place.ehr("functions trim").code(0)).contains("trim"));
    let said = stderr(&place.ehr("functions trm").code(2));
    assert!(said.contains("did you mean `trim`?"), "{said}");
    assert_eq!(answer(&place.ehr("functions trim --format json").code(0))["name"], "trim");
}

#[test]
fn a_wrong_command_line_is_status_2() {
    let place = Place::new();
    place.ehr("").code(2);
    place.ehr("fly").code(2);
    place.ehr("run export").code(2);
    let said = stderr(&place.ehr("run export --target demmo --out order").code(2));
    assert!(said.contains("`demo`"), "{said}");
    place.ehr("run export --target demo --out order --source acme").code(2);
    place.ehr("run export --target demo --out order --source acme/9").code(2);
    place.ehr("run export --target demo --out nowhere/order").code(2);
    place.ehr("run export --target demo --out order --vocabulary nowhere").code(2);
    assert_eq!(crate::place::names(&place.path("")), ["export", "rulesets"]);
}

#[test]
fn every_command_has_help() {
    let place = Place::new();
    for command in ["check", "test", "detect", "run", "import", "status", "explain", "functions"] {
        assert!(stdout(&place.ehr(&format!("{command} --help")).code(0)).contains("EHR_RULES"), "{command}");
    }
    assert!(stdout(&place.ehr("--help").code(0)).contains("Exit status"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    let program = Command::new(crate::place::PROGRAM).arg("functions").current_dir(place.path("")).stdout(Stdio::piped()).spawn();
    let ended = program.and_then(|mut program| {
        drop(program.stdout.take());
        program.wait()
    });
    assert!(ended.is_ok_and(|status| status.success()));
}

#[test]
fn a_failure_is_json_where_that_is_asked_for() {
    let place = Place::new();
    let json = answer(&place.ehr("detect nowhere --format json").code(5));
    assert_eq!(json["error"]["status"], 5);
}

#[test]
fn what_goes_to_stderr_is_json_lines_where_that_is_asked_for() {
    let place = Place::new();
    let said = stderr(&place.ehr("run export --target demo --out order --log-format json").code(0));
    assert!(said.lines().any(|line| line.contains("\"stage\":\"convert\"")), "{said}");
    let failed = stderr(&place.ehr("detect nowhere --log-format json").code(5));
    for line in said.lines().chain(failed.lines()) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    assert!(failed.contains("\"status\":5"), "{failed}");
}

#[test]
fn schemas_are_listed_printed_and_written() {
    let place = Place::new();
    assert!(stdout(&place.ehr("schema").code(0)).contains("sources/*/*/schema.yaml"));
    assert_eq!(answer(&place.ehr("schema rules").code(0))["type"], "object");
    place.ehr("schema --out editor").code(0);
    assert!(place.read("editor/cases.json").contains("https://json-schema.org/draft/2020-12/schema"));
    assert!(stderr(&place.ehr("schema rule").code(2)).contains("`rules`"));
}

#[test]
fn an_export_without_rows_is_said_to_be_one() {
    let place = Place::new();
    std::fs::create_dir(place.path("nothing")).unwrap();
    let said = stdout(&place.ehr("detect nothing").code(3));
    assert_eq!(said, "unknown\n  the input holds no file\n");
    place.write("bare/a.csv", "");
    place.write("bare/b.csv", "article,price\n");
    let found = answer(&place.ehr("detect bare --format json").code(3));
    assert_eq!(found["files_without_rows"], serde_json::json!(["a.csv", "b.csv"]));
    assert_eq!(found["notes"][0], "no file of the input has a row");
    assert!(
        stderr(&place.ehr("run bare --target demo --out order").code(3)).contains("\n  no file of the input has a row\n  `a.csv` is empty")
    );
}
