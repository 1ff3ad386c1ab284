//! Comments are found where nobody has declared them, and no row is ever taken for one.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::ir::schema::Dialect;
use crate::ir::schema::LineEnd;
use crate::records::Head;
use crate::records::Hints;
use crate::records::batch::Part;
use crate::records::head;
use crate::records::reader::Reader;
use crate::records::shape::Mark;
use proptest::prelude::*;

/// What a file begins with, and each of its pieces.
fn read(bytes: &[u8], dialect: &Dialect, block: usize) -> (Head, Vec<(Part, String)>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let head = head(file.path(), dialect, Hints::default(), usize::MAX).unwrap();
    let mut reader = Reader::open(file.path(), head.shape).unwrap().with_block(block);
    let mut pieces = Vec::new();
    while let Some(batch) = reader.next(u64::MAX).unwrap() {
        pieces.extend(batch.parts().into_iter().map(|(part, piece)| (part, String::from_utf8_lossy(piece).into_owned())));
    }
    (head, pieces)
}

/// The comments of a file, without their line ends, and its rows.
#[track_caller]
fn comments(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let (head, pieces) = read(text.as_bytes(), &Dialect::default(), 7);
    assert_eq!(pieces.iter().map(|(_, piece)| piece.as_str()).collect::<String>(), text, "every byte is in one piece");
    let found = pieces.into_iter().filter(|(part, _)| *part == Part::Comment).map(|(_, piece)| piece.trim_end().to_owned());
    (found.collect(), head.rows)
}

fn rows(of: &[&[&str]]) -> Vec<Vec<String>> {
    of.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

#[test]
fn remarks_of_every_kind_are_found_wherever_they_stand() {
    for mark in ["#", "//", "--", "*", "%", ";", "!", "REM"] {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!(
                "{mark} made by night{end}id,name,kg{end}1,Ana,60{end}{mark} seen, twice{end}2,Bo,71{end}3,Cy,82{end}{mark} the end{end}"
            );
            let (found, read) = comments(&text);
            let expected = ["made by night", "seen, twice", "the end"].map(|words| format!("{mark} {words}"));
            assert_eq!(found, expected, "{mark} {end:?}");
            assert_eq!(read, rows(&[&["1", "Ana", "60"], &["2", "Bo", "71"], &["3", "Cy", "82"]]), "{mark} {end:?}");
        }
    }
}

#[test]
fn delimiters_in_remarks_do_not_mislead() {
    let remarks = "# columns, in order: id, name, kg, note\n# units: kg, cm, mmHg\n# made by: ward 7, night shift, twice\n#\n".repeat(3);
    let text = format!("{remarks}id;name;kg\n1;Ana;60,5\n2;Bo;71,5\n");
    let (head, _) = read(text.as_bytes(), &Dialect::default(), 64);
    assert_eq!((head.shape.delimiter, head.shape.comment, head.shape.preamble), (Mark::byte(b';'), Some(Mark::byte(b'#')), 0));
    assert_eq!(
        (head.header, head.rows),
        (vec!["id".to_owned(), "name".to_owned(), "kg".to_owned()], rows(&[&["1", "Ana", "60,5"], &["2", "Bo", "71,5"]]))
    );
    assert!(head.evidence.iter().any(|why| why.contains("12 lines that begin with `#` are comments")), "{:?}", head.evidence);
    assert!(head.evidence.iter().all(|why| !why.contains("ward") && !why.contains("Ana")));
}

#[test]
fn names_may_begin_as_remarks_do() {
    let (found, read) = comments("# version 4, final\n# made by night\n#id\tname\tkg\n1\tAna\t60\n2\tBo\t71\n");
    assert_eq!((found.len(), read), (2, rows(&[&["1", "Ana", "60"], &["2", "Bo", "71"]])));
}

#[test]
fn a_remark_as_wide_as_rows_is_left_to_what_knows_columns() {
    assert!(comments("id,name,kg\n1,Ana,60\n# seen,by,night\n2,Bo,71\n3,Cy,82\n").0.is_empty());
}

#[test]
fn a_row_that_is_cut_short_is_no_remark() {
    for first in ["#1", "#", "*", "--", ";", "//", "%", "#A12", "REM"] {
        let short = format!("id,name,kg\n1,Ana,60\n{first},Bo\n3,Cy,82\n{first}\n");
        assert!(comments(&short).0.is_empty(), "{short}");
        if first == "REM" {
            continue;
        }
        // Where rows begin so, not even what reads as a remark is one.
        let both = format!("id|name|kg\n{first}|Ana|60\n{first} of the night\n3|Cy|82\n");
        assert!(comments(&both).0.is_empty(), "{both}");
    }
    let over_lines = "id,name,kg\n\"# 1\",Ana,60\n# 2,\"Bo,\nthe elder\",71\n3,Cy,82\n";
    assert_eq!(comments(over_lines), (Vec::new(), rows(&[&["# 1", "Ana", "60"], &["# 2", "Bo,\nthe elder", "71"], &["3", "Cy", "82"]])));
    let in_text = "id,note\n1,\"seen:\n# twice\n* by night\"\n2,well\n3,well\n";
    assert_eq!(comments(in_text), (Vec::new(), rows(&[&["1", "seen:\n# twice\n* by night"], &["2", "well"], &["3", "well"]])));
}

#[test]
fn what_the_schema_says_is_not_looked_for() {
    let text = b"id,name,kg\n# seen\n1,Ana,60\n2,Bo,71\n";
    let none = Dialect { comment: Some(String::new()), ..Dialect::default() };
    assert!(read(text, &none, 64).1.iter().all(|(part, _)| *part == Part::Record));
    let other = Dialect { comment: Some("1".to_owned()), ..Dialect::default() };
    let (head, pieces) = read(text, &other, 64);
    assert!(!head.shape.finds_comments && pieces.contains(&(Part::Comment, "1,Ana,60\n".to_owned())));
}

/// Cells that begin as comments do.
fn first() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "#1", "#", "# a b", "*", "* see", "--", "-- none", ";", "; x", "//", "// y", "%", "% of", "!", "REM", "REM x", "rem y", "7", "8",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_row_is_a_comment_whatever_it_begins_with_and_whatever_stands_between(
        cells in prop::collection::vec((first(), "[a-z#;,\" ]{0,6}", any::<u8>(), prop::option::weighted(0.2, "(#|\\*|--|;|//|%|!|REM) ?[a-z, ]{0,12}")), 2..30),
        which in 0..3_usize, end in 0..3_usize, always: bool, block in 1..40_usize,
    ) {
        let (delimiter, end) = ([b',', b'|', b'\t'][which], ["\n", "\r\n", "\r"][end]);
        let line = |row: &[String]| {
            let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).quote_style(style).from_writer(Vec::new());
            writer.write_record(row).unwrap();
            String::from_utf8(writer.into_inner().unwrap()).unwrap().trim_end_matches('\n').to_owned() + end
        };
        let mut text = line(&["id", "word", "nr"].map(str::to_owned));
        let mut meant = Vec::new();
        for (first, word, nr, between) in &cells {
            meant.push(vec![first.clone(), word.clone(), nr.to_string()]);
            text += &line(meant.last().unwrap());
            // What reads as a row of three fields is one.
            if let Some(between) = between.as_ref().filter(|between| !between.contains(char::from(delimiter))) {
                text.extend([between.as_str(), end]);
            }
        }
        let line_end = if end == "\r" { LineEnd::Cr } else { LineEnd::Lf };
        let dialect = Dialect { delimiter: Some(char::from(delimiter).to_string()), quote: Some(Some(b'"')), line_end: Some(line_end), ..Dialect::default() };
        let (head, pieces) = read(text.as_bytes(), &dialect, block);
        let whole: Vec<_> = head.rows.iter().filter(|row| row.len() == 3).cloned().collect();
        prop_assert_eq!(&whole, &meant);
        prop_assert_eq!(pieces.iter().map(|(_, piece)| piece.as_str()).collect::<String>(), text);
    }
}
