//! How the work is cut up changes nothing that is read.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::header;
use super::header::Pace;
use super::stage;
use super::tests::Case;
use super::tests::column;
use super::tests::required;
use super::tests::table;
use super::typed::Typing;
use crate::dataset::ledger::Ledger;
use crate::ir::schema::Dialect;
use crate::ir::schema::JsonTable;
use crate::ir::schema::SourceTable;
use crate::ir::schema::Width;
use crate::ir::types::Kind;
use polars::prelude::DataFrame;
use proptest::prelude::*;
use std::sync::Arc;

/// Lines as files have them, and some that none ought to have.
const LINES: [&str; 18] = [
    "1,Ana,2001-02-03,x",
    "2,Bo,1999-12-31,\"said \"\"no\"\"\"",
    "3,Cý,1988-08-08,\"on two\nlines, and more\"",
    "4,Di,1977-07-07,7\u{0}7",
    "5,Reyes, Eve,1966-06-06,cut otherwise",
    "6,Fay,1955-05-05,left behind,,",
    "7,\"5\" Gil\",1944-04-04,x",
    "8,Hal,never,x",
    "9,Ida,1933-03-03",
    "10,Jo,1922-02-02,\"left open",
    "id,name,born,note",
    "# seen by the night shift",
    "",
    "   ",
    "NA,NA,NA,NA",
    "11,Kim,2011-11-11,a,b,c",
    "12,Lou\u{b}Lou,2012-12-12,x",
    "13,€,2013-01-13,\"\"",
];

/// Everything that reading leaves behind.
#[derive(Debug, PartialEq)]
struct Left {
    rows: Vec<String>,
    rejects: Option<Vec<u8>>,
    repaired: Option<Vec<u8>>,
    findings: Vec<String>,
    balances: String,
}

fn shown(frame: &DataFrame) -> Vec<String> {
    (0..frame.height()).map(|row| format!("{:?}", frame.get_row(row).unwrap().0)).collect()
}

/// Reads the table at this pace, as if nobody had read it before.
fn read(case: &mut Case, pace: Pace) -> Left {
    case.ledger = Arc::new(Ledger::new(["t".to_owned()]));
    let (files, of) = (case.files(), &case.schema.tables[0]);
    let report = |code: &'static str, rule: &str, consequence, reason: &str| case.ledger.find(code, "t", rule, consequence, 1, reason);
    let mut plan = header::plan(&case.schema, of, &files, &case.order, &report).unwrap();
    plan.pace = pace;
    let typing = Typing::new(&case.schema, of, None, 0).unwrap();
    let path = case.order.folder.join("read/t.ipc");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let made = stage::stage(&plan, &typing, 0, &path, &case.order, &case.ledger).unwrap();
    let bytes = |name: &str| std::fs::read(case.order.folder.join(name)).ok();
    Left {
        rows: shown(&made.scan().unwrap().collect().unwrap()),
        rejects: bytes("rejects/t.csv"),
        repaired: bytes("repaired/t.csv"),
        findings: case.ledger.findings().iter().map(|finding| format!("{finding:?}")).collect(),
        balances: format!("{:?}", case.ledger.balances()),
    }
}

/// Reads the table at several paces; what the first left.
fn check(case: &mut Case) -> Left {
    let first = read(case, Pace { workers: 1, block: 1 << 20 });
    for (workers, block) in [(4, 1 << 20), (1, 1), (2, 7), (3, 64), (8, 1000)] {
        assert_eq!(read(case, Pace { workers, block }), first, "{workers} workers, blocks of {block}");
    }
    first
}

fn columns() -> Vec<crate::ir::schema::SourceColumn> {
    vec![required("id", Kind::Integer), column("name", Kind::Text), column("born", Kind::Date), column("note", Kind::Text)]
}

fn dialect(encoding: &str) -> Dialect {
    Dialect {
        delimiter: Some(",".to_owned()),
        quote: Some(Some(b'"')),
        encoding: Some(encoding.to_owned()),
        comment: Some("#".to_owned()),
        ..Dialect::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_workers_nor_blocks_change_a_row_a_reject_or_a_finding(
        files in prop::collection::vec(prop::collection::vec(prop::sample::select(LINES.as_slice()), 0..40), 1..3), which: u8, spoil: Option<usize>,
    ) {
        let encoding = ["utf-8", "windows-1252", "utf-16le"][usize::from(which % 3)];
        let mut case = Case::new(columns());
        for (nth, lines) in files.iter().enumerate() {
            let text = format!("id,name,born,note\n{}\n", lines.join(if which & 8 == 0 { "\n" } else { "\r\n" }));
            let mut bytes = match encoding {
                "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                "windows-1252" => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
                _ => text.into_bytes(),
            };
            // A byte that may be no text, behind the header.
            let from = 40;
            if let Some(at) = spoil && bytes.len() > from {
                let at = from + at % (bytes.len() - from);
                bytes[at] = 0xDB;
            }
            case = case.file(&format!("t{nth}.csv"), bytes);
        }
        case.schema.dialect = dialect(encoding);
        check(&mut case);
        // What is not said is found, and all the same.
        case.schema.dialect = Dialect::default();
        check(&mut case);
    }

    #[test]
    fn nor_those_of_fixed_widths_and_of_objects(
        lines in prop::collection::vec(prop::sample::select(["  1Zoë   ", "  2,\"", "  3Ada ", "  4Ada   and more", "  x", "", "  7\u{0}"].as_slice()), 0..30),
        objects in prop::collection::vec(prop::sample::select(
            ["{\"id\": 1, \"name\": \"Zoë\"}", "{\"id\": }", "{\"id\": 2,\n \"name\": {\"first\": \"A\"}}", "{\"id\": 3", "{\"name\": \"\\u0000\"}", "4"].as_slice(),
        ), 1..30),
    ) {
        let two = || vec![column("id", Kind::Integer), column("name", Kind::Text)];
        let mut fixed = table("t", two());
        fixed.widths = [("id", 1, 3), ("name", 4, 9)].map(|(name, from, to)| Width { name: name.to_owned(), from, to }).to_vec();
        let mut case = Case::of(vec![fixed]).file("t.csv", lines.join("\n"));
        case.schema.dialect = Dialect { encoding: Some("utf-8".to_owned()), ..Dialect::default() };
        check(&mut case);

        let json = JsonTable { rows: Vec::new(), missing: String::new() };
        let of = SourceTable { file: "t*.json".to_owned(), json: Some(json), ..table("t", two()) };
        let mut case = Case::of(vec![of])
            .file("t1.json", format!("[{}]", objects.join(",\n")))
            .file("t2.json", objects.join("\n").encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
        check(&mut case);
    }
}

#[test]
fn each_way_of_a_row_is_taken_by_the_lines_above() {
    let text = format!("id,name,born,note\n{}\n", LINES.join("\n"));
    let mut case = Case::new(columns()).file("t.csv", text);
    case.schema.dialect = dialect("utf-8");
    let left = check(&mut case);
    assert!(left.rows.len() > 4 && left.rejects.is_some() && left.repaired.is_some() && left.findings.len() > 5, "{left:?}");
}
