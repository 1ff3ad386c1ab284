//! What rules make of several tenants at once is what they make of each alone; whose a file is, is held against its folder and the order.
#![expect(clippy::unwrap_used, reason = "a test may")]

use ehr_rules::Balance;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use polars::prelude::CsvWriter;
use polars::prelude::SerWriter;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

const GUESTS: &str = "House,No,Name,Town\n";
const NIGHTS: &str = "House,Guest,What,Amount\n";

/// Rows of a tenant's, as text: table by table, header first.
type Rows = BTreeMap<String, Vec<String>>;

/// What came of a run.
struct Made {
    tenants: BTreeMap<String, Vec<String>>,
    rows: BTreeMap<String, Rows>,
    /// Code, table and rows.
    findings: Vec<(String, String, u64)>,
    ledger: Vec<Balance>,
}

fn run(files: &[(&str, &str)], settings: impl FnOnce(&mut Order)) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = Vec::new();
    for (name, text) in files {
        let path = folder.path().join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        inputs.push(InputFile { name: (*name).to_owned(), path, bytes: text.len() as u64 });
    }
    let (book, said) = Rulebook::load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language")]).unwrap();
    assert!(said.is_empty(), "{}", said.to_text());
    let mut order = Order::new(folder.path().join("order"), chrono::NaiveDate::from_ymd_opt(2024, 6, 1).unwrap());
    std::fs::create_dir(&order.folder).unwrap();
    settings(&mut order);
    let job = book.start(&"housed/1".parse().unwrap(), "housed", &inputs, order).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    let converted = job.convert(&common).unwrap();
    job.verify(&converted).unwrap();
    let mut rows: BTreeMap<String, Rows> = BTreeMap::new();
    for table in converted.tables() {
        for part in job.parts(table).unwrap() {
            let mut text = Vec::new();
            CsvWriter::new(&mut text).finish(&mut part.frame().unwrap().collect().unwrap()).unwrap();
            let lines = String::from_utf8(text).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(lines.len() as u64, part.rows + 1, "{}", table.name);
            rows.entry(part.tenant.clone()).or_default().insert(table.name.clone(), lines);
        }
    }
    let outcome = job.finish().unwrap();
    assert!(outcome.balanced, "{:?}", outcome.tables);
    let findings = outcome.findings.iter().map(|one| (one.code.to_owned(), one.table.clone(), one.rows)).collect();
    Made { tenants: job.tenants(), rows, findings, ledger: outcome.tables }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn tenants_at_once_are_tenants_alone(
        guests in vec((0..3_usize, 0..4_u8, "[AB]", "[TU]"), 0..12),
        nights in vec((0..3_usize, 0..4_u8, "[BWX]", 0..9_i64), 0..24),
    ) {
        const HOUSES: [&str; 3] = ["Gary Wang", "gary-wang", "Ada Marsh"];
        let guests: Vec<(usize, String)> =
            guests.into_iter().map(|(house, no, name, town)| (house, format!("{},{no},{name},{town}\n", HOUSES[house]))).collect();
        let nights: Vec<(usize, String)> =
            nights.into_iter().map(|(house, no, what, amount)| (house, format!("{},{no},{what},{amount}\n", HOUSES[house]))).collect();
        let made = |only: Option<usize>| {
            let text = |head: &str, rows: &[(usize, String)]| {
                let kept = rows.iter().filter(|(house, _)| only.is_none_or(|only| only == *house));
                kept.fold(head.to_owned(), |text, (_, row)| text + row.as_str())
            };
            let files = [
                ("guests.csv", text(GUESTS, &guests)),
                ("nights.csv", text(NIGHTS, &nights)),
                ("towns.csv", "Code,Land\nT,Far\n".to_owned()),
            ];
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
            run(&files, |_| {})
        };
        let whole = made(None);
        let mut alone = BTreeMap::new();
        let mut found: BTreeMap<(String, String), u64> = BTreeMap::new();
        for house in 0..HOUSES.len() {
            let made = made(Some(house));
            alone.extend(made.rows);
            made.findings.into_iter().for_each(|(code, table, rows)| *found.entry((code, table)).or_default() += rows);
        }
        prop_assert_eq!(&whole.rows, &alone);
        // Files without rows are found in runs of one tenant alone.
        found.retain(|(code, _), _| code != "R0209");
        let whole: BTreeMap<_, _> = whole.findings.into_iter().filter(|one| one.0 != "R0209").map(|(code, table, rows)| ((code, table), rows)).collect();
        prop_assert_eq!(whole, found);
    }
}

#[test]
fn a_file_that_claims_another_tenant_is_set_aside_as_a_whole() {
    let ada = format!("{GUESTS}Ada Marsh,1,A,T\nADA MARSH,2,B,T\n");
    let mixed = format!("{GUESTS}Gary Wang,3,A,T\nAda Marsh,4,B,T\n,5,C,T\n");
    let nights = format!("{NIGHTS}Gary Wang,3,B,1\n");
    let files = [
        ("Results/ada-marsh/guests.csv", ada.as_str()),
        ("Results/Gary Wang/guests.csv", mixed.as_str()),
        ("Results/Gary Wang/nights.csv", nights.as_str()),
    ];
    let made = run(&files, |_| {});
    assert_eq!(made.rows.keys().collect::<Vec<_>>(), ["ada marsh", "gary wang"]);
    assert_eq!(made.tenants["ada marsh"], ["Ada Marsh", "ADA MARSH"]);
    assert_eq!(made.rows["ada marsh"]["guests"].len(), 3);
    // What another file says of the same tenant is not touched by it.
    assert_eq!(made.rows["gary wang"].keys().collect::<Vec<_>>(), ["meals", "sums", "totals"]);
    assert!(made.findings.contains(&("R0601".to_owned(), "guests".to_owned(), 2)), "{:?}", made.findings);
    assert!(made.findings.contains(&("R0101".to_owned(), "guests".to_owned(), 1)), "{:?}", made.findings);
    let guests = made.ledger.iter().find(|one| one.table == "guests").unwrap();
    assert_eq!((guests.read, guests.converted, guests.rejected), (5, 2, 3));
}

#[test]
fn a_reference_that_is_missing_is_to_nobody_s_row() {
    let guests = format!("{GUESTS}Ada Marsh,1,A,T\nGary Wang,2,B,T\n");
    // The guest of another house is none of this one's.
    let nights = format!("{NIGHTS}Ada Marsh,1,B,3\nAda Marsh,2,B,4\n");
    let made = run(&[("guests.csv", &guests), ("nights.csv", &nights)], |_| {});
    assert_eq!(made.rows["ada marsh"]["sums"], ["guest,total,first_name,known", "1,3,A,1", "2,4,,"]);
    let dangling: Vec<_> = made.findings.iter().filter(|(code, ..)| code == "R0403").collect();
    assert_eq!(dangling, [&("R0403".to_owned(), "sums".to_owned(), 1)]);
}

#[test]
fn an_order_of_one_tenant_takes_no_other_ones_rows() {
    let guests = format!("{GUESTS}Ada Marsh,1,A,T\n");
    let others = format!("{GUESTS}gary-wang,1,A,T\n");
    let files = [("guests1.csv", guests.as_str()), ("guests2.csv", others.as_str())];
    let made = run(&files, |order| order.tenant = Some(" ADA Marsh".to_owned()));
    assert_eq!(made.rows.keys().collect::<Vec<_>>(), ["ada marsh"]);
    assert_eq!(made.findings.iter().filter(|one| one.0 == "R0601").count(), 1);
    // Two names of which the letters are the same are two tenants.
    let made = run(&files, |order| order.tenant = Some("Gary Wang".to_owned()));
    assert!(made.rows.is_empty() && made.tenants.is_empty());
    // The folder that files without one lie in.
    let made = run(&files, |order| order.lies_in = Some("gary wang".to_owned()));
    assert_eq!(made.rows.keys().collect::<Vec<_>>(), ["gary-wang"]);
}

#[test]
fn names_of_every_kind_come_through_as_they_are() {
    let mut names: Vec<String> =
        (0_u32..17).filter_map(|plane| char::from_u32(plane * 0x1_0000 + 0x4e00)).map(|sign| format!("Dr {sign}")).collect();
    names.extend(
        ["../../etc/passwd", "a\"b", "O'Hara; DROP TABLE x; --", "a,b", "{\"a\": 1}", "C:\\x", "CON", "%s $1 ?1", "."].map(str::to_owned),
    );
    names.extend([format!("{}1", "long ".repeat(200)), format!("{}2", "long ".repeat(200))]);
    let mut text = GUESTS.to_owned();
    for name in &names {
        writeln!(text, "\"{}\",1,A,T", name.replace('"', "\"\"")).unwrap();
    }
    let made = run(&[("guests.csv", &text)], |_| {});
    let came: BTreeSet<&String> = made.tenants.values().flatten().collect();
    assert_eq!(came, names.iter().collect::<BTreeSet<_>>());
    assert!(made.rows.len() == names.len() && made.rows.values().all(|rows| rows["guests"].len() == 2));
}
