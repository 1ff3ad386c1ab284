//! Row by row, where polars has no expression: texts and dates through a plain function.
//!
//! Every argument may be a column or a single value; a single value stands for every row.

use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use polars::prelude::*;
use sha2::Sha256;
use std::collections::HashMap;

/// One argument, as it is seen row by row.
pub(super) enum Arg<'a> {
    Text(&'a StringChunked),
    Int(&'a Int64Chunked),
    Float(&'a Float64Chunked),
    Day(&'a Int32Chunked),
    /// Nanoseconds since midnight.
    Time(&'a Int64Chunked),
    /// Microseconds since 1970.
    Datetime(&'a Int64Chunked),
    /// HMAC-SHA-256 that knows its key, and has seen no text yet.
    Mac(&'a Hmac<Sha256>),
}

impl<'a> Arg<'a> {
    pub(super) fn text(&self, row: usize) -> Option<&'a str> {
        let Self::Text(values) = self else { return None };
        values.get(place(values.len(), row))
    }

    pub(super) fn int(&self, row: usize) -> Option<i64> {
        let Self::Int(values) = self else { return None };
        values.get(place(values.len(), row))
    }

    pub(super) fn float(&self, row: usize) -> Option<f64> {
        let Self::Float(values) = self else { return None };
        values.get(place(values.len(), row))
    }

    pub(super) fn date(&self, row: usize) -> Option<NaiveDate> {
        let Self::Day(values) = self else { return None };
        values.get(place(values.len(), row)).and_then(NaiveDate::from_epoch_days)
    }

    /// Nanoseconds since midnight.
    pub(super) fn time(&self, row: usize) -> Option<i64> {
        let Self::Time(values) = self else { return None };
        values.get(place(values.len(), row))
    }

    pub(super) fn datetime(&self, row: usize) -> Option<NaiveDateTime> {
        let Self::Datetime(values) = self else { return None };
        let micros = values.get(place(values.len(), row))?;
        DateTime::from_timestamp_micros(micros).map(|at| at.naive_utc())
    }

    /// The code of a message, by the key.
    pub(super) fn mac(&self, message: &[&[u8]]) -> Option<[u8; 32]> {
        let Self::Mac(mac) = self else { return None };
        let mut mac = (*mac).clone();
        for part in message {
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }

    fn part(&self, row: usize) -> Part<'a> {
        let part = match self {
            Self::Text(_) => self.text(row).map(Part::Text),
            Self::Float(_) => self.float(row).map(|number| Part::Number(number.to_bits().cast_signed())),
            Self::Day(values) => values.get(place(values.len(), row)).map(|day| Part::Number(i64::from(day))),
            Self::Int(values) | Self::Time(values) | Self::Datetime(values) => values.get(place(values.len(), row)).map(Part::Number),
            Self::Mac(_) => None,
        };
        part.unwrap_or(Part::Missing)
    }
}

/// An argument as it tells one row from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part<'a> {
    Missing,
    Text(&'a str),
    Number(i64),
}

fn place(len: usize, row: usize) -> usize {
    if len == 1 { 0 } else { row }
}

/// What a row gives, by the kind of the result.
#[derive(Clone, Copy)]
pub(super) enum Row {
    Text(fn(&[Arg<'_>], usize) -> Option<String>),
    Int(fn(&[Arg<'_>], usize) -> Option<i64>),
    Float(fn(&[Arg<'_>], usize) -> Option<f64>),
    Bool(fn(&[Arg<'_>], usize) -> Option<bool>),
    /// Nanoseconds since midnight.
    Time(fn(&[Arg<'_>], usize) -> Option<i64>),
    Date(fn(&[Arg<'_>], usize) -> Option<NaiveDate>),
    /// A date or a datetime, as the first argument is; missing outside the years that ISO 8601 writes with four digits.
    Day(fn(&[Arg<'_>], usize) -> Option<NaiveDateTime>),
    /// Microseconds since 1970.
    Datetime(fn(&[Arg<'_>], usize) -> Option<i64>),
}

/// The kinds of arguments that [`by_row`] hands on, in order.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum As {
    Text,
    Int,
    Float,
    Date,
    Time,
    /// A date counts as its midnight.
    Datetime,
}

/// An expression that calls `row` for every row with the arguments taken as `kinds`.
pub(super) fn by_row(args: &[Expr], kinds: &'static [As], row: Row) -> Expr {
    lowered(args, kinds, row, false, None)
}

/// The same, where a call costs more than a look-up: once for each different row of arguments in a chunk.
pub(super) fn by_distinct(args: &[Expr], kinds: &'static [As], row: Row) -> Expr {
    lowered(args, kinds, row, true, None)
}

/// As [`by_row`], with a last argument that knows the secret `key`, a constant. The secret is taken out of it here, so that it is
/// no part of any plan, which errors of the engine may show.
pub(super) fn by_row_keyed(args: &[Expr], key: &Expr, kinds: &'static [As], row: Row) -> Expr {
    lowered(args, kinds, row, false, mac(key))
}

fn mac(key: &Expr) -> Option<Hmac<Sha256>> {
    let Expr::Literal(value) = key else { return None };
    // A key may be of any length.
    Hmac::new_from_slice(value.extract_str()?.as_bytes()).ok()
}

fn lowered(args: &[Expr], kinds: &'static [As], row: Row, once: bool, mac: Option<Hmac<Sha256>>) -> Expr {
    let Some((first, others)) = args.split_first() else { return lit(NULL) };
    let dtype = match row {
        Row::Text(_) => DataType::String,
        Row::Int(_) => DataType::Int64,
        Row::Float(_) => DataType::Float64,
        Row::Bool(_) => DataType::Boolean,
        Row::Time(_) => DataType::Time,
        Row::Date(_) => DataType::Date,
        Row::Datetime(_) => DataType::Datetime(TimeUnit::Microseconds, None),
        Row::Day(_) => DataType::Null,
    };
    first.clone().map_many(
        move |columns| run(columns, kinds, row, once, mac.as_ref()),
        others,
        move |_, fields| {
            let Some(first) = fields.first() else { return Ok(Field::new(PlSmallStr::EMPTY, dtype.clone())) };
            let dtype = if matches!(row, Row::Day(_)) { first.dtype().clone() } else { dtype.clone() };
            Ok(Field::new(first.name().clone(), dtype))
        },
    )
}

fn run(columns: &mut [Column], kinds: &[As], row: Row, once: bool, mac: Option<&Hmac<Sha256>>) -> PolarsResult<Column> {
    let name = columns.first().map_or(PlSmallStr::EMPTY, |column| column.name().clone());
    let rows = if columns.iter().any(Column::is_empty) { 0 } else { columns.iter().map(Column::len).max().unwrap_or(0) };
    let cast: Vec<Column> = columns.iter().zip(kinds).map(|(column, kind)| as_kind(column, *kind)).collect::<PolarsResult<_>>()?;
    let mut args: Vec<Arg<'_>> = cast
        .iter()
        .zip(kinds)
        .map(|(column, kind)| {
            Ok(match kind {
                As::Text => Arg::Text(column.str()?),
                As::Int => Arg::Int(column.i64()?),
                As::Float => Arg::Float(column.f64()?),
                As::Date => Arg::Day(column.i32()?),
                As::Time => Arg::Time(column.i64()?),
                As::Datetime => Arg::Datetime(column.i64()?),
            })
        })
        .collect::<PolarsResult<_>>()?;
    args.extend(mac.map(Arg::Mac));
    let args = args.as_slice();
    let mut column = match row {
        Row::Text(give) => each(args, rows, once, give).collect::<StringChunked>().into_column(),
        Row::Int(give) => each(args, rows, once, give).collect::<Int64Chunked>().into_column(),
        Row::Float(give) => each(args, rows, once, give).collect::<Float64Chunked>().into_column(),
        Row::Bool(give) => each(args, rows, once, give).collect::<BooleanChunked>().into_column(),
        Row::Date(give) => {
            each(args, rows, once, give).map(|date| date.map(epoch_days)).collect::<Int32Chunked>().into_date().into_column()
        }
        Row::Time(give) => each(args, rows, once, give).collect::<Int64Chunked>().into_time().into_column(),
        Row::Day(give) => {
            let micros = |at: NaiveDateTime| four_digit_year(at.date()).map(|_| at.and_utc().timestamp_micros());
            let days = each(args, rows, once, give).map(|at| at.and_then(micros)).collect::<Int64Chunked>();
            let days = days.into_datetime(TimeUnit::Microseconds, None).into_column();
            columns.first().map_or(Ok(days.clone()), |first| days.cast(first.dtype()))?
        }
        Row::Datetime(give) => {
            each(args, rows, once, give).collect::<Int64Chunked>().into_datetime(TimeUnit::Microseconds, None).into_column()
        }
    };
    column.rename(name);
    Ok(column)
}

/// Arguments that one row is told from another by; no function that is remembered has more.
const PARTS: usize = 4;

/// What `give` gives for each row; remembered, where each different row of arguments is worked on once only.
fn each<'a, T: Clone + 'a>(
    args: &'a [Arg<'a>],
    rows: usize,
    once: bool,
    give: fn(&[Arg<'_>], usize) -> Option<T>,
) -> Box<dyn ExactSizeIterator<Item = Option<T>> + 'a> {
    if !once || args.len() > PARTS {
        return Box::new((0..rows).map(move |row| give(args, row)));
    }
    let mut known: HashMap<[Part<'a>; PARTS], Option<T>> = HashMap::new();
    Box::new((0..rows).map(move |row| {
        let mut key = [Part::Missing; PARTS];
        for (part, arg) in key.iter_mut().zip(args) {
            *part = arg.part(row);
        }
        known.entry(key).or_insert_with(|| give(args, row)).clone()
    }))
}

fn as_kind(column: &Column, kind: As) -> PolarsResult<Column> {
    match kind {
        As::Text => column.cast(&DataType::String),
        As::Int => column.cast(&DataType::Int64),
        As::Float => column.cast(&DataType::Float64),
        As::Date => column.cast(&DataType::Date)?.cast(&DataType::Int32),
        As::Time => column.cast(&DataType::Time)?.cast(&DataType::Int64),
        As::Datetime => column.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?.cast(&DataType::Int64),
    }
}

fn epoch_days(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// The date, where it lies in the years that ISO 8601 writes with four digits; engines fail on others.
pub(super) fn four_digit_year(date: NaiveDate) -> Option<NaiveDate> {
    (1..=9999).contains(&date.year()).then_some(date)
}

/// A count as text functions take it: less than nothing is nothing.
pub(super) fn count(number: Expr) -> Expr {
    when(number.clone().lt(lit(0i64))).then(lit(0i64)).otherwise(number)
}
