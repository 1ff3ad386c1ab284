//! Files that are no tables, whatever they are called: told by their first bytes.

use super::reader::BOM;
use crate::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// How much of a file is looked at.
const START: u64 = 1024;

/// First bytes that nothing else begins with.
const MARKS: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or a workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
];
/// What a page begins with, in small letters, behind blanks.
const PAGES: &[(&str, &str)] = &[("<!doctype html", "an HTML page"), ("<html", "an HTML page"), ("<?xml", "an XML document")];

/// What a file is, where its first bytes say that it is no table.
pub(crate) fn foreign(path: &Path) -> Result<Option<&'static str>, Error> {
    let file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
    let mut start = Vec::new();
    file.take(START).read_to_end(&mut start).map_err(|error| Error::io("reading", path, error))?;
    Ok(of(&start))
}

/// Whether what is cut as cells is no text: controls that no file uses to part fields or lines stand in most of them. A few
/// cells may hold a NUL.
pub(crate) fn is_binary<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let control = |letter: char| letter < '\u{9}' || ('\u{E}'..'\u{1C}').contains(&letter);
    let (spoilt, all) =
        cells.filter(|cell| !cell.is_empty()).fold((0, 0), |(spoilt, all), cell| (spoilt + usize::from(cell.contains(control)), all + 1));
    spoilt * 2 > all
}

fn of(start: &[u8]) -> Option<&'static str> {
    let known = MARKS.iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, what)| *what);
    let text = start.strip_prefix(BOM).unwrap_or(start).trim_ascii_start();
    let begins = |page: &str| text.get(..page.len()).is_some_and(|start| start.eq_ignore_ascii_case(page.as_bytes()));
    known.or_else(|| PAGES.iter().find(|(page, _)| begins(page)).map(|(_, what)| *what))
}

#[cfg(test)]
mod tests {
    use super::is_binary;
    use super::of;

    #[test]
    fn a_few_controls_are_in_text_and_many_are_not() {
        assert!(is_binary(["\0\0", "a\u{1}"].into_iter()));
        assert!(!is_binary(["a", "b\0", "c", ""].into_iter()));
        assert!(!is_binary(["a\tb", "c\u{B}d", "e\u{1D}f", "g\r\n"].into_iter()));
        assert!(!is_binary(std::iter::empty()));
    }

    #[test]
    fn what_is_no_table_is_told_by_its_first_bytes_and_no_table_is_taken_for_it() {
        assert_eq!(of(b"%PDF-1.7\n%"), Some("a PDF document"));
        assert_eq!(of(b"\xEF\xBB\xBF\r\n <!DOCTYPE HTML>\n<html>"), Some("an HTML page"));
        assert_eq!(of(b"<HTML><body>"), Some("an HTML page"));
        assert_eq!(of(b"PK\x03\x04\x14"), Some("a ZIP archive or a workbook"));
        for table in ["", "PK,name\n1,x\n", "%PDF,b\n", "<5,>6\n", "GIF,PNG\n", "<html", "pk\x03"] {
            let meant = (table == "<html").then_some("an HTML page");
            assert_eq!(of(table.as_bytes()), meant, "{table:?}");
        }
        let two_bytes: Vec<u8> = "\u{feff}Id,name".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(of(&two_bytes), None);
    }
}
