//! Files of real systems and of other readers' tests, where they lie beside the repository: read cell for cell, without a hint.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use super::*;
use std::path::PathBuf;

/// As the integration tests find them.
fn real_data(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let path = std::env::var_os("EHR_TEST_DATA").map_or_else(beside, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: `{name}` is not here; EHR_TEST_DATA says where real exports lie");
    None
}

/// All of a file, as it is found to be written.
fn whole(path: &Path) -> Head {
    let head = head(path, &Dialect::default(), Hints { whole: true, ..Hints::default() }, usize::MAX).unwrap();
    let mut reader = Reader::open(path, head.shape).unwrap().past_header().unwrap();
    let mut records = 0;
    while let Some(batch) = reader.next(u64::MAX).unwrap() {
        records += batch.len();
    }
    assert_eq!(records, head.rows.len(), "`{}` has malformed rows", path.display());
    head
}

/// What a faithful reader yields.
fn expected(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect())
}

/// `2024-01-31` as another system writes it.
fn day(iso: &str, written: fn(&str, &str, &str) -> String) -> String {
    let mut parts = iso.splitn(3, '-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day)) => written(year, month, day),
        _ => String::new(),
    }
}

#[track_caller]
fn same(found: &[Vec<String>], expected: &[Vec<String>]) {
    // The cells themselves are nobody's business.
    assert_eq!(found.len(), expected.len());
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        for (column, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert!(found == expected, "row {row}, column {column} differs");
        }
        assert_eq!(found.len(), expected.len(), "row {row}");
    }
}

#[test]
fn a_brazilian_export_is_read_cell_for_cell() {
    let (Some(path), Some(meant)) = (real_data("derived-dialects/brasil.csv"), real_data("derived-dialects/expected_patients.csv")) else {
        return;
    };
    let found = whole(&path);
    assert_eq!(found.header[0], "Prontuário");
    assert_eq!((found.shape.encoding.name(), found.shape.marks.decimal, found.doubt), ("windows-1252", ',', None));
    let mut rows = expected(&meant).1;
    for row in &mut rows {
        row[3] = day(&row[3], |year, month, day| format!("{day}/{month}/{year}"));
        row[4] = day(&row[4], |year, month, day| format!("{day}/{month}/{year}"));
        row[5] = row[5].replace('M', "Masculino").replace('F', "Feminino");
        row[9] = row[9].replace('.', ",");
    }
    same(&found.rows, &rows);
}

#[test]
fn a_filemaker_export_is_read_cell_for_cell() {
    let (Some(path), Some(meant)) = (real_data("derived-dialects/filemaker.tab"), real_data("derived-dialects/expected_filemaker.csv"))
    else {
        return;
    };
    let found = whole(&path);
    assert_eq!((found.shape.encoding.name(), found.shape.headed, found.shape.line_break), ("macintosh", false, Some(0x0B)));
    let (header, mut rows) = expected(&meant);
    assert_eq!(found.header.len(), header.len());
    for row in &mut rows {
        row[3] = day(&row[3], |year, month, day| format!("{month}/{day}/{year}"));
        row[4] = day(&row[4], |year, month, day| format!("{month}/{day}/{year}"));
    }
    same(&found.rows, &rows);
}

#[test]
fn the_csv_spectrum_is_read_as_its_authors_mean_it() {
    let Some(folder) = real_data("csv-spectrum") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("csvs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let found = whole(&path);
        let meant: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join(format!("json/{name}.json"))).unwrap()).unwrap();
        // One object stands for a list of one.
        let meant = meant.as_array().cloned().unwrap_or_else(|| vec![meant]);
        let meant: Vec<Vec<String>> =
            meant.iter().map(|row| found.header.iter().map(|name| row[name].as_str().unwrap().to_owned()).collect()).collect();
        if name == "location_coordinates" {
            // The number of the telephone in the JSON is not the one in the CSV.
            same(&[found.rows[0][1..].to_vec()], &[meant[0][1..].to_vec()]);
        } else {
            same(&found.rows, &meant);
        }
        seen += 1;
    }
    assert_eq!(seen, 12);
}

#[test]
fn the_examples_of_clevercsv_are_read_as_they_are_written() {
    let Some(folder) = real_data("clevercsv/example") else { return };
    let imdb = whole(&folder.join("imdb.csv"));
    assert_eq!((imdb.header.len(), imdb.rows.len()), (44, 100));
    assert!(imdb.rows.iter().all(|row| row.len() == 44));
    assert!(imdb.rows.iter().any(|row| row[2] == "Dr. Seltsam, oder wie ich lernte, die Bombe zu lieben (1964)"));
    for (name, delimiter) in [("airedale.csv", b','), ("milk.csv", b'\t')] {
        let path = folder.join(name);
        let found = whole(&path);
        let mut theirs = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_path(&path).unwrap();
        let header: Vec<String> = theirs.headers().unwrap().iter().map(|name| name.trim().to_owned()).collect();
        assert_eq!(found.header, header, "{name}");
        let meant: Vec<Vec<String>> = theirs.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        same(&found.rows, &meant);
    }
}
