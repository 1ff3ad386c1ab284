//! Which source rows a count is about: so that counts of one table add up, and patients can be counted in the end.

use crate::dataset::rows::RowSet;
use crate::dataset::rows::Runs;
use crate::finding::is_doubt;
use crate::finding::known;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What happened to rows, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Concern {
    /// `read`, `assess`, `categorize` or `convert`.
    pub stage: &'static str,
    /// The table of the source while it is read and assessed, else the table that is made.
    pub table: String,
    /// Its column, or another name for the rule; empty where it is the row as a whole.
    pub column: String,
    /// What it was.
    pub what: What,
}

/// What happened to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// A row was made of it.
    Made,
    /// It was set aside, by this code.
    Rejected(&'static str),
    /// It is not plausible, by this code, and went on.
    Doubted(&'static str),
    /// A condition left it out.
    Filtered,
    /// It was folded into another row.
    Merged,
    /// A constant stands where the data says nothing that is known.
    Defaulted,
    /// Its code waits for somebody to map it.
    Unmapped,
}

/// The rows of one concern, while they are gathered.
pub(crate) type Gathered = Arc<Mutex<RowSet>>;

/// Every concern of an order.
#[derive(Debug, Default)]
pub(crate) struct Concerns(Mutex<BTreeMap<Concern, Gathered>>);

impl Concern {
    /// Of a rule as it is named in findings: `omop-5.4/person#2` for a table, `person.gender_concept_id` for a column.
    pub(crate) fn of_rule(stage: &'static str, rule: &str, what: What) -> Self {
        let last = rule.rsplit('/').next().unwrap_or(rule);
        let (table, column) = last.split_once('.').unwrap_or((last, ""));
        let table = table.split('#').next().unwrap_or(table);
        Self { stage, table: table.to_owned(), column: column.to_owned(), what }
    }

    /// Of a source's table and column, or of the row as a whole where the rule is the table itself.
    pub(crate) fn of_source(stage: &'static str, table: &str, rule: &str, what: What) -> Self {
        let column = rule.strip_prefix(table).map_or(rule, |rest| rest.strip_prefix('.').unwrap_or(rest));
        Self { stage, table: table.to_owned(), column: column.to_owned(), what }
    }
}

impl Concerns {
    /// The rows of a concern, to put more into.
    pub(crate) fn rows(&self, concern: Concern) -> Gathered {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(concern).or_default())
    }

    /// Every concern with a copy of its rows.
    pub(crate) fn all(&self) -> BTreeMap<Concern, RowSet> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |rows: &Gathered| rows.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.iter().map(|(concern, rows)| (concern.clone(), read(rows))).filter(|(_, rows)| !rows.is_empty()).collect()
    }
}

/// Every concern as it is written down: stage, table, column, what with its code, and the rows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ConcernsState(Vec<(String, String, String, String, Runs)>);

/// Stages that note something.
const STAGES: [&str; 4] = ["read", "assess", "categorize", "convert"];

impl What {
    const WORDS: [(&'static str, Self); 5] = [
        ("made", Self::Made),
        ("filtered", Self::Filtered),
        ("merged", Self::Merged),
        ("defaulted", Self::Defaulted),
        ("unmapped", Self::Unmapped),
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Rejected(code) | Self::Doubted(code) => code,
            other => Self::WORDS.iter().find(|(_, what)| *what == other).map_or("", |(word, _)| word),
        }
    }

    fn of(word: &str) -> Option<Self> {
        let plain = Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, what)| *what);
        plain.or_else(|| known(word).map(|code| if is_doubt(code) { Self::Doubted(code) } else { Self::Rejected(code) }))
    }
}

impl Concerns {
    /// All of them, to be written down.
    pub(super) fn state(&self) -> ConcernsState {
        let all = self.all().into_iter();
        ConcernsState(
            all.map(|(one, rows)| (one.stage.to_owned(), one.table, one.column, one.what.word().to_owned(), rows.runs())).collect(),
        )
    }

    /// Takes up what was written down in place of what is known; false where it is none of this program's.
    pub(super) fn restore(&self, written: ConcernsState) -> bool {
        let mut all = BTreeMap::new();
        for (stage, table, column, what, rows) in written.0 {
            let (Some(stage), Some(what)) = (STAGES.into_iter().find(|known| *known == stage), What::of(&what)) else { return false };
            all.insert(Concern { stage, table, column, what }, Arc::new(Mutex::new(RowSet::of_runs(rows))));
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = all;
        true
    }
}

/// Puts rows in.
pub(crate) fn gather(rows: &Gathered, origins: impl IntoIterator<Item = i64>) {
    let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
    origins.into_iter().for_each(|origin| rows.insert(origin));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_of_a_table_or_of_a_column() {
        let parts = |rule| {
            let Concern { table, column, .. } = Concern::of_rule("convert", rule, What::Filtered);
            (table, column)
        };
        assert_eq!(parts("omop-5.4/person#2"), ("person".to_owned(), String::new()));
        assert_eq!(parts("person.gender_concept_id"), ("person".to_owned(), "gender_concept_id".to_owned()));
        assert_eq!(parts("omop-5.4/visit#2.cost"), ("visit".to_owned(), "cost".to_owned()));
    }

    #[test]
    fn a_column_of_a_source_may_be_called_anything() {
        let column = |rule| Concern::of_source("read", "p.q", rule, What::Filtered).column;
        assert_eq!((column("p.q.a/b.c"), column("p.q"), column("p.q#1")), ("a/b.c".to_owned(), String::new(), "#1".to_owned()));
    }
}
