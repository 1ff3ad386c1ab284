//! Forms of the language that decide how an order ends: small rulesets of their own, through the whole corridor.
#![expect(clippy::unwrap_used, reason = "a test may")]

use ehr_rules::Finding;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Outcome;
use ehr_rules::Rulebook;
use polars::prelude::CsvWriter;
use polars::prelude::SerWriter;
use std::collections::BTreeMap;
use tempfile::TempDir;

/// A folder of rules, and files of an export.
struct Small {
    folder: TempDir,
    book: Rulebook,
}

/// What came of a run: its outcome, and the target's tables as CSV.
struct Made {
    outcome: Outcome,
    tables: BTreeMap<String, String>,
}

impl Small {
    /// The system `small/1` and the target `out`; `rules` are files by their paths.
    fn new(rules: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in rules {
            let path = folder.path().join("rules").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (book, said) = Rulebook::load(&[folder.path().join("rules")]).unwrap();
        assert!(said.is_empty(), "{}", said.to_text());
        Self { folder, book }
    }

    fn files(&self, files: &[(&str, &str)]) -> Vec<InputFile> {
        let write = |(name, text): &(&str, &str)| {
            let path = self.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            InputFile { name: (*name).to_owned(), path, bytes: text.len() as u64 }
        };
        files.iter().map(write).collect()
    }

    fn order(&self) -> Order {
        let folder = self.folder.path().join("order");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        Order::new(folder, chrono::NaiveDate::from_ymd_opt(2024, 6, 1).unwrap())
    }

    fn run(&self, files: &[(&str, &str)]) -> Made {
        let job = self.book.start(&"small/1".parse().unwrap(), "out", &self.files(files), self.order()).unwrap();
        let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
        let converted = job.convert(&common).unwrap();
        job.verify(&converted).unwrap();
        let outcome = job.finish().unwrap();
        let mut tables = BTreeMap::new();
        for table in converted.tables() {
            let mut text = Vec::new();
            CsvWriter::new(&mut text).finish(&mut table.frame().unwrap().collect().unwrap()).unwrap();
            tables.insert(table.name.clone(), String::from_utf8(text).unwrap());
        }
        Made { outcome, tables }
    }
}

/// A finding in short.
fn short(finding: &Finding) -> String {
    format!("{} {} {:?} {}", finding.code, finding.rule, finding.consequence, finding.rows)
}

#[test]
fn a_sum_that_is_too_large_fails_the_order_and_no_other() {
    let small = Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Who: text, Count: integer, Cost: 'decimal(4,2)'}}}}",
        ),
        ("sources/small/1/item.yaml", "item: {from: items, columns: {who: Who, count: Count, cost: Cost}}"),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {who: text, count: integer, cost: 'decimal(4,2)'}}"),
        ("targets/out/schema.yaml", "{target: out, tables: {sums: {columns: {who: text, count: integer, cost: 'decimal(4,2)'}}}}"),
        (
            "targets/out/sums.yaml",
            "sums: {from: item, group: [who], columns: {who: who, count: {sum: count}, cost: {sum: cost}}, sort: who}",
        ),
    ]);
    let fits = small.run(&[("items.csv", "Who,Count,Cost\na,9223372036854775806,99.98\na,1,0.01\nb,-9223372036854775807,-99.99\nb,-1,\n")]);
    assert!(!fits.outcome.failed(), "{:#?}", fits.outcome.findings);
    assert_eq!(fits.tables["sums"], "who,count,cost\na,9223372036854775807,99.99\nb,-9223372036854775808,-99.99\n");

    let large = small.run(&[("items.csv", "Who,Count,Cost\na,9223372036854775807,1\na,1,2\nb,1,99.99\nb,2,0.01\nc,5,\n")]);
    assert!(large.outcome.failed() && large.outcome.balanced);
    let found: Vec<String> = large.outcome.findings.iter().map(short).collect();
    assert_eq!(found, ["R0304 out/sums.cost Failed 1", "R0304 out/sums.count Failed 1"]);
    assert_eq!(large.tables["sums"], "who,count,cost\na,,3.00\nb,3,\nc,5,\n");
}
