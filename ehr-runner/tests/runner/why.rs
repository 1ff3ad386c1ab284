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
