//! Files that cannot be read: they are named, and the others are looked at.

use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use flate2::Compression;
use flate2::write::GzEncoder;
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

#[test]
fn a_run_stops_where_rows_of_its_tables_could_be_lacking_and_else_says_what_it_did_not_read() {
    let place = Place::new();
    symlink(place.path("nowhere"), place.path("export/readme.csv")).unwrap();
    place.write("export/letters.csv.gz", cut("a,b\n1,2\n"));
    let made = place.convert("").code(0);
    assert!(stderr(&made).contains("`letters.csv.gz` cannot be read: it cannot be unpacked"), "{}", stderr(&made));
    let order = place.json("order/order.json");
    assert_eq!((&order["unread"][0]["name"], &order["unread"][1]["name"]), (&"letters.csv.gz".into(), &"readme.csv".into()));
    assert!(place.read("order/log.jsonl").contains("letters.csv.gz"));
    std::fs::remove_dir_all(place.path("order")).unwrap();

    for (name, bytes) in
        [("patients_2.csv.gz", cut(PATIENTS)), ("Patients_b.csv", Vec::new()), ("rest.zip", b"PK".to_vec()), ("rest.tar.gz", cut("x"))]
    {
        let path = place.path(&format!("export/{name}"));
        if bytes.is_empty() {
            symlink(place.path("nowhere"), &path).unwrap();
        } else {
            std::fs::write(&path, bytes).unwrap();
        }
        let said = stderr(&place.convert("").code(5));
        assert!(said.contains(&format!("error: `{name}` cannot be read: ")), "{said}");
        assert!(said.contains("rows of acme/1 could be lacking") && said.contains("help: "), "{said}");
        assert!(!place.has("order"));
        std::fs::remove_file(path).unwrap();
    }
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
