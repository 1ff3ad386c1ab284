//! Rows that break a rule: counted, and set aside where the rule says so.

use crate::dataset::concern::Concern;
use crate::dataset::concern::What;
use crate::dataset::ledger::Ledger;
use crate::dataset::ledger::Rejection;
use crate::dataset::rows::RowSet;
use crate::finding::Consequence;
use crate::ir::schema::Severity;
use std::sync::Arc;

/// A rule and the rows that break it.
pub(super) struct Broken {
    pub code: &'static str,
    /// `table.column`, or another name for the rule.
    pub rule: String,
    pub severity: Severity,
    /// What is wrong, without any value.
    pub reason: String,
    pub rows: Vec<i64>,
}

/// Counts them, and gives the rows that are set aside.
pub(super) fn aside(ledger: &Ledger, table: &str, broken: Vec<Broken>) -> RowSet {
    let mut gone = RowSet::default();
    for Broken { code, rule, severity, reason, rows } in broken {
        let consequence = match severity {
            Severity::Reject => Consequence::Rejected,
            Severity::Warn => Consequence::Warned,
            Severity::Fail => Consequence::Failed,
        };
        ledger.find(code, table, &rule, consequence, rows.len() as u64, &reason);
        if severity == Severity::Warn {
            continue;
        }
        for row in &rows {
            gone.insert(*row);
        }
        ledger.note(Concern::of_source("assess", table, &rule, What::Rejected(code)), rows.iter().copied());
        let (rule, reason): (Arc<str>, Arc<str>) = (rule.into(), reason.into());
        let rejection = |origin| Rejection { origin, stage: "assess", rule: Arc::clone(&rule), code, reason: Arc::clone(&reason) };
        ledger.reject(rows.into_iter().map(rejection).collect());
    }
    gone
}
