//! Tables of JSON objects.

use super::tests::Case;
use super::tests::at;
use super::tests::column;
use super::tests::finding;
use super::tests::required;
use super::tests::table;
use crate::finding::Consequence::Failed;
use crate::finding::Consequence::Rejected;
use crate::finding::Consequence::Warned;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::JsonTable;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::ir::types::Type;

/// A table of JSON files named like `t*.json`, whose objects stand at `rows`.
fn of_objects(rows: &[&str]) -> SourceTable {
    let rows = rows.iter().map(|name| (*name).to_owned()).collect();
    let json = JsonTable { rows, missing: String::new() };
    SourceTable { file: "t*.json".to_owned(), json: Some(json), ..table("t", vec![required("n", Kind::Integer)]) }
}

#[test]
fn a_json_file_that_is_none_fails_the_order_and_one_without_rows_is_said() {
    let case = Case::of(vec![of_objects(&["all"])])
        .file("t1.json", "{\"all\": [{\"n\": 1},\n{\"n\": }, {\"n\": 3}]}")
        .file("t2.json", "\n <html>no</html>\n")
        .file("t3.json", "{\"more\": [{\"n\": 4}]}")
        .file("t4.json", "{\"all\":\n [{\"n\": Muster")
        .file("t5.json", "")
        .file("t6.json", "{\"all\": []}");
    assert_eq!(case.values(), ["1", "3"]);
    assert_eq!(case.codes(), [at(2, "R0204")]);
    assert_eq!(
        case.findings(),
        [
            finding("R0204", "t", Rejected, 1),
            finding("R0208", "t5.json", Warned, 1),
            finding("R0219", "t2.json", Failed, 1),
            finding("R0219", "t4.json", Failed, 1),
            finding("R0220", "t3.json", Warned, 1),
        ]
    );
    let said: Vec<String> = case.ledger.findings().into_iter().map(|finding| finding.reason).collect();
    assert!(said.iter().any(|said| said.contains("`t2.json`: line 2, column 2: ")), "{said:?}");
    assert!(said.iter().any(|said| said.contains("`t4.json`: line 2, column 9: ")), "{said:?}");
    assert!(said.iter().any(|said| said.ends_with("`t3.json`: `all`")), "{said:?}");
    assert!(said.iter().all(|said| !said.contains("Muster")), "{said:?}");
}

#[test]
fn where_nothing_of_a_json_table_can_be_read_the_order_fails() {
    for (text, code) in [("id,n\n1,2\n", "R0219"), ("{\"more\": []}", "R0220")] {
        let case = Case::of(vec![of_objects(&["all"])]).file("t.json", text);
        assert_eq!(case.read().tables()[0].rows, 0);
        assert_eq!(case.findings(), [finding(code, "t.json", Failed, 1)]);
    }
}

#[test]
fn one_document_may_hold_several_tables_whichever_it_was_found_to_be() {
    let other = SourceTable { name: "u".to_owned(), ..of_objects(&["more"]) };
    let elsewhere = SourceTable { name: "v".to_owned(), file: "v*.json".to_owned(), ..of_objects(&["more"]) };
    let mut case = Case::of(vec![of_objects(&["all"]), other, elsewhere])
        .file("t.json", "{\"all\": [{\"n\": 1}], \"more\": [{\"n\": 2}, {\"n\": 3}]}");
    let rows = |case: &Case| case.read().tables().iter().map(|table| table.rows).collect::<Vec<_>>();
    assert_eq!(rows(&case), [1, 2, 0]);
    case.order.tables = std::iter::once(("t.json".to_owned(), "t".to_owned())).collect();
    assert_eq!(rows(&case), [1, 2, 0]);
    case.order.tables = std::iter::once(("t.json".to_owned(), "v".to_owned())).collect();
    assert_eq!(rows(&case), [1, 0, 2]);
}

#[test]
fn objects_are_read_in_the_encoding_that_the_schema_says_and_else_in_the_one_that_is_found() {
    let text = "[{\"n\": 1, \"name\": \"Zoë\"}, {\"n\": 2, \"name\": \"Müller Noël\"}]";
    let bytes = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let mut case = Case::of(vec![of_objects(&[])]).file("t.json", bytes);
    case.schema.tables[0].columns = vec![column("name", Kind::Text), required("n", Kind::Integer)];
    assert_eq!(case.values(), ["Zoë", "Müller Noël"]);
    assert_eq!(case.findings(), []);
    case.schema.dialect = Dialect { encoding: Some("windows-1252".to_owned()), ..Dialect::default() };
    assert_eq!(case.values(), ["Zoë", "Müller Noël"]);
    case.schema.dialect = Dialect { encoding: Some("macintosh".to_owned()), ..Dialect::default() };
    assert_ne!(case.values(), ["Zoë", "Müller Noël"]);
    for wide in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(wide).collect();
        let mut case = Case::of(vec![of_objects(&[])]).file("t.json", bytes);
        case.schema.tables[0].columns = vec![column("name", Kind::Text), required("n", Kind::Integer)];
        assert_eq!(case.values(), ["Zoë", "Müller Noël"]);
    }
}

#[test]
fn an_encoding_of_objects_that_nothing_decides_is_said() {
    let mut case = Case::of(vec![of_objects(&[])]).file("t.json", b"[{\"n\": 1, \"name\": \"\xa5\"}]".as_slice());
    case.schema.tables[0].columns = vec![column("name", Kind::Text), required("n", Kind::Integer)];
    assert_eq!(case.read().tables()[0].rows, 1);
    assert_eq!(case.findings(), [finding("R0211", "t.json", Warned, 1)]);
}

#[test]
fn what_no_column_asks_for_is_counted_wherever_it_stands() {
    let text = r#"[{"n": 1, "m": {"a": 1}, "l": [{"d": 5, "route": "oral"}], "more": 1, "old": 2, "empty": ""},
        {"n": 2, "m": {"b": 2, "old": 3}, "l": [{"route": "x"}, {"route": null}]}]"#;
    let path = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    let findings = |extra_columns| {
        let mut case = Case::of(vec![of_objects(&[])]).file("t.json", text);
        let list = Kind::List(Box::new(Kind::Struct(vec![("d".to_owned(), Kind::Text)])));
        let table = &mut case.schema.tables[0];
        table.columns = vec![
            required("n", Kind::Integer),
            SourceColumn { path: path("m.a"), ..column("a", Kind::Integer) },
            SourceColumn { path: path("l"), ..column("doses", list) },
        ];
        table.ignore = ["old", "m.old"].map(|name| (name.to_owned(), "not wanted".to_owned())).into_iter().collect();
        table.extra_columns = extra_columns;
        assert_eq!(case.read().tables()[0].rows, 2);
        case.findings()
    };
    let found = |consequence| {
        let one = |rule, rows| finding("R0228", rule, consequence, rows);
        vec![one("t.l.route", 2), one("t.m.b", 1), one("t.more", 1)]
    };
    assert_eq!(findings(ExtraColumns::Report), found(Warned));
    assert_eq!(findings(ExtraColumns::Forbid), found(Failed));
    assert_eq!(findings(ExtraColumns::Ignore), []);
}

#[test]
fn what_is_wrong_deep_inside_is_said_by_its_place() {
    let text = r#"[{"l": [{"d": "2024-01-01"}, {"d": "soon"}]}, {"l": {"d": null}}, {"l": [{"d": [1]}]}, {"l": ["x"]}]"#;
    let mut case = Case::of(vec![of_objects(&[])]).file("t.json", text);
    let list = Kind::List(Box::new(Kind::Struct(vec![("d".to_owned(), Kind::Date)])));
    case.schema.tables[0].columns = vec![column("l", list)];
    case.read();
    let rejects = format!("{:?}", case.rejects());
    for said in
        ["`[2].d` is a text, and no date", ": an object, and no list(", "`[1].d` is a list, and no date", "`[1]` is a text, and no struct("]
    {
        assert!(rejects.contains(said), "{said}: {rejects}");
    }
    assert_eq!(case.findings(), [finding("R0102", "t.l", Rejected, 4)]);
}

#[test]
fn a_list_that_is_missing_is_missed_however_that_is_written() {
    let text = r#"[{"l": ["a"]}, {"l": "b"}, {"l": null}, {"l": ""}, {}, {"l": 5}, {"l": {"a": 1}}]"#;
    let mut case = Case::of(vec![of_objects(&[])]).file("t.json", text);
    let list = Kind::List(Box::new(Kind::Text));
    case.schema.tables[0].columns = vec![SourceColumn { or_one: true, ..required("l", list.clone()) }];
    assert_eq!(case.read().tables()[0].rows, 3);
    assert_eq!(case.findings(), [finding("R0101", "t.l", Rejected, 3), finding("R0102", "t.l", Rejected, 1)]);
    // A cell of a delimited file may hold JSON's own word for it.
    let required = required("l", list);
    let warned = SourceColumn { severity: Severity::Warn, ty: Type::nullable(required.ty.kind.clone()), ..required.clone() };
    for (column, rows, consequence) in [(required, 2, Rejected), (warned, 3, Warned)] {
        let case = Case::of(vec![table("t", vec![column])]).file("t.csv", "l\n[]\nnull\n\"[\"\"a\"\"]\"\n");
        assert_eq!(case.read().tables()[0].rows, rows);
        assert_eq!(case.findings(), [finding("R0101", "t.l", consequence, 1)]);
    }
}

#[test]
fn a_text_that_holds_several_items_is_split_in_objects_too() {
    let text = r#"[{"l": "a; b;"}, {"l": ["a;b", "c"]}, {"l": " "}, {"l": null}, {"l": 5}, {"s": {"l": "1;2"}}, {"s": {"l": "1;x"}}]"#;
    let mut case = Case::of(vec![of_objects(&[])]).file("t.json", text);
    let split = |name: &str, kind| SourceColumn { split: Some(";".to_owned()), ..column(name, Kind::List(Box::new(kind))) };
    let inside = split("l", Kind::Integer);
    let whole = Kind::Struct(vec![("l".to_owned(), inside.ty.kind.clone())]);
    case.schema.tables[0].columns = vec![split("l", Kind::Text), SourceColumn { inside: vec![inside], ..column("s", whole) }];
    assert_eq!(case.values(), [r#"["a", "b"]"#, r#"["a;b", "c"]"#, "null", "null", "null"]);
    assert_eq!(case.findings(), [finding("R0102", "t.l", Rejected, 1), finding("R0102", "t.s", Rejected, 1)]);
    assert!(format!("{:?}", case.rejects()).contains(": in `l` item 2 is no integer"));
    assert!(!format!("{:?}", case.rejects()).contains("or_one"), "which is refused beside `split`");
}
