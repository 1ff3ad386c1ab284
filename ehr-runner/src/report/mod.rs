//! What an order came to, for people and for machines: `ledger.json`, `report.json`, `report.html`, `unmapped.csv`, and the summary.
//!
//! None of it holds a time of day, so the same rules and input give the same bytes.

pub(crate) mod feasible;
mod flow;
mod page;

use crate::error::Failure;
use crate::order::write_json;
use crate::source::leave::LeftOut;
use ehr_rules::Balance;
use ehr_rules::Consequence;
use ehr_rules::Feasibility;
use ehr_rules::Finding;
use ehr_rules::Outcome;
use ehr_rules::OutputRows;
use ehr_rules::Unmapped;
use ehr_rules::Verified;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// Codes without a mapping that `report.json` names; `unmapped.csv` has them all.
const TOP_UNMAPPED: usize = 20;

/// What is known of an order, whole or stopped.
pub(crate) struct Report {
    /// The source system.
    pub(crate) source: String,
    /// Its version.
    pub(crate) version: String,
    /// The target.
    pub(crate) target: String,
    /// How the source was found; null where it was named.
    pub(crate) detection: Value,
    /// What of the input was left out by name.
    pub(crate) left_out: Vec<LeftOut>,
    /// Each row's fate; `None` where the order was stopped before every row had one.
    pub(crate) ledger: Option<LedgerFile>,
    /// What fell short.
    pub(crate) findings: Vec<Finding>,
    /// Codes without a mapping, most frequent first.
    pub(crate) unmapped: Vec<Unmapped>,
    /// Whether the export is worth converting; `None` where the order was stopped before that was known.
    pub(crate) feasibility: Option<Feasibility>,
    /// Each check of the target's tables; none where they were not checked.
    pub(crate) checks: Vec<Verified>,
}

/// What `ledger.json` holds.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LedgerFile {
    balanced: bool,
    tables: Vec<Balance>,
    outputs: Vec<OutputRows>,
}

impl LedgerFile {
    /// From what an order came to.
    pub(crate) fn new(outcome: &Outcome) -> Self {
        Self { balanced: outcome.balanced, tables: outcome.tables.clone(), outputs: outcome.outputs.clone() }
    }
}

impl Report {
    /// Writes `ledger.json`, `report.json`, `report.html` and `unmapped.csv` into the order.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Failure> {
        if let Some(ledger) = &self.ledger {
            write_json(&folder.join("ledger.json"), ledger)?;
        }
        write_json(&folder.join("report.json"), &self.json())?;
        self.write_page(&folder.join("report.html"))?;
        let path = folder.join("unmapped.csv");
        self.work_list(&path).map_err(|error| Failure::file("writing", &path, &error.into()))
    }

    /// Writes the page.
    pub(crate) fn write_page(&self, path: &Path) -> Result<(), Failure> {
        fs::write(path, page::render(self)?).map_err(|error| Failure::file("writing", path, &error))
    }

    fn work_list(&self, path: &Path) -> Result<(), csv::Error> {
        let mut file = csv::Writer::from_path(path)?;
        file.write_record(["code_map", "rule", "source_value", "rows", "candidates"])?;
        for code in &self.unmapped {
            file.write_record([&code.code_map, &code.rule, &code.source_value, &code.rows.to_string(), &code.candidates.to_string()])?;
        }
        file.flush().map_err(io::Error::into)
    }

    /// What `report.json` holds.
    pub(crate) fn json(&self) -> Value {
        json!({
            "source": self.source,
            "version": self.version,
            "target": self.target,
            "detection": self.detection,
            "feasibility": self.feasibility,
            "left_out": self.left_out,
            "ledger": self.ledger,
            "findings": self.findings,
            "unmapped": {
                "codes": self.unmapped.len(),
                "rows": self.unmapped.iter().map(|code| code.rows).sum::<u64>(),
                "top": self.unmapped.iter().take(TOP_UNMAPPED).collect::<Vec<_>>(),
            },
            "checks": self.checks,
        })
    }

    /// Output tables that have rows.
    fn outputs(&self) -> Vec<&OutputRows> {
        self.ledger.iter().flat_map(|ledger| &ledger.outputs).filter(|output| output.rows > 0).collect()
    }

    /// Rows that were set aside, as far as they were counted.
    pub(crate) fn rejected(&self) -> u64 {
        match &self.ledger {
            // A row that is set aside for two reasons stands in two findings.
            Some(ledger) => ledger.tables.iter().map(|table| table.rejected).sum(),
            None => self.findings.iter().filter(|finding| finding.consequence == Consequence::Rejected).map(|finding| finding.rows).sum(),
        }
    }

    /// Rows that were read, as far as the ledger is closed.
    pub(crate) fn read(&self) -> u64 {
        self.ledger.iter().flat_map(|ledger| &ledger.tables).map(|table| table.read).sum()
    }

    /// The ledger for an answer.
    pub(crate) fn ledger(&self) -> Value {
        json!(self.ledger)
    }

    /// The summary that a person reads: counts and names, no value from the data.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        if let Some(ledger) = &self.ledger {
            let mut rows = vec![["table", "read", "converted", "rejected", "filtered", "merged", "unused"].map(str::to_owned).to_vec()];
            for table in ledger.tables.iter().filter(|table| table.read > 0) {
                let counts = [table.read, table.converted, table.rejected, table.filtered, table.merged, table.unused];
                rows.push(std::iter::once(table.table.clone()).chain(counts.iter().map(u64::to_string)).collect());
            }
            text.push_str(&grid(&rows));
            let mut rows = vec![vec!["output".to_owned(), "rows".to_owned()]];
            rows.extend(
                ledger.outputs.iter().filter(|output| output.rows > 0).map(|output| vec![output.table.clone(), output.rows.to_string()]),
            );
            text.push('\n');
            text.push_str(&grid(&rows));
        }
        self.say_unmapped(&mut text);
        self.say_findings(&mut text);
        self.say_short(&mut text);
        if self.ledger.as_ref().is_some_and(|ledger| !ledger.balanced) {
            text.push_str("\nthe ledger does not balance: some rows have no fate\n");
        }
        text
    }

    /// By rule: the codes themselves may come from free text, so they stand in `unmapped.csv` alone.
    fn say_unmapped(&self, text: &mut String) {
        let mut rules: BTreeMap<(&str, &str), (usize, u64)> = BTreeMap::new();
        for code in &self.unmapped {
            let (codes, rows) = rules.entry((&code.code_map, &code.rule)).or_default();
            *codes += 1;
            *rows += code.rows;
        }
        if rules.is_empty() {
            return;
        }
        let mut sorted: Vec<_> = rules.into_iter().collect();
        sorted.sort_by_key(|(_, (_, rows))| std::cmp::Reverse(*rows));
        let mut rows = vec![["unmapped codes of", "asked by", "codes", "rows"].map(str::to_owned).to_vec()];
        for ((map, rule), (codes, count)) in sorted.into_iter().take(TOP_UNMAPPED) {
            rows.push(vec![map.to_owned(), rule.to_owned(), codes.to_string(), count.to_string()]);
        }
        text.push('\n');
        text.push_str(&grid(&rows));
    }

    fn say_findings(&self, text: &mut String) {
        if self.findings.is_empty() {
            return;
        }
        text.push('\n');
        for finding in &self.findings {
            let done = match finding.consequence {
                Consequence::Rejected => "rejected",
                Consequence::Warned => "warning",
                Consequence::Failed => "FAILED",
            };
            let place =
                if finding.rule.starts_with(&finding.table) { finding.rule.clone() } else { format!("{} {}", finding.table, finding.rule) };
            // Writing to a text cannot fail.
            let budget = finding.budget.as_ref();
            let budget = budget.map(|budget| format!(", at most {} of {} allowed", budget.rows, budget.of)).unwrap_or_default();
            let rows = match (finding.is_of_files(), finding.rows) {
                (true, 1) => String::new(),
                (true, files) => format!(" ({files} files)"),
                (false, rows) => format!(" ({}{budget})", many(rows, "row")),
            };
            let _ = writeln!(text, "{done:8}  {}  {place}: {}{rows}", finding.code, finding.reason);
        }
    }
}

/// A count and what is counted.
pub(crate) fn many(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Columns side by side: the first to the left, numbers to the right.
pub(crate) fn grid(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)).collect();
    let numeric: Vec<bool> = (0..columns).map(|at| rows.iter().skip(1).filter_map(|row| row.get(at)).all(|cell| is_number(cell))).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let width = widths[at];
            let _ = if at > 0 && numeric[at] { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:width$}  ") };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn is_number(cell: &str) -> bool {
    cell.bytes().all(|byte| byte.is_ascii_digit())
}
