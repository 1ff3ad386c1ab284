//! Code maps in a plan: one look-up a row, and a tally of the codes without an entry or with several.

use crate::codes::CodeMap;
use crate::codes::Standard;
use crate::codes::Vocabulary;
use crate::dataset::ORIGIN;
use crate::dataset::concern::Concern;
use crate::dataset::concern::Gathered;
use crate::dataset::concern::What;
use crate::dataset::concern::gather;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Ledger;
use crate::dataset::ledger::Open;
use crate::engine::Context;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::ir::code_map::OnSeveral;
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
    /// An Athena vocabulary download, and what becomes of a code with several concepts.
    Vocabulary(Vocabulary, OnSeveral),
    /// A vocabulary that was not given: every code is without an entry.
    Absent,
}

impl CodeSource {
    /// The kind of a target.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Map(_, kind) => kind.clone(),
            Self::Vocabulary(..) | Self::Absent => Kind::Integer,
        }
    }

    /// What a vocabulary says of a code, and what is done where it says several things; none where no vocabulary is asked.
    pub(crate) fn asked(&self, system: Option<&str>, code: &str) -> Option<(Option<Standard>, OnSeveral)> {
        if let Self::Vocabulary(_, several) = self { Some((self.integer(system, code), *several)) } else { None }
    }

    fn integer(&self, system: Option<&str>, code: &str) -> Option<Standard> {
        match self {
            Self::Map(map, _) => match map.get(code) {
                Some(Value::Integer(number)) => Some(Standard::One(*number)),
                _ => None,
            },
            Self::Vocabulary(vocabulary, _) => vocabulary.get(system?, code),
            Self::Absent => None,
        }
    }

    /// Whether a row is set aside whose code has several concepts, and then whether the order fails.
    pub(super) const fn sets_aside(&self) -> Option<bool> {
        match self {
            Self::Vocabulary(_, OnSeveral::Reject) => Some(false),
            Self::Vocabulary(_, OnSeveral::Fail) => Some(true),
            _ => None,
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
            Self::Vocabulary(..) | Self::Absent => None,
        }
    }
}

/// Codes without an entry or with several, counted by one expression while its plan runs once.
#[derive(Debug)]
pub(crate) struct Tally {
    map: String,
    rule: String,
    source: Arc<CodeSource>,
    counts: Mutex<Counts>,
    /// The source rows that hold such a code.
    rows: Gathered,
}

#[derive(Debug, Default)]
struct Counts {
    open: HashMap<String, Open>,
    /// Rows whose code has several concepts, where they are not set aside.
    several: u64,
}

impl Tally {
    pub(super) fn new(map: &str, rule: &str, source: Arc<CodeSource>, context: &Context<'_>) -> Arc<Self> {
        let rows = context.ledger.concern(Concern::of_rule(context.stage, rule, What::Unmapped));
        Arc::new(Self { map: map.to_owned(), rule: rule.to_owned(), source, counts: Mutex::default(), rows })
    }

    /// Puts what was counted on the work-list.
    pub(crate) fn tell(&self, ledger: &Ledger) {
        let Counts { open, several } = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        ledger.unmapped(&self.map, &self.rule, open);
        let table = self.rule.split('.').next().unwrap_or_default();
        let taken = match *self.source {
            CodeSource::Vocabulary(_, OnSeveral::Lowest) => "the lowest is taken",
            _ => "none is taken, and `otherwise` stands",
        };
        let reason = format!("{} in `{}`: {taken}", meaning("R0307"), self.map);
        ledger.find("R0307", table, &self.rule, Consequence::Warned, several, &reason);
    }

    fn add(&self, open: HashMap<(Option<&str>, &str), Open>, several: u64, rows: Vec<i64>) {
        if open.is_empty() && several == 0 {
            return;
        }
        gather(&self.rows, rows);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.several += several;
        for ((system, code), rows) in open {
            let shown = system.map_or_else(|| code.to_owned(), |system| format!("{system}|{code}"));
            counts.open.entry(shown).or_default().add(rows);
        }
    }
}

/// The target of a code; missing where there is none. Missing codes are not counted.
pub(super) fn codes(tally: &Arc<Tally>, system: Option<Expr>, code: Expr) -> Expr {
    let tally = Arc::clone(tally);
    let output = Field::new("code".into(), dtype(&tally.source.kind()));
    let rest: Vec<Expr> = std::iter::once(code).chain(system).collect();
    col(ORIGIN).map_many(move |columns| look_up(columns, &tally), &rest, move |_, _| Ok(output.clone()))
}

/// Whether a code has several concepts. They go on the work-list, since their rows are set aside before their target is asked for.
pub(super) fn ambiguous(tally: &Arc<Tally>, system: Option<Expr>, code: Expr) -> Expr {
    let tally = Arc::clone(tally);
    let rest: Vec<Expr> = std::iter::once(code).chain(system).collect();
    let function = move |columns: &mut [Column]| {
        let (origins, codes, systems) = texts(columns)?;
        let mut open: HashMap<(Option<&str>, &str), Open> = HashMap::new();
        let mut rows = Vec::new();
        let mut found = Vec::with_capacity(codes.len());
        for (row, code) in codes.iter().enumerate() {
            let system = systems.as_ref().and_then(|systems| systems.get(row));
            let several = code.and_then(|code| match tally.source.integer(system, code) {
                Some(Standard::Several { candidates, .. }) => Some((code, candidates)),
                _ => None,
            });
            if let Some((code, candidates)) = several {
                open.entry((system, code)).or_default().add(Open { rows: 1, candidates });
                rows.extend(origins.get(row));
            }
            found.push(several.is_some());
        }
        tally.add(open, 0, rows);
        Ok(Column::new("several".into(), found))
    };
    col(ORIGIN).map_many(function, &rest, |_, _| Ok(Field::new("several".into(), DataType::Boolean)))
}

fn look_up(columns: &mut [Column], tally: &Tally) -> PolarsResult<Column> {
    let (origins, codes, systems) = texts(columns)?;
    let source = &*tally.source;
    let mut open: HashMap<(Option<&str>, &str), Open> = HashMap::new();
    let mut several = 0;
    let mut rows = Vec::new();
    let system_at = |row: usize| systems.as_ref().and_then(|systems| systems.get(row));
    let mut miss = |row: usize, code, candidates| {
        if source.is_open(code) {
            open.entry((system_at(row), code)).or_default().add(Open { rows: 1, candidates });
            rows.extend(origins.get(row));
        }
    };
    let found = if source.kind() == Kind::Integer {
        let takes_lowest = matches!(source, CodeSource::Vocabulary(_, OnSeveral::Lowest));
        let mut found = Vec::with_capacity(codes.len());
        for (row, code) in codes.iter().enumerate() {
            found.push(code.and_then(|code| match source.integer(system_at(row), code) {
                Some(Standard::One(concept)) => Some(concept),
                Some(Standard::Several { lowest, candidates }) => {
                    several += 1;
                    if !takes_lowest {
                        miss(row, code, candidates);
                    }
                    takes_lowest.then_some(lowest)
                }
                None => {
                    miss(row, code, 0);
                    None
                }
            }));
        }
        Column::new("code".into(), found)
    } else {
        let mut found = Vec::with_capacity(codes.len());
        for (row, code) in codes.iter().enumerate() {
            found.push(code.and_then(|code| {
                source.text(code).or_else(|| {
                    miss(row, code, 0);
                    None
                })
            }));
        }
        Column::new("code".into(), found)
    };
    tally.add(open, several, rows);
    Ok(found)
}

/// Origins, codes, and their systems where the map holds several; as many of the one as of the other.
fn texts(columns: &[Column]) -> PolarsResult<(Int64Chunked, StringChunked, Option<StringChunked>)> {
    let [origins, codes, systems @ ..] = columns else { polars_bail!(ComputeError: "ehr-rules: a code lacks its row") };
    let rows = origins.len();
    let systems = systems.first().map(|column| broadcast(column, rows).str().cloned()).transpose()?;
    Ok((origins.i64()?.clone(), broadcast(codes, rows).str()?.clone(), systems))
}

/// A constant argument arrives as a column of one row.
fn broadcast(column: &Column, rows: usize) -> Column {
    if column.len() == 1 && rows != 1 { column.new_from_index(0, rows) } else { column.clone() }
}
