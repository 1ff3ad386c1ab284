//! `diff`: what two revisions of the rules make of one input, each difference with the rule it comes from, and no value unless
//! it is asked for.

use crate::place::Place;
use crate::place::answer;
use crate::place::names;
use crate::place::stderr;
use crate::place::stdout;
use serde_json::Value;
use serde_json::json;
use std::path::Path;

/// With a copy of its rules under `before`.
fn place() -> Place {
    let place = Place::new();
    copy(&place, "rulesets", "before");
    place
}

fn copy(place: &Place, from: &str, to: &str) {
    for name in names(&place.path(from)) {
        let (from, to) = (format!("{from}/{name}"), format!("{to}/{name}"));
        if place.path(&from).is_dir() { copy(place, &from, &to) } else { place.write(&to, place.read(&from)) }
    }
}

const DIFF: &str = "diff export --target demo --rules before --against rulesets --today 2024-06-01";

fn diff(place: &Place) -> Value {
    answer(&place.ehr(&format!("{DIFF} --format json")).code(0))["targets"][0].clone()
}

/// What of the rules is said to differ, with where it stands in A and in B.
fn causes(of: &Value) -> Vec<String> {
    let spot = |spot: &Value| match spot["file"].as_str() {
        Some(file) => format!("{}:{}", Path::new(file).file_name().unwrap().to_str().unwrap(), spot["line"]),
        None => "-".to_owned(),
    };
    let causes = of["causes"].as_array().unwrap().iter();
    causes.map(|one| format!("{} [{} {}]", one["what"].as_str().unwrap(), spot(&one["spot_a"]), spot(&one["spot_b"]))).collect()
}

#[test]
fn the_same_rules_make_the_same() {
    let place = place();
    assert_eq!(stdout(&place.ehr(DIFF).code(0)), "demo: nothing differs\n");
    // What is written otherwise and means the same is no difference.
    place.replace("rulesets/sources/acme/1/rules.yaml", "    name: NAME\n", "    # as on the card\n    name: {from: NAME}\n");
    let change = diff(&place);
    assert_eq!((&change["differs"], &change["tables"]), (&json!(false), &json!([])));
}

#[test]
fn a_map_that_changed_is_named_with_its_lines() {
    let place = place();
    place.replace("rulesets/sources/acme/1/rules.yaml", "  columns:\n    id: Id\n    name", "  columns:\n\n    id: Id\n    name");
    place.replace("rulesets/sources/acme/1/rules.yaml", "map: {M: male, F: female}", "map: {M: male, F: other}");
    let change = diff(&place);
    assert_eq!(change["tables"].as_array().map(Vec::len), Some(1), "{change}");
    let table = &change["tables"][0];
    assert_eq!((&table["table"], &table["key"], &table["changed"]), (&json!("person"), &json!(["person_id"]), &json!(1)));
    let column = &table["columns"][0];
    assert_eq!((&column["column"], &column["rows"]), (&json!("gender_code"), &json!(1)));
    assert_eq!(causes(column), ["the rule `acme/1/patient.gender` differs [rules.yaml:8 rules.yaml:9]"]);
    assert_eq!(column["examples"], json!([{"line": {"table": "patients", "file": "patients.csv", "line": 2}, "a": null, "b": null}]));
    // A second woman's code would be unmapped now, as the third person's is.
    assert_eq!(change["unmapped"][0]["rows_a"], 1);
    assert_eq!(change["unmapped"][0]["rows_b"], 2);
    assert_eq!(change["unmapped"][0]["codes"], json!([]));
    let said = stdout(&place.ehr(DIFF).code(0));
    for part in
        ["person: 3 rows in A, 3 rows in B (by person_id)", "`person.gender_code`: 1 row differs", "before/sources/acme/1/rules.yaml:8"]
    {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    assert!(!said.contains("8532\"") && !said.contains("Amal"), "{said}");
    let shown = stdout(&place.ehr(&format!("{DIFF} --show-values")).code(0));
    assert!(shown.contains("from patients.csv line 2: A \"8532\", B \"0\""), "{shown}");
}

#[test]
fn a_condition_that_changed_is_why_there_are_rows() {
    let place = place();
    place.replace("rulesets/sources/acme/1/rules.yaml", "where: START != ()", "where: START != () && COST != ()");
    let change = diff(&place);
    let table = &change["tables"][0];
    assert_eq!(
        (&table["table"], &table["only_a"]["rows"], &table["only_b"]["rows"], &table["changed"]),
        (&json!("visit"), &json!(1), &json!(0), &json!(0))
    );
    assert_eq!(table["only_a"]["examples"][0]["line"], json!({"table": "visits", "file": "visits.csv", "line": 3}));
    assert_eq!(causes(table), ["the rule `acme/1/encounter` decides differently which rows `encounter` has [rules.yaml:9 rules.yaml:9]"]);
    assert_eq!(table["causes"][0]["says_a"], "where !(START == ())");
    assert_eq!(
        change["ledger"],
        json!([
            {"table": "visits", "fate": "converted", "rows_a": 2, "rows_b": 1},
            {"table": "visits", "fate": "filtered", "rows_a": 1, "rows_b": 2},
        ])
    );
}

#[test]
fn a_rule_of_the_target_that_changed_is_named_and_others_are_not() {
    let place = place();
    place.replace("rulesets/targets/demo/rules.yaml", "    name: name\n", "    name: {from: name, do: [upper]}\n");
    let change = diff(&place);
    let columns = change["tables"][0]["columns"].as_array().unwrap();
    assert_eq!(columns.len(), 1, "{change}");
    assert_eq!((&columns[0]["column"], &columns[0]["rows"]), (&json!("name"), &json!(2)));
    assert_eq!(causes(&columns[0]), ["the rule `demo/person.name` differs [rules.yaml:6 rules.yaml:6]"]);
    assert_eq!((&change["ledger"], &change["findings"]), (&json!([]), &json!([])));
}

#[test]
fn an_entry_of_a_code_map_that_changed_is_named_with_its_line() {
    let place = place();
    place.replace("rulesets/targets/demo/codes/gender.csv", "female,Female,8532", "female,Female,8521");
    // One that is only proposed says nothing.
    let text = place.read("rulesets/targets/demo/codes/gender.csv");
    place.write("rulesets/targets/demo/codes/gender.csv", format!("{text}other,Other,1,proposed,ada,2024-01-01,\n"));
    let change = diff(&place);
    let column = &change["tables"][0]["columns"][0];
    assert_eq!((&column["column"], &column["rows"]), (&json!("gender_code"), &json!(1)));
    assert_eq!(causes(column), ["the code map `gender` differs in 1 approved entry [gender.csv:3 gender.csv:3]"]);
    assert_eq!(change["unmapped"], json!([]));
}

#[test]
fn how_a_file_is_read_explains_rows_set_aside_and_those_that_refer_to_them() {
    let place = place();
    place.replace("rulesets/sources/acme/1/schema.yaml", "one_of: [M, F, X]", "one_of: [M, X]");
    place.replace("rulesets/sources/acme/1/rules.yaml", "map: {M: male, F: female}", "map: {M: male}");
    let change = diff(&place);
    let tables = change["tables"].as_array().unwrap();
    let named: Vec<_> = tables.iter().map(|table| (table["table"].as_str().unwrap(), table["only_a"]["rows"].as_u64().unwrap())).collect();
    assert_eq!(named, [("person", 1), ("visit", 2)]);
    for table in tables {
        let causes = causes(table);
        assert!(
            causes.contains(&"the column `GENDER` of the source's table `patients` is read differently (checks) [- -]".to_owned()),
            "{causes:?}"
        );
    }
    let rejects: Vec<_> =
        change["findings"].as_array().unwrap().iter().map(|one| (one["code"].as_str().unwrap(), one["rows_b"].as_u64().unwrap())).collect();
    assert_eq!(rejects, [("R0103", 1), ("R0108", 2)]);
}

/// Without a key, rows are told apart by all they hold, and counted.
#[test]
fn a_table_without_a_key_is_compared_row_by_row() {
    let place = Place::new();
    place.replace("rulesets/targets/demo/schema.yaml", "  visit:\n    key: [visit_id]\n", "  visit:\n");
    place.replace(
        "rulesets/targets/demo/rules.yaml",
        "    visit_id: {key: [id], space: encounter}\n    person_id: {key: [patient], space: patient}\n    start: start\n",
        "    visit_id: {value: 1}\n    person_id: {key: [patient], space: patient}\n    start: {value: 2024-01-01 00:00:00}\n",
    );
    place.write(
        "export/visits.csv",
        "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,5\nv2,p1,2024-03-02 10:00:00,5\nv3,p2,2024-03-02 10:00:00,\n",
    );
    copy(&place, "rulesets", "before");
    place.replace("rulesets/sources/acme/1/rules.yaml", "where: START != ()", "where: \"START != () && Id != `v2`\"");
    let change = diff(&place);
    let table = &change["tables"][0];
    assert_eq!((&table["key"], &table["only_a"]["rows"], &table["only_b"]["rows"]), (&json!([]), &json!(1), &json!(0)), "{change}");
    assert!(causes(table)[0].starts_with("the rule `acme/1/encounter` decides"), "{table}");
}

#[test]
fn what_cannot_be_compared_is_said_with_its_status() {
    let place = place();
    assert!(stderr(&place.ehr("diff export --against before --target dmo").code(2)).contains("A has no target `dmo`"));
    place.replace("before/sources/acme/1/rules.yaml", "name: NAME", "name: NAM");
    assert!(stderr(&place.ehr("diff export --against before").code(1)).contains("`NAM`"));
    let other = Place::new();
    copy(&other, "rulesets", "before");
    other.write("elsewhere/other.csv", "a,b\n1,2\n");
    other.ehr("diff elsewhere --against before").code(3);
    other.ehr("diff nowhere --against before").code(5);
    // B's rules make a key twice: the order would fail, and the difference is shown all the same.
    other.replace(
        "rulesets/targets/demo/rules.yaml",
        "person_id: {key: [id], space: patient}\n    name",
        "person_id: {value: 7}\n    name",
    );
    let said = other.ehr("diff export --target demo --rules before --against rulesets").code(4);
    assert!(stdout(&said).contains("its key is not unique") && stderr(&said).contains("by B's rules"), "{}", stdout(&said));
}
