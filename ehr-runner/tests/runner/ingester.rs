//! What the ruleset for extracted records of providers does with rows that come again, each case by itself, in every destination.

use crate::databases::Base;
use crate::databases::in_each;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if entry.is_dir() {
            copy(&entry, &to.join(name));
        } else {
            fs::copy(&entry, to.join(name)).unwrap();
        }
    }
}

/// The scenario with the rules as they are shipped, in one database.
fn with_rules(scenario: impl Fn(&Place, &Base)) {
    in_each(|place, base| {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
        for part in ["sources/provider-results", "targets/provider-records"] {
            copy(&shipped.join(part), &place.path(&format!("rulesets/{part}")));
        }
        place.replace("rulesets/targets/provider-records/schema.yaml", "tenant: {from: provider}\n", "");
        fs::remove_dir_all(place.path("rulesets/targets/provider-records/cases")).unwrap();
        let column = "      provider: {type: text, required: true, path: extraction_metadata.provider_name}\n";
        place.replace("rulesets/sources/provider-results/1/schema.yaml", column, "");
        scenario(place, base);
    });
}

/// A patient with two medications, a diagnosis and two allergies.
fn patient() -> Value {
    json!({
        "extraction_metadata": {"provider_name": "Gary Wang"},
        "patient": {"prn": "P1", "first_name": "Ada", "last_name": "Muster", "birth_date": "1980-02-29", "gender": "F", "age": 40, "uuid": "u-1"},
        "medications": [
            {"name": "Aspirin", "dose": "5-325 mg", "start_date": "2020-01-01", "stop_date": "2020-02-01"},
            {"name": "Ibuprofen", "dose": "200 mg", "start_date": "2021-01-01", "stop_date": null},
        ],
        "diagnoses": [{"code": "S72.001A", "description": "Fracture", "start_date": "2019-05-01"}],
        "allergies": ["Penicillin", {"substance": "Nuts", "reaction": "rash"}],
        "concerns": ["sleep"],
    })
}

/// The patient with one thing otherwise.
fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut patient = patient();
    change(&mut patient);
    patient
}

fn run(place: &Place, name: &str, file: &Value) {
    if place.has("results") {
        fs::remove_dir_all(place.path("results")).unwrap();
    }
    place.write(&format!("results/{name}.json"), file.to_string());
    place.ehr(&format!("run results --source provider-results/1 --target provider-records --out {name} --today 2024-06-01")).code(0);
}

/// Brings a file, and gives for patients and medications how many rows were new, identical, changed and duplicate, and the conflicts.
fn bring(place: &Place, base: &Base, name: &str, file: &Value) -> [[u64; 5]; 2] {
    run(place, name, file);
    let json = answer(&base.ehr(place, &format!("import {name} --create --format json")).code(0));
    ["patients", "medications"].map(|table| {
        let told = &json["imported"]["tracked"][table];
        ["new", "identical", "changed", "duplicate", "conflicts"].map(|what| told[what].as_u64().unwrap())
    })
}

fn conflicts(place: &Place, base: &Base) -> Vec<Value> {
    let json = answer(&base.ehr(place, "conflicts --format json list --show-values").code(0));
    json["conflicts"].as_array().unwrap().clone()
}

fn count(place: &Place, base: &Base, what: &str) -> i64 {
    base.number(place, &format!("SELECT count(*) FROM {what}"))
}

const FIRST: [[u64; 5]; 2] = [[1, 0, 0, 0, 0], [2, 0, 0, 0, 0]];
const SAME: [[u64; 5]; 2] = [[0, 1, 0, 0, 0], [0, 2, 0, 0, 0]];

#[test]
fn what_is_the_same_is_skipped_however_it_is_written() {
    with_rules(|place, base| {
        assert_eq!(bring(place, base, "first", &patient()), FIRST);
        let others = [
            ("again", patient()),
            ("older", with(|patient| patient["patient"]["age"] = json!(41))),
            ("listed", json!([with(|patient| patient["patient"]["uuid"] = json!("u-2"))])),
            ("turned", with(|patient| patient["medications"].as_array_mut().unwrap().reverse())),
            (
                "turned_allergies",
                with(|patient| patient["allergies"] = json!([{"reaction": "rash", "substance": "Nuts"}, {"substance": "Penicillin"}])),
            ),
        ];
        for (name, file) in &others {
            assert_eq!(bring(place, base, name, file), SAME, "{name}");
        }
        assert_eq!((count(place, base, "patients"), count(place, base, "medications"), count(place, base, "allergies")), (1, 2, 2));
        assert_eq!(count(place, base, "medications WHERE dose = '5-325 mg'"), 1);
        assert_eq!(count(place, base, "diagnoses WHERE code = 'S72.001A'"), 1);
        assert_eq!(conflicts(place, base), Vec::<Value>::new());
        assert_eq!(place.json("older/order.json")["imports"][0]["tracked"]["patients"]["identical"], 1);
        // Those that found rows of it there stand on it.
        let said = stderr(&base.ehr(place, "undo first").code(4));
        assert!(said.contains("later orders found rows of it there"), "{said}");
        for name in ["again", "older", "listed", "turned", "turned_allergies", "first"] {
            base.ehr(place, &format!("undo {name}")).code(0);
        }
        assert_eq!((count(place, base, "patients"), count(place, base, "allergies"), count(place, base, "_ehr_rows_patients")), (0, 0, 0));
    });
}

#[test]
fn a_list_of_one_is_the_same_without_its_list() {
    with_rules(|place, base| {
        let one = |allergies: Value| {
            with(|patient| {
                patient["allergies"] = allergies;
                patient["diagnoses"] = patient["diagnoses"][0].take();
                patient["concerns"] = json!("sleep");
            })
        };
        assert_eq!(bring(place, base, "text", &one(json!("Penicillin"))), FIRST);
        for (name, allergies) in [
            ("object", json!({"substance": "Penicillin"})),
            ("text_in_list", json!(["Penicillin"])),
            ("object_in_list", json!([{"substance": "Penicillin", "reaction": ""}])),
        ] {
            assert_eq!(bring(place, base, name, &one(allergies)), SAME, "{name}");
        }
        let counts = ["patients", "allergies WHERE substance = 'Penicillin'", "diagnoses", "concerns WHERE concern = 'sleep'"];
        assert_eq!(counts.map(|what| count(place, base, what)), [1, 1, 1, 1]);
        // None at all is another thing than one.
        assert_eq!(bring(place, base, "none", &one(json!("")))[0], [0, 0, 1, 0, 1]);
        assert_eq!((count(place, base, "allergies"), conflicts(place, base).len()), (0, 1));
    });
}

#[test]
fn a_stop_date_that_changed_is_seen_and_both_stand() {
    with_rules(|place, base| {
        bring(place, base, "first", &patient());
        let stopped = with(|patient| patient["medications"][1]["stop_date"] = json!("2021-03-01"));
        assert_eq!(bring(place, base, "second", &stopped), [[0, 1, 0, 0, 0], [0, 1, 1, 0, 1]]);
        let found = conflicts(place, base);
        let one = &found[0];
        assert_eq!(
            (&one["kind"], &one["severity"], &one["policy"]),
            (&json!("medication_conflict"), &json!("medium"), &json!("keep_both"))
        );
        assert_eq!(one["changed"], json!(["end_date"]));
        assert_eq!((&one["old"]["values"]["end_date"], &one["new"]["values"]["end_date"]), (&json!(null), &json!("2021-03-01")));
        assert_eq!(
            (&one["old"]["file"], &one["new"]["file"], &one["new"]["line"]),
            (&json!("first.json"), &json!("second.json"), &json!(1))
        );
        assert_eq!(count(place, base, "medications WHERE medication = 'Ibuprofen'"), 2);
        // The same once more is known.
        assert_eq!(bring(place, base, "third", &json!([stopped])), [[0, 1, 0, 0, 0], [0, 2, 0, 0, 0]]);
    });
}

#[test]
fn ranges_are_told_by_whether_they_meet() {
    with_rules(|place, base| {
        bring(place, base, "first", &patient());
        let again = |start: &str, stop: &str, dose: &str| {
            with(|patient| patient["medications"] = json!([{"name": "Aspirin", "dose": dose, "start_date": start, "stop_date": stop}]))
        };
        assert_eq!(bring(place, base, "equal", &again("2020-01-01", "2020-02-01", "5-325 mg"))[1], [0, 1, 0, 0, 0]);
        assert_eq!(bring(place, base, "touching", &again("2020-02-01", "2020-03-01", "5-325 mg"))[1], [0, 0, 1, 0, 1]);
        assert_eq!(bring(place, base, "inside", &again("2020-01-10", "2020-01-20", "10 mg"))[1], [0, 0, 1, 0, 1]);
        assert_eq!(bring(place, base, "apart", &again("2020-05-01", "2020-06-01", "10 mg"))[1], [1, 0, 0, 0, 0]);
        assert_eq!(bring(place, base, "over_all", &again("", "", "10 mg"))[1], [0, 0, 1, 0, 4]);
        assert_eq!(count(place, base, "medications WHERE medication = 'Aspirin' AND start_date IS NULL"), 1);
    });
}

#[test]
fn a_renamed_patient_waits_for_somebody_and_comes_and_goes_with_all_that_belongs_to_it() {
    with_rules(|place, base| {
        bring(place, base, "first", &patient());
        let renamed = with(|patient| {
            patient["patient"]["last_name"] = json!("Beispiel");
            patient["allergies"] = json!(["Latex"]);
        });
        assert_eq!(bring(place, base, "second", &renamed), [[0, 0, 1, 0, 1], [0, 2, 0, 0, 0]]);
        let (muster, beispiel) = ("patients WHERE last_name = 'Muster'", "patients WHERE last_name = 'Beispiel'");
        let stand = || [muster, beispiel, "allergies", "allergies WHERE substance = 'Latex'"].map(|what| count(place, base, what));
        assert_eq!(stand(), [1, 0, 2, 0]);
        let found = conflicts(place, base);
        let (id, one) = (found[0]["id"].as_i64().unwrap(), &found[0]);
        assert_eq!((&one["kind"], &one["severity"], &one["status"]), (&json!("demographic_mismatch"), &json!("high"), &json!("open")));
        assert_eq!(one["changed"], json!(["allergies", "last_name"]));
        let listed = stdout(&base.ehr(place, "conflicts list").code(0));
        assert!(listed.contains("demographic_mismatch") && !listed.contains("Muster") && !listed.contains("Latex"), "{listed}");
        let shown = stdout(&base.ehr(place, &format!("conflicts show {id}")).code(0));
        assert!(shown.contains("Muster") && shown.contains("Beispiel") && shown.contains("Latex"), "{shown}");
        // The same again is no second conflict, whichever is decided.
        let again = json!([renamed]);
        assert_eq!(bring(place, base, "third", &again)[0], [0, 0, 1, 0, 0]);

        base.ehr(place, &format!("conflicts accept {id} --by Ada --note married")).code(0);
        assert_eq!(stand(), [0, 1, 1, 1]);
        let said = stdout(&base.ehr(place, &format!("conflicts accept {id}")).code(0));
        assert!(said.contains("nothing was changed"), "{said}");
        let one = &answer(&base.ehr(place, &format!("conflicts --format json show {id}")).code(0))["conflict"];
        assert_eq!((&one["status"], &one["decided_by"], &one["note"]), (&json!("accepted"), &json!("Ada"), &json!("married")));
        base.ehr(place, &format!("conflicts reject {id}")).code(0);
        assert_eq!(stand(), [1, 0, 2, 0]);
        base.ehr(place, &format!("conflicts accept {id}")).code(0);
        base.ehr(place, &format!("conflicts reopen {id}")).code(0);
        assert_eq!(stand(), [1, 0, 2, 0]);
        base.ehr(place, &format!("conflicts accept {id}")).code(0);

        let said = stderr(&base.ehr(place, "undo second").code(4));
        assert!(said.contains("later orders found rows of it there"), "{said}");
        base.ehr(place, "undo third").code(0);
        base.ehr(place, "undo second").code(0);
        assert_eq!(stand(), [1, 0, 2, 0]);
        assert_eq!(
            (conflicts(place, base).len(), count(place, base, "_ehr_past_patients"), count(place, base, "_ehr_past_allergies")),
            (0, 0, 0)
        );
        base.ehr(place, "undo first").code(0);
        assert_eq!(stand(), [0, 0, 0, 0]);
    });
}

#[test]
fn what_is_taken_anew_leaves_its_past_and_a_decision_that_was_built_on_stays() {
    with_rules(|place, base| {
        bring(place, base, "first", &patient());
        let without = with(|patient| patient["diagnoses"] = json!([{"code": "Z3A.20, O09.92"}]));
        assert_eq!(bring(place, base, "second", &without)[0], [0, 0, 1, 0, 1]);
        let codes = || ["S72.001A", "Z3A.20", "O09.92"].map(|code| count(place, base, &format!("diagnoses WHERE code = '{code}'")));
        assert_eq!((codes(), count(place, base, "_ehr_past_diagnoses"), count(place, base, "patients")), ([0, 1, 1], 1, 1));
        let found = conflicts(place, base);
        assert_eq!(
            (&found[0]["kind"], &found[0]["policy"], &found[0]["changed"]),
            (&json!("data_changed"), &json!("take_new"), &json!(["diagnoses"]))
        );
        let id = found[0]["id"].as_i64().unwrap();
        base.ehr(place, &format!("conflicts reject {id}")).code(0);
        assert_eq!(codes(), [1, 0, 0]);
        base.ehr(place, &format!("conflicts reopen {id}")).code(0);
        assert_eq!(codes(), [0, 1, 1]);

        bring(place, base, "third", &with(|patient| patient["diagnoses"] = json!([{"code": "I10"}])));
        let said = stderr(&base.ehr(place, &format!("conflicts reject {id}")).code(4));
        assert!(said.contains("was replaced since"), "{said}");
        assert_eq!((codes(), count(place, base, "diagnoses WHERE code = 'I10'")), ([0, 0, 0], 1));
        base.ehr(place, "undo third").code(0);
        base.ehr(place, "undo second").code(0);
        assert_eq!((codes(), count(place, base, "_ehr_past_diagnoses"), count(place, base, "patients")), ([1, 0, 0], 0, 1));
    });
}

#[test]
fn a_number_that_stands_twice_or_nowhere_is_told() {
    with_rules(|place, base| {
        let other = with(|patient| patient["patient"]["first_name"] = json!("Eva"));
        let nobody = with(|patient| patient["patient"]["prn"] = json!(null));
        assert_eq!(bring(place, base, "first", &json!([patient(), other, patient(), nobody])), [[1, 0, 0, 2, 1], [2, 0, 0, 0, 0]]);
        assert_eq!(count(place, base, "patients WHERE first_name = 'Ada'"), 1);
        assert!(fs::read_to_string(place.path("first/rejects/records.csv")).unwrap().contains("R0101"));
        let found = conflicts(place, base);
        assert_eq!(
            (&found[0]["kind"], &found[0]["severity"], &found[0]["changed"]),
            (&json!("extraction_duplicate"), &json!("low"), &json!(["first_name"]))
        );
        let id = found[0]["id"].as_i64().unwrap();
        base.ehr(place, &format!("conflicts accept {id}")).code(0);
        assert_eq!((count(place, base, "patients WHERE first_name = 'Eva'"), count(place, base, "patients")), (1, 1));
        base.ehr(place, "undo first").code(0);
        assert_eq!((count(place, base, "patients"), count(place, base, "allergies"), conflicts(place, base).len()), (0, 0, 0));
    });
}

#[test]
fn null_dates_and_texts_that_hold_nothing_are_one() {
    with_rules(|place, base| {
        bring(place, base, "first", &with(|patient| patient["patient"]["birth_date"] = json!(null)));
        let empty = with(|patient| {
            patient["patient"]["birth_date"] = json!("");
            patient["medications"][1].as_object_mut().unwrap().remove("stop_date");
        });
        assert_eq!(bring(place, base, "second", &empty), SAME);
        assert_eq!(count(place, base, "patients WHERE birth_date IS NULL"), 1);
    });
}
