//! Files that cannot be read: they are named, and the others are looked at.

use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use flate2::Compression;
use flate2::write::GzEncoder;
use polars::prelude::DataFrame;
use polars::prelude::NamedFrom as _;
use polars::prelude::ParquetWriter;
use polars::prelude::Series;
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A compressed file that breaks off.
fn cut(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let mut whole = encoder.finish().unwrap();
    whole.truncate(whole.len() / 2);
    whole
}

/// A zip archive of plain files, `damaged` the name of one whose bytes are not those that its checksum was made of.
fn zipped(entries: &[(&str, &str)], damaged: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in entries {
        zip.start_file(*name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let text = entries.iter().find(|(name, _)| *name == damaged).map_or("", |(_, text)| text);
    if let Some(at) = bytes.windows(text.len().max(1)).position(|window| window == text.as_bytes()) {
        bytes[at] ^= 1;
    }
    bytes
}

/// Names and reasons.
fn unreadable(answer: &Value) -> Vec<(String, String)> {
    let text = |file: &Value, key: &str| file[key].as_str().unwrap_or_default().to_owned();
    answer["unreadable_files"].as_array().unwrap().iter().map(|file| (text(file, "name"), text(file, "reason"))).collect()
}

#[test]
fn what_cannot_be_read_keeps_nobody_from_looking_at_the_rest() {
    let place = Place::new();
    symlink(place.path("nowhere"), place.path("export/away.csv")).unwrap();
    symlink("itself.csv", place.path("export/itself.csv")).unwrap();
    place.write("export/notes.csv.gz", cut("a,b\n1,2\n"));
    place.write("export/papers.zip", "no archive");
    place.write("export/more.zip", zipped(&[("staff.csv", "id,name\n7,Kim\n"), ("wards.csv", "id,ward\n")], "staff.csv"));
    let detected = place.ehr("detect export --format json").code(0);
    let found = answer(&detected);
    let named = unreadable(&found);
    let files: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(files, ["away.csv", "itself.csv", "more.zip/staff.csv", "notes.csv.gz", "papers.zip"]);
    assert!(named.iter().take(2).all(|(_, reason)| reason == "it is a link that leads nowhere"), "{named:?}");
    assert!(named.iter().skip(2).all(|(_, reason)| reason.starts_with("it cannot be unpacked: ")), "{named:?}");
    assert!(!named.iter().any(|(_, reason)| reason.contains("Kim")));
    assert_eq!(found["unrecognised_files"], serde_json::json!(["more.zip/wards.csv"]));
    assert!(stderr(&detected).contains("note: `away.csv` cannot be read: it is a link that leads nowhere"));
    assert!(stdout(&place.ehr("detect export").code(0)).contains("\ncannot be read:\n  away.csv: it is a link that leads nowhere\n"));

    let scanned = answer(&place.ehr("scan export --format json").code(0));
    let skipped: Vec<&str> = scanned["skipped"].as_array().unwrap().iter().filter_map(|file| file["name"].as_str()).collect();
    assert!(files.iter().all(|file| skipped.contains(file)), "{skipped:?}");
    assert_eq!(scanned["files"].as_array().unwrap().len(), 3);
}

/// A workbook, of which a run may get half.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("patients").unwrap();
    for row in 0..200 {
        sheet.write(row, 0, format!("p{row}")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// A Parquet file, whose pages are damaged and its footer is not.
fn parquet() -> Vec<u8> {
    let ids: Vec<String> = (0..5000).map(|row| format!("p{row}")).collect();
    let mut frame = DataFrame::new(5000, vec![Series::new("Id".into(), ids).into()]).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes[20..200].fill(0xA5);
    bytes
}

#[test]
fn a_run_stops_before_anything_is_converted_where_something_cannot_be_read() {
    let place = Place::new();
    let half = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    let damaged: [(&str, Vec<u8>, &str); 9] = [
        ("notes.xlsx", half(workbook()), "it cannot be opened as a workbook"),
        ("notes.ods", b"PK\x03\x04 no more".to_vec(), "it cannot be opened as a workbook"),
        ("page.xls", b"<html>Not found</html>".to_vec(), "it cannot be opened as a workbook"),
        ("rows.parquet", parquet(), "it cannot be read as a Parquet file to its end"),
        ("cut.parquet", half(parquet()), "it cannot be opened as a Parquet file"),
        ("patients_2.csv.gz", cut(PATIENTS), "it cannot be unpacked"),
        ("letters.csv.gz", cut("a,b\n"), "it cannot be unpacked"),
        ("rest.zip", b"PK".to_vec(), "it cannot be unpacked"),
        ("all.7z", b"7z\xBC\xAF\x27\x1C".to_vec(), "an archive of a kind that cannot be opened"),
    ];
    for (name, bytes, why) in damaged {
        place.write(&format!("export/{name}"), bytes);
        let said = stderr(&place.convert("").code(5));
        assert!(said.contains(&format!("error: `{name}` cannot be read: ")) && said.contains(why), "{said}");
        assert!(
            said.contains(&format!(
                "help: mend what is damaged, or leave out by name what is none of the export's, as in `--leave-out '{name}'`"
            )),
            "{said}"
        );
        assert!(!place.has("order") && place.partials().is_empty());
        // Who looks only is told, and sees the rest.
        let found = answer(&place.ehr("detect export --format json").code(0));
        assert_eq!(unreadable(&found)[0].0, name);
        assert!(unreadable(&found)[0].1.contains(why), "{found}");
        assert!(!found["unrecognised_files"].to_string().contains(name), "{found}");
        let scanned = answer(&place.ehr("scan export --format json").code(0));
        assert!(scanned["skipped"].to_string().contains(name), "{scanned}");
        std::fs::remove_file(place.path(&format!("export/{name}"))).unwrap();
    }
    symlink(place.path("nowhere"), place.path("export/readme.csv")).unwrap();
    place.write("export/a.zip", "none");
    let said = stderr(&place.convert("").code(5));
    assert!(
        said.contains("error: 2 files of the input cannot be read\n  `a.zip`: it cannot be unpacked")
            && said.contains("\n  `readme.csv`: "),
        "{said}"
    );
}

#[test]
fn what_is_left_out_by_name_is_recorded_and_the_rest_is_read() {
    let place = Place::new();
    symlink(place.path("nowhere"), place.path("export/readme.csv")).unwrap();
    place.write("export/more.zip", zipped(&[("staff.csv", "id,name\n7,Kim\n"), ("wards.csv", "id,ward\n")], "staff.csv"));
    place.write("export/old/patients_0.csv", "Id,NAME,BIRTHDATE,GENDER\np0,Old,1950-01-01,M\n");
    let made = place.convert("--leave-out readme.csv --leave-out more.zip/staff.csv --leave-out old").code(0);
    assert!(stderr(&made).contains("note: `readme.csv` is left out, as `--leave-out readme.csv` asks"), "{}", stderr(&made));
    let meant = serde_json::json!([
        {"name": "more.zip/staff.csv", "by": "more.zip/staff.csv"},
        {"name": "old/patients_0.csv", "by": "old"},
        {"name": "readme.csv", "by": "readme.csv"},
    ]);
    assert_eq!(place.json("order/order.json")["left_out"], meant);
    assert_eq!(place.json("order/report.json")["left_out"], meant);
    assert!(place.read("order/report.html").contains("Left out of the input by name: 3"));
    assert!(place.read("order/log.jsonl").contains("readme.csv"));
    assert_eq!(place.json("order/ledger.json")["tables"][0]["read"], 3);
    // The order is asked about as it was made.
    let person = place.read("order/converted/person.csv");
    let id = person.lines().nth(1).unwrap().split(',').next().unwrap();
    place.ehr(&format!("why order person {id}")).code(0);

    let said = stderr(&place.ehr("detect export --leave-out nobody.csv").code(2));
    assert!(said.contains("`--leave-out nobody.csv` names nothing in the input"), "{said}");
}

#[test]
fn delimited_text_that_is_called_a_workbook_is_read() {
    let place = Place::new();
    std::fs::rename(place.path("export/visits.csv"), place.path("export/visits.xls")).unwrap();
    let found = answer(&place.ehr("detect export --format json").code(0));
    assert_eq!(found["candidates"][0]["tables"]["visits.xls/visits.csv"], "visits", "{found}");
    assert_eq!(unreadable(&found), []);
}

#[test]
fn where_nothing_can_be_read_that_is_a_failure() {
    let place = Place::new();
    place.write("only/patients.csv.gz", cut(PATIENTS));
    for command in ["detect only", "scan only", "detect only/patients.csv.gz", "run only --target demo --out order"] {
        let said = stderr(&place.ehr(command).code(5));
        assert!(said.contains("error: nothing of the input can be read\n  `patients.csv.gz` cannot be read: "), "{command}: {said}");
    }
}

#[test]
fn a_file_that_this_user_may_not_read_and_a_pipe_are_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let locked = place.path("export/staff.csv");
    std::fs::write(&locked, "id\n1\n").unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o0)).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(place.path("export/a.sock")).unwrap();
    let found = answer(&place.ehr("detect export --format json").code(0));
    let named = unreadable(&found);
    assert_eq!(named[0], ("a.sock".to_owned(), "it is no file but a pipe or a device".to_owned()));
    // To root nothing is locked.
    if File::open(&locked).is_err() {
        assert_eq!(named[1], ("staff.csv".to_owned(), "this user may not read it".to_owned()));
    }
}
