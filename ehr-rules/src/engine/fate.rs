//! Taps: places in a plan where a row's fate is decided, and marked in the ledger as it happens.

use crate::dataset::ORIGIN;
use crate::dataset::concern::Concern;
use crate::dataset::concern::What;
use crate::dataset::concern::gather;
use crate::dataset::ledger::Fate;
use crate::dataset::ledger::Ledger;
use crate::dataset::ledger::Rejection;
use crate::dataset::rows::RowSet;
use crate::engine::Context;
use crate::finding::Consequence;
use crate::finding::meaning;
use polars::prelude::*;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A rule that sets rows aside.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    stage: &'static str,
    rule: Arc<str>,
    code: &'static str,
    reason: Arc<str>,
    fails: bool,
}

impl Verdict {
    pub(super) fn new(context: &Context<'_>, rule: &str, code: &'static str, what: &str, fails: bool) -> Self {
        let reason = if what.is_empty() { meaning(code).to_owned() } else { format!("{}: {what}", meaning(code)) };
        Self { stage: context.stage, rule: rule.into(), code, reason: reason.into(), fails }
    }

    /// Sets these rows aside.
    pub(super) fn reject(&self, ledger: &Ledger, origins: impl IntoIterator<Item = i64>) {
        let rejections: Vec<Rejection> = origins
            .into_iter()
            .map(|origin| Rejection {
                origin,
                stage: self.stage,
                rule: Arc::clone(&self.rule),
                code: self.code,
                reason: Arc::clone(&self.reason),
            })
            .collect();
        let consequence = if self.fails { Consequence::Failed } else { Consequence::Rejected };
        for (table, rows) in ledger.by_table(rejections.iter().map(|rejection| rejection.origin)) {
            ledger.find(self.code, &table, &self.rule, consequence, rows, &self.reason);
        }
        let concern = Concern::of_rule(self.stage, &self.rule, What::Rejected(self.code));
        ledger.note(concern, rejections.iter().map(|rejection| rejection.origin));
        ledger.reject(rejections);
    }
}

/// A predicate that keeps the rows for which `condition` holds and marks the others with a fate.
pub(super) fn filtered(context: &Context<'_>, rule: &str, condition: Expr) -> Expr {
    let ledger = Arc::clone(context.ledger);
    let rows = ledger.concern(Concern::of_rule(context.stage, rule, What::Filtered));
    tap(condition, move |origins| {
        gather(&rows, origins.iter().copied());
        ledger.mark(Fate::Filtered, origins.iter().copied());
    })
}

/// A predicate that keeps the rows for which `sound` holds and sets the others aside.
pub(super) fn rejected(ledger: &Arc<Ledger>, sound: Expr, verdict: Verdict) -> Expr {
    let ledger = Arc::clone(ledger);
    tap(sound, move |origins| verdict.reject(&ledger, origins.iter().copied()))
}

/// A predicate that keeps the rows on which nothing failed and sets the others aside, by the first of these that says so.
pub(super) fn failed(ledger: &Arc<Ledger>, faults: Vec<(Expr, Verdict)>) -> Expr {
    let ledger = Arc::clone(ledger);
    let (exprs, verdicts): (Vec<Expr>, Vec<Verdict>) = faults.into_iter().unzip();
    let function = move |columns: &mut [Column]| {
        let origins = columns[0].i64()?;
        let mut keep = BooleanChunked::full("keep".into(), true, origins.len());
        for (fault, verdict) in columns[1..].iter().zip(&verdicts) {
            let fault = fault.bool()?;
            if !fault.any() {
                continue;
            }
            let fault = if fault.len() == origins.len() { fault.clone() } else { fault.new_from_index(0, origins.len()) };
            let new = &fault & &keep;
            let out: Vec<i64> = origins.iter().zip(new.iter()).filter_map(|(origin, new)| origin.filter(|_| new == Some(true))).collect();
            if !out.is_empty() {
                verdict.reject(&ledger, out);
            }
            keep = &keep & &!&fault;
        }
        Ok(keep.into_column())
    };
    col(ORIGIN).map_many(function, &exprs, |_, _| Ok(Field::new("keep".into(), DataType::Boolean)))
}

/// A predicate that is `condition`, and tells the origins of the rows it leaves out.
fn tap(condition: Expr, left_out: impl Fn(&[i64]) + Send + Sync + 'static) -> Expr {
    let function = move |columns: &mut [Column]| {
        let origins = columns[0].i64()?;
        let mut keep = columns[1].bool()?.clone();
        if keep.len() == 1 && origins.len() != 1 {
            keep = keep.new_from_index(0, origins.len());
        }
        if keep.all() && keep.null_count() == 0 {
            return Ok(keep.into_column());
        }
        let out: Vec<i64> =
            origins.iter().zip(keep.iter()).filter(|(_, keep)| *keep != Some(true)).filter_map(|(origin, _)| origin).collect();
        if !out.is_empty() {
            left_out(&out);
        }
        Ok(keep.into_column())
    };
    col(ORIGIN).map_many(function, &[condition], |_, _| Ok(Field::new("keep".into(), DataType::Boolean)))
}

/// A predicate that keeps every row and shows its origin.
fn see_all(see: impl Fn(&Int64Chunked) + Send + Sync + 'static) -> Expr {
    let function = move |column: Column| {
        see(column.i64()?);
        Ok(BooleanChunked::full("keep".into(), true, column.len()).into_column())
    };
    col(ORIGIN).map(function, |_, _| Ok(Field::new("keep".into(), DataType::Boolean)))
}

/// Rows that went into a step that makes several rows one: those that do not come out again are merged.
#[derive(Debug, Default)]
pub(super) struct Entered(Mutex<RowSet>);

impl Entered {
    /// A predicate that keeps every row and remembers it.
    pub(super) fn watch(self: &Arc<Self>) -> Expr {
        let entered = Arc::clone(self);
        see_all(move |origins| {
            let mut set = entered.set();
            origins.iter().flatten().for_each(|origin| set.insert(origin));
        })
    }

    /// Forgets rows that came out.
    pub(super) fn left(&self, origins: &mut dyn Iterator<Item = i64>) {
        let mut set = self.set();
        for origin in origins {
            set.remove(origin);
        }
    }

    /// Marks what never came out.
    pub(super) fn tell(&self, context: &Context<'_>, table: &str) {
        let merged = self.set();
        context.ledger.note(Concern::of_rule(context.stage, table, What::Merged), merged.iter());
        context.ledger.mark(Fate::Merged, merged.iter());
    }

    fn set(&self) -> std::sync::MutexGuard<'_, RowSet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
