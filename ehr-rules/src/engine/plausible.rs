//! Rows of a category that cannot be true of anybody: all that is looked at in one pass, beside the patients' days of birth and death.

use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::dataset::rows::RowSet;
use crate::error::Error;
use crate::functions::units;
use crate::ir::plausible::ID;
use crate::ir::plausible::Life;
use crate::ir::plausible::Looked;
use crate::ir::plausible::PATIENT;
use chrono::Datelike;
use chrono::NaiveDate;
use polars::prelude::*;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What was found: the code, the column, and the rows.
pub(crate) type Doubt = (&'static str, String, RowSet);

/// Nobody is older, in completed years.
const OLDEST: i64 = 120;

/// Different units that are remembered. Where a column holds more it is no column of units, and each is looked at again.
const UNITS: usize = 4096;

/// Patients' days of birth and death, where they are joined.
const WHO: &str = "_who";
const BORN: &str = "_born";
const DIED: &str = "_died";

/// Whose lives rows are held against: the staged category of patients.
pub(crate) type Lives<'a> = Option<(&'a Table, &'a Life)>;

/// The rows in doubt, by code and column. Columns that were not made are not looked at.
pub(crate) fn doubts(table: &Table, looked: &Looked, lives: Lives<'_>, today: NaiveDate) -> Result<Vec<Doubt>, Error> {
    let doing = "asking what is plausible";
    let wrong = |error| Error::engine(doing, error);
    let mut frame = table.scan()?;
    let schema = frame.collect_schema().map_err(wrong)?;
    let today = lit(i64::from(today.num_days_from_ce() - EPOCH));
    let dates: Vec<_> = looked.dates.iter().filter_map(|date| Some((date, Day::of(&date.column, &schema)?))).collect();
    let mut asked: Vec<(&'static str, &str, Expr)> = Vec::new();
    for (date, day) in dates.iter().filter(|(date, _)| !date.planned) {
        asked.push(("R0701", &date.column, day.is_behind(today.clone())));
    }
    let own = lives.filter(|(patients, _)| patients.name == table.name).map(|(_, life)| life);
    if let Some(birth) = own.and_then(|life| life.birth.as_ref())
        && let Some(born) = Day::of(birth, &schema)
    {
        for (date, day) in dates.iter().filter(|(date, _)| date.column != *birth) {
            asked.push(("R0702", &date.column, day.is_before(born.at())));
        }
        let death = own.and_then(|life| Day::of(life.death.as_ref()?, &schema));
        let until = death.map_or_else(|| today.clone(), |died| when(died.at().lt(today.clone())).then(died.at()).otherwise(today.clone()));
        asked.push(("R0704", birth, years(born.at(), until).gt(lit(OLDEST))));
    }
    if looked.of_patients
        && schema.contains(PATIENT)
        && !dates.is_empty()
        && let Some(lives) = joined(lives)?
    {
        let ours = frame.with_column(col(PATIENT).cast(DataType::String).alias(WHO));
        frame = ours.join_builder().with(lives).on([col(WHO)]).how(JoinType::Left).finish();
        for (date, day) in &dates {
            asked.push(("R0702", &date.column, day.is_before(col(BORN))));
            if !date.outlives {
                asked.push(("R0703", &date.column, day.is_behind(col(DIED))));
            }
        }
    }
    for (start, end) in looked.periods.iter().filter(|(start, end)| schema.contains(start) && schema.contains(end)) {
        asked.push(("R0705", end, col(end.as_str()).lt(col(start.as_str()))));
    }
    for unit in looked.units.iter().filter(|unit| schema.contains(unit)) {
        asked.push(("R0706", unit, is_no_unit(unit)));
    }
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let columns = asked.iter().enumerate().map(|(at, (_, _, doubt))| doubt.clone().alias(format!("_doubt{at}")));
    let columns: Vec<Expr> = std::iter::once(col(ORIGIN)).chain(columns).collect();
    let found = Arc::new(Mutex::new(vec![RowSet::default(); asked.len()]));
    let shared = Arc::clone(&found);
    let function = move |batch: DataFrame| {
        let (origins, doubts) = batch.columns().split_first().ok_or_else(|| polars_err!(ComputeError: "ehr-rules: no columns"))?;
        let origins = origins.i64()?;
        let mut found = shared.lock().unwrap_or_else(PoisonError::into_inner);
        for (rows, doubts) in found.iter_mut().zip(doubts) {
            let doubts = doubts.bool()?;
            if doubts.any() {
                let doubted = origins.iter().zip(doubts.iter()).filter(|(_, doubt)| *doubt == Some(true));
                doubted.filter_map(|(origin, _)| origin).for_each(|origin| rows.insert(origin));
            }
        }
        Ok(false)
    };
    let sink = frame.select(columns).sink_batches(PlanCallback::new(function), true, None);
    sink.and_then(|sink| sink.collect_with_engine(Engine::Streaming)).map_err(wrong)?;
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    let rows = std::mem::take(&mut *found).into_iter();
    Ok(asked
        .into_iter()
        .zip(rows)
        .map(|((code, column, _), rows)| (code, column.to_owned(), rows))
        .filter(|one| !one.2.is_empty())
        .collect())
}

/// Days from the first of January of the year 1 to that of 1970, that day counted.
const EPOCH: i32 = 719_163;

/// A staged column as days since 1970.
struct Day {
    day: Expr,
    /// Days that it may be away: a time of day that was brought to UTC may stand on the day before or after.
    slack: i64,
}

impl Day {
    /// None where the column was not made.
    fn of(column: &str, schema: &Schema) -> Option<Self> {
        let slack = i64::from(*schema.get(column)? != DataType::Date);
        Some(Self { day: col(column).cast(DataType::Date).cast(DataType::Int32).cast(DataType::Int64), slack })
    }

    fn at(&self) -> Expr {
        self.day.clone()
    }

    fn is_behind(&self, other: Expr) -> Expr {
        self.at().gt(other + lit(self.slack))
    }

    fn is_before(&self, other: Expr) -> Expr {
        self.at().lt(other - lit(self.slack))
    }
}

/// Completed years between two days.
fn years(from: Expr, until: Expr) -> Expr {
    let written = |day: Expr| {
        let date = day.cast(DataType::Int32).cast(DataType::Date);
        let part = |part: Expr, times: i64| part.cast(DataType::Int64) * lit(times);
        part(date.clone().dt().year(), 10_000) + part(date.clone().dt().month(), 100) + part(date.dt().day(), 1)
    };
    (written(until) - written(from)).floor_div(lit(10_000_i64))
}

/// Each patient's days of birth and death; none where no patient has any.
fn joined(lives: Lives<'_>) -> Result<Option<LazyFrame>, Error> {
    let Some((patients, life)) = lives.filter(|(patients, _)| patients.rows > 0) else { return Ok(None) };
    let mut frame = patients.scan()?;
    let schema = frame.collect_schema().map_err(|error| Error::engine("looking for patients' dates", error))?;
    let day = |column: &Option<String>, name: &str| {
        let day = column.as_ref().and_then(|column| Day::of(column, &schema));
        day.map_or_else(|| lit(NULL).cast(DataType::Int64), |day| day.at()).alias(name)
    };
    if !schema.contains(ID) {
        return Ok(None);
    }
    Ok(Some(frame.select([col(ID).cast(DataType::String).alias(WHO), day(&life.birth, BORN), day(&life.death, DIED)])))
}

fn is_no_unit(column: &str) -> Expr {
    let known: Arc<Mutex<PlHashMap<String, bool>>> = Arc::default();
    let function = move |units: Column| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_none = |unit: &str| {
            if let Some(is_none) = known.get(unit) {
                return *is_none;
            }
            let is_none = !units::is_unit(unit);
            if known.len() < UNITS {
                known.insert(unit.to_owned(), is_none);
            }
            is_none
        };
        let doubts: BooleanChunked = units.str()?.iter().map(|unit| unit.map(&mut is_none)).collect();
        Ok(doubts.into_column())
    };
    col(column).map(function, |_, field| Ok(Field::new(field.name().clone(), DataType::Boolean)))
}
