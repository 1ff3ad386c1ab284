//! Small rulesets of their own, through the whole corridor.

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
pub struct Small {
    pub folder: TempDir,
    pub book: Rulebook,
}

/// What came of a run: its outcome, and the target's tables as CSV.
pub struct Made {
    pub outcome: Outcome,
    pub tables: BTreeMap<String, String>,
}

impl Small {
    /// The system `small/1` and the target `out`; `rules` are files by their paths.
    pub fn new(rules: &[(&str, &str)]) -> Self {
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

    pub fn files(&self, files: &[(&str, &str)]) -> Vec<InputFile> {
        let write = |(name, text): &(&str, &str)| {
            let path = self.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            InputFile { name: (*name).to_owned(), path, bytes: text.len() as u64 }
        };
        files.iter().map(write).collect()
    }

    pub fn order(&self) -> Order {
        let folder = self.folder.path().join("order");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        Order::new(folder, chrono::NaiveDate::from_ymd_opt(2024, 6, 1).unwrap())
    }

    pub fn run(&self, files: &[(&str, &str)]) -> Made {
        self.run_with(files, self.order())
    }

    pub fn run_with(&self, files: &[(&str, &str)], order: Order) -> Made {
        let job = self.book.start(&"small/1".parse().unwrap(), "out", &self.files(files), order).unwrap();
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
pub fn short(finding: &Finding) -> String {
    format!("{} {} {:?} {}", finding.code, finding.rule, finding.consequence, finding.rows)
}
