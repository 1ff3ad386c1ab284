//! `assess`: the same counts as `run`, before anything is written.

use crate::place::Place;
use crate::place::answer;
use crate::place::names;
use crate::place::stderr;
use crate::place::stdout;
use serde_json::Value;
use serde_json::json;

const ASSESS: &str = "assess export --target demo --today 2024-06-01";

/// The entry of a list that is called so.
fn named<'v>(list: &'v Value, key: &str, name: &str) -> &'v Value {
    list.as_array().into_iter().flatten().find(|one| one[key] == name).unwrap_or(&Value::Null)
}

#[test]
fn it_says_what_an_order_says_and_leaves_nothing() {
    let place = Place::new();
    place.replace("export/visits.csv", "v3,p2,,3.00", "v3,p2,,3.00\nv4,nobody,2024-03-01 10:00:00,1.00\nv5,p1,gestern,1.00");
    let said = answer(&place.ehr(&format!("{ASSESS} --show-values --format json")).code(4));
    assert_eq!(names(&place.path("")), ["export", "rulesets"]);
    place.convert("").code(0);
    let report = place.json("order/report.json");
    for key in ["ledger", "findings", "unmapped", "feasibility", "checks", "source", "version", "target"] {
        assert_eq!(said[key], report[key], "{key}");
    }
    assert_eq!(said["ledger"], place.json("order/ledger.json"));
    assert_eq!(said["verdict"], "no_go");
    let visit = named(&said["feasibility"]["tables"], "table", "visit");
    assert_eq!(visit["converted"], json!({"rows": 2, "patients": 1}));
    // The patient of the one is nobody, and of the other p1.
    assert_eq!(visit["rejected_by"], json!({"R0102": {"rows": 1, "patients": 1}, "R0108": {"rows": 1, "patients": 1}}));
    assert_eq!(visit["filtered"], json!({"rows": 1, "patients": 1}));
    let start = named(&visit["columns"], "column", "start");
    assert_eq!((&start["rejected_by"], &start["required"]), (&json!({"R0102": {"rows": 1, "patients": 1}}), &json!(true)));
    let person = named(&named(&said["feasibility"]["tables"], "table", "visit")["columns"], "column", "person_id");
    assert_eq!(person["rejected_by"], json!({"R0108": {"rows": 1, "patients": 1}}));
}

#[test]
fn a_column_says_what_was_defaulted_and_unmapped_and_of_how_many_patients() {
    let place = Place::new();
    let said = answer(&place.ehr(&format!("{ASSESS} --format json")).code(4));
    let person = named(&said["feasibility"]["tables"], "table", "person").clone();
    assert_eq!((&person["rows"], &person["unmapped"]), (&json!(3), &json!({"rows": 1, "patients": 1})));
    let gender = named(&person["columns"], "column", "gender_code");
    // `X` is `other` for want of anything better, and `other` has no code.
    assert_eq!((&gender["defaulted"], &gender["unmapped"]), (&json!({"rows": 1, "patients": 1}), &json!({"rows": 1, "patients": 1})));
    let born = named(&person["columns"], "column", "birth_date");
    assert_eq!((&born["defaulted"]["rows"], &born["missing"], &born["required"]), (&json!(0), &json!(1), &json!(false)));
    assert_eq!(said["feasibility"]["patients"], json!({"known": 3, "converted": 3, "lost": 0}));
    let remedy = &said["feasibility"]["remedies"][0];
    assert_eq!((&remedy["kind"], &remedy["name"], &remedy["by"]), (&json!("map_codes"), &json!("gender"), &json!("person.gender_code")));
    assert_eq!((&remedy["won"], &remedy["codes"]), (&json!({"rows": 1, "patients": 1}), &json!(1)));
}

#[test]
fn codes_are_shown_only_where_they_are_asked_for() {
    let place = Place::new();
    let said = answer(&place.ehr(&format!("{ASSESS} --format json")).code(4));
    assert_eq!(said["unmapped"]["top"][0]["source_value"], Value::Null);
    assert_eq!(said["feasibility"]["remedies"][0]["top"][0]["source_value"], Value::Null);
    let said = answer(&place.ehr(&format!("{ASSESS} --format json --show-values")).code(4));
    assert_eq!(said["unmapped"]["top"][0]["source_value"], "other");
    assert_eq!(said["feasibility"]["remedies"][0]["top"][0]["source_value"], "other");
    let (hidden, shown) = (stdout(&place.ehr(ASSESS).code(4)), stdout(&place.ehr(&format!("{ASSESS} --show-values")).code(4)));
    assert!(hidden.contains("map 1 code of `gender` for `person.gender_code`") && !hidden.contains("other"), "{hidden}");
    assert!(shown.contains("1  other"), "{shown}");
}

#[test]
fn what_the_target_declares_decides() {
    let place = Place::new();
    place.ehr(ASSESS).code(4);
    place.replace(
        "rulesets/targets/demo/schema.yaml",
        "title: A demonstration",
        "title: A demonstration\nfeasibility: {unmapped: at most 34%}",
    );
    let said = answer(&place.ehr(&format!("{ASSESS} --format json")).code(0));
    assert_eq!(said["verdict"], "go");
    let unmapped = named(&said["feasibility"]["thresholds"], "what", "unmapped");
    let wanted =
        json!({"what": "unmapped", "table": null, "limit": "at most 34%", "declared": true, "rows": 1, "of": 3, "short": 0, "holds": true});
    assert_eq!(*unmapped, wanted);
    place.replace("rulesets/targets/demo/schema.yaml", "  person:\n", "  person:\n    feasibility: {unmapped: at most 33%}\n");
    let said = answer(&place.ehr(&format!("{ASSESS} --format json")).code(4));
    let of_table = said["feasibility"]["thresholds"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
    assert_eq!((&of_table["table"], &of_table["short"], &of_table["holds"]), (&json!("person"), &json!(1), &json!(false)));
}

#[test]
fn a_patient_whose_row_is_set_aside_is_lost_but_not_one_that_stands_twice() {
    let place = Place::new();
    let people = format!("{}p1,Amal Reyes,1980-02-29,F\np4,Dee,1991-02-30,F\n\"p5,Ed\",1\n", crate::place::PATIENTS);
    place.write("export/patients.csv", people);
    place.replace("export/visits.csv", "v3,p2,,3.00", "v3,p4,2024-03-01 10:00:00,3.00");
    let said = answer(&place.ehr(&format!("{ASSESS} --format json")).code(4));
    // p4 cannot be born on that day; who the last one is cannot be read. p4's visit has nobody to belong to.
    assert_eq!(said["feasibility"]["patients"], json!({"known": 5, "converted": 3, "lost": 2}));
    let lost = named(&said["feasibility"]["thresholds"], "what", "patients_lost");
    assert_eq!((&lost["rows"], &lost["of"], &lost["holds"]), (&json!(2), &json!(5), &json!(false)));
    let visit = named(&said["feasibility"]["tables"], "table", "visit");
    assert_eq!(visit["rejected"], json!({"rows": 1, "patients": 1}));
}

#[test]
fn a_check_that_stops_the_order_is_no_go() {
    let place = Place::new();
    let schema = "rulesets/targets/demo/schema.yaml";
    place.replace(schema, "title: A demonstration", "title: A demonstration\nfeasibility: {unmapped: at most 100%}");
    place.ehr(ASSESS).code(0);
    place.replace(schema, "max_length: 20", "max_length: 5");
    let said = answer(&place.ehr(&format!("{ASSESS} --format json")).code(4));
    assert_eq!((&said["verdict"], &said["feasibility"]["stops"]), (&json!("no_go"), &json!(1)));
}

#[test]
fn the_only_target_need_not_be_named_and_a_wrong_one_is_refused() {
    let place = Place::new();
    let said = answer(&place.ehr("assess export --format json --today 2024-06-01 --limit 2").code(0));
    assert_eq!((&said["target"], &said["limit"], &said["verdict"]), (&json!("demo"), &json!(2), &json!("go")));
    place.write("rulesets/targets/other/schema.yaml", "target: other\ntables:\n  t:\n    columns: {c: text}\n");
    let said = stderr(&place.ehr("assess export").code(2));
    assert!(said.contains("`--target` says what to assess the export for: `demo`, `other`"), "{said}");
    place.ehr("assess export --target deno").code(2);
    place.write("export/patients.csv", "a,b\n1,2\n");
    place.write("export/visits.csv", "c,d\n1,2\n");
    place.ehr(ASSESS).code(3);
}

#[test]
fn the_page_is_written_where_it_is_asked_for() {
    let place = Place::new();
    place.ehr(&format!("{ASSESS} --report assessment.html")).code(4);
    assert_eq!(names(&place.path("")), ["assessment.html", "export", "rulesets"]);
    place.convert("").code(0);
    assert!(place.read("assessment.html") == place.read("order/report.html"), "the page is another than the order's");
}

#[test]
fn what_cannot_be_true_is_said_everywhere_and_decides_where_it_is_asked_for() {
    let place = Place::new();
    place.replace("export/patients.csv", "1955-12-01", "2031-12-01");
    let said = answer(&place.ehr(&format!("{ASSESS} --format json")).code(4));
    let doubt = json!({"table": "patient", "column": "birth_date", "code": "R0701", "concerned": {"rows": 1, "patients": 1}});
    assert_eq!(said["feasibility"]["doubts"], json!([doubt]));
    let finding = named(&said["findings"], "code", "R0701");
    assert_eq!((&finding["rule"], &finding["consequence"]), (&json!("patient.birth_date"), &json!("warned")));
    let text = stdout(&place.ehr(&format!("{ASSESS} --report assessment.html")).code(4));
    assert!(text.contains("a date lies in the future (R0701)"), "{text}");
    let page = place.read("assessment.html");
    assert!(page.contains("What is not plausible") && page.contains("<td>a date lies in the future</td>"), "{page}");
    let limits = "title: A demonstration\nfeasibility: {unmapped: at most 34%, implausible: at most 20%}";
    place.replace("rulesets/targets/demo/schema.yaml", "title: A demonstration", limits);
    // Five rows become people and visits, and one of them is about somebody who is not born yet.
    place.ehr(ASSESS).code(0);
    place.replace("rulesets/targets/demo/schema.yaml", "implausible: at most 20%", "implausible: at most 19%");
    let text = stdout(&place.ehr(ASSESS).code(4));
    assert!(text.contains("rows that are not plausible"), "{text}");
}
