//! Exports that come packed, or as workbooks and Parquet files: what is made of them is what is made of the plain files.

use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use flate2::Compression;
use flate2::write::GzEncoder;
use polars::prelude::IntoLazy;
use polars::prelude::NamedFrom as _;
use polars::prelude::ParquetWriter;
use polars::prelude::Series;
use rust_xlsxwriter::ExcelDateTime;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::Workbook;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const VISITS: &str = "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n";

/// A place whose export is packed by `pack`, which is given the folder to put it into.
fn packed(name: &str, pack: impl Fn(&Path)) -> Place {
    let place = Place::new();
    place.write("export/visits.csv", VISITS);
    pack(&place.path(name));
    place
}

/// The identity of the order that a run makes of an input, which says what was read to the byte.
fn order(place: &Place, input: &str) -> String {
    let made = answer(&place.ehr(&format!("run {input} --target demo --out made --today 2026-01-31 --format json")).code(0));
    std::fs::remove_dir_all(place.path("made")).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

fn zipped(path: &Path, entries: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tarred(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn every_packing_makes_the_same_order_as_the_folder() {
    let both: &[(&str, &[u8])] = &[("patients.csv", PATIENTS.as_bytes()), ("visits.csv", VISITS.as_bytes())];
    let place = packed("all.zip", |path| zipped(path, both));
    let plain = order(&place, "export");
    assert_eq!(order(&place, "all.zip"), plain);
    std::fs::write(place.path("all.tar"), tarred(both)).unwrap();
    std::fs::write(place.path("all.tar.gz"), gzipped(&tarred(both))).unwrap();
    std::fs::write(place.path("all.tar.zst"), zstd::encode_all(&*tarred(both), 1).unwrap()).unwrap();
    for input in ["all.tar", "all.tar.gz", "all.tar.zst"] {
        assert_eq!(order(&place, input), plain, "{input}");
    }
    // Each file packed on its own, in a folder.
    std::fs::create_dir(place.path("single")).unwrap();
    std::fs::write(place.path("single/patients.csv.gz"), gzipped(PATIENTS.as_bytes())).unwrap();
    std::fs::write(place.path("single/visits.csv.zst"), zstd::encode_all(VISITS.as_bytes(), 1).unwrap()).unwrap();
    assert_eq!(order(&place, "single"), plain);
    // An archive in an archive is another place, and the same tables.
    zipped(&place.path("outer.zip"), &[("inner.zip", &std::fs::read(place.path("all.zip")).unwrap())]);
    let detected = answer(&place.ehr("detect outer.zip --format json").code(0));
    assert_eq!(detected["candidates"][0]["tables"]["inner.zip/patients.csv"], "patients");
}

#[test]
fn nothing_of_an_archive_leaves_its_folder_and_hidden_entries_are_passed_over() {
    let place = packed("bad.zip", |path| {
        let entries: &[(&str, &[u8])] =
            &[("../../patients.csv", PATIENTS.as_bytes()), ("__MACOSX/._patients.csv", b"\x00\x05"), ("/visits.csv", VISITS.as_bytes())];
        zipped(path, entries);
    });
    place.ehr("run bad.zip --target demo --out order").code(0);
    assert!(place.read("order/converted/person.csv").contains("Amal Reyes"));
    assert!(!place.path("..").join("patients.csv").exists());
}

#[test]
fn a_damaged_archive_is_said_by_name_and_leaves_nothing() {
    let place = packed("cut.tar.gz", |path| {
        let whole = gzipped(&tarred(&[("patients.csv", &PATIENTS.as_bytes().repeat(200))]));
        std::fs::write(path, &whole[..whole.len() / 2]).unwrap();
    });
    let said = stderr(&place.ehr("run cut.tar.gz --target demo --out order").code(5));
    assert!(said.contains("`cut.tar.gz` cannot be read: it cannot be unpacked: "), "{said}");
    place.write("fake.zip", "no archive");
    assert!(stderr(&place.ehr("detect fake.zip").code(5)).contains("`fake.zip` cannot be read: it cannot be unpacked: "));
    assert!(!place.has("order"));
}

#[test]
fn the_sheets_of_a_workbook_are_tables() {
    let place = packed("clinic.xlsx", |path| {
        let mut book = Workbook::new();
        let patients = book.add_worksheet();
        patients.set_name("Patients").unwrap();
        for (column, name) in ["Id", "NAME", "BIRTHDATE", "GENDER"].into_iter().enumerate() {
            patients.write(0, u16::try_from(column).unwrap(), name).unwrap();
        }
        let day = Format::new().set_num_format("yyyy-mm-dd");
        patients.write(1, 0, "p1").unwrap();
        patients.write(1, 1, "Amal, \"Reyes\"").unwrap();
        patients.write_with_format(1, 2, ExcelDateTime::from_ymd(1980, 2, 29).unwrap(), &day).unwrap();
        patients.write(1, 3, "F").unwrap();
        // The third line is blank.
        patients.write(3, 0, "p2").unwrap();
        patients.write(3, 3, "M").unwrap();
        let visits = book.add_worksheet();
        visits.set_name("visits").unwrap();
        for (column, name) in ["Id", "PATIENT", "START", "COST"].into_iter().enumerate() {
            visits.write(0, u16::try_from(column).unwrap(), name).unwrap();
        }
        let minute = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        for (row, hour) in [(1, 9), (2, 0)] {
            visits.write(row, 0, format!("v{row}")).unwrap();
            visits.write(row, 1, "p1").unwrap();
            let at = ExcelDateTime::from_ymd(2024, 3, 1).unwrap().and_hms(hour, 0, 0).unwrap();
            visits.write_with_format(row, 2, &at, &minute).unwrap();
            visits.write(row, 3, 12.5).unwrap();
        }
        book.add_worksheet().set_name("Empty").unwrap();
        book.save(path).unwrap();
    });
    place.ehr("run clinic.xlsx --target demo --out order").code(0);
    let person = place.read("order/converted/person.csv");
    assert!(person.contains(",\"Amal, \"\"Reyes\"\"\",1980-02-29,8532\n"), "{person}");
    assert_eq!(person.lines().count(), 3);
    let visit = place.read("order/converted/visit.csv");
    // Midnight is a time of day where the column has times.
    assert!(visit.contains(",2024-03-01 09:00:00,12.50\n") && visit.contains(",2024-03-01 00:00:00,12.50\n"), "{visit}");
}

#[test]
fn a_row_set_aside_names_the_sheet_and_its_line() {
    let place = packed("clinic.xlsx", |path| {
        let mut book = Workbook::new();
        let patients = book.add_worksheet();
        patients.set_name("patients").unwrap();
        for (row, cells) in [["Id", "NAME", "BIRTHDATE", "GENDER"], ["", "", "", ""], ["p1", "Amal", "unknown", "F"]].iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                patients.write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), *cell).unwrap();
            }
        }
        book.save(path).unwrap();
    });
    place.ehr("run clinic.xlsx --source acme/1 --target demo --out order").code(0);
    let rejects = place.read("order/rejects/patients.csv");
    assert!(rejects.contains("clinic.xlsx/patients.csv,3,"), "{rejects}");
}

#[test]
fn a_parquet_file_is_a_table() {
    let place = packed("export/patients.parquet", |path| {
        let columns = [
            Series::new("Id".into(), ["p1", "p2"]).into(),
            Series::new("NAME".into(), [Some("Amal \"Reyes\"\nJr"), None]).into(),
            Series::new("BIRTHDATE".into(), [chrono::NaiveDate::from_ymd_opt(1980, 2, 29), None]).into(),
            Series::new("GENDER".into(), ["F", "M"]).into(),
        ];
        let mut frame = polars::prelude::DataFrame::new(2, columns.to_vec()).unwrap().lazy().collect().unwrap();
        ParquetWriter::new(File::create(path).unwrap()).finish(&mut frame).unwrap();
    });
    std::fs::remove_file(place.path("export/patients.csv")).unwrap();
    place.ehr("run export --target demo --out order").code(0);
    let person = place.read("order/converted/person.csv");
    assert!(person.contains(",\"Amal \"\"Reyes\"\"\nJr\",1980-02-29,8532\n"), "{person}");
}
