//! The rows of one table, of two runs, joined by the table's key; without a key, or where it does not tell rows apart, whole
//! rows as often as they are there.
//!
//! All of it is plans over staged tables: what differs is staged once, and counted and shown from there.

use super::ColumnChange;
use super::OneSided;
use super::Revision;
use super::RowExample;
use super::TableChange;
use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::engine;
use crate::error::Error;
use crate::ir::action;
use crate::ir::types::Kind;
use crate::rulebook::cases::compare::shown;
use crate::rulebook::job::Job;
use polars::prelude::*;

/// Rows shown of each difference.
const EXAMPLES: u32 = 3;
/// What is being done, for errors.
const DOING: &str = "comparing two runs";
/// Columns of what is compared that are no table's: which row it comes from in A and in B, and how often it is there.
const FROM_A: &str = "_a";
const FROM_B: &str = "_b";
const TIMES_A: &str = "_times_a";
const TIMES_B: &str = "_times_b";

/// What differs of a table, without its causes; none where nothing does.
pub(super) fn compare(name: &str, a: &Revision<'_>, b: &Revision<'_>, show_values: bool) -> Result<Option<TableChange>, Error> {
    let (mut side_a, mut side_b) = (Side::open(name, a)?, Side::open(name, b)?);
    let mut notes = Vec::new();
    for (one, other, which) in [(&side_a, &side_b, "A"), (&side_b, &side_a, "B")] {
        let own: Vec<String> =
            one.columns.iter().filter(|(name, _)| other.ty(name).is_none()).map(|(name, _)| format!("`{name}`")).collect();
        if one.rows > 0 && other.rows > 0 && !own.is_empty() {
            notes.push(format!("only {which} has {}", own.join(", ")));
        }
    }
    // A table that only one of the two has is compared with an empty one.
    let shared: Vec<String> = match (side_a.columns.is_empty(), side_b.columns.is_empty()) {
        (true, _) => side_b.names(),
        (_, true) => side_a.names(),
        _ => side_a.names().into_iter().filter(|name| side_b.ty(name).is_some()).collect(),
    };
    side_a.alike(&side_b, &shared);
    side_b.alike(&side_a, &shared);
    let key = key(name, a, b, &shared, &mut notes);
    let mut key = key.unwrap_or_default();
    if !key.is_empty() && (side_a.repeats(&key)? || side_b.repeats(&key)?) {
        notes.push("its key is not unique, so whole rows are compared".to_owned());
        key.clear();
    }
    let mut change = TableChange {
        table: name.to_owned(),
        key: key.clone(),
        notes,
        rows_a: side_a.rows,
        rows_b: side_b.rows,
        only_a: OneSided::default(),
        only_b: OneSided::default(),
        causes: Vec::new(),
        changed: 0,
        columns: Vec::new(),
    };
    let path = a.job.order.folder.join("diff").join(format!("{name}.ipc"));
    let shower = Shower { a: a.job, b: b.job, show_values };
    if key.is_empty() {
        whole(&shared, &side_a, &side_b, path, &shower, &mut change)?;
    } else {
        keyed(&shared, &side_a, &side_b, path, &shower, &mut change)?;
    }
    Ok((change.only_a.rows + change.only_b.rows + change.changed > 0).then_some(change))
}

/// The key by which rows of both are told apart.
fn key(name: &str, a: &Revision<'_>, b: &Revision<'_>, shared: &[String], notes: &mut Vec<String>) -> Option<Vec<String>> {
    let of = |one: &Revision<'_>| one.job.target().table(name).map(|table| table.key.clone());
    let (of_a, of_b) = (of(a), of(b));
    if let (Some(of_a), Some(of_b)) = (&of_a, &of_b)
        && of_a != of_b
    {
        notes.push("A and B give it different keys, so whole rows are compared".to_owned());
        return None;
    }
    of_a.or(of_b).filter(|key| key.iter().all(|column| shared.contains(column)))
}

/// One of the two tables.
struct Side {
    table: Option<LazyFrame>,
    columns: Vec<(String, DataType)>,
    rows: u64,
    /// Columns that the other has as another type, and that are compared as text.
    as_text: Vec<String>,
}

impl Side {
    fn open(name: &str, of: &Revision<'_>) -> Result<Self, Error> {
        let actions = of.job.actions().filter(|_| name == action::TABLE);
        let Some(table) = of.converted.table(name).cloned().or(actions) else {
            return Ok(Self { table: None, columns: Vec::new(), rows: 0, as_text: Vec::new() });
        };
        Self::of(&table, |column| of.job.target_kind(name, column))
    }

    fn of(table: &Table, kind: impl Fn(&str) -> Option<Kind>) -> Result<Self, Error> {
        let failed = |error| Error::engine(DOING, error);
        let mut frame = crate::dataset::texts(table.scan()?, kind).map_err(failed)?;
        let schema = frame.collect_schema().map_err(failed)?;
        let own = |name: &str| !name.starts_with('_');
        let columns = schema.iter().filter(|(name, _)| own(name)).map(|(name, ty)| (name.to_string(), ty.clone())).collect();
        // A row that comes from no single input row is told by none.
        if !schema.contains(ORIGIN) {
            frame = frame.with_columns([lit(-1_i64).alias(ORIGIN)]);
        }
        Ok(Self { table: Some(frame), columns, rows: table.rows, as_text: Vec::new() })
    }

    fn names(&self) -> Vec<String> {
        self.columns.iter().map(|(name, _)| name.clone()).collect()
    }

    fn ty(&self, name: &str) -> Option<&DataType> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, ty)| ty)
    }

    /// Takes the other's columns where it has none of its own, and notes which are of another type.
    fn alike(&mut self, other: &Self, shared: &[String]) {
        if self.columns.is_empty() {
            self.columns.clone_from(&other.columns);
        }
        self.as_text = shared.iter().filter(|name| self.ty(name) != other.ty(name) && other.ty(name).is_some()).cloned().collect();
    }

    /// Its columns under other names, and where its rows come from.
    fn frame(&self, names: &[(String, String)], from: &str) -> LazyFrame {
        let table = self.table.clone().unwrap_or_else(|| {
            let own = self.columns.iter().map(|(name, ty)| Field::new(name.as_str().into(), ty.clone()));
            let schema: Schema = own.chain([Field::new(ORIGIN.into(), DataType::Int64)]).collect();
            DataFrame::empty_with_schema(&schema).lazy()
        });
        let one = |(name, alias): &(String, String)| {
            let column = col(name.as_str());
            let column = if self.as_text.contains(name) { column.cast(DataType::String) } else { column };
            column.alias(alias.as_str())
        };
        table.select(names.iter().map(one).chain([col(ORIGIN).alias(from)]).collect::<Vec<_>>())
    }

    fn repeats(&self, key: &[String]) -> Result<bool, Error> {
        let Some(table) = &self.table else { return Ok(false) };
        let by: Vec<Expr> = key.iter().map(|name| col(name.as_str())).collect();
        let twice = table.clone().group_by(by).agg([len().alias(TIMES_A)]).filter(col(TIMES_A).gt(lit(1)));
        Ok(engine::count(twice, DOING)? > 0)
    }
}

fn named(at: usize, side: &str) -> String {
    format!("{side}{at}")
}

/// By key: rows that only one has, and columns that differ.
fn keyed(
    shared: &[String],
    a: &Side,
    b: &Side,
    path: std::path::PathBuf,
    shower: &Shower<'_>,
    change: &mut TableChange,
) -> Result<(), Error> {
    let (keys, values): (Vec<&String>, Vec<&String>) = shared.iter().partition(|name| change.key.contains(name));
    let names = |side: &str| -> Vec<(String, String)> {
        let keys = keys.iter().enumerate().map(|(at, name)| ((*name).clone(), named(at, "key")));
        keys.chain(values.iter().enumerate().map(|(at, name)| ((*name).clone(), named(at, side)))).collect()
    };
    let on: Vec<Expr> = (0..keys.len()).map(|at| col(named(at, "key"))).collect();
    let joined = outer(a.frame(&names("a"), FROM_A), b.frame(&names("b"), FROM_B), on);
    let both = || col(FROM_A).is_not_null().and(col(FROM_B).is_not_null());
    let unlike = |at: usize| both().and(col(named(at, "a")).neq_missing(col(named(at, "b"))));
    let marks: Vec<Expr> = (0..values.len()).map(|at| unlike(at).alias(named(at, "unlike"))).collect();
    let any = (0..values.len()).fold(both().not(), |any, at| any.or(col(named(at, "unlike"))));
    let differing = engine::stage(joined.with_columns(marks).filter(any), &change.table, path)?;
    if differing.rows == 0 {
        return Ok(());
    }
    let alone = |missing: &str| col(missing).is_null();
    let sum = |expr: Expr, name: String| expr.cast(DataType::Int64).sum().alias(name);
    let mut sums = vec![sum(alone(FROM_B), FROM_A.to_owned()), sum(alone(FROM_A), FROM_B.to_owned()), sum(both(), TIMES_A.to_owned())];
    sums.extend((0..values.len()).map(|at| sum(col(named(at, "unlike")), named(at, "unlike"))));
    let counted = engine::collect(differing.scan()?.select(sums), DOING)?;
    let key: Vec<String> = (0..keys.len()).map(|at| named(at, "key")).collect();
    let names: Vec<&str> = keys.iter().map(|name| name.as_str()).collect();
    change.changed = number(&counted, TIMES_A)?;
    for (side, from, absent) in [(&mut change.only_a, FROM_A, FROM_B), (&mut change.only_b, FROM_B, FROM_A)] {
        side.rows = number(&counted, from)?;
        if side.rows > 0 {
            side.examples = shower.alone(differing.scan()?.filter(alone(absent)), from, &names, &key)?;
        }
    }
    for (at, column) in values.iter().enumerate() {
        let rows = number(&counted, &named(at, "unlike"))?;
        if rows > 0 {
            let frame = differing.scan()?.filter(col(named(at, "unlike")));
            let examples = shower.changed(frame, &named(at, "a"), &named(at, "b"))?;
            change.columns.push(ColumnChange { column: (*column).clone(), rows, examples, causes: Vec::new() });
        }
    }
    Ok(())
}

/// Whole rows, as often as they are there.
fn whole(
    shared: &[String],
    a: &Side,
    b: &Side,
    path: std::path::PathBuf,
    shower: &Shower<'_>,
    change: &mut TableChange,
) -> Result<(), Error> {
    let names: Vec<(String, String)> = shared.iter().enumerate().map(|(at, name)| (name.clone(), named(at, "key"))).collect();
    let keys: Vec<Expr> = names.iter().map(|(_, alias)| col(alias.as_str())).collect();
    let folded = |side: &Side, from: &str, times: &str| {
        side.frame(&names, from).group_by(keys.clone()).agg([col(from).min(), len().cast(DataType::Int64).alias(times)])
    };
    let joined = outer(folded(a, FROM_A, TIMES_A), folded(b, FROM_B, TIMES_B), keys.clone());
    let times = |name: &str| col(name).fill_null(lit(0_i64));
    let joined = joined.with_columns([times(TIMES_A), times(TIMES_B)]).filter(col(TIMES_A).neq(col(TIMES_B)));
    let differing = engine::stage(joined, &change.table, path)?;
    let aliases: Vec<String> = names.iter().map(|(_, alias)| alias.clone()).collect();
    let names: Vec<&str> = shared.iter().map(String::as_str).collect();
    for (side, from, more, less) in [(&mut change.only_a, FROM_A, TIMES_A, TIMES_B), (&mut change.only_b, FROM_B, TIMES_B, TIMES_A)] {
        let alone = differing.scan()?.filter(col(more).gt(col(less)));
        let counted = engine::collect(alone.clone().select([(col(more) - col(less)).sum().alias("rows")]), DOING)?;
        side.rows = number(&counted, "rows")?;
        if side.rows > 0 {
            side.examples = shower.alone(alone, from, &names, &aliases)?;
        }
    }
    Ok(())
}

/// All rows of both, those of equal keys in one; missing values are equal.
fn outer(a: LazyFrame, b: LazyFrame, on: Vec<Expr>) -> LazyFrame {
    a.join_builder()
        .with(b)
        .left_on(on.clone())
        .right_on(on)
        .how(JoinType::Full)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .join_nulls(true)
        .finish()
}

fn number(counted: &DataFrame, name: &str) -> Result<u64, Error> {
    let rows = counted.column(name).and_then(|rows| rows.get(0)?.try_extract::<u64>());
    rows.map_err(|error| Error::engine(DOING, error))
}

/// Brings a few rows of a difference, in the order of the input.
struct Shower<'a> {
    a: &'a Job<'a>,
    b: &'a Job<'a>,
    show_values: bool,
}

impl Shower<'_> {
    fn changed(&self, frame: LazyFrame, a: &str, b: &str) -> Result<Vec<RowExample>, Error> {
        let frame = first(frame, FROM_A, &[a, b])?;
        (0..frame.height())
            .map(|row| {
                let value = |name: &str| if self.show_values { cell(&frame, name, row).map(Some) } else { Ok(None) };
                Ok(RowExample { line: self.a.line(origin(&frame, FROM_A, row)?)?, a: value(a)?, b: value(b)? })
            })
            .collect()
    }

    fn alone(&self, frame: LazyFrame, from: &str, names: &[&str], columns: &[String]) -> Result<Vec<RowExample>, Error> {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let frame = first(frame, from, &columns)?;
        let job = if from == FROM_A { self.a } else { self.b };
        (0..frame.height())
            .map(|row| {
                let mut example = RowExample { line: job.line(origin(&frame, from, row)?)?, a: None, b: None };
                if self.show_values {
                    let cells = names.iter().zip(&columns).map(|(name, column)| Ok(format!("{name}={}", cell(&frame, column, row)?)));
                    let text = cells.collect::<Result<Vec<_>, Error>>()?.join(", ");
                    *(if from == FROM_A { &mut example.a } else { &mut example.b }) = Some(text);
                }
                Ok(example)
            })
            .collect()
    }
}

/// The first rows by where they come from.
fn first(frame: LazyFrame, from: &str, columns: &[&str]) -> Result<DataFrame, Error> {
    let kept: Vec<Expr> = std::iter::once(from).chain(columns.iter().copied()).map(col).collect();
    // Several rows may come from one; the same ones are shown each time all the same.
    let order: Vec<&str> = std::iter::once(from).chain(columns.iter().copied()).collect();
    engine::collect(frame.select(kept).sort(order, SortMultipleOptions::default()).limit(EXAMPLES), DOING)
}

fn origin(frame: &DataFrame, from: &str, row: usize) -> Result<i64, Error> {
    let origin = frame.column(from).and_then(|column| column.get(row)?.try_extract::<i64>());
    origin.map_err(|error| Error::engine(DOING, error))
}

fn cell(frame: &DataFrame, name: &str, row: usize) -> Result<String, Error> {
    let value = frame.column(name).and_then(|column| column.get(row).map(|value| shown(&value)));
    Ok(value.map_err(|error| Error::engine(DOING, error))?.unwrap_or_else(|| "null".to_owned()))
}
