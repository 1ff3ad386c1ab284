//! What reading promises: every record is staged or set aside with its reason, and nothing is guessed.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::dataset::ledger::Rejection;
use crate::dataset::origin::origin;
use crate::finding::Consequence::Failed;
use crate::finding::Consequence::Rejected;
use crate::finding::Consequence::Warned;
use crate::ir::schema::Check;
use crate::ir::schema::CheckRule;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::JsonTable;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceTable;
use crate::ir::schema::Width;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use polars::prelude::DataFrame;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tempfile::TempDir;

/// A folder of input files, a schema of tables `t` and `u`, and what came of reading them.
struct Case {
    folder: TempDir,
    schema: SourceSchema,
    order: Order,
    ledger: Arc<Ledger>,
}

fn column(name: &str, kind: Kind) -> SourceColumn {
    SourceColumn::plain(name, kind)
}

fn required(name: &str, kind: Kind) -> SourceColumn {
    SourceColumn { ty: Type::required(kind.clone()), required: true, ..column(name, kind) }
}

fn checked(name: &str, kind: Kind, rule: CheckRule, severity: Severity) -> SourceColumn {
    SourceColumn { checks: vec![Check { rule, severity }], ..column(name, kind) }
}

fn table(name: &str, columns: Vec<SourceColumn>) -> SourceTable {
    SourceTable {
        name: name.to_owned(),
        file: format!("{name}*.csv"),
        list: None,
        header: Vec::new(),
        widths: Vec::new(),
        json: None,
        dialect: Dialect::default(),
        required: false,
        key: Vec::new(),
        columns,
        extra_columns: ExtraColumns::Report,
        ignore: BTreeMap::new(),
        references: Vec::new(),
        checks: Vec::new(),
    }
}

impl Case {
    fn new(columns: Vec<SourceColumn>) -> Self {
        Self::of(vec![table("t", columns)])
    }

    fn of(tables: Vec<SourceTable>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let order = Order::new(folder.path().join("order"), chrono::NaiveDate::default());
        let ledger = Arc::new(Ledger::new(tables.iter().map(|table| table.name.clone())));
        let schema = SourceSchema {
            system: "acme".to_owned(),
            version: "1".to_owned(),
            title: String::new(),
            dialect: Dialect::default(),
            missing: vec![String::new(), "NA".to_owned()],
            tables,
            parameters: Vec::new(),
            code_maps: BTreeMap::new(),
            layout: false,
        };
        Self { folder, schema, order, ledger }
    }

    fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    fn files(&self) -> Vec<InputFile> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.metadata().unwrap().is_file());
        files
            .map(|entry| InputFile {
                name: entry.file_name().into_string().unwrap(),
                path: entry.path(),
                bytes: entry.metadata().unwrap().len(),
            })
            .collect()
    }

    fn read(&self) -> Dataset<dataset::Read> {
        read(&self.schema, &self.files(), None, &self.order, &self.ledger).unwrap()
    }

    fn frame(&self) -> DataFrame {
        self.read().tables()[0].scan().unwrap().collect().unwrap()
    }

    /// The first column as it would be printed, after reading.
    fn values(&self) -> Vec<String> {
        let frame = self.frame();
        frame.columns()[0].as_materialized_series().iter().map(|value| value.str_value().into_owned()).collect()
    }

    /// The rejects of `t`, header among them.
    fn rejects(&self) -> Vec<Vec<String>> {
        let path = self.order.folder.join("rejects/t.csv");
        if !path.exists() {
            return Vec::new();
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
        reader.byte_records().map(|row| row.unwrap().iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()).collect()
    }

    /// Line and code of each reject.
    fn codes(&self) -> Vec<(String, String)> {
        self.rejects().iter().skip(1).map(|row| (row[row.len() - 5].clone(), row[row.len() - 2].clone())).collect()
    }

    /// Code, rule, consequence and rows of each finding.
    fn findings(&self) -> Vec<(&'static str, String, Consequence, u64)> {
        self.ledger.findings().into_iter().map(|finding| (finding.code, finding.rule, finding.consequence, finding.rows)).collect()
    }
}

fn at(line: u64, code: &str) -> (String, String) {
    (line.to_string(), code.to_owned())
}

fn finding(code: &'static str, rule: &str, consequence: Consequence, rows: u64) -> (&'static str, String, Consequence, u64) {
    (code, rule.to_owned(), consequence, rows)
}

#[test]
fn every_type_is_staged_as_its_own() {
    let columns = vec![
        column("text", Kind::Text),
        column("int", Kind::Integer),
        column("dec", Kind::Decimal { precision: 12, scale: 2 }),
        column("float", Kind::Float),
        column("bool", Kind::Boolean),
        column("date", Kind::Date),
        column("time", Kind::Time),
        column("at", Kind::Datetime),
        column("uuid", Kind::Uuid),
    ];
    let head = "text,int,dec,float,bool,date,time,at,uuid\n";
    let row = "  a  , 7 , 1.5 ,-2.5e0,Yes, 2024-02-29 ,09:30:00,2024-02-29T12:00:00+01:00,0B1C2D3E-0000-4000-8000-00000000000F\n";
    let case = Case::new(columns).file("t.csv", format!("{head}{row},,,,,,,,\nNA,NA,NA, NA ,NA,NA,NA,NA,NA\n"));
    let frame = case.frame();
    assert_eq!(
        frame.schema().iter_names().map(polars::prelude::PlSmallStr::as_str).collect::<Vec<_>>().join(","),
        format!("{},_origin,_line", head.trim())
    );
    let shown: Vec<String> = frame.get_row(0).unwrap().0.iter().map(|value| value.str_value().into_owned()).collect();
    assert_eq!(
        shown,
        [
            "  a  ",
            "7",
            "1.50",
            "-2.5",
            "true",
            "2024-02-29",
            "09:30:00",
            "2024-02-29 11:00:00",
            "0b1c2d3e-0000-4000-8000-00000000000f",
            "0",
            "2"
        ]
    );
    for row in [1, 2] {
        assert!(frame.get_row(row).unwrap().0.iter().take(9).all(polars::prelude::AnyValue::is_null), "row {row}");
    }
    let typing = Typing::new(&case.schema, &case.schema.tables[0], None, 0).unwrap();
    assert_eq!(**frame.schema(), typing.schema());
    assert!(case.findings().is_empty() && case.rejects().is_empty());
    assert!(!case.order.folder.join("rejects").exists());
}

#[test]
fn a_row_keeps_its_fields_and_gets_every_reason() {
    let case = Case::new(vec![required("id", Kind::Integer), column("born", Kind::Date)])
        .file("t.csv", "born,extra,id\n2024-02-30,\"a\"\"b\",\n2024-02-28,c,1\n,,x\n");
    let data = case.read();
    assert_eq!(data.tables()[0].rows, 1);
    let rejects = case.rejects();
    assert_eq!(rejects[0], ["born", "extra", "id", "_file", "_line", "_stage", "_rule", "_code", "_reason"]);
    let reason = "column `id` (integer): a required value is missing; column `born` (date): a value does not parse as its type";
    assert_eq!(rejects[1], ["2024-02-30", "a\"b", "", "t.csv", "2", "read", "t.id", "R0101", reason]);
    assert_eq!(case.codes(), [at(2, "R0101"), at(4, "R0102")]);
    assert_eq!(
        case.findings(),
        [
            finding("R0101", "t.id", Rejected, 1),
            finding("R0102", "t.born", Rejected, 1),
            finding("R0102", "t.id", Rejected, 1),
            finding("R0206", "t.extra", Warned, 1),
        ]
    );
    let balance = &case.ledger.balances()[0];
    assert_eq!((balance.read, balance.rejected, balance.lost), (3, 2, 1));
}

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
fn formats_are_tried_in_the_order_of_the_schema() {
    for (formats, expected) in [(["%d/%m/%Y", "%m/%d/%Y"], "2024-04-03"), (["%m/%d/%Y", "%d/%m/%Y"], "2024-03-04")] {
        let born = SourceColumn { formats: formats.map(str::to_owned).into(), ..column("born", Kind::Date) };
        let case = Case::new(vec![born]).file("t.csv", "born\n03/04/2024\n25/12/2024\n2024-01-01\n");
        assert_eq!(case.values(), [expected, "2024-12-25"]);
        assert_eq!(case.codes(), [at(4, "R0102")]);
    }
}

#[test]
fn a_columns_own_missing_texts_stand_instead_of_the_systems() {
    let own = SourceColumn { missing: Some(vec!["-".to_owned()]), ..column("a", Kind::Text) };
    let case = Case::new(vec![own, column("b", Kind::Integer)]).file("t.csv", "a,b\n-,NA\nNA,1\n,2\n");
    let frame = case.frame();
    let values: Vec<Option<&str>> = frame.column("a").unwrap().str().unwrap().iter().collect();
    assert_eq!(values, [None, Some("NA"), Some("")]);
}

#[test]
fn constraints_set_aside_warn_or_fail() {
    let one_of = || CheckRule::OneOf(vec!["M".to_owned(), "F".to_owned()]);
    let case = Case::new(vec![
        checked("sex", Kind::Text, one_of(), Severity::Reject),
        checked("age", Kind::Integer, CheckRule::Max("150".to_owned()), Severity::Warn),
        checked("zip", Kind::Text, CheckRule::Pattern("[0-9]{3}".to_owned()), Severity::Fail),
        checked("name", Kind::Text, CheckRule::MaxLength(3), Severity::Reject),
    ])
    .file("t.csv", "sex,age,zip,name\nM,151,123,abc\nX,1,123,abc\nF,2,1234,abc\nF,3,123,abcd\n,,,\n");
    let frame = case.frame();
    assert_eq!(frame.height(), 2);
    assert_eq!(case.codes(), [at(3, "R0103"), at(4, "R0104"), at(5, "R0106")]);
    assert_eq!(
        case.findings(),
        [
            finding("R0103", "t.sex", Rejected, 1),
            finding("R0104", "t.zip", Failed, 1),
            finding("R0105", "t.age", Warned, 1),
            finding("R0106", "t.name", Rejected, 1),
        ]
    );
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
fn a_limit_is_of_each_tables_first_records() {
    let mut case = Case::of(vec![table("t", vec![column("n", Kind::Integer)]), table("u", vec![column("n", Kind::Integer)])])
        .file("t1.csv", "n\n1\nx\n")
        .file("t2.csv", "n\n3\n4\n")
        .file("u.csv", "n\n1\n");
    case.order.limit = Some(3);
    let data = case.read();
    assert_eq!(data.tables().iter().map(|table| table.rows).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(case.ledger.balances().iter().map(|balance| balance.read).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn originals_of_later_rejections_are_appended_in_row_order() {
    let case = Case::new(vec![column("n", Kind::Integer)]).file("t1.csv", "n,m\n1,\"a\nb\"\nx,c\n").file("t2.csv", "n,m\n3,d\n4,e\n");
    case.read();
    let rejection = |row, rule: &str, code, reason: &str| Rejection {
        origin: origin(0, row),
        stage: "assess",
        rule: rule.into(),
        code,
        reason: reason.into(),
    };
    case.ledger.reject(vec![
        rejection(3, "t.n", "R0107", "not unique"),
        rejection(0, "t.m", "R0108", "no such row"),
        rejection(0, "t.n", "R0107", "not unique"),
    ]);
    originals(&case.schema, &case.files(), &case.order, &case.ledger).unwrap();
    assert_eq!(
        case.rejects()[2..],
        [
            ["1", "a\nb", "t1.csv", "2", "assess", "t.m", "R0108", "no such row; not unique"],
            ["4", "e", "t2.csv", "3", "assess", "t.n", "R0107", "not unique"],
        ]
    );
    assert_eq!(case.rejects().len(), 4);
    // Reading again begins anew.
    case.read();
    assert_eq!(case.rejects().len(), 2);
}

#[test]
fn many_batches_stay_in_order() {
    let mut text = "n,pad\n".to_owned();
    let rows = 120_000_u64;
    for row in 0..rows {
        let value = if row % 1000 == 999 { "x".to_owned() } else { row.to_string() };
        writeln!(text, "{value},{row:0>90}").unwrap();
    }
    let case = Case::new(vec![column("n", Kind::Integer), column("pad", Kind::Text)]).file("t.csv", text);
    let frame = case.frame();
    let numbers: Vec<i64> = frame.column("n").unwrap().i64().unwrap().into_no_null_iter().collect();
    let origins: Vec<i64> = frame.column("_origin").unwrap().i64().unwrap().into_no_null_iter().collect();
    assert_eq!(numbers.len() as u64, rows - rows / 1000);
    assert!(numbers == origins && numbers.is_sorted());
    let balance = &case.ledger.balances()[0];
    assert_eq!((balance.read, balance.rejected), (rows, rows / 1000));
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
}

#[test]
fn an_interrupted_order_stops() {
    let case = Case::new(vec![column("n", Kind::Integer)]).file("t.csv", "n\n1\n");
    case.order.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(read(&case.schema, &case.files(), None, &case.order, &case.ledger).is_err());
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_staged_or_set_aside(bytes in prop::collection::vec(prop::sample::select(b"a1,,\"\"\r\n\n\xff\xc3\xa9-".as_slice()), 0..80)) {
        let mut whole = b"a,b\n".to_vec();
        whole.extend(bytes);
        let dialect = Dialect { delimiter: Some(",".to_owned()), ..Dialect::default() };
        let mut case = Case::new(vec![required("a", Kind::Integer), column("b", Kind::Text)]).file("t.csv", whole);
        case.schema.dialect = dialect;
        let staged = case.frame().height() as u64;
        let balance = case.ledger.balances().remove(0);
        prop_assert_eq!(balance.read, staged + balance.rejected);
        prop_assert_eq!(case.rejects().len().saturating_sub(1) as u64, balance.rejected);
    }
}

/// A table of JSON files named like `t*.json`, whose objects stand at `rows`.
fn of_objects(rows: &[&str]) -> SourceTable {
    let rows = rows.iter().map(|name| (*name).to_owned()).collect();
    let json = JsonTable { rows, missing: String::new() };
    SourceTable { file: "t*.json".to_owned(), json: Some(json), ..table("t", vec![required("n", Kind::Integer)]) }
}

#[test]
fn a_json_file_of_which_nothing_can_be_read_is_set_aside_and_no_other_with_it() {
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
            finding("R0219", "t2.json", Warned, 1),
            finding("R0219", "t4.json", Warned, 1),
            finding("R0220", "t3.json", Warned, 1),
        ]
    );
    let said: Vec<String> = case.ledger.findings().into_iter().map(|finding| finding.reason).collect();
    assert!(said.iter().any(|said| said.ends_with("`t2.json`: line 2, column 2")), "{said:?}");
    assert!(said.iter().any(|said| said.ends_with("`t4.json`: line 2, column 9")), "{said:?}");
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
fn a_file_of_a_table_that_is_none_is_said_to_be_what_it_is() {
    let case = Case::new(vec![column("a", Kind::Text)]).file("t.csv", "<html><body>no</body></html>\n");
    assert_eq!(case.read().tables()[0].rows, 0);
    assert_eq!(case.findings(), [finding("R0221", "t.csv", Failed, 1)]);
    assert_eq!(case.ledger.findings()[0].reason, "a file is no table: `t.csv` is an HTML page");
}
