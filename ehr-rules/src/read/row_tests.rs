//! Rows that are none, or are written otherwise than their file: each is set aside or repaired, and says so.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::tests::Case;
use super::tests::at;
use super::tests::column;
use super::tests::finding;
use super::tests::required;
use super::tests::table;
use super::*;
use crate::finding::Consequence::Rejected;
use crate::finding::Consequence::Warned;
use crate::ir::schema::Dialect;
use crate::ir::schema::Nul;
use crate::ir::schema::Width;
use crate::ir::types::Kind;

#[test]
fn lines_are_cut_where_fields_stand_and_set_aside_where_they_are_too_long_or_cut_off() {
    let mut of = table("t", vec![column("id", Kind::Integer), column("name", Kind::Text)]);
    of.widths = [("name", 4, 9), ("id", 1, 3)].map(|(name, from, to)| Width { name: name.to_owned(), from, to }).to_vec();
    let case = Case::of(vec![of]).file("t.csv", "  1Zoë   \n  2,\"\n  3Ada \n  4Ada   and more\n  x\n".as_bytes());
    let frame = case.frame();
    let names: Vec<Option<&str>> = frame.column("name").unwrap().str().unwrap().iter().collect();
    assert_eq!((case.values(), names), (vec!["1".to_owned(), "2".to_owned()], vec![Some("Zoë"), Some(",\"")]));
    assert_eq!(case.codes(), [at(3, "R0201"), at(4, "R0202"), at(5, "R0102")]);
    let rejects = case.rejects();
    assert_eq!(rejects[0][..2], ["name", "id"]);
    assert_eq!(rejects[1][..2], ["  3Ada ", ""]);
    assert_eq!(rejects[2][..2], ["  4Ada   and more", ""]);
    assert_eq!(rejects[3][..2], ["", "x"]);
    assert_eq!(case.ledger.balances()[0].read, 5);
}

#[test]
fn rows_that_are_no_rows_are_set_aside_as_they_were() {
    let mut case = Case::new(vec![column("a", Kind::Text), column("b", Kind::Text)])
        .file("t.csv", b"a,b\n1\n1,2,3\n1,\xff\n1,\"2\n5\" x,\"3\n\n\"6\" y\",2\nok,2\n");
    case.schema.dialect = Dialect { quote: Some(Some(b'"')), encoding: Some("utf-8".to_owned()), ..Dialect::default() };
    assert_eq!(case.values(), ["ok"]);
    let codes: Vec<_> = case.codes();
    assert_eq!(codes, [at(2, "R0201"), at(3, "R0202"), at(4, "R0203"), at(5, "R0204"), at(6, "R0204"), at(8, "R0204")]);
    let rejects = case.rejects();
    assert_eq!(rejects[1][..2], ["1", ""]);
    assert_eq!(rejects[2][..2], ["1,2,3", ""]);
    assert_eq!(rejects[3][..2], ["1", "\u{fffd}"]);
    assert_eq!(rejects[4][..2], ["1,\"2", ""]);
    assert!(rejects[2][7].contains("3 where the header has 2"));
    assert!(std::fs::read(case.order.folder.join("rejects/t.csv")).unwrap().contains(&0xff));
    assert_eq!(case.findings().iter().map(|finding| finding.3).sum::<u64>(), 6);
}

#[test]
fn a_row_is_repaired_where_one_way_alone_leaves_every_value_what_it_is_declared_to_be() {
    let columns = vec![required("id", Kind::Integer), column("name", Kind::Text), column("born", Kind::Date), column("note", Kind::Text)];
    let rows = "id,name,born,note\n1,Reyes, Ana,2001-02-03,x\n2,Bo,1999-12-31,y,,\n3,\"5\" Cy\",2000-01-01,z\n4,Dee,2002-02-02,\"left open\n\
                5,Eve,1990-01-01,a,b\n6,F, ay, Mo,1991-01-01,c\n7,Gil,not a day,d,\n8,Hal,1980-05-05,e\n";
    let mut case = Case::new(columns).file("t.csv", rows);
    case.schema.dialect = Dialect { delimiter: Some(",".to_owned()), quote: Some(Some(b'"')), ..Dialect::default() };
    let frame = case.frame();
    let ids: Vec<i64> = frame.column("id").unwrap().i64().unwrap().into_no_null_iter().collect();
    assert_eq!(ids, [1, 2, 3, 6, 8]);
    let names: Vec<String> = frame.column("name").unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect();
    assert_eq!(names, ["Reyes, Ana", "Bo", "5\" Cy", "F, ay, Mo", "Hal"]);
    // An open quote may go on below; a field behind the last may be one's own; and a value that is none is not mended.
    assert_eq!(case.codes(), [at(5, "R0204"), at(6, "R0202"), at(8, "R0202")]);
    assert_eq!(
        case.findings(),
        [
            finding("R0202", "t", Rejected, 2),
            finding("R0204", "t", Rejected, 1),
            finding("R0213", "t", Warned, 1),
            finding("R0214", "t", Warned, 2),
            finding("R0215", "t", Warned, 1),
        ]
    );
    let balance = &case.ledger.balances()[0];
    assert_eq!((balance.read, balance.rejected), (8, 3));
    // Each repaired row stands beside the rejects as it was, with its line and what was done.
    let mut reader = csv::Reader::from_path(case.order.folder.join("repaired/t.csv")).unwrap();
    let repaired: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let told: Vec<(&str, &str, &str)> = repaired.iter().map(|row| (row[0].as_str(), row[5].as_str(), row[8].as_str())).collect();
    assert_eq!(
        told,
        [
            ("1,Reyes, Ana,2001-02-03,x", "2", "R0214"),
            ("2,Bo,1999-12-31,y,,", "3", "R0213"),
            ("3,\"5\" Cy\",2000-01-01,z", "4", "R0215"),
            ("6,F, ay, Mo,1991-01-01,c", "7", "R0214"),
        ]
    );
}

#[test]
fn rows_of_texts_alone_are_never_repaired() {
    let case = Case::new(vec![column("a", Kind::Text), column("b", Kind::Text)]).file("t.csv", "a,b\n1,2\n3,4,\n5,6,7\n8,\"9\" x\"\n");
    assert_eq!(case.values(), ["1"]);
    assert!(!case.order.folder.join("repaired").exists());
}

#[test]
fn a_row_that_is_none_of_its_table_is_set_aside_though_every_column_takes_it() {
    let columns = vec![column("id", Kind::Text), column("name", Kind::Text), column("born", Kind::Text), column("kg", Kind::Text)];
    let rows = "1,Ana,2001-02-03,60\n2,Bo,1999-12-31,71\n3,Cy,1988-08-08,82\n".repeat(5);
    let text = format!("id,name,born,kg\n{rows}# seen,by,night,twice\n{rows}ID,name,born,kg\n{rows}4,Di,unknown,unknown\n");
    let case = Case::new(columns).file("t.csv", text.as_str());
    assert_eq!(case.frame().height(), 46);
    assert_eq!(case.codes(), [at(17, "R0217"), at(33, "R0216")]);
    assert_eq!(case.findings(), [finding("R0216", "t", Rejected, 1), finding("R0217", "t", Rejected, 1)]);
    let balance = &case.ledger.balances()[0];
    assert_eq!((balance.read, balance.rejected), (48, 2));
}

#[test]
fn bytes_that_are_no_text_in_their_encoding_set_their_row_aside() {
    let mut bytes = Vec::new();
    for unit in "\u{feff}n,name\n1,Ž\n2,".encode_utf16() {
        bytes.extend(unit.to_le_bytes());
    }
    // Half of a surrogate pair.
    bytes.extend([0x00, 0xD8]);
    bytes.extend([b'\n', 0, b'3', 0, b',', 0, b'z', 0]);
    let mut case = Case::new(vec![column("n", Kind::Integer), column("name", Kind::Text)]).file("t.csv", bytes);
    case.schema.dialect = Dialect { encoding: Some("utf-16le".to_owned()), ..Dialect::default() };
    assert_eq!(case.frame().height(), 2);
    assert_eq!(case.ledger.balances()[0].rejected, 1);
    // They are written down as the bytes that they were.
    assert_eq!(case.rejects()[1][..2], ["2", "\\x00\\xD8"]);
}

/// Ids of the rows that go on, codes of those that do not, and what stands in `repaired/`.
fn nuls(nul: Option<Nul>) -> (Vec<i64>, Vec<(String, String)>, Vec<String>) {
    let list = Kind::List(Box::new(Kind::Text));
    let columns = vec![required("id", Kind::Integer), column("name", Kind::Text), column("n", Kind::Integer), column("all", list)];
    let rows = "id,name,n,all\n1,Amal,7,\n2,B\0o,7,\n3,Cy\0\0,7,\n4,Di,7\0,\n5,Eve,7,\"[\"\"a\\u0000\"\"]\"\n6,Fay,7,\"[\"\"\\\\u0000\"\"]\"\n7,\0,7,\n";
    let mut case = Case::new(columns).file("t.csv", rows);
    case.schema.dialect = Dialect { nul, ..Dialect::default() };
    let ids = case.frame().column("id").unwrap().i64().unwrap().into_no_null_iter().collect();
    let path = case.order.folder.join("repaired/t.csv");
    let repaired = if path.exists() { std::fs::read_to_string(path).unwrap() } else { String::new() };
    assert_eq!(case.ledger.balances()[0].read, 7);
    (ids, case.codes(), repaired.lines().skip(1).map(str::to_owned).collect())
}

#[test]
fn a_nul_in_a_text_sets_its_row_aside_unless_the_schema_says_otherwise() {
    let (ids, codes, repaired) = nuls(None);
    assert_eq!(ids, [1, 6]);
    assert_eq!(codes, [at(3, "R0223"), at(4, "R0223"), at(5, "R0102"), at(6, "R0223"), at(8, "R0223")]);
    assert!(repaired.is_empty());
    assert_eq!(nuls(Some(Nul::SetAside)), (ids, codes, repaired));

    let (ids, codes, repaired) = nuls(Some(Nul::Remove));
    assert_eq!((ids.as_slice(), codes.as_slice()), (&[1, 2, 3, 4, 5, 6, 7][..], &[][..]));
    assert_eq!(repaired.len(), 5);
    // The row as it was.
    assert!(repaired[0].contains("2,B\0o,7,") && repaired[0].contains("R0224"), "{repaired:?}");

    let (ids, codes, repaired) = nuls(Some(Nul::Keep));
    assert_eq!((ids.as_slice(), codes.as_slice()), (&[1, 2, 3, 5, 6, 7][..], &[at(5, "R0102")][..]));
    assert!(repaired.is_empty());
}

#[test]
fn a_nul_is_found_in_a_column_of_texts_that_nobody_asked_for() {
    let case = Case::new(vec![column("a", Kind::Text), column("b", Kind::Text)]).file("t.csv", "a,b\n1,x\n2,\0\n");
    let asked = std::iter::once(("t".to_owned(), "a".to_owned())).collect();
    read(&case.schema, &case.files(), Some(&asked), &case.order, &case.ledger).unwrap();
    assert_eq!(case.findings(), [finding("R0223", "t.b", Rejected, 1)]);
}
