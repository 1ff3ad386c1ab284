//! What is drafted, from small scans of invented people.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::dataset::input::InputFile;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::overlay::Overlay;
use crate::draft::Draft;
use crate::ir::schema::SourceSchema;
use crate::load::load;
use crate::records;
use crate::records::Hints;
use crate::scan::ScanOptions;
use crate::scan::scan;
use encoding_rs::Encoding;
use std::fmt::Write as _;
use std::path::Path;

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

/// How a file is written.
#[derive(Debug, Clone, Copy)]
struct Written {
    delimiter: &'static str,
    /// None where quotes are plain characters.
    escape: Option<&'static str>,
    encoding: &'static str,
    line_end: &'static str,
    preamble: bool,
    footer: bool,
}

/// Rows of four columns, the header first; texts hold what the dialect has to protect.
fn rows(written: Written) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = vec![["no", "town", "weight", "note"].map(str::to_owned).to_vec()];
    for at in 0..40 {
        let town = ["Zürich", "Møns", "Besançon", "Nîmes"][at % 4];
        let note = match (written.escape, at % 5) {
            (None, 0 | 2) => format!("{at}\" pipe"),
            (None, 1) => format!("{at}' 4\" high"),
            (Some(_), 0) => format!("a{}b \"{at}\"", written.delimiter),
            (Some(_), 1) => format!("said \"no\" {at}"),
            _ => format!("plain {at}"),
        };
        rows.push(vec![format!("{}", at + 100), town.to_owned(), format!("{at},5"), note]);
    }
    rows
}

fn bytes(written: Written, rows: &[Vec<String>]) -> Vec<u8> {
    let mut text = String::new();
    if written.preamble {
        write!(text, "Export of all towns{0}{0}", written.line_end).unwrap();
    }
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| match written.escape {
                Some(escape) if cell.contains('"') || cell.contains(written.delimiter) => {
                    format!("\"{}\"", cell.replace('"', &format!("{escape}\"")))
                }
                // A comma stands in every weight.
                _ if written.escape.is_some() && written.delimiter == "," && cell.contains(',') => format!("\"{cell}\""),
                _ => cell.clone(),
            })
            .collect();
        text += &cells.join(written.delimiter);
        text += written.line_end;
    }
    if written.footer {
        write!(text, "End of report{}", written.line_end).unwrap();
    }
    let encoding = Encoding::for_label(written.encoding.as_bytes()).unwrap();
    if written.encoding == "utf-16le" {
        return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    encoding.encode(&text).0.into_owned()
}

/// A schema with these lines in it.
fn schema(folder: &Path, fragment: &str) -> SourceSchema {
    let place = folder.join("sources/acme/1");
    std::fs::create_dir_all(&place).unwrap();
    let table = "  towns:\n    file: towns.txt\n    columns: {no: integer, town: text, weight: text, note: text}\n";
    let tables = if fragment.contains("\ntables:\n") { String::new() } else { "tables:\n".to_owned() };
    std::fs::write(place.join("schema.yaml"), format!("system: acme\nversion: '1'\n{fragment}{tables}{table}")).unwrap();
    let mut said = Diagnostics::default();
    let loaded = load(&[folder.to_owned()], &Overlay::default(), &mut said).unwrap();
    assert!(!said.has_errors(), "{said:?}\n{fragment}");
    loaded.sources.into_iter().next().unwrap().schema
}

#[test]
fn what_is_written_down_of_a_dialect_reads_the_same_cells() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("towns.txt");
    let (mut wrong, mut nth) = (String::new(), 0);
    for delimiter in [",", ";", "\t", "|", "||", "~|~", "^", "\u{1f}"] {
        for escape in [Some("\""), Some("\\"), None] {
            for encoding in ["utf-8", "windows-1252", "macintosh", "utf-16le"] {
                for line_end in ["\n", "\r\n", "\r"] {
                    // Without quotes a comma in a text is a delimiter.
                    if escape.is_none() && delimiter == "," {
                        continue;
                    }
                    nth += 1;
                    let written = Written { delimiter, escape, encoding, line_end, preamble: nth & 1 > 0, footer: nth & 2 > 0 };
                    let rows = rows(written);
                    let bytes = bytes(written, &rows);
                    std::fs::write(&path, &bytes).unwrap();
                    let input = InputFile { name: "towns.txt".to_owned(), path: path.clone(), bytes: bytes.len() as u64 };
                    let found = scan(&[input], &ScanOptions::default()).unwrap();
                    let fragment = super::dialects(&found, None);
                    let schema = schema(folder.path(), &fragment);
                    let dialect = schema.dialect_of(&schema.tables[0]);
                    let head = records::head(&path, &dialect, Hints::default(), rows.len() - 1).unwrap();
                    let read: Vec<Vec<String>> = std::iter::once(head.header).chain(head.rows).collect();
                    let said = (dialect.delimiter.as_deref(), dialect.preamble.is_some(), dialect.footer, dialect.decimal);
                    if read != rows || said != (Some(delimiter), written.preamble, written.footer.then_some(1), Some(',')) {
                        writeln!(wrong, "{written:?}\n{fragment}").unwrap();
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is written down of files with these names and bytes.
fn written_down(files: &[(&str, &[u8])]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<InputFile> = files
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            InputFile { name: (*name).to_owned(), path, bytes: bytes.len() as u64 }
        })
        .collect();
    super::dialects(&scan(&inputs, &ScanOptions::default()).unwrap(), None)
}

#[test]
fn comments_are_written_down_for_files_that_have_them() {
    let with = b"# made, by night\nno;town\n1;A\n2;B\n3;C\n";
    let without = b"no;town\n1;A\n2;B\n3;C\n";
    assert!(written_down(&[("towns.txt", with)]).contains("comment: \"#\""));
    // A row of the other may begin so.
    let said = written_down(&[("towns.txt", with), ("cities.txt", without)]);
    assert_eq!(said.matches("comment: \"#\"").count(), 1, "{said}");
    let whole = said.lines().find(|line| line.starts_with("dialect:")).unwrap();
    assert!(!whole.contains("comment"), "{said}");
}

#[test]
fn what_objects_are_written_in_is_written_down_beside_what_lines_are() {
    let text = "[{\"name\": \"Zoë Muster\"}, {\"name\": \"João Müller\"}, {\"name\": \"Nuñez\"}]";
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let lines = encoding_rs::WINDOWS_1252.encode("no;town\n1;Zürich\n2;Besançon\n3;Nîmes\n").0.into_owned();
    assert!(written_down(&[("a.json", &latin)]).contains("encoding: windows-1252"));
    let said = written_down(&[("a.json", text.as_bytes()), ("towns.txt", &lines)]);
    let whole = said.lines().find(|line| line.starts_with("dialect:")).unwrap_or_default();
    assert!(!whole.contains("encoding") && said.contains("encoding: utf-8") && said.contains("encoding: windows-1252"), "{said}");
}
