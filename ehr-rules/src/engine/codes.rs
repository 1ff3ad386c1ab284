//! Code maps in a plan: one look-up a row, and a tally of the codes without an entry.

use crate::codes::CodeMap;
use crate::codes::Vocabulary;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Ledger;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use polars::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Where a code's target is looked up.
#[derive(Debug)]
pub(crate) enum CodeSource {
    /// A code map in a file.
    Map(CodeMap, Kind),
    /// An Athena vocabulary download.
    Vocabulary(Vocabulary),
    /// A vocabulary that was not given: every code is without an entry.
    Absent,
}

impl CodeSource {
    /// The kind of a target.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Map(_, kind) => kind.clone(),
            Self::Vocabulary(_) | Self::Absent => Kind::Integer,
        }
    }

    fn integer(&self, system: Option<&str>, code: &str) -> Option<i64> {
        match self {
            Self::Map(map, _) => match map.get(code) {
                Some(Value::Integer(number)) => Some(*number),
                _ => None,
            },
            Self::Vocabulary(vocabulary) => vocabulary.get(system?, code),
            Self::Absent => None,
        }
    }

    /// Whether a code without a target still waits for somebody to map it.
    fn is_open(&self, code: &str) -> bool {
        !matches!(self, Self::Map(map, _) if map.is_unmappable(code))
    }

    fn text(&self, code: &str) -> Option<&str> {
        match self {
            Self::Map(map, _) => match map.get(code) {
                Some(Value::Text(text)) => Some(text),
                _ => None,
            },
            Self::Vocabulary(_) | Self::Absent => None,
        }
    }
}

/// Codes without an entry, counted by one expression while its plan runs once.
#[derive(Debug)]
pub(crate) struct Tally {
    map: String,
    rule: String,
    counts: Mutex<HashMap<String, u64>>,
}

impl Tally {
    /// Puts what was counted on the work-list.
    pub(crate) fn tell(&self, ledger: &Ledger) {
        let counts = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        ledger.unmapped(&self.map, &self.rule, counts);
    }
}

/// The target of a code; missing where there is none. Missing codes are not counted.
pub(super) fn codes(map: &str, rule: &str, source: Arc<CodeSource>, system: Option<Expr>, code: Expr) -> (Expr, Arc<Tally>) {
    let tally = Arc::new(Tally { map: map.to_owned(), rule: rule.to_owned(), counts: Mutex::default() });
    let counted = Arc::clone(&tally);
    let output = Field::new("code".into(), dtype(&source.kind()));
    let rest: Vec<Expr> = system.into_iter().collect();
    let expr = code.map_many(move |columns| look_up(columns, &source, &counted), &rest, move |_, _| Ok(output.clone()));
    (expr, tally)
}

fn look_up(columns: &mut [Column], source: &CodeSource, tally: &Tally) -> PolarsResult<Column> {
    let codes = columns[0].str()?;
    let systems = columns.get(1).map(|column| broadcast(column, codes.len()).str().cloned()).transpose()?;
    let mut missing: HashMap<(Option<&str>, &str), u64> = HashMap::new();
    let mut miss = |system, code| {
        if source.is_open(code) {
            *missing.entry((system, code)).or_default() += 1;
        }
    };
    let system_at = |row: usize| systems.as_ref().and_then(|systems| systems.get(row));
    let found = if source.kind() == Kind::Integer {
        let mut found = Vec::with_capacity(codes.len());
        for (row, code) in codes.iter().enumerate() {
            found.push(code.and_then(|code| {
                source.integer(system_at(row), code).or_else(|| {
                    miss(system_at(row), code);
                    None
                })
            }));
        }
        Column::new("code".into(), found)
    } else {
        let mut found = Vec::with_capacity(codes.len());
        for (row, code) in codes.iter().enumerate() {
            found.push(code.and_then(|code| {
                source.text(code).or_else(|| {
                    miss(system_at(row), code);
                    None
                })
            }));
        }
        Column::new("code".into(), found)
    };
    if !missing.is_empty() {
        let mut counts = tally.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for ((system, code), rows) in missing {
            let shown = system.map_or_else(|| code.to_owned(), |system| format!("{system}|{code}"));
            *counts.entry(shown).or_default() += rows;
        }
    }
    Ok(found)
}

/// A constant argument arrives as a column of one row.
fn broadcast(column: &Column, rows: usize) -> Column {
    if column.len() == 1 && rows != 1 { column.new_from_index(0, rows) } else { column.clone() }
}
