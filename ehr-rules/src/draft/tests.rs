//! What is drafted, from small scans of invented people.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::dataset::input::InputFile;
use crate::draft::Draft;
use crate::scan::ScanOptions;
use crate::scan::scan;
use std::fmt::Write as _;

fn drafted(files: &[(&str, String)]) -> Draft {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<InputFile> = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            InputFile { name: (*name).to_owned(), path, bytes: text.len() as u64 }
        })
        .collect();
    super::draft(&scan(&inputs, &ScanOptions { values: 100 }).unwrap(), "acme", "1", &[], &[])
}

#[test]
fn a_draft_holds_codes_and_no_other_value() {
    let mut text = "Id;LAST;DOB;STATUS;DOCTOR;EMPTY\n".to_owned();
    for at in 0..40 {
        let doctor = if at % 10 == 0 { "Dr. Grey".to_owned() } else { format!("Dr. {at}") };
        writeln!(
            text,
            "{at};Muster{};0{}/0{}/1980;{};{doctor};",
            at % 3,
            at % 9 + 1,
            at % 7 + 1,
            if at % 2 == 0 { "open" } else { "shut" }
        )
        .unwrap();
    }
    let draft = drafted(&[("people.csv", text)]);
    let schema = &draft.files[0].text;
    assert!(schema.contains("STATUS: {type: text, one_of: [open, shut], on_error: warn}"), "{schema}");
    assert!(schema.contains("Id: {type: text, required: true, phi: medical_record_number}"), "{schema}");
    assert!(schema.contains("DOB: {type: date, formats: [\"%m/%d/%Y\"], phi: birth_date}"), "{schema}");
    assert!(schema.contains("EMPTY: never filled"), "{schema}");
    assert!(!schema.contains("Muster") && !schema.contains("Grey"), "{schema}");
    assert!(draft.open.iter().any(|open| open.contains("`DOB` of `people` could be written")), "{:?}", draft.open);
}

#[test]
fn files_that_differ_in_digits_are_one_table() {
    let rows = |from: u32| (from..from + 12).fold("id,note\n".to_owned(), |text, at| format!("{text}{at},x{at}\n"));
    let draft = drafted(&[("visits_2023-1.csv", rows(0)), ("visits_2023-2.csv", rows(50)), ("other.csv", rows(7))]);
    let schema = &draft.files[0].text;
    assert!(schema.contains("  visits:\n    file: \"visits_2023-*.csv\"") || schema.contains("file: \"visits_*.csv\""), "{schema}");
    assert_eq!(schema.matches("    file: ").count(), 2, "{schema}");
}
