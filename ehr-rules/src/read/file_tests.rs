//! Files as a whole: their names, their headers, how they are written, and what is wrong with all of them.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::tests::Case;
use super::tests::column;
use super::tests::finding;
use super::tests::table;
use super::*;
use crate::finding::Consequence::Failed;
use crate::finding::Consequence::Warned;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use std::collections::BTreeMap;

#[test]
fn letters_made_of_other_letters_bytes_are_said_and_read_as_they_are() {
    let case = Case::new(vec![column("name", Kind::Text)]).file("t.csv", "name\nJosÃ©\nNúñez\n");
    assert_eq!(case.values(), ["JosÃ©", "Núñez"]);
    assert_eq!(case.findings(), [finding("R0222", "t.csv", Warned, 1)]);
}

#[test]
fn numbers_with_a_decimal_comma_are_read_where_the_schema_or_the_file_says_so() {
    let columns = || vec![column("id", Kind::Integer), column("kg", Kind::Decimal { precision: 6, scale: 2 })];
    let found = Case::new(columns()).file("t.csv", "id;kg\n1;67,5\n2;1.070,25\n3;8.5\n");
    assert_eq!((found.frame().height(), found.codes().len()), (1, 2), "where columns contradict one another a point is the mark");
    let found = Case::new(columns()).file("t.csv", "id;kg\n1;67,5\n2;1.070,25\n3;80\n");
    assert_eq!(found.frame().column("kg").unwrap().cast(&polars::prelude::DataType::Float64).unwrap().f64().unwrap().get(1), Some(1070.25));
    let mut said = Case::new(columns()).file("t.csv", "id;kg\n1;1,234\n2;2,5\n3;8.5\n");
    said.schema.dialect = Dialect { decimal: Some(','), ..Dialect::default() };
    assert_eq!((said.frame().height(), said.codes().len()), (1, 2));
}

#[test]
fn headers_are_matched_exactly_then_loosely_then_by_other_names() {
    let also = SourceColumn { also: vec!["phone no".to_owned()], ..column("PHONE", Kind::Text) };
    let case = Case::new(vec![column("id", Kind::Text), column("ID", Kind::Text), also, column("born", Kind::Date)])
        .file("t.csv", "\u{feff} Born ,Phone No,ID,id\n2024-01-01,7,upper,lower\n");
    let frame = case.frame();
    let shown: Vec<String> = frame.get_row(0).unwrap().0.iter().map(|value| value.str_value().into_owned()).collect();
    assert_eq!(shown, ["lower", "upper", "7", "2024-01-01", "0", "2"]);
    assert!(case.findings().is_empty());
}

#[test]
fn an_absent_column_is_missing_if_optional_and_fails_the_order_otherwise() {
    let optional = SourceColumn { optional: true, ..column("b", Kind::Integer) };
    let case = Case::new(vec![column("a", Kind::Text), optional]).file("t.csv", "a\n1\n");
    assert_eq!(case.frame().column("b").unwrap().null_count(), 1);
    assert!(case.findings().is_empty());
    let case = Case::new(vec![column("a", Kind::Text), column("b", Kind::Integer)]).file("t.csv", "a\n1\n");
    assert_eq!(case.frame().height(), 0);
    assert_eq!(case.findings(), [finding("R0205", "t.b", Failed, 1)]);
}

#[test]
fn extra_columns_are_reported_ignored_or_forbidden() {
    for (extra, expected) in [
        (ExtraColumns::Report, vec![finding("R0206", "t.x", Warned, 1)]),
        (ExtraColumns::Ignore, vec![]),
        (ExtraColumns::Forbid, vec![finding("R0206", "t.x", Failed, 1)]),
    ] {
        let ignore = BTreeMap::from([("SSN".to_owned(), "not migrated".to_owned())]);
        let case = Case::of(vec![SourceTable { extra_columns: extra, ignore, ..table("t", vec![column("a", Kind::Text)]) }]);
        let case = case.file("t.csv", "a,x,ssn\n1,2,3\n");
        case.read();
        assert_eq!(case.findings(), expected);
    }
}

#[test]
fn what_is_wrong_with_whole_files_is_found_for_all_tables() {
    let required = |name: &str| SourceTable { required: true, ..table(name, vec![column("a", Kind::Text)]) };
    let plain = |name: &str| table(name, vec![column("a", Kind::Text)]);
    let case = Case::of(vec![required("absent"), plain("lacking"), plain("empty"), required("void"), plain("bare"), plain("twice")])
        .file("empty.csv", "")
        .file("void.csv", "\n")
        .file("bare.csv", "a\r\n")
        .file("twice.csv", "a,b,b\n1,2,3\n");
    let data = case.read();
    assert_eq!(
        case.findings(),
        [
            finding("R0206", "twice.b", Warned, 2),
            finding("R0207", "absent*.csv", Failed, 1),
            finding("R0207", "lacking*.csv", Warned, 1),
            finding("R0208", "empty.csv", Warned, 1),
            finding("R0208", "void.csv", Failed, 1),
            finding("R0209", "bare.csv", Warned, 1),
            finding("R0210", "twice.b", Failed, 1),
        ]
    );
    for table in data.tables() {
        let frame = table.scan().unwrap().collect().unwrap();
        assert_eq!((frame.height(), frame.width()), (0, 3), "{}", table.name);
    }
}

#[test]
fn several_files_are_one_table_and_their_rejects_share_a_header() {
    let case = Case::new(vec![column("n", Kind::Integer)])
        .file("t_2.csv", "x;n\nb;y\nc;3\n")
        .file("T_1.CSV", "n,z\nq,a\n2,b\n")
        .file("other.csv", "n\n9\n");
    let frame = case.frame();
    let all: Vec<i64> =
        ["n", "_origin", "_line"].iter().flat_map(|name| frame.column(name).unwrap().i64().unwrap().into_no_null_iter()).collect();
    assert_eq!(all, [2, 3, 1, 3, 3, 3]);
    let rejects = case.rejects();
    assert_eq!(rejects[0][..3], ["n", "z", "x"]);
    assert_eq!(rejects[1][..5], ["q", "a", "", "T_1.CSV", "2"]);
    assert_eq!(rejects[2][..5], ["y", "", "b", "t_2.csv", "2"]);
}

#[test]
fn other_encodings_and_tables_without_a_header_are_read_as_the_schema_says() {
    // As an old Macintosh program writes: tabs, CR between records, no header, a vertical tab where a line ends in a field.
    let bytes = b"Zo\x8e\t1\tfirst\x0bsecond\rBj\x9arn\t2\t\r".to_vec();
    let mut case = Case::new(vec![column("name", Kind::Text), column("n", Kind::Integer), column("note", Kind::Text)]).file("t.csv", bytes);
    case.schema.dialect = Dialect { delimiter: Some("\t".to_owned()), encoding: Some("macintosh".to_owned()), ..Dialect::default() };
    case.schema.tables[0].header = ["name", "n", "note"].map(str::to_owned).to_vec();
    let frame = case.frame();
    let names: Vec<_> = frame.column("name").unwrap().str().unwrap().iter().map(|name| name.unwrap().to_owned()).collect();
    assert_eq!(names, ["Zoé", "Björn"]);
    assert_eq!(frame.column("note").unwrap().str().unwrap().get(0), Some("first\nsecond"));
    let lines: Vec<_> = frame.column(dataset::LINE).unwrap().i64().unwrap().iter().flatten().collect();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn a_file_that_shrank_or_vanished_is_named() {
    let case = Case::new(vec![column("n", Kind::Integer)]).file("t.csv", "n\n1\n");
    let mut files = case.files();
    files[0].bytes += 1;
    let error = read(&case.schema, &files, None, &case.order, &case.ledger).unwrap_err().to_string();
    assert!(error.starts_with("reading `") && error.contains("shorter"), "{error}");
    std::fs::remove_file(&files[0].path).unwrap();
    let error = read(&case.schema, &files, None, &case.order, &case.ledger).unwrap_err().to_string();
    assert!(error.starts_with("opening `"), "{error}");
}

#[test]
fn a_file_of_a_table_that_is_none_is_said_to_be_what_it_is() {
    let case = Case::new(vec![column("a", Kind::Text)]).file("t.csv", "<html><body>no</body></html>\n");
    assert_eq!(case.read().tables()[0].rows, 0);
    assert_eq!(case.findings(), [finding("R0221", "t.csv", Failed, 1)]);
    assert_eq!(case.ledger.findings()[0].reason, "a file is no table: `t.csv` is an HTML page");
}

#[test]
fn a_header_of_thousands_of_names_is_held_against_as_many_columns_name_by_name() {
    let took = |columns: usize| {
        let name = |at: usize| format!("Column_{at}");
        let schema: Vec<SourceColumn> = (0..columns).map(|at| column(&name(at).to_lowercase(), Kind::Text)).collect();
        // Last name first, so that none stands where it would be looked for first.
        let header: Vec<String> = (0..columns).rev().map(name).collect();
        let case = Case::new(schema).file("t.csv", format!("{}\n", header.join(",")));
        let files = case.files();
        let mut least = std::time::Duration::MAX;
        for _ in 0..3 {
            let begun = std::time::Instant::now();
            let report = |code: &'static str, _: &str, _: Consequence, _: &str| assert_eq!(code, "R0209");
            let plan = header::plan(&case.schema, &case.schema.tables[0], &files, &case.order, &report).unwrap();
            least = least.min(begun.elapsed());
            assert!(plan.files[0].fields.iter().enumerate().all(|(at, field)| *field == Some(columns - 1 - at)));
            assert_eq!(plan.files[0].places, (0..columns).collect::<Vec<_>>());
        }
        least
    };
    let (few, many) = (took(1_000), took(16_000));
    // Sixteen times as many names took 256 times as long where each was held against all others.
    assert!(many < few * 80, "{few:?} and {many:?}");
}
