//! `test`: runs the rulesets' own cases, and says what of the rules they never reach.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::report::grid;
use clap::Args;
use ehr_rules::Coverage;
use ehr_rules::Share;
use ehr_rules::TableDiff;
use ehr_rules::TestReport;
use serde_json::json;
use std::fmt::Write;

/// What `ehr-runner test --help` ends with.
const AFTER: &str = "\
Of a case that fails, the rows that differ are shown: `-` as expected, `+` as made, the cells that differ in [brackets].
Coverage counts what the rows of the cases reach: rules that make a row; ways a row takes inside a rule (branches of a
union, both answers of `where`, each branch of `when` and each entry of `map`, and their `otherwise`; joins and lookups
that find a row, none, or several where one is expected); approved entries of code maps. What is never reached is listed by file and line; `--format json` has it as `coverage`.

Exit status: 0 every case passed, 1 one failed or the rules are wrong.";

/// Arguments of `test`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Test {
    /// Only cases whose file or name holds this; coverage is then not shown
    #[arg(env = "EHR_FILTER")]
    filter: Option<String>,
}

impl Test {
    /// Runs them and says which failed.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let book = context.rulebook()?;
        let report = book.test(self.filter.as_deref())?;
        context.answer(&human(&report, self.filter.is_some()), &json!(report))?;
        Ok(if report.passed() { Status::Done } else { Status::RulesWrong })
    }
}

fn human(report: &TestReport, filtered: bool) -> String {
    let mut text = String::new();
    let mut failed = 0;
    for case in report.cases.iter().filter(|case| !case.differences.is_empty()) {
        failed += 1;
        // Writing to a text cannot fail.
        let _ = writeln!(text, "FAILED  {}: {}", case.file, case.name);
        let told = |words: &&String| case.tables.iter().any(|table| is_of(words, &table.table));
        for difference in case.differences.iter().filter(|words| !told(words)) {
            let _ = writeln!(text, "  {difference}");
        }
        for table in &case.tables {
            text.push_str(&rows(table));
        }
        text.push('\n');
    }
    // With a filter most rules are not reached, which says nothing.
    if !filtered {
        text.push_str(&coverage(&report.coverage));
    }
    let _ = writeln!(text, "{} passed, {failed} failed", report.cases.len() - failed);
    text
}

/// Whether a difference is one of a table whose rows are shown.
fn is_of(words: &str, table: &str) -> bool {
    words.strip_prefix(table).is_some_and(|rest| rest.starts_with([':', '[']))
}

/// The rows that differ, one over the other.
fn rows(diff: &TableDiff) -> String {
    let mut lines = vec![[String::new(), String::new()].into_iter().chain(diff.columns.iter().cloned()).collect::<Vec<_>>()];
    for row in &diff.rows {
        for (sign, side, alone) in [("-", &row.expected, row.made.is_none()), ("+", &row.made, row.expected.is_none())] {
            let Some((at, cells)) = side else { continue };
            let mut line = vec![sign.to_owned(), at.to_string()];
            line.extend(cells.iter().enumerate().map(|(at, cell)| {
                let shown = match cell {
                    None => String::new(),
                    Some(None) => "null".to_owned(),
                    // What looks like no value, or like nothing at all, is told from it.
                    Some(Some(text)) if text.is_empty() || text == "null" || text.trim() != text => format!("{text:?}"),
                    Some(Some(text)) => text.replace(['\n', '\r', '\t'], " "),
                };
                if row.differing.contains(&at) { format!("[{shown}]") } else { shown }
            }));
            if alone {
                line.push(if sign == "-" { "not made" } else { "not expected" }.to_owned());
            }
            lines.push(line);
        }
    }
    let agree = match diff.agree {
        0 => String::new(),
        1 => ", 1 row agrees".to_owned(),
        rows => format!(", {rows} rows agree"),
    };
    let mut text = format!("  {}: {} differ{}{agree}\n", diff.table, diff.rows.len(), if diff.rows.len() == 1 { "s" } else { "" });
    for line in grid(&lines).lines() {
        let _ = writeln!(text, "    {line}");
    }
    text
}

fn coverage(coverage: &Coverage) -> String {
    let mut text = String::new();
    if !coverage.unreached.is_empty() {
        text.push_str("never reached:\n");
        let lines: Vec<Vec<String>> =
            coverage.unreached.iter().map(|one| vec![format!("  {}", one.spot), one.rule.clone(), one.what.clone()]).collect();
        text.push_str(&grid(&lines));
        text.push('\n');
    }
    let share =
        |what: &str, share: Share| vec![what.to_owned(), format!("{}%", share.percent), format!("{} of {}", share.reached, share.all)];
    let shares = [
        share("rules reached", coverage.rules),
        share("branches reached", coverage.branches),
        share("code-map entries reached", coverage.code_entries),
    ];
    text.push_str(&grid(&shares));
    text.push('\n');
    text
}
