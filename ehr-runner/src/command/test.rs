//! `test`: runs the rulesets' own cases.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use clap::Args;
use ehr_rules::TestReport;
use serde_json::json;
use std::fmt::Write;

/// Arguments of `test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Only cases whose file or name holds this
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
        for difference in &case.differences {
            let _ = writeln!(text, "        {difference}");
        }
    }
    // With a filter most rules are not reached, which says nothing.
    if !filtered && !report.never_reached.is_empty() {
        let _ = writeln!(text, "never reached, {} of {} rules:", report.never_reached.len(), report.rules);
        for rule in &report.never_reached {
            let _ = writeln!(text, "        {rule}");
        }
    }
    let _ = writeln!(text, "{} passed, {failed} failed", report.cases.len() - failed);
    text
}
