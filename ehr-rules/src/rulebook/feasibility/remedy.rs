//! What would make an export better: codes to map, a vocabulary to bring, columns of the source to mend.

use crate::dataset::concern::What;
use crate::dataset::rows::RowSet;
use crate::engine::codes::CodeSource;
use crate::rulebook::feasibility::Concerned;
use crate::rulebook::feasibility::Noted;
use crate::rulebook::feasibility::patients::People;
use crate::rulebook::job::Job;
use crate::rulebook::outcome::Outcome;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Codes that a remedy names; `unmapped.csv` has them all.
const CODES: usize = 20;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// What it is.
    pub kind: RemedyKind,
    /// The code map, or the column or check of the source.
    pub name: String,
    /// The column made that asks for its codes, or the code of the finding.
    pub by: String,
    /// Source rows that are won.
    pub won: Concerned,
    /// How many codes are to be mapped.
    pub codes: usize,
    /// The most frequent of them, as the source writes them. They are values of the data.
    pub top: Vec<OpenCode>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyKind {
    /// Codes are to be mapped.
    MapCodes,
    /// The order needs a vocabulary.
    BringVocabulary,
    /// Values of the source are to be mended.
    MendSource,
}

/// A code without a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenCode {
    /// As the source writes it.
    pub source_value: String,
    /// How often it is asked for.
    pub rows: u64,
}

/// A remedy before its patients are counted.
pub(super) struct Open {
    remedy: Remedy,
    at: usize,
}

impl Open {
    pub(super) fn counted(self, people: &People) -> Remedy {
        Remedy { won: people.concerned(self.at), ..self.remedy }
    }
}

/// Everything there is to do, by rows won.
pub(super) fn remedies(job: &Job<'_>, outcome: &Outcome, noted: &Noted, people: &mut People) -> Vec<Open> {
    let mut open = codes(job, outcome, noted, people);
    let mut aside: BTreeMap<(String, &'static str), RowSet> = BTreeMap::new();
    for (concern, rows) in &noted.concerns {
        if let What::Rejected(code) = concern.what {
            let name = match concern.column.as_str() {
                "" => concern.table.clone(),
                // A check of several columns is named by its number.
                column if column.starts_with('#') => format!("{}{column}", concern.table),
                column => format!("{}.{column}", concern.table),
            };
            aside.entry((name, code)).or_default().unite(rows);
        }
    }
    for ((name, code), rows) in aside {
        let remedy =
            Remedy { kind: RemedyKind::MendSource, name, by: code.to_owned(), won: Concerned::default(), codes: 0, top: Vec::new() };
        open.push(Open { remedy, at: people.add(rows) });
    }
    open.sort_by_cached_key(|open| (Reverse(people.rows(open.at).len()), open.remedy.name.clone()));
    open
}

fn codes(job: &Job<'_>, outcome: &Outcome, noted: &Noted, people: &mut People) -> Vec<Open> {
    let mut asked: BTreeMap<(&str, &str), Vec<OpenCode>> = BTreeMap::new();
    for one in &outcome.unmapped {
        let code = OpenCode { source_value: one.source_value.clone(), rows: one.rows };
        asked.entry((&one.code_map, &one.rule)).or_default().push(code);
    }
    let mut open = Vec::new();
    for ((map, rule), mut top) in asked {
        let mut rows = RowSet::default();
        for (concern, own) in &noted.concerns {
            if concern.what == What::Unmapped && rule == format!("{}.{}", concern.table, concern.column) {
                rows.unite(own);
            }
        }
        let absent = |codes: &BTreeMap<String, Arc<CodeSource>>| codes.get(map).is_some_and(|code| matches!(**code, CodeSource::Absent));
        let codes = top.len();
        top.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.source_value.cmp(&b.source_value)));
        top.truncate(CODES);
        let kind = if absent(&job.codes) || absent(&job.source_codes) { RemedyKind::BringVocabulary } else { RemedyKind::MapCodes };
        let remedy = Remedy { kind, name: map.to_owned(), by: rule.to_owned(), won: Concerned::default(), codes, top };
        open.push(Open { remedy, at: people.add(rows) });
    }
    open
}
