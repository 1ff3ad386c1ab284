//! `report.html`: what `report.json` says, as one page that needs no network and prints well.

use super::Report;
use super::feasible;
use super::flow::Flow;
use crate::error::Failure;
use crate::html;
use askama::Template;
use ehr_rules::Balance;
use ehr_rules::ColumnFeasibility;
use ehr_rules::Concerned;
use ehr_rules::Consequence;
use ehr_rules::Feasibility;
use ehr_rules::Finding;
use ehr_rules::Held;
use ehr_rules::Remedy;
use ehr_rules::TableFeasibility;
use ehr_rules::Threshold;
use ehr_rules::Verified;
use ehr_rules::meaning;
use serde_json::Value;
use std::collections::BTreeMap;

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    flow: Flow,
    css: &'static str,
    script: &'static str,
}

/// Codes without a mapping that one rule asked for.
struct Open<'a> {
    map: &'a str,
    rule: &'a str,
    codes: usize,
    rows: u64,
}

/// The page as text.
pub(super) fn render(report: &Report) -> Result<String, Failure> {
    let page = Page {
        report,
        flow: report.ledger.as_ref().map(|ledger| Flow::of(&ledger.outputs)).unwrap_or_default(),
        css: include_str!("../../templates/report.css"),
        script: include_str!("../../templates/report.js"),
    };
    page.render().map_err(|error| Failure::World(format!("writing the report: {error}")))
}

impl Page<'_> {
    /// The order in one sentence.
    fn verdict(&self) -> String {
        let Some(ledger) = &self.report.ledger else {
            return "The order was stopped before every row had a fate.".to_owned();
        };
        if !ledger.balanced {
            return "The order failed: some rows have no fate.".to_owned();
        }
        let failed = self.report.findings.iter().filter(|finding| finding.consequence == Consequence::Failed).count();
        if failed > 0 {
            return format!("The order failed: {failed} of the checks below {}. It cannot be loaded.", hold(failed));
        }
        let read: u64 = ledger.tables.iter().map(|table| table.read).sum();
        match self.report.rejected() {
            0 => format!("All {} rows have a fate, and none was set aside.", grouped(read)),
            1 => format!("All {} rows have a fate; one of them was set aside.", grouped(read)),
            rejected => format!("All {} rows have a fate; {} of them were set aside.", grouped(read), grouped(rejected)),
        }
    }

    fn failed(&self) -> bool {
        self.report.ledger.as_ref().is_none_or(|ledger| !ledger.balanced)
            || self.report.findings.iter().any(|finding| finding.consequence == Consequence::Failed)
    }

    /// Tables that had rows, those with most first.
    fn tables(&self) -> Vec<&Balance> {
        let mut tables: Vec<&Balance> =
            self.report.ledger.iter().flat_map(|ledger| &ledger.tables).filter(|table| table.read > 0).collect();
        tables.sort_by_key(|table| std::cmp::Reverse(table.read));
        tables
    }

    /// Source tables that had none.
    fn empty(&self) -> Vec<&str> {
        let tables = self.report.ledger.iter().flat_map(|ledger| &ledger.tables);
        tables.filter(|table| table.read == 0).map(|table| table.table.as_str()).collect()
    }

    /// The fates of a table's rows, each with its share of the bar's width in thousandths.
    #[expect(clippy::unused_self, reason = "called by the template")]
    fn fates(&self, table: &Balance) -> Vec<(&'static str, u64, u64)> {
        let fates = [
            ("converted", table.converted),
            ("merged", table.merged),
            ("filtered", table.filtered),
            ("unused", table.unused),
            ("rejected", table.rejected),
        ];
        let share = |rows: u64| (rows * 1000).checked_div(table.read).unwrap_or(0).max(3);
        fates.into_iter().filter(|(_, rows)| *rows > 0).map(|(fate, rows)| (fate, rows, share(rows))).collect()
    }

    /// Its fates as the columns of the table have them.
    #[expect(clippy::unused_self, reason = "called by the template")]
    fn counts(&self, table: &Balance) -> Vec<u64> {
        vec![table.converted, table.merged, table.filtered, table.unused, table.rejected]
    }

    /// Findings, those that stop the order first, then by rows.
    fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.report.findings.iter().collect();
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.consequence), std::cmp::Reverse(finding.rows)));
        findings
    }

    #[expect(clippy::unused_self, reason = "called by the template")]
    const fn done(&self, finding: &Finding) -> &'static str {
        match finding.consequence {
            Consequence::Rejected => "set aside",
            Consequence::Warned => "warning",
            Consequence::Failed => "stops the order",
        }
    }

    #[expect(clippy::unused_self, reason = "called by the template")]
    const fn class(&self, finding: &Finding) -> &'static str {
        match finding.consequence {
            Consequence::Failed => "stops",
            Consequence::Rejected | Consequence::Warned => "soft",
        }
    }

    /// How many checks of the target there were, and what came of them, in one sentence.
    fn checked(&self) -> String {
        let count = |held: Held| self.report.checks.iter().filter(|check| check.verdict == held).count() as u64;
        format!(
            "Of {} checks {} hold, {} warn, {} fail and {} could not be run.",
            grouped(self.report.checks.len() as u64),
            grouped(count(Held::Passed)),
            grouped(count(Held::Warned)),
            grouped(count(Held::Failed)),
            grouped(count(Held::NotRun))
        )
    }

    /// Checks that do not hold, the worst first, and those that were not run.
    fn unheld(&self) -> Vec<&Verified> {
        let mut checks: Vec<&Verified> = self.report.checks.iter().filter(|check| check.verdict != Held::Passed).collect();
        checks.sort_by_key(|check| std::cmp::Reverse(check.verdict));
        checks
    }

    #[expect(clippy::unused_self, reason = "called by the template")]
    const fn held(&self, check: &Verified) -> &'static str {
        match check.verdict {
            Held::Passed => "holds",
            Held::NotRun => "not run",
            Held::Warned => "warning",
            Held::Failed => "stops the order",
        }
    }

    #[expect(clippy::unused_self, reason = "called by the template")]
    fn held_class(&self, check: &Verified) -> &'static str {
        if check.verdict == Held::Failed { "stops" } else { "soft" }
    }

    #[expect(clippy::unused_self, reason = "called by the template")]
    fn percent(&self, check: &Verified) -> String {
        let share = check.share();
        format!("{}.{:02}%", share / 100, share % 100)
    }

    /// By rule: the codes themselves may come from free text, so they stand in `unmapped.csv` alone.
    fn open(&self) -> Vec<Open<'_>> {
        let mut rules: BTreeMap<(&str, &str), (usize, u64)> = BTreeMap::new();
        for code in &self.report.unmapped {
            let (codes, rows) = rules.entry((&code.code_map, &code.rule)).or_default();
            *codes += 1;
            *rows += code.rows;
        }
        let mut open: Vec<Open<'_>> = rules.into_iter().map(|((map, rule), (codes, rows))| Open { map, rule, codes, rows }).collect();
        open.sort_by_key(|open| std::cmp::Reverse(open.rows));
        open
    }

    /// How the source was found, in words; nothing where it was named.
    fn found(&self) -> Option<String> {
        let verdict = self.report.detection.get("verdict")?.as_str()?;
        let confidence = self.report.detection.get("confidence").and_then(Value::as_f64).unwrap_or(0.0) * 100.0;
        Some(match verdict {
            "identified" => format!("Identified by what its files hold, with {confidence:.1} % of the probability."),
            other => format!("By what its files hold it is {other}."),
        })
    }

    /// What speaks for or against the source.
    fn reasons(&self, side: &str) -> Vec<&str> {
        let candidates = self.report.detection.get("candidates").and_then(Value::as_array);
        let chosen = candidates.into_iter().flatten().find(|candidate| {
            candidate.get("system").and_then(Value::as_str) == Some(&self.report.source)
                && candidate.get("version").and_then(Value::as_str) == Some(&self.report.version)
        });
        chosen.and_then(|candidate| candidate.get(side)?.as_array()).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    #[expect(clippy::unused_self, reason = "called by the template")]
    fn words(&self, text: &str) -> String {
        html::words(text)
    }

    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "called by the template, which gives what it has")]
    fn number(&self, number: &u64) -> String {
        grouped(*number)
    }
}

/// What the template asks of feasibility.
#[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "called by the template, which gives what it has")]
impl Page<'_> {
    /// In one sentence.
    fn feasible(&self, feasibility: &Feasibility) -> String {
        let short = feasibility.thresholds.iter().filter(|threshold| !threshold.holds).count();
        match (feasibility.go, short, feasibility.stops) {
            (true, ..) => "Go: all that the target asks for is there.".to_owned(),
            (false, 0, stops) => format!("No go: {stops} of the findings below {} the order.", stop(stops)),
            (false, short, 0) => format!("No go: {short} of the limits below {}.", hold(short)),
            (false, short, stops) => {
                format!("No go: {short} of the limits below {}, and {stops} of the findings {} the order.", hold(short), stop(stops))
            }
        }
    }

    fn what(&self, threshold: &Threshold) -> &'static str {
        feasible::what(threshold)
    }

    fn limit(&self, threshold: &Threshold) -> String {
        feasible::limit(threshold)
    }

    fn share(&self, rows: &u64, of: &u64) -> String {
        feasible::share(*rows, *of)
    }

    fn meaning(&self, code: &str) -> &'static str {
        meaning(code)
    }

    fn todo(&self, remedy: &Remedy) -> String {
        html::words(&feasible::todo(remedy))
    }

    fn columns<'f>(&self, feasibility: &'f Feasibility) -> Vec<(&'f TableFeasibility, &'f ColumnFeasibility)> {
        let mut columns: Vec<_> = feasible::columns(feasibility).collect();
        // Those that fall short first; the others as they stand in the tables.
        columns.sort_by_key(|(_, column)| {
            let aside: u64 = column.rejected_by.values().map(|concerned| concerned.rows).sum();
            std::cmp::Reverse(column.unmapped.rows + column.defaulted.rows + aside)
        });
        columns
    }

    /// A cell with the rows that were set aside for it.
    fn aside(&self, column: &ColumnFeasibility) -> String {
        self.count(&column.rejected_by.values().map(|concerned| concerned.rows).sum())
    }

    /// A cell with a number, nothing to look at where it is none.
    fn count(&self, rows: &u64) -> String {
        let soft = if *rows == 0 { " soft" } else { "" };
        format!("<td class=\"number{soft}\" data-n=\"{rows}\">{}</td>", grouped(*rows))
    }

    fn patients(&self, concerned: &Concerned) -> String {
        match concerned.patients {
            Some(patients) => self.count(&patients),
            None => "<td class=\"number soft\" data-n=\"0\">–</td>".to_owned(),
        }
    }

    /// Rows, then patients.
    fn both(&self, concerned: &Concerned) -> String {
        format!("{}{}", self.count(&concerned.rows), self.patients(concerned))
    }

    /// What there is of what is asked for, as parts of a bar.
    fn part(&self, threshold: &Threshold) -> Vec<(&'static str, u64)> {
        let class = if threshold.limit.is_least() { "converted" } else { "rejected" };
        bar(&[(class, threshold.rows), ("unused", threshold.of.saturating_sub(threshold.rows))])
    }

    /// What became of the source rows on the way to a table.
    fn ways(&self, table: &TableFeasibility) -> Vec<(&'static str, u64)> {
        bar(&[
            ("converted", table.converted.rows),
            ("merged", table.merged.rows),
            ("filtered", table.filtered.rows),
            ("rejected", table.rejected.rows),
        ])
    }

    /// Where the values of a column come from. What is unmapped is mostly defaulted too, and is shown as unmapped.
    fn values(&self, table: &TableFeasibility, column: &ColumnFeasibility) -> Vec<(&'static str, u64)> {
        let converted = table.converted.rows;
        let defaulted = column.defaulted.rows.saturating_sub(column.unmapped.rows);
        // Counted in the target's rows; what is defaulted may be missing, and is shown as defaulted.
        let missing = u128::from(column.missing) * u128::from(converted) / u128::from(table.rows.max(1));
        let missing = u64::try_from(missing).unwrap_or(converted).saturating_sub(defaulted + column.unmapped.rows);
        let rest = converted.saturating_sub(defaulted + column.unmapped.rows + missing);
        bar(&[("converted", rest), ("unused", missing), ("filtered", defaulted), ("rejected", column.unmapped.rows)])
    }
}

const fn hold(limits: usize) -> &'static str {
    if limits == 1 { "does not hold" } else { "do not hold" }
}

const fn stop(findings: usize) -> &'static str {
    if findings == 1 { "stops" } else { "stop" }
}

/// Parts of a bar in thousandths; what is there at all can be seen.
fn bar(parts: &[(&'static str, u64)]) -> Vec<(&'static str, u64)> {
    let all: u64 = parts.iter().map(|(_, rows)| rows).sum();
    let share = |rows: u64| u64::try_from(u128::from(rows) * 1000 / u128::from(all.max(1))).unwrap_or(1000).max(3);
    parts.iter().filter(|(_, rows)| *rows > 0).map(|(class, rows)| (*class, share(*rows))).collect()
}

/// A number with a narrow blank at each thousand.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
