//! Probes: values that are watched while single rows are followed, in cases and by `why`.

use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What one probe saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Rows for which the value was asked for.
    pub rows: u64,
    /// Of these, rows for which it was missing.
    pub missing: u64,
    /// The texts it took, where it is a text.
    pub texts: BTreeSet<String>,
}

/// What the probes of some plans saw, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Probes {
    seen: Mutex<BTreeMap<usize, Seen>>,
    only: Option<Only>,
}

/// Which rows of a branch are looked at, counted behind whatever makes several rows of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Only {
    /// All; a column tells the number of each.
    Numbered,
    /// The one of this number, from 0.
    Row(i64),
}

impl Probes {
    /// Probes of a plan that looks at these rows only.
    pub(crate) fn of(only: Only) -> Arc<Self> {
        Arc::new(Self { only: Some(only), ..Self::default() })
    }

    /// Which rows are looked at; none where it is all of them.
    pub(super) const fn only(&self) -> Option<Only> {
        self.only
    }

    /// What every probe saw that saw a row.
    pub(crate) fn seen(&self) -> BTreeMap<usize, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tell(&self, at: usize, what: Seen) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.entry(at).or_default();
        seen.rows += what.rows;
        seen.missing += what.missing;
        seen.texts.extend(what.texts);
    }
}

/// The value, and a note of the rows for which `guard` says that it is asked for.
pub(super) fn probe(at: usize, value: Expr, kind: &Kind, guard: Option<Expr>, probes: &Arc<Probes>) -> Expr {
    let (told, kind) = (Arc::clone(probes), dtype(kind));
    let output = Field::new("probe".into(), kind.clone());
    let arguments: Vec<Expr> = std::iter::once(value).chain(guard).collect();
    let function = move |columns: &mut [Column]| {
        let rows = columns[0].len();
        // A constant arrives as a column of one row.
        let full = |column: &Column| if column.len() == 1 && rows != 1 { column.new_from_index(0, rows) } else { column.clone() };
        let value = full(&columns[1]).cast(&kind)?;
        let asked = columns.get(2).map(|guard| full(guard).bool().cloned()).transpose()?;
        let is_asked = |row: usize| asked.as_ref().is_none_or(|asked| asked.get(row) == Some(true));
        let count = (0..rows).filter(|row| is_asked(*row)).count();
        if count > 0 {
            let there = value.is_not_null();
            let missing = there.iter().enumerate().filter(|(row, there)| *there != Some(true) && is_asked(*row)).count();
            let texts = value.str().ok().cloned();
            let texts = texts.iter().flat_map(|texts| texts.iter().enumerate());
            let taken = texts.filter(|(row, _)| is_asked(*row)).filter_map(|(_, text)| text.map(str::to_owned));
            told.tell(at, Seen { rows: count as u64, missing: missing as u64, texts: taken.collect() });
        }
        Ok(value)
    };
    col(ORIGIN).map_many(function, &arguments, move |_, _| Ok(output.clone()))
}

/// A predicate that keeps every row, and a note of those that a join found one row for, none, and several.
pub(super) fn joined(at: [usize; 3], hits: &str, probes: &Arc<Probes>) -> Expr {
    let told = Arc::clone(probes);
    let function = move |hits: Column| {
        let mut rows = [0; 3];
        // A constant does not keep its width.
        for found in hits.cast(&DataType::UInt32)?.u32()?.iter() {
            rows[match found {
                None | Some(0) => 1,
                Some(1) => 0,
                Some(_) => 2,
            }] += 1;
        }
        for (at, rows) in at.into_iter().zip(rows).filter(|(_, rows)| *rows > 0) {
            told.tell(at, Seen { rows, ..Seen::default() });
        }
        Ok(BooleanChunked::full("keep".into(), true, hits.len()).into_column())
    };
    col(hits).map(function, |_, _| Ok(Field::new("keep".into(), DataType::Boolean)))
}
