//! `why`: a row back to its lines, without a value unless it is asked for, and refused where it would not be true.

use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;

/// The key of the person of this name, as the order wrote it.
fn key(place: &Place, name: &str) -> String {
    let text = place.read("order/converted/person.csv");
    let row = text.lines().find(|line| line.contains(name)).unwrap();
    row.split(',').next().unwrap().to_owned()
}

#[test]
fn a_row_is_followed_back_to_its_line_and_the_entries_it_took() {
    let place = Place::new();
    place.convert("").code(0);
    let key = key(&place, "Amal");
    let said = stdout(&place.ehr(&format!("why order person {key}")).code(0));
    for part in [
        "demo/person makes `person` from `patient`",
        "acme/1/patient makes `patient` from `patients`",
        "from patients.csv line 2",
        "an approved entry of the code map `gender`   [",
        "gender.csv:3]",
        "an entry of `map`",
    ] {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    assert!(!said.contains("Amal") && !said.contains("1980") && !said.contains("`F`"), "{said}");
    let shown = stdout(&place.ehr(&format!("why order person {key} --show-values")).code(0));
    assert!(shown.contains("\"Amal Reyes\"") && shown.contains("`F` is `female`"), "{shown}");
    let json = answer(&place.ehr(&format!("why order person person_id={key} --format json")).code(0));
    assert_eq!(json["rows"][0]["inputs"][0]["line"], serde_json::json!({"table": "patients", "file": "patients.csv", "line": 2}));
    assert!(json["rows"][0]["columns"][1]["value"].is_null());
}

/// Several rows became one: each is named, and what was looked up for it.
#[test]
fn every_row_of_a_group_is_named() {
    let place = Place::new();
    place.replace(
        "rulesets/sources/acme/1/rules.yaml",
        "  from: visits\n  where: START != ()\n  columns:\n    id: Id\n    patient: PATIENT\n    start: START\n    cost: COST\n",
        "  from: visits\n  where: START != ()\n  columns:\n    id: PATIENT\n    patient: {lookup: patients, on: {PATIENT: Id}, take: Id, expect: one}\n    start: START\n    cost: COST\n  dedupe: {by: [id], keep: first}\n",
    );
    place.replace(
        "rulesets/sources/acme/1/schema.yaml",
        "    key: [Id]\n    columns:\n      Id: {type: text, required: true}\n      PATIENT",
        "    columns:\n      PATIENT",
    );
    place.replace(
        "rulesets/sources/acme/1/schema.yaml",
        "    references: {PATIENT: patients.Id}\n",
        "    references: {PATIENT: patients.Id}\n    ignore: {Id: not needed}\n",
    );
    place.convert("").code(0);
    let text = place.read("order/converted/visit.csv");
    let key = text.lines().nth(1).unwrap().split(',').next().unwrap();
    let said = stdout(&place.ehr(&format!("why order visit {key}")).code(0));
    for part in ["from visits.csv line 2", "from visits.csv line 3", "looked up in `patients` by Id: patients.csv line 2"] {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    assert!(!said.contains("visits.csv line 4"), "{said}");
}

#[test]
fn what_is_no_longer_what_it_was_is_refused() {
    let place = Place::new();
    place.convert("").code(0);
    let key = key(&place, "Amal");
    place.write("export/patients.csv", PATIENTS.replace("Amal", "Amel"));
    assert!(stderr(&place.ehr(&format!("why order person {key}")).code(2)).contains("the input has changed"));
    place.write("export/patients.csv", PATIENTS);
    place.replace("rulesets/targets/demo/rules.yaml", "name: name", "name: {value: x}");
    assert!(stderr(&place.ehr(&format!("why order person {key}")).code(2)).contains("the rules have changed"));
}

#[test]
fn a_key_that_there_is_not_is_said_and_a_row_set_aside_is_found() {
    let place = Place::new();
    place.write("export/patients.csv", format!("{PATIENTS}p9,Cy Bad,1999-99-99,M\n"));
    place.convert("").code(0);
    let said = stderr(&place.ehr("why order person 12").code(2));
    assert!(said.contains("no row of `person` has this key (`person_id`)"), "{said}");
    let said = stderr(&place.ehr("why order person p9").code(2));
    assert!(said.contains("set aside: patients.csv line 5: R0102"), "{said}");
    assert!(!said.contains("Cy Bad"), "{said}");
    assert!(stderr(&place.ehr("why order persn 1").code(2)).contains("there is no table `persn`"));
}

/// Visits of several drugs: rows of one line, through a category and then a table on the way.
fn with_drugs() -> Place {
    let place = Place::new();
    let source = "rulesets/sources/acme/1/schema.yaml";
    place.replace(
        source,
        "      COST: \"decimal(12,2)\"\n",
        "      COST: \"decimal(12,2)\"\n      DRUGS: {type: list, of: text, split: \";\"}\n",
    );
    place.replace(
        "rulesets/sources/acme/1/rules.yaml",
        "  from: visits\n  where: START != ()\n  columns:\n    id: Id\n    patient: PATIENT\n",
        "  from: visits\n  explode: {list: DRUGS, as: drug}\n  where: START != () && drug != ()\n  columns:\n    id: {when: [{if: \"drug == \\\"b\\\"\", then: {value: beta}}, {otherwise: drug}]}\n    patient: PATIENT\n",
    );
    place.replace(
        "rulesets/targets/demo/rules.yaml",
        "visit:\n  from: encounter\n",
        "_seen:\n  from: encounter\n  columns: {id: id, patient: patient, start: start, cost: cost}\nvisit:\n  from: _seen\n",
    );
    place
        .write("export/visits.csv", "Id,PATIENT,START,COST,DRUGS\nv1,p1,2024-03-01 09:30:00,12.50,a;b;c\nv2,p1,2024-03-02 10:00:00,,d;e\n");
    place
}

fn visit(place: &Place, row: usize) -> String {
    place.read("order/converted/visit.csv").lines().nth(row).unwrap().split(',').next().unwrap().to_owned()
}

#[test]
fn of_rows_of_one_line_the_one_asked_for_is_followed() {
    let place = with_drugs();
    place.convert("").code(0);
    for (row, line, drug, otherwise) in [(1, 2, "a", true), (2, 2, "beta", false), (3, 2, "c", true), (5, 3, "e", true)] {
        let said = stdout(&place.ehr(&format!("why order visit {} --show-values", visit(&place, row))).code(0));
        assert!(said.contains(&format!("is {drug:?}")) && said.contains(&format!("from visits.csv line {line}")), "{row}: {said}");
        for other in ["a", "beta", "c", "d", "e"].iter().filter(|other| **other != drug) {
            assert!(!said.contains(&format!("is {other:?}")), "{row}, {other}: {said}");
        }
        assert_eq!(said.contains("`when`: `otherwise`"), otherwise, "{row}: {said}");
        assert!(said.contains("_seen"), "{row}: {said}");
    }
}

/// A line goes into several groups, and each group names those rows alone that are its own.
#[test]
fn of_groups_that_begin_on_one_line_the_one_asked_for_is_followed() {
    let place = with_drugs();
    place.write(
        "export/visits.csv",
        "Id,PATIENT,START,COST,DRUGS\nv1,p1,2024-03-01 09:30:00,12.50,a;b;c\nv2,p1,2024-03-02 10:00:00,,b;a;b\n",
    );
    place.replace(
        "rulesets/targets/demo/rules.yaml",
        "visit:\n  from: _seen\n  columns:\n    visit_id: {key: [id], space: encounter}\n    person_id: {key: [patient], space: patient}\n    start: start\n    cost: cost\n",
        "visit:\n  from: _seen\n  group: [id]\n  columns:\n    visit_id: {key: [id], space: encounter}\n    person_id: {first: {key: [patient], space: patient}}\n    start: {min: start}\n    cost: {sum: cost}\n",
    );
    place.convert("").code(0);
    for (row, drug, lines) in [(1, "a", [1, 1]), (2, "beta", [1, 2]), (3, "c", [1, 0])] {
        let said = stdout(&place.ehr(&format!("why order visit {} --show-values", visit(&place, row))).code(0));
        let counted = [2, 3].map(|line| said.matches(&format!("from visits.csv line {line}")).count());
        assert_eq!(counted, lines, "{row}: {said}");
        for other in ["a", "beta", "c"].iter().filter(|other| **other != drug) {
            assert!(!said.contains(&format!("is {other:?}")), "{row}, {other}: {said}");
        }
    }
}
