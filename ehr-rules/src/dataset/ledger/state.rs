//! What a ledger knows, written down between two stages and taken up again.

use super::FATES;
use super::Ledger;
use super::Marks;
use super::Open;
use super::Rejection;
use super::lock;
use crate::dataset::concern::ConcernsState;
use crate::finding::Finding;
use crate::finding::known;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Stages that set rows aside.
const STAGES: [&str; 5] = ["read", "assess", "categorize", "convert", "verify"];

/// What a ledger knows, as it is written down between two stages.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LedgerState {
    tables: Vec<(String, MarksState)>,
    reasons: Vec<Cause>,
    /// Rows, each with the number of its reason.
    rejections: Vec<(i64, usize)>,
    findings: Vec<Finding>,
    unmapped: Vec<((String, String, String), Open)>,
    concerns: ConcernsState,
}

/// Marks of one table: each fate's words as runs of equal ones, since most rows have their neighbours' fate.
#[derive(Debug, Serialize, Deserialize)]
struct MarksState {
    read: u64,
    fates: [Vec<(usize, u64)>; FATES],
    files: Vec<(u64, String)>,
}

/// Why rows were set aside.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Cause {
    stage: String,
    rule: String,
    code: String,
    reason: String,
}

impl Cause {
    /// As rejections share it; `None` where no such stage sets rows aside, or there is no such code.
    fn shared(self) -> Option<(&'static str, Arc<str>, &'static str, Arc<str>)> {
        let stage = STAGES.iter().find(|stage| **stage == self.stage)?;
        Some((stage, self.rule.into(), known(&self.code)?, self.reason.into()))
    }
}

impl Marks {
    fn state(&self) -> MarksState {
        let runs = |words: &Vec<u64>| words.chunk_by(|a, b| a == b).filter_map(|run| Some((run.len(), *run.first()?))).collect();
        MarksState { read: self.read, fates: self.fates.each_ref().map(runs), files: self.files.clone() }
    }
}

impl MarksState {
    fn marks(self) -> Marks {
        let words = |runs: Vec<(usize, u64)>| runs.into_iter().flat_map(|(count, word)| std::iter::repeat_n(word, count)).collect();
        Marks { read: self.read, fates: self.fates.map(words), files: self.files }
    }
}

impl Ledger {
    /// All that it knows, to be written down.
    pub(crate) fn state(&self) -> LedgerState {
        let mut reasons: BTreeMap<Cause, usize> = BTreeMap::new();
        let mut rejections = Vec::new();
        for one in self.rejections() {
            let reason = Cause {
                stage: one.stage.to_owned(),
                rule: one.rule.to_string(),
                code: one.code.to_owned(),
                reason: one.reason.to_string(),
            };
            let next = reasons.len();
            rejections.push((one.origin, *reasons.entry(reason).or_insert(next)));
        }
        let mut numbered: Vec<(Cause, usize)> = reasons.into_iter().collect();
        numbered.sort_by_key(|(_, number)| *number);
        LedgerState {
            tables: self.tables.iter().map(|table| (table.name.clone(), lock(&table.marks).state())).collect(),
            reasons: numbered.into_iter().map(|(reason, _)| reason).collect(),
            rejections,
            findings: self.findings(),
            unmapped: lock(&self.unmapped).iter().map(|(key, open)| (key.clone(), *open)).collect(),
            concerns: self.concerns.state(),
        }
    }

    /// Takes up what was written down in place of what it knows; false, and nothing is changed, where that is of other tables.
    pub(crate) fn restore(&self, written: LedgerState) -> bool {
        let same = written.tables.iter().map(|(name, _)| name.as_str()).eq(self.table_names());
        let mut rejections = Vec::with_capacity(written.rejections.len());
        let reasons: Vec<_> = written.reasons.into_iter().map(Cause::shared).collect();
        for (origin, at) in written.rejections {
            let Some(Some((stage, rule, code, reason))) = reasons.get(at) else { return false };
            rejections.push(Rejection { origin, stage, rule: Arc::clone(rule), code, reason: Arc::clone(reason) });
        }
        if same {
            for (table, (_, marks)) in self.tables.iter().zip(written.tables) {
                *lock(&table.marks) = marks.marks();
            }
            *lock(&self.rejections) = rejections;
            let key = |finding: &Finding| (finding.code, finding.table.clone(), finding.rule.clone());
            *lock(&self.findings) = written.findings.into_iter().map(|finding| (key(&finding), finding)).collect();
            *lock(&self.unmapped) = written.unmapped.into_iter().collect();
            return self.concerns.restore(written.concerns);
        }
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::concern::Concern;
    use crate::dataset::concern::What;
    use crate::dataset::ledger::Fate;
    use crate::dataset::origin::origin;
    use crate::finding::Consequence;

    #[test]
    fn what_was_written_down_is_known_again() {
        let ledger = Ledger::new(["patients".to_owned()]);
        ledger.read(0, 3);
        ledger.begins(0, 0, "patients.csv");
        ledger.mark(Fate::Converted, [origin(0, 0)]);
        let rejection =
            |row| Rejection { origin: origin(0, row), stage: "assess", rule: "patients.id".into(), code: "R0107", reason: "why".into() };
        ledger.reject(vec![rejection(1), rejection(2)]);
        ledger.find("R0107", "patients", "patients.id", Consequence::Rejected, 2, "why");
        let concern = |what| Concern { stage: "convert", table: "person".to_owned(), column: "gender".to_owned(), what };
        ledger.note(concern(What::Defaulted), [origin(0, 2)]);
        ledger.note(concern(What::Rejected("R0303")), [origin(0, 0), origin(0, 1)]);
        ledger.unmapped("gender", "person.gender", [("x".to_owned(), Open { rows: 3, candidates: 0 })]);
        let text = serde_json::to_string(&ledger.state()).unwrap_or_default();
        let fresh = Ledger::new(["patients".to_owned()]);
        assert!(serde_json::from_str(&text).is_ok_and(|state| fresh.restore(state)), "{text}");
        assert_eq!((fresh.balances(), fresh.rejections(), fresh.findings()), (ledger.balances(), ledger.rejections(), ledger.findings()));
        assert_eq!(fresh.work_list(), ledger.work_list());
        assert_eq!((fresh.concerns(), fresh.concerns().len()), (ledger.concerns(), 2));
        assert_eq!(fresh.files(0), [(0, "patients.csv".to_owned())]);
        let other = Ledger::new(["visits".to_owned()]);
        assert!(serde_json::from_str(&text).is_ok_and(|state| !other.restore(state)));
        assert!(serde_json::from_str::<LedgerState>(&text.replace("R0107", "R9999")).is_err());
    }
}
