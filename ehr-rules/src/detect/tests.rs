//! Detection driven from outside: hand-made schemas, small files, invented people.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files should fail")]

use crate::dataset::input::InputFile;
use crate::detect::Detection;
use crate::detect::Verdict;
use crate::detect::apart::apart;
use crate::detect::detect;
use crate::ir::schema::*;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use std::collections::BTreeMap;
use std::fmt::Write;
use tempfile::TempDir;

pub(super) fn column(name: &str, kind: Kind) -> SourceColumn {
    SourceColumn::plain(name, kind)
}

pub(super) fn table(name: &str, columns: Vec<SourceColumn>) -> SourceTable {
    SourceTable {
        name: name.to_owned(),
        file: format!("{name}*.csv"),
        list: None,
        header: Vec::new(),
        widths: Vec::new(),
        json: None,
        dialect: Dialect::default(),
        required: false,
        key: Vec::new(),
        patient: None,
        columns,
        extra_columns: ExtraColumns::Report,
        ignore: BTreeMap::new(),
        references: Vec::new(),
        checks: Vec::new(),
    }
}

pub(super) fn schema(version: &str, tables: Vec<SourceTable>) -> SourceSchema {
    SourceSchema {
        system: "acme".to_owned(),
        version: version.to_owned(),
        title: "Acme".to_owned(),
        dialect: Dialect::default(),
        missing: vec![String::new()],
        tables,
        parameters: Vec::new(),
        code_maps: BTreeMap::new(),
        layout: false,
    }
}

pub(super) fn patients() -> SourceTable {
    let mut patients = table(
        "patients",
        vec![
            SourceColumn { ty: Type::required(Kind::Integer), ..column("Id", Kind::Integer) },
            column("first name", Kind::Text),
            column("family name", Kind::Text),
            column("birth date", Kind::Date),
            column("phone", Kind::Text),
        ],
    );
    patients.ignore.insert("fax".to_owned(), "not migrated".to_owned());
    patients
}

fn records(pain: bool) -> SourceTable {
    let mut columns = vec![column("record id", Kind::Integer), column("patient id", Kind::Integer), column("note", Kind::Text)];
    if pain {
        columns.push(column("Pain score", Kind::Integer));
        columns.push(column("Pain place", Kind::Text));
    }
    table("records", columns)
}

/// Version 2 is version 1 and two columns more in `records`.
pub(super) fn two_versions() -> Vec<SourceSchema> {
    vec![schema("1", vec![patients(), records(false)]), schema("2", vec![patients(), records(true)])]
}

pub(super) const PATIENTS: &str =
    "Id,first name,family name,birth date,phone,fax\n1,Ada,Muster,1980-02-29,555,\n2,Ben,Beispiel,1971-12-01,,\n";
const RECORDS_1: &str = "record id,patient id,note\n1,1,well\n2,2,\n";
pub(super) const RECORDS_2: &str = "record id,patient id,note,Pain score,Pain place\n1,1,well,3,knee\n2,2,,,\n";

fn folder(files: &[(&str, &str)]) -> (TempDir, Vec<InputFile>) {
    let folder = tempfile::tempdir().unwrap();
    let inputs = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            InputFile { name: (*name).to_owned(), path, bytes: text.len() as u64 }
        })
        .collect();
    (folder, inputs)
}

pub(super) fn run(sources: &[SourceSchema], files: &[(&str, &str)]) -> Detection {
    let (_folder, inputs) = folder(files);
    detect(&sources.iter().collect::<Vec<_>>(), &inputs).unwrap()
}

pub(super) fn said(detection: &Detection) -> String {
    let mut text = detection.to_text();
    for candidate in &detection.candidates {
        for reason in candidate.reasons_for.iter().chain(&candidate.reasons_against) {
            writeln!(text, "{reason}").unwrap();
        }
    }
    text
}

#[test]
fn the_smaller_version_is_told_by_what_it_lacks() {
    let detection = run(&two_versions(), &[("patients.csv", PATIENTS), ("records.csv", RECORDS_1)]);
    assert_eq!(detection.identified(), Some(("acme", "1")), "{}", detection.to_text());
    assert!(detection.confidence > 0.95 && detection.drift.is_empty());
    assert_eq!(detection.versions, ["1"]);
    assert!(detection.unrecognised_files.is_empty());
    assert!(
        detection.candidates[1].reasons_against.iter().any(|reason| reason.contains("lacks 2 columns") && reason.contains("`Pain score`"))
    );
}

#[test]
fn the_larger_version_is_told_by_what_it_has() {
    let detection = run(&two_versions(), &[("export/Patients.CSV", PATIENTS), ("export/records_2024.csv", RECORDS_2)]);
    assert_eq!(detection.identified(), Some(("acme", "2")), "{}", detection.to_text());
    assert!(detection.confidence > 0.95 && detection.drift.is_empty());
    assert_eq!(detection.candidates[0].tables["export/records_2024.csv"], "records");
}

#[test]
fn tables_that_both_versions_share_leave_it_open_and_it_is_said_what_would_decide() {
    let detection = run(&two_versions(), &[("patients.csv", PATIENTS)]);
    assert_eq!((detection.verdict, detection.system.as_deref(), detection.version.as_deref()), (Verdict::Ambiguous, Some("acme"), None));
    assert_eq!(detection.versions, ["1", "2"]);
    assert!(detection.confidence > 0.95 && detection.identified().is_none());
    let decides = "`records*.csv` would decide: version `2` has the columns `Pain score`, `Pain place`";
    assert_eq!(detection.notes, [decides]);
    assert!(detection.candidates.iter().all(|candidate| candidate.reasons_against.iter().any(|reason| reason == decides)));
}

#[test]
fn a_table_of_one_version_alone_would_decide_too() {
    let mut sources = two_versions();
    sources[1].tables = vec![patients(), records(false), table("schedules", vec![column("slot", Kind::Text)])];
    let detection = run(&sources, &[("patients.csv", PATIENTS), ("records.csv", RECORDS_1)]);
    assert_eq!(detection.verdict, Verdict::Ambiguous);
    assert_eq!(detection.notes, ["`schedules*.csv` would decide: only version `2` has it"]);
}

#[test]
fn another_system_is_unknown_even_where_a_file_name_matches() {
    let files = [
        ("patients.csv", "pid,fname,lname,DOB,sex,status,phone_home\n1,Cleo,Vorbild,1990-01-01,F,,555\n"),
        ("form_encounter.csv", "id,date,reason,facility,pid\n1,2020-01-01,x,y,1\n"),
        ("lists.csv", "id,type,title,begdate\n1,a,b,2020-01-01\n"),
        ("notes.json", "{}"),
    ];
    let detection = run(&two_versions(), &files);
    assert_eq!((detection.verdict, detection.system.as_deref(), detection.versions.len()), (Verdict::Unknown, None, 0));
    assert!(detection.confidence < 0.05);
    assert_eq!(detection.unrecognised_files, ["patients.csv", "form_encounter.csv", "lists.csv", "notes.json"]);
    assert!(
        said(&detection).contains("`patients.csv` has the name of table `patients`, which knows 0 of its 7 columns"),
        "{}",
        said(&detection)
    );
    assert!(!detection.notes.is_empty() && detection.drift.is_empty());
}

#[test]
fn a_header_that_is_a_person_is_never_shown() {
    let files = [("patients.csv", "7,Zebulon,Quux,1980-01-01,555\n8,Zenobia,Quux,1981-01-01,556\n")];
    let detection = run(&two_versions(), &files);
    assert_eq!(detection.verdict, Verdict::Unknown);
    let said = said(&detection);
    assert!(!said.contains("Zebulon") && !said.contains("Quux") && !serde_json::to_string(&detection).unwrap().contains("Zebulon"));
}

#[test]
fn columns_renamed_added_and_missing_are_drift() {
    let files = [
        ("patients.csv", "Id,first name,family name,birth_date,mobile,fax\n1,Ada,Muster,1980-02-29,555,\n2,Ben,Beispiel,1971-12-01,,\n"),
        ("records.csv", RECORDS_2),
    ];
    let detection = run(&two_versions(), &files);
    assert_eq!(detection.identified(), Some(("acme", "2")), "{}", detection.to_text());
    let drift = &detection.drift;
    assert_eq!(drift.renamed, BTreeMap::from([("patients.birth date".to_owned(), "birth_date".to_owned())]));
    assert_eq!(
        (drift.added.as_slice(), drift.missing.as_slice()),
        (&["patients.mobile".to_owned()][..], &["patients.phone".to_owned()][..])
    );
    assert!(drift.retyped.is_empty());
}

#[test]
fn a_column_whose_values_are_something_else_is_drift_and_no_value_is_shown() {
    let records = "record id,patient id,note,Pain score,Pain place\n1,1,well,low,knee\n2,2,,high,\n";
    let detection = run(&two_versions(), &[("patients.csv", PATIENTS), ("records.csv", records)]);
    assert_eq!(detection.identified(), Some(("acme", "2")), "{}", detection.to_text());
    let how = "2 of 2 sampled values are not `integer`, they look like `text`";
    assert_eq!(detection.drift.retyped, BTreeMap::from([("records.Pain score".to_owned(), how.to_owned())]));
    assert!(!said(&detection).contains("high"));
}

#[test]
fn a_spelling_of_the_schema_is_no_drift_and_another_case_is() {
    let mut sources = vec![schema("1", vec![patients()])];
    sources[0].tables[0].columns[4].also = vec!["phone no".to_owned()];
    let files = [("patients.csv", "ID,first name,family name,birth date,phone no,fax\n1,Ada,Muster,1980-02-29,555,\n")];
    let detection = run(&sources, &files);
    assert_eq!(detection.identified(), Some(("acme", "1")));
    assert_eq!(detection.drift.renamed, BTreeMap::from([("patients.Id".to_owned(), "ID".to_owned())]));
}

#[test]
fn an_optional_column_may_be_absent() {
    let mut sources = vec![schema("1", vec![patients()])];
    sources[0].tables[0].columns[4].optional = true;
    let files = [("patients.csv", "Id,first name,family name,birth date,fax\n1,Ada,Muster,1980-02-29,\n")];
    let detection = run(&sources, &files);
    assert_eq!(detection.identified(), Some(("acme", "1")));
    assert!(detection.confidence > 0.95 && detection.drift.is_empty());
}

#[test]
fn too_much_drift_is_unknown() {
    let files = [("patients.csv", "Id,first name,born,tel,street,town\n1,Ada,1980-02-29,555,a,b\n")];
    assert_eq!(run(&two_versions(), &files).verdict, Verdict::Unknown);
}

#[test]
fn a_renamed_file_is_known_by_its_header() {
    let detection = run(&two_versions(), &[("people.txt", PATIENTS), ("records.csv", RECORDS_2)]);
    assert_eq!(detection.identified(), Some(("acme", "2")));
    assert_eq!(detection.candidates[0].tables["people.txt"], "patients");
    assert!(said(&detection).contains("`people.txt` fits table `patients` but has not its file name (`patients*.csv`)"));
}

#[test]
fn a_renamed_file_that_could_be_two_tables_is_neither() {
    let mut sources = two_versions();
    sources.truncate(1);
    sources[0].tables.push(SourceTable { name: "old_records".to_owned(), file: "old.csv".to_owned(), ..records(false) });
    let detection = run(&sources, &[("patients.csv", PATIENTS), ("visits.csv", RECORDS_1)]);
    assert_eq!(detection.identified(), Some(("acme", "1")));
    assert_eq!(detection.unrecognised_files, ["visits.csv"]);
    assert!(said(&detection).contains("`visits.csv` has no table's file name and fits `records` as well as `old_records`"));
}

#[test]
fn nothing_is_unknown_with_a_reason() {
    for (files, reason) in [
        (&[][..], "the input holds no file"),
        (&[("a.pdf", "x"), ("b.json", "{}")][..], "none of the input's files is a table (2 in all)"),
        (&[("patients.csv", "")][..], "no file of the input has a row"),
        (&[("stock.csv", "shelf,price\n"), ("e.json", "")][..], "no file of the input has a row"),
    ] {
        let detection = run(&two_versions(), files);
        assert_eq!((detection.verdict, detection.notes.first()), (Verdict::Unknown, Some(&reason.to_owned())));
        assert!(detection.candidates.iter().all(|candidate| candidate.reasons_against.contains(&reason.to_owned())));
        assert_eq!(detection.unrecognised_files.len(), files.len());
    }
    assert_eq!(run(&[], &[("patients.csv", PATIENTS)]).notes, ["the rulesets name no source system"]);
}

#[test]
fn files_without_rows_are_named_whatever_the_answer() {
    let header = PATIENTS.lines().next().unwrap();
    let files =
        [("patients.csv", header), ("records.csv", RECORDS_2), ("visits.csv", ""), ("none.csv", "\n\n"), ("torn.csv", "a,b\n\"x\n")];
    let detection = run(&two_versions(), &files);
    assert_eq!(detection.identified(), Some(("acme", "2")), "{}", detection.to_text());
    assert_eq!(detection.files_without_rows, ["patients.csv", "visits.csv", "none.csv"]);
    let notes = ["`patients.csv` has a header at most, and no row", "`visits.csv` is empty", "`none.csv` holds no row, and no header"];
    assert_eq!(detection.notes, notes);
    let detection = run(&two_versions(), &[("a.csv", "x,y\n"), ("b.csv", "")]);
    assert_eq!(detection.notes, ["no file of the input has a row", "`a.csv` has a header at most, and no row", "`b.csv` is empty"]);
    // Names alone may tell who made it.
    let detection = run(&two_versions(), &[("patients.csv", header), ("records.csv", RECORDS_2.lines().next().unwrap())]);
    assert_eq!((detection.identified(), detection.notes[0].as_str()), (Some(("acme", "2")), "no file of the input has a row"));
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error() {
    let (_folder, mut inputs) = folder(&[("patients.csv", PATIENTS)]);
    inputs[0].path.set_extension("gone");
    let error = detect(&two_versions().iter().collect::<Vec<_>>(), &inputs).unwrap_err();
    assert!(!error.is_data());
}

/// Two versions with one header, which differ in the order of day and month only.
fn two_orders() -> Vec<SourceSchema> {
    let visits = |format: &str| {
        let day = SourceColumn { formats: vec![format.to_owned()], ..column("day", Kind::Date) };
        table("visits", vec![column("visit", Kind::Integer), day, column("reason", Kind::Text), column("place", Kind::Text)])
    };
    vec![schema("eu", vec![visits("%d/%m/%Y")]), schema("us", vec![visits("%m/%d/%Y")])]
}

#[test]
fn one_day_over_twelve_decides_the_order_of_day_and_month() {
    let text = "visit,day,reason,place\n1,03/04/2020,a,b\n2,05/06/2020,a,b\n3,31/01/2020,a,b\n";
    let detection = run(&two_orders(), &[("visits.csv", text)]);
    assert_eq!(detection.identified(), Some(("acme", "eu")), "{}", detection.to_text());
    assert!(detection.drift.is_empty());
    assert!(said(&detection).contains("1 of 3 sampled values of `day` in `visits.csv` are not `date` as `%m/%d/%Y`"));
}

#[test]
fn without_one_the_order_stays_open() {
    let text = "visit,day,reason,place\n1,03/04/2020,a,b\n2,05/06/2020,a,b\n";
    let detection = run(&two_orders(), &[("visits.csv", text)]);
    assert_eq!((detection.verdict, detection.system.as_deref()), (Verdict::Ambiguous, Some("acme")));
    assert_eq!(detection.versions, ["eu", "us"]);
    assert!(
        detection.notes[0].starts_with("a value of `day` in `visits.csv` that reads one way only would decide"),
        "{:?}",
        detection.notes
    );
}

#[test]
fn two_systems_with_the_same_files_leave_the_system_open() {
    let mut sources = vec![schema("1", vec![patients()]), schema("1", vec![patients()])];
    sources[1].system = "bolt".to_owned();
    let detection = run(&sources, &[("patients.csv", PATIENTS)]);
    assert_eq!((detection.verdict, detection.system.as_deref()), (Verdict::Ambiguous, None));
    assert_eq!(detection.versions, ["acme/1", "bolt/1"]);
}

#[test]
fn json_has_the_contract_s_keys() {
    let detection = run(&two_versions(), &[("patients.csv", PATIENTS), ("records.csv", RECORDS_2)]);
    let json = serde_json::to_value(&detection).unwrap();
    let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "verdict",
            "system",
            "version",
            "versions",
            "confidence",
            "candidates",
            "drift",
            "unrecognised_files",
            "files_without_rows",
            "notes"
        ]
    );
    let keys: Vec<&str> = json["candidates"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["system", "version", "probability", "tables", "for", "against"]);
    assert_eq!((&json["verdict"], &json["version"]), (&"identified".into(), &"2".into()));
}

#[test]
fn schemas_alone_say_what_tells_versions_apart() {
    let mut sources = two_versions();
    let mut third = sources[1].clone();
    third.version = "3".to_owned();
    third.tables.push(table("schedules", vec![column("slot", Kind::Text)]));
    sources.push(third);
    let said = apart(&sources.iter().collect::<Vec<_>>());
    let signs = |at: usize| said.pairs[at].by.iter().map(|sign| format!("{}: {}", sign.of, sign.says)).collect::<Vec<_>>();
    assert_eq!(
        signs(0),
        ["acme/1: `records` lacks the column `Pain score`", "acme/2: `records` has the column `Pain score`"],
        "{:?}",
        said.pairs[0]
    );
    // All that the second version has the third has too, so only the third can be told.
    assert_eq!(signs(2), ["acme/3: only it has the table `schedules`"]);
    let never: Vec<&[String]> = said.versions.iter().map(|one| one.never.as_slice()).collect();
    assert_eq!(never, [&[][..], &["acme/3".to_owned()], &[]]);
    // One table each is enough.
    let tables: Vec<Vec<&str>> = said.versions.iter().map(|one| one.tables.iter().map(String::as_str).collect()).collect();
    assert_eq!(tables, [vec!["records"], vec!["records"], vec!["schedules"]]);
}

#[test]
fn order_of_schemas_and_files_changes_nothing() {
    let mut sources = two_versions();
    let files = [("patients.csv", PATIENTS), ("records.csv", RECORDS_2)];
    let one = run(&sources, &files);
    sources.reverse();
    assert_eq!(one, run(&sources, &files));
    assert_eq!(one.candidates, run(&sources, &[files[1], files[0]]).candidates);
}
