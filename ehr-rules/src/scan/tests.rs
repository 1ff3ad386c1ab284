//! The whole of a scan, over small exports of invented people.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use std::fmt::Write as _;
use tempfile::TempDir;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Self { folder }
    }

    fn scan(&self, values: usize) -> Scan {
        let mut files: Vec<InputFile> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                InputFile { name, path: entry.path(), bytes: entry.metadata().unwrap().len() }
            })
            .collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        scan(&files, &ScanOptions { values }).unwrap()
    }
}

/// Twelve patients, and two visits of each.
fn export() -> Place {
    let mut patients = "Id,LAST,BIRTHDATE,GENDER,SSN,NOTE,EMPTY,SITE\n".to_owned();
    let mut visits = "visit_no;PATIENT;START;COST;SEEN;KIND\n".to_owned();
    for at in 0..12 {
        let id = format!("0b1c2d3e-0000-4000-8000-{at:012}");
        let gender = if at % 2 == 0 { "F" } else { "M" };
        let note = if at == 5 { "NULL" } else { "x" };
        writeln!(patients, "{id},Muster{at},19{:02}-03-{:02},{gender},219-09-{:04},{note},,A", 50 + at, at + 1, 1000 + at).unwrap();
        for visit in 0..2 {
            writeln!(
                visits,
                "{};{id};{:02}/{:02}/2024;1,{at}5;{};k{visit}",
                at * 2 + visit,
                at % 12 + 1,
                visit + 1,
                if at > 3 { "yes" } else { "no" }
            )
            .unwrap();
        }
    }
    Place::new(&[("patients.csv", patients.as_bytes()), ("visits.txt", visits.as_bytes()), ("scan.png", b"\x89PNG\0")])
}

#[test]
fn types_keys_and_references_are_found() {
    let scan = export().scan(0);
    let [patients, visits] = scan.files.as_slice() else { panic!("two tables") };
    let kinds = |file: &FileScan| file.columns.iter().map(|column| column.kind.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(kinds(patients), "uuid text date text text text text text");
    assert_eq!(kinds(visits), "integer uuid date text boolean text");
    assert_eq!((visits.dialect.delimiter.as_str(), visits.dialect.header, visits.rows), (";", true, 24));
    assert_eq!(patients.keys[0].columns, ["Id"]);
    assert_eq!(visits.keys[0].columns, ["visit_no"]);
    let reference = &scan.references[0];
    assert_eq!(
        (scan.references.len(), reference.column.as_str(), reference.to_column.as_str(), reference.named),
        (1, "PATIENT", "Id", true)
    );
    let column = |name: &str| patients.column(name).or_else(|| visits.column(name)).unwrap();
    assert_eq!(column("START").undecided, ["%m/%d/%Y", "%d/%m/%Y"]);
    assert_eq!(column("COST").marks.unwrap().decimal, ',');
    assert_eq!((column("NOTE").missing["NULL"], column("EMPTY").is_empty(), column("SITE").is_constant()), (1, true, true));
    let person = |name: &str| column(name).person.as_ref().map(|person| person.tag);
    assert_eq!(
        ["Id", "LAST", "BIRTHDATE", "SSN", "PATIENT", "GENDER"].map(person),
        [
            Some("medical_record_number"),
            Some("name"),
            Some("birth_date"),
            Some("social_security_number"),
            Some("medical_record_number"),
            None
        ]
    );
    assert_eq!(scan.skipped.len(), 1);
}

#[test]
fn no_value_is_held_unless_it_is_asked_for() {
    let place = export();
    let said = |scan: &Scan| format!("{} {}", serde_json::to_string(scan).unwrap(), scan.to_text());
    let masked = said(&place.scan(0));
    for value in ["Muster", "219-09-1", "0b1c2d3e", "1955-03"] {
        assert!(!masked.contains(value), "{value} is said");
    }
    assert!(masked.contains("999-99-9999"), "its look is");
    assert!(said(&place.scan(3)).contains("Muster0"));
}

#[test]
fn a_file_without_a_header_gets_names_and_says_no_value() {
    let scan = Place::new(&[("x.tab", b"7\tAda\t1980-02-29\n8\tBo\t1955-12-01\n")]).scan(0);
    let file = &scan.files[0];
    assert_eq!((file.dialect.header, file.rows, file.columns[1].name.as_str()), (false, 2, "column_2"));
    assert!(!scan.to_text().contains("Ada"));
}

#[test]
fn two_columns_together_may_be_the_key() {
    let text: String =
        std::iter::once("visit,line,dose\n".to_owned()).chain((0..60).map(|at| format!("{},{},{}\n", at / 4, at % 4, at % 7))).collect();
    let scan = Place::new(&[("doses.csv", text.as_bytes())]).scan(0);
    assert_eq!(scan.files[0].keys[0].columns, ["visit", "line"]);
    assert!(scan.files[0].keys[0].exact);
}

#[test]
fn what_is_wrong_with_records_is_counted() {
    let scan = Place::new(&[("a.csv", b"a,b\n1,x\n2\n3,\"y\" z\n4,\xe9\n5,w\n")]).scan(0);
    let file = &scan.files[0];
    assert_eq!((file.rows, file.ragged, file.malformed), (5, 1, 1));
    assert_eq!(file.columns[0].filled, 3);
}

#[test]
fn what_is_no_table_is_said_and_a_nul_in_a_cell_does_not_make_a_file_one() {
    let place = Place::new(&[
        ("a.csv", b"<!DOCTYPE html>\n<html><body>Error, 500</body></html>\n"),
        ("b.csv", b"PK\x03\x04\x14\0,\n"),
        ("c.csv", &b"a,".repeat(20_000)),
        ("d.csv", &[0; 5_000]),
        ("e.csv", b"id,name\n1,Am\0al\n2,Bo\n3,Cy\n"),
    ]);
    let scan = place.scan(0);
    let said: Vec<&str> = scan.skipped.iter().map(|file| file.reason.as_str()).collect();
    assert_eq!(
        said,
        [
            "it is an HTML page, whatever its name says",
            "it is a ZIP archive or a workbook, whatever its name says",
            "its lines have more fields than those of any table",
            "it is no text",
        ]
    );
    assert_eq!(scan.files[0].rows, 3);
    assert_eq!(Place::new(&[]).scan(0).to_text(), "the input holds no file\n");
}

#[test]
fn comments_are_counted_and_written_down_unless_a_row_begins_as_they_do() {
    let rows = |from: usize, to: usize| {
        (from..to).fold(String::new(), |mut text, at| {
            writeln!(text, "{at};Muster{at};{}", at % 90).unwrap();
            text
        })
    };
    let some = format!("# made, as told, by night\nid;name;age\n{}# half of them\n{}", rows(0, 20), rows(20, 40));
    let both = format!("# made, as told, by night\nid;name;age\n{}#9;Muster;9\n", rows(0, 400));
    let scan = Place::new(&[("a.csv", some.as_bytes()), ("b.csv", both.as_bytes())]).scan(0);
    let found: Vec<_> =
        scan.files.iter().map(|file| (file.dialect.comment.as_deref(), file.dialect.comments, file.rows, file.ragged)).collect();
    assert_eq!(found, [(Some("#"), 2, 40, 0), (None, 1, 401, 0)]);
    assert!(scan.files[0].dialect.in_words().ends_with(", 2 comments behind `#`"));
    assert!(scan.files[1].dialect.evidence.iter().any(|why| why.starts_with("1 records begin with `#`")));
}

#[test]
fn objects_are_read_in_the_encoding_that_is_found() {
    let text = "[{\"name\": \"Zoë Muster\"}, {\"name\": \"João Müller\"}, {\"name\": \"Nuñez\"}]";
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let scan = Place::new(&[("a.json", &latin), ("b.json", text.as_bytes()), ("c.json", &wide)]).scan(3);
    let encodings: Vec<&str> = scan.files.iter().map(|file| file.dialect.encoding.as_str()).collect();
    assert_eq!(encodings, ["windows-1252", "utf-8", "utf-16le"]);
    for file in &scan.files {
        let mut values: Vec<&str> = file.columns[0].values.iter().map(|value| value.value.as_str()).collect();
        values.sort_unstable();
        assert_eq!(values, ["João Müller", "Nuñez", "Zoë Muster"]);
    }
}
