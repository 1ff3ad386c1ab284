//! Rules that are wrong: status 1, where and what, and nothing is run.

use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;

const RULES: &str = "rulesets/sources/acme/1/rules.yaml";

#[test]
fn rules_in_order_have_no_problems() {
    let place = Place::new();
    let checked = place.ehr("check").code(0);
    assert!(stdout(&checked).contains("1 source") && stdout(&checked).contains("no problems"), "{}", stdout(&checked));
    let json = answer(&place.ehr("check --format json").code(0));
    assert_eq!((json["ok"].as_bool(), json["diagnostics"].as_array().map(Vec::len)), (Some(true), Some(0)));
}

#[test]
fn an_unknown_column_is_named_with_the_nearest() {
    let place = Place::new();
    place.replace(RULES, "birth_date: BIRTHDATE", "birth_date: BIRTHDAT");
    let checked = place.ehr("check").code(1);
    let said = stderr(&checked);
    assert!(said.contains("`BIRTHDAT`") && said.contains("did you mean `BIRTHDATE`?") && said.contains("rules.yaml"), "{said}");
}

#[test]
fn a_type_error_is_found_before_a_row_is_read() {
    let place = Place::new();
    place.replace(RULES, "birth_date: BIRTHDATE", "birth_date: NAME");
    let said = stderr(&place.convert("").code(1));
    assert!(said.contains("date") && said.contains("text"), "{said}");
    assert!(!place.has("order") && place.partials().is_empty());
}

#[test]
fn a_cycle_of_rules_is_an_error() {
    let place = Place::new();
    let text = place.read(RULES);
    let text =
        text.replace("cost: COST", "cost: {lookup: patient, on: {PATIENT: id}, take: name, expect: any, order: id, on_missing: null}");
    let text =
        text.replace("name: NAME", "name: {lookup: encounter, on: {Id: patient}, take: id, expect: any, order: id, on_missing: null}");
    place.write(RULES, text);
    let said = stderr(&place.ehr("check").code(1));
    assert!(said.contains("error["), "{said}");
}

#[test]
fn two_rules_for_one_column_are_an_error() {
    let place = Place::new();
    place.replace(RULES, "    name: NAME\n", "    name: NAME\n    name: GENDER\n");
    let said = stderr(&place.ehr("check").code(1));
    assert!(said.contains("`name`"), "{said}");
}

#[test]
fn diagnostics_are_json_where_that_is_asked_for() {
    let place = Place::new();
    place.replace(RULES, "birth_date: BIRTHDATE", "birth_date: BIRTHDAT");
    let json = answer(&place.ehr("check --format json").code(1));
    assert_eq!(json["ok"], false);
    assert!(json["diagnostics"][0]["code"].as_str().is_some_and(|code| code.starts_with('E')), "{json}");
    let json = answer(&place.convert("--format json").code(1));
    assert_eq!(json["error"]["status"], 1);
    assert!(json["error"]["diagnostics"][0]["line"].is_u64(), "{json}");
}

#[test]
fn cases_pass_or_say_what_differs() {
    let place = Place::new();
    let case = "- name: a woman\n  given: {patients: [{Id: a, NAME: Ada, BIRTHDATE: 2000-01-01, GENDER: F}]}\n  \
                expect: {patient: [{id: a, gender: female}]}\n";
    place.write("rulesets/sources/acme/1/cases/patient.yaml", case);
    let passed = stdout(&place.ehr("test").code(0));
    assert!(passed.contains("1 passed, 0 failed"), "{passed}");
    place.write("rulesets/sources/acme/1/cases/patient.yaml", case.replace("female", "male"));
    let failed = stdout(&place.ehr("test").code(1));
    assert!(failed.contains("FAILED") && failed.contains("a woman") && failed.contains("0 passed, 1 failed"), "{failed}");
    let json = answer(&place.ehr("test --format json").code(1));
    assert_eq!(json["cases"][0]["name"], "a woman");
}

/// Each way a row can take is counted, and what no row takes is named where it stands.
#[test]
fn coverage_names_what_no_case_reaches() {
    let place = Place::new();
    place.write(
        "rulesets/sources/acme/1/cases/patient.yaml",
        "- name: a man\n  given: {patients: [{Id: a, GENDER: M}], visits: [{Id: v, PATIENT: a, START: null}]}\n  \
         expect: {patient: [{id: a, gender: male}], encounter: []}\n",
    );
    place.write(
        "rulesets/targets/demo/cases/person.yaml",
        "- name: a man's code\n  given: {patient: [{id: a, gender: male}]}\n  expect: {person: [{gender_code: 8507}]}\n",
    );
    let json = answer(&place.ehr("test --format json").code(0));
    let unreached: Vec<String> = json["coverage"]["unreached"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let file = one["file"].as_str().unwrap().rsplit_once("rulesets/").unwrap().1.to_owned();
            format!("{file}:{} {} {}", one["line"], one["rule"].as_str().unwrap(), one["what"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        unreached,
        [
            "sources/acme/1/rules.yaml:8 acme/1/patient.gender `map`: `F` never comes",
            "sources/acme/1/rules.yaml:8 acme/1/patient.gender `map`: `otherwise` is never taken",
            "sources/acme/1/rules.yaml:9 acme/1/encounter makes no row",
            "sources/acme/1/rules.yaml:11 acme/1/encounter `where` never holds",
            "targets/demo/codes/gender.csv:3 demo/gender `female` is never asked for",
            "targets/demo/rules.yaml:8 demo/person.gender_code `codes: gender`: `otherwise` is never taken",
            "targets/demo/rules.yaml:9 demo/visit makes no row",
        ]
    );
    assert_eq!(json["coverage"]["branches"], serde_json::json!({"reached": 2, "all": 6, "percent": 33.3}));
    let said = stdout(&place.ehr("test").code(0));
    assert!(said.contains("branches reached") && said.contains("33.3%") && said.contains("2 of 6"), "{said}");
}

/// What comes of a join or lookup is a way that a row takes, unless the order fails of it.
#[test]
fn coverage_names_what_never_comes_of_a_lookup() {
    let place = Place::new();
    let rules = "rulesets/sources/acme/1/rules.yaml";
    place.replace(
        rules,
        "  from: visits\n",
        "  from: visits\n  join:\n    person: {table: patients, on: {PATIENT: Id}, expect: one, on_missing: fail}\n    \
         namesake: {table: patients, on: {PATIENT: NAME}, expect: at_most_one, on_missing: null}\n",
    );
    place.replace(rules, "    patient: PATIENT\n", "    patient: person.Id\n");
    place.replace(
        rules,
        "    name: NAME\n",
        "    name: {lookup: visits, on: {Id: PATIENT}, take: Id, expect: any, order: Id, on_missing: null}\n",
    );
    place.write(
        "rulesets/sources/acme/1/cases/patient.yaml",
        "- name: a man\n  given: {patients: [{Id: a, GENDER: M, NAME: b}, {Id: b, GENDER: F, NAME: b}], visits: [{Id: v, PATIENT: b, \
         START: 2024-01-01 10:00:00}, {Id: w, PATIENT: b}]}\n  expect: {patient: [{id: a, name: null}, {id: b, name: v}], encounter: []}\n",
    );
    let json = answer(&place.ehr("test --format json").code(0));
    let unreached: Vec<String> = json["coverage"]["unreached"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["what"].as_str().unwrap().contains("row"))
        .map(|one| format!("{} {} {}", one["line"], one["rule"].as_str().unwrap(), one["what"].as_str().unwrap()))
        .filter(|one| one.contains("find"))
        .collect();
    assert_eq!(
        unreached,
        ["13 acme/1/encounter `join: namesake` always finds a row", "13 acme/1/encounter `join: namesake` never finds just one row",]
    );
}

/// A row too many is shown as that, and does not make those behind it differ.
#[test]
fn rows_that_differ_are_laid_one_over_the_other() {
    let place = Place::new();
    place.write(
        "rulesets/sources/acme/1/cases/patient.yaml",
        "- name: people\n  given: {patients: [{Id: z}, {Id: a, NAME: Ada, GENDER: F}, {Id: b}]}\n  \
         expect: {patient: [{id: a, name: Ada, gender: male}, {id: b, name: null, gender: other}]}\n",
    );
    let said = stdout(&place.ehr("test people").code(1));
    let shown: Vec<&str> = said.lines().skip(1).take_while(|line| !line.is_empty()).collect();
    assert_eq!(
        shown,
        [
            "  patient: 2 differ, 1 row agrees",
            "          gender    id  name",
            "    +  1  other     z   null  not expected",
            "    -  1  [male]    a   Ada",
            "    +  2  [female]  a   Ada",
        ],
        "{said}"
    );
}

#[test]
fn a_folder_without_rules_says_so() {
    let place = Place::new();
    place.ehr("check --rules nowhere").code(5);
}

#[test]
fn diagnostics_are_annotations_or_sarif_where_that_is_asked_for() {
    let place = Place::new();
    place.replace(RULES, "birth_date: BIRTHDATE", "birth_date: BIRTHDAT");
    let said = stdout(&place.ehr("check --format github").code(1));
    assert!(said.starts_with(&format!("::error file={RULES},line=")) && said.contains("help: did you mean `BIRTHDATE`?"), "{said}");
    let sarif = answer(&place.ehr("check --format sarif").code(1));
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], RULES);
    let refused = stderr(&place.ehr("functions --format sarif").code(2));
    assert!(refused.contains("only `check`"), "{refused}");
}

#[test]
fn a_code_is_explained() {
    let place = Place::new();
    place.replace(RULES, "birth_date: BIRTHDATE", "birth_date: BIRTHDAT");
    assert!(stdout(&place.ehr("check").code(1)).contains("ehr-runner explain E0101"));
    assert!(stdout(&place.ehr("explain e0101").code(0)).starts_with("# E0101"));
    assert!(stderr(&place.ehr("explain E9999").code(2)).contains("`E9999`"));
}
