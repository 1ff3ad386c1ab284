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
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use polars::prelude::DataFrame;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tempfile::TempDir;

/// A folder of input files, a schema of tables `t` and `u`, and what came of reading them.
pub(super) struct Case {
    pub(super) folder: TempDir,
    pub(super) schema: SourceSchema,
    pub(super) order: Order,
    pub(super) ledger: Arc<Ledger>,
}

pub(super) fn column(name: &str, kind: Kind) -> SourceColumn {
    SourceColumn::plain(name, kind)
}

pub(super) fn required(name: &str, kind: Kind) -> SourceColumn {
    SourceColumn { ty: Type::required(kind.clone()), required: true, ..column(name, kind) }
}

pub(super) fn checked(name: &str, kind: Kind, rule: CheckRule, severity: Severity) -> SourceColumn {
    SourceColumn { checks: vec![Check { rule, severity }], ..column(name, kind) }
}

pub(super) fn table(name: &str, columns: Vec<SourceColumn>) -> SourceTable {
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
        patient: None,
        columns,
        extra_columns: ExtraColumns::Report,
        ignore: BTreeMap::new(),
        references: Vec::new(),
        checks: Vec::new(),
    }
}

impl Case {
    pub(super) fn new(columns: Vec<SourceColumn>) -> Self {
        Self::of(vec![table("t", columns)])
    }

    pub(super) fn of(tables: Vec<SourceTable>) -> Self {
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

    pub(super) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    pub(super) fn files(&self) -> Vec<InputFile> {
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

    pub(super) fn read(&self) -> Dataset<dataset::Read> {
        read(&self.schema, &self.files(), None, &self.order, &self.ledger).unwrap()
    }

    pub(super) fn frame(&self) -> DataFrame {
        self.read().tables()[0].scan().unwrap().collect().unwrap()
    }

    /// The first column as it would be printed, after reading.
    pub(super) fn values(&self) -> Vec<String> {
        let frame = self.frame();
        frame.columns()[0].as_materialized_series().iter().map(|value| value.str_value().into_owned()).collect()
    }

    /// The rejects of `t`, header among them.
    pub(super) fn rejects(&self) -> Vec<Vec<String>> {
        let path = self.order.folder.join("rejects/t.csv");
        if !path.exists() {
            return Vec::new();
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
        reader.byte_records().map(|row| row.unwrap().iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()).collect()
    }

    /// Line and code of each reject.
    pub(super) fn codes(&self) -> Vec<(String, String)> {
        self.rejects().iter().skip(1).map(|row| (row[row.len() - 5].clone(), row[row.len() - 2].clone())).collect()
    }

    /// Code, rule, consequence and rows of each finding.
    pub(super) fn findings(&self) -> Vec<(&'static str, String, Consequence, u64)> {
        self.ledger.findings().into_iter().map(|finding| (finding.code, finding.rule, finding.consequence, finding.rows)).collect()
    }
}

pub(super) fn at(line: u64, code: &str) -> (String, String) {
    (line.to_string(), code.to_owned())
}

pub(super) fn finding(code: &'static str, rule: &str, consequence: Consequence, rows: u64) -> (&'static str, String, Consequence, u64) {
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
fn an_interrupted_order_stops() {
    let case = Case::new(vec![column("n", Kind::Integer)]).file("t.csv", "n\n1\n");
    case.order.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(read(&case.schema, &case.files(), None, &case.order, &case.ledger).is_err());
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
