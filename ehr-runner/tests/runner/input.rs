//! Input that is wrong: each row that does not hold is set aside with its line, its neighbours are kept.

use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use serde_json::Value;

/// The ledger's line for a table.
fn balance(place: &Place, table: &str) -> Value {
    let ledger = place.json("order/ledger.json");
    assert_eq!(ledger["balanced"], true);
    let tables = ledger["tables"].as_array().cloned().unwrap_or_default();
    let line = tables.into_iter().find(|line| line["table"] == table).unwrap_or_default();
    let sum: u64 = ["converted", "rejected", "filtered", "merged", "unused"].iter().filter_map(|fate| line[fate].as_u64()).sum();
    assert_eq!(line["read"], sum, "{line}");
    line
}

/// Whether a reject of a table has these in one record.
fn rejected(place: &Place, table: &str, line: &str, code: &str) {
    let text = place.read(&format!("order/rejects/{table}.csv"));
    let found = text.lines().any(|record| record.contains(&format!(",{line},")) && record.contains(code));
    assert!(found, "no reject of line {line} with {code} in\n{text}");
}

#[test]
fn an_export_in_order_is_converted() {
    let place = Place::new();
    place.convert("").code(0);
    let patients = balance(&place, "patients");
    assert_eq!((&patients["read"], &patients["converted"]), (&Value::from(3), &Value::from(3)));
    // The visit without a start is left out by a condition.
    let visits = balance(&place, "visits");
    assert_eq!((&visits["converted"], &visits["filtered"]), (&Value::from(2), &Value::from(1)));
    let person = place.read("order/converted/person.csv");
    assert!(person.starts_with("person_id,name,birth_date,gender_code\n"), "{person}");
    assert!(person.contains(",\"Bo, the \"\"Elder\"\"\",1955-12-01,8507\n"), "{person}");
    assert!(place.read("order/converted/visit.csv").contains(",2024-03-01 09:30:00,12.50\n"));
    assert!(place.has("order/categorized/patient.csv"));
    assert_eq!(place.read("order/unmapped.csv"), "code_map,rule,source_value,rows,candidates\ngender,person.gender_code,other,1,0\n");
}

#[test]
fn a_missing_input_folder_is_said() {
    let place = Place::new();
    let said = stderr(&place.ehr("run nowhere --target demo --out order").code(5));
    assert!(said.contains("`nowhere`"), "{said}");
    assert!(!place.has("order"));
}

#[test]
fn urls_and_foreign_archives_are_refused_clearly() {
    let place = Place::new();
    place.write("export.7z", "7z");
    assert!(stderr(&place.ehr("run export.7z --target demo --out order").code(2)).contains("unpack"));
    let said = stderr(&place.ehr("run sftp://ada:secret@host/x --target demo --out order").code(2));
    assert!(said.contains("sftp") && !said.contains("secret"), "{said}");
}

#[test]
fn an_export_of_nobody_known_is_not_converted() {
    let place = Place::new();
    place.write("other/stock.csv", "article,price,shelf\n1,2.50,A\n");
    place.ehr("detect other").code(3);
    place.ehr("run other --target demo --out order").code(3);
    assert!(!place.has("order"));
}

#[test]
fn an_export_of_a_known_layout_is_named_and_not_converted() {
    let place = Place::new();
    let schema = "system: atlas\nversion: \"1\"\nlayout: true\ntables:\n  ward_stays:\n    file: ward_stays.csv\n    \
                  columns: {stay_no: integer, ward_name: text, bed_no: text}\n";
    place.write("rulesets/sources/atlas/1/schema.yaml", schema);
    place.write("atlas/ward_stays.csv", "stay_no,ward_name,bed_no\n1,North,2b\n2,South,1a\n");
    place.ehr("check").code(0);
    assert_eq!(answer(&place.ehr("detect atlas --format json").code(0))["version"], "1");
    let said = stderr(&place.ehr("run atlas --target demo --out order").code(2));
    assert!(said.contains("known by its layout only"), "{said}");
    assert!(!place.has("order/order.json"));
}

#[test]
fn files_that_were_renamed_and_split_are_read_as_the_tables_they_are() {
    let place = Place::new();
    let (header, rows) = PATIENTS.split_once('\n').unwrap();
    for (at, row) in rows.lines().enumerate() {
        place.write(&format!("moved/part{at}/dump_{at}.txt"), format!("{header}\n{row}\n"));
    }
    place.write("moved/appointments.csv", "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n");
    for more in ["", "--source acme/1"] {
        place.ehr(&format!("run moved --target demo --out order {more}")).code(0);
        assert_eq!(balance(&place, "patients")["converted"], 3, "{more}");
        assert_eq!(balance(&place, "visits")["converted"], 1, "{more}");
        let person = place.read("order/converted/person.csv");
        let id = person.lines().nth(1).unwrap().split(',').next().unwrap();
        // One row's way back goes by the same files.
        let why = place.ehr(&format!("why order person {id}")).code(0);
        assert!(String::from_utf8_lossy(&why.get_output().stdout).contains("moved/part") || place.has("order"));
        std::fs::remove_dir_all(place.path("order")).unwrap();
    }
}

#[test]
fn what_does_not_fit_a_version_that_was_named_is_said() {
    let place = Place::new();
    place.replace("export/patients.csv", "NAME", "FULL_NAME");
    let said = stderr(&place.ehr("run export --source acme/1 --target demo --out order").code(4));
    assert!(said.contains("not quite those of acme/1"), "{said}");
    let held = answer(&place.ehr("detect export --source acme/1 --format json"));
    let drift = held["drift"].to_string();
    assert!(drift.contains("patients.NAME"), "{drift}");
    assert!(stderr(&place.ehr("detect export --source acme/9").code(2)).contains("there is no source"));
}

#[test]
fn an_empty_file_is_said_and_passed_over() {
    let place = Place::new();
    place.write("export/visits.csv", "");
    let json = answer(&place.convert("--format json --source acme/1").code(0));
    assert!(json["findings"].as_array().is_some_and(|all| all.iter().any(|finding| finding["code"] == "R0208")), "{json}");
    assert_eq!(balance(&place, "patients")["converted"], 3);
}

#[test]
fn a_header_without_rows_is_said_and_passed_over() {
    let place = Place::new();
    place.write("export/visits.csv", "Id,PATIENT,START,COST\n");
    let json = answer(&place.convert("--format json").code(0));
    assert!(json["findings"].as_array().is_some_and(|all| all.iter().any(|finding| finding["code"] == "R0209")), "{json}");
}

#[test]
fn a_row_that_is_not_utf8_is_set_aside_and_its_neighbours_kept() {
    let place = Place::new();
    // One row of another program's among many that are UTF-8.
    let mut bytes = "Id,NAME,BIRTHDATE,GENDER\np1,Ñúñéç,1980-02-29,F\n".as_bytes().to_vec();
    bytes.extend(b"p2,Jos\xe9,1955-12-01,M\n");
    bytes.extend("p3,Öéüïß,1990-01-01,F\np4,Dee,1991-01-01,F\n".as_bytes());
    place.write("export/patients.csv", bytes);
    place.write("export/visits.csv", "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n");
    place.convert("").code(0);
    let patients = balance(&place, "patients");
    assert_eq!((&patients["converted"], &patients["rejected"]), (&Value::from(3), &Value::from(1)));
    let rejects = std::fs::read(place.path("order/rejects/patients.csv")).unwrap_or_default();
    assert!(String::from_utf8_lossy(&rejects).contains("R0203"));
}

#[test]
fn an_export_in_an_encoding_that_nobody_named_is_read() {
    let place = Place::new();
    place.write("export/patients.csv", b"Id,NAME,BIRTHDATE,GENDER\np1,Jos\xe9,1980-02-29,F\np2,Zo\xeb,1955-12-01,M\n");
    place.write("export/visits.csv", "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n");
    place.convert("").code(0);
    assert_eq!(balance(&place, "patients")["converted"], 2);
}

#[test]
fn rows_too_short_and_too_long_are_set_aside() {
    let place = Place::new();
    place.write("export/patients.csv", format!("{PATIENTS}p4,Dee\np5,Eve,1991-01-01,F,more\np6,Fay,1992-01-01,F\n"));
    place.convert("").code(0);
    rejected(&place, "patients", "5", "R0201");
    rejected(&place, "patients", "6", "R0202");
    assert_eq!(balance(&place, "patients")["converted"], 4);
}

#[test]
fn a_date_that_is_none_is_set_aside_with_its_line() {
    let place = Place::new();
    place.write("export/patients.csv", format!("{PATIENTS}p4,Dee,1991-02-30,F\n"));
    let ran = place.convert("").code(0);
    rejected(&place, "patients", "5", "R0102");
    assert!(!stderr(&ran).contains("1991-02") && !crate::place::stdout(&ran).contains("1991-02"), "a value was printed");
    assert!(!place.read("order/log.jsonl").contains("1991-02"), "a value was logged");
}

#[test]
fn a_file_that_cannot_be_opened_fails_the_run() {
    let place = Place::new();
    std::os::unix::fs::symlink("gone.csv", place.path("export/patients2.csv")).unwrap_or_default();
    let said = stderr(&place.convert("").code(5));
    assert!(said.contains("patients2.csv"), "{said}");
    assert!(!place.has("order") && place.partials().is_empty());
}

#[test]
fn hidden_files_are_passed_over_and_subfolders_read() {
    let place = Place::new();
    place.write("export/.patients-old.csv", "Id,NAME,BIRTHDATE,GENDER\np9,Zoe,1990-01-01,F\n");
    place.write("export/more/patients-2.csv", "Id,NAME,BIRTHDATE,GENDER\np8,Yan,1990-01-01,M\n");
    place.convert("").code(0);
    assert_eq!(balance(&place, "patients")["read"], 4);
}

#[test]
fn only_the_first_rows_are_read_where_that_is_asked_for() {
    let place = Place::new();
    place.convert("--limit 1").code(0);
    assert_eq!(balance(&place, "patients")["read"], 1);
}

#[test]
fn controls_and_line_ends_inside_fields_stay_but_for_nul_and_cost_no_other_row() {
    let place = Place::new();
    let rows = "p1,Am\0al,1980-02-29,F\np2,\"Bo\u{b}the\nElder\",1955-12-01,M\np3,Cy,1950\0-01-01,M\np4,Di,1960-01-01,F\n";
    place.write("export/patients.csv", format!("Id,NAME,BIRTHDATE,GENDER\n{rows}"));
    place.write("export/visits.csv", "Id,PATIENT,START,COST\nv1,p2,2024-03-01 09:30:00,12.50\n");
    place.convert("").code(0);
    let person = place.read("order/converted/person.csv");
    for row in [",\"Bo\u{b}the\nElder\",1955-12-01,8507\n", ",Di,1960-01-01,8532\n"] {
        assert!(person.contains(row), "{person:?}");
    }
    assert!(!person.contains('\0'));
    assert_eq!(balance(&place, "patients")["rejected"], 2);
    rejected(&place, "patients", "2", "R0223");
    rejected(&place, "patients", "5", "R0102");
}

#[test]
fn numbers_are_read_by_the_marks_that_the_file_has() {
    let place = Place::new();
    place.write("export/visits.csv", "Id;PATIENT;START;COST\nv1;p1;2024-03-01 09:30:00;1.234,50\nv2;p1;2024-03-02 10:00:00;0,75\n");
    place.convert("").code(0);
    let visit = place.read("order/converted/visit.csv");
    assert!(visit.contains(",2024-03-01 09:30:00,1234.50\n") && visit.contains(",2024-03-02 10:00:00,0.75\n"), "{visit}");
}

#[test]
fn a_delimiter_behind_the_last_field_costs_nothing() {
    for header in ["Id,NAME,BIRTHDATE,GENDER", "Id,NAME,BIRTHDATE,GENDER,"] {
        let place = Place::new();
        place.write("export/patients.csv", format!("{header}\np1,Amal,1980-02-29,F,\np2,Bo,1955-12-01,M,\n"));
        place.convert("").code(0);
        let person = place.read("order/converted/person.csv");
        assert!(person.contains(",Amal,1980-02-29,8532\n") && person.contains(",Bo,1955-12-01,8507\n"), "{header}: {person}");
        assert_eq!(balance(&place, "patients")["converted"], 2);
    }
}

#[test]
fn a_name_that_comes_twice_is_said_and_not_chosen_from() {
    let place = Place::new();
    place.write("export/patients.csv", "Id,NAME,BIRTHDATE,GENDER,NAME,\np1,Amal,1980-02-29,F,Bo,\n");
    place.ehr("run export --source acme/1 --target demo --out order").code(4);
    let report = place.read("order/report.json");
    assert!(report.contains("a file's header names a column twice: `NAME` in `patients.csv`"), "{report}");
    assert_eq!(place.read("order/converted/person.csv").lines().count(), 1);
}
