//! What came of each check, and what is told of those that do not hold.

use crate::dataset::ledger::Ledger;
use crate::engine::demand::Count;
use crate::finding::Allowance;
use crate::finding::Consequence;
use crate::finding::Finding;
use crate::finding::Held;
use crate::finding::Verified;
use crate::finding::meaning;
use crate::ir::budget::Budget;
use crate::ir::demand::Demand;
use crate::ir::schema::Severity;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A check as it is declared, by the schema or by what every schema asks for.
pub(super) struct Check<'a> {
    pub code: &'static str,
    pub table: &'a str,
    /// The column; empty for a row or the table as a whole.
    pub column: &'a str,
    pub says: &'a str,
    pub allowed: &'a Budget,
    pub severity: Severity,
}

/// Everything that was checked so far.
pub(super) struct Said<'a> {
    ledger: &'a Ledger,
    all: Mutex<Vec<Verified>>,
}

impl<'a> Check<'a> {
    pub(super) fn of(table: &'a str, demand: &'a Demand) -> Self {
        Self {
            code: demand.what.code(),
            table,
            column: demand.column.as_deref().unwrap_or_default(),
            says: &demand.says,
            allowed: &demand.allowed,
            severity: demand.severity,
        }
    }

    fn verified(&self, count: Count, verdict: Held, why: Option<String>) -> Verified {
        Verified {
            code: self.code,
            table: self.table.to_owned(),
            column: self.column.to_owned(),
            check: self.says.to_owned(),
            rows: count.rows,
            of: count.of,
            at_most: self.allowed.at_most.clone(),
            verdict,
            why,
        }
    }

    /// What a finding says beside what is wrong: what must hold, or what can be done.
    fn remedy(&self) -> &'a str {
        if self.code == "R0405" { "add a part to `key:`, or make it a `uuid`" } else { self.says }
    }

    /// What findings call it: `table.column`, or the table alone.
    fn rule(&self) -> String {
        if self.column.is_empty() { self.table.to_owned() } else { format!("{}.{}", self.table, self.column) }
    }
}

impl<'a> Said<'a> {
    pub(super) fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, all: Mutex::default() }
    }

    /// A check was run: over what is allowed it is a finding.
    pub(super) fn ran(&self, check: &Check<'_>, count: Count) {
        let allowed = check.allowed.allowed(count.of);
        let verdict = match check.severity {
            _ if count.rows <= allowed => Held::Passed,
            Severity::Warn => Held::Warned,
            Severity::Reject | Severity::Fail => Held::Failed,
        };
        self.push(check.verified(count, verdict, None));
        if verdict == Held::Passed {
            return;
        }
        let budget = (allowed > 0).then(|| Allowance { at_most: check.allowed.at_most.clone(), rows: allowed, of: count.of });
        self.ledger.tell(Finding {
            code: check.code,
            table: check.table.to_owned(),
            rule: check.rule(),
            consequence: if verdict == Held::Warned { Consequence::Warned } else { Consequence::Failed },
            rows: count.rows,
            reason: format!("{}: {}", meaning(check.code), check.remedy()),
            budget,
        });
    }

    /// A check was not run.
    pub(super) fn skipped(&self, check: &Check<'_>, why: &str) {
        self.push(check.verified(Count::default(), Held::NotRun, Some(why.to_owned())));
    }

    fn push(&self, one: Verified) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    }

    /// All of it, by table in the order given, then by column and code.
    pub(super) fn finish(self, tables: &[&str]) -> Vec<Verified> {
        let mut all = self.all.into_inner().unwrap_or_else(PoisonError::into_inner);
        let at = |one: &Verified| tables.iter().position(|table| *table == one.table);
        all.sort_by(|a, b| (at(a), &a.column, a.code, &a.check).cmp(&(at(b), &b.column, b.code, &b.check)));
        all
    }
}
