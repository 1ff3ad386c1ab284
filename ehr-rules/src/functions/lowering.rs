//! Row by row, where polars has no expression: texts and dates through a plain function.
//!
//! Every argument may be a column or a single value; a single value stands for every row.

use chrono::Datelike;
use chrono::NaiveDate;
use polars::prelude::*;

/// One argument, as it is seen row by row.
pub(super) enum Arg<'a> {
    Text(&'a StringChunked),
    Int(&'a Int64Chunked),
    Float(&'a Float64Chunked),
    Day(&'a Int32Chunked),
}

impl Arg<'_> {
    pub(super) fn text(&self, row: usize) -> Option<&str> {
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
    Date(fn(&[Arg<'_>], usize) -> Option<NaiveDate>),
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
}

/// An expression that calls `row` for every row with the arguments taken as `kinds`.
pub(super) fn by_row(args: &[Expr], kinds: &'static [As], row: Row) -> Expr {
    let Some((first, others)) = args.split_first() else { return lit(NULL) };
    let dtype = match row {
        Row::Text(_) => DataType::String,
        Row::Int(_) => DataType::Int64,
        Row::Float(_) => DataType::Float64,
        Row::Date(_) => DataType::Date,
        Row::Datetime(_) => DataType::Datetime(TimeUnit::Microseconds, None),
    };
    first.clone().map_many(
        move |columns| run(columns, kinds, row),
        others,
        move |_, fields| Ok(Field::new(fields.first().map_or(PlSmallStr::EMPTY, |field| field.name().clone()), dtype.clone())),
    )
}

fn run(columns: &mut [Column], kinds: &[As], row: Row) -> PolarsResult<Column> {
    let name = columns.first().map_or(PlSmallStr::EMPTY, |column| column.name().clone());
    let rows = if columns.iter().any(Column::is_empty) { 0 } else { columns.iter().map(Column::len).max().unwrap_or(0) };
    let cast: Vec<Column> = columns.iter().zip(kinds).map(|(column, kind)| as_kind(column, *kind)).collect::<PolarsResult<_>>()?;
    let args: Vec<Arg<'_>> = cast
        .iter()
        .zip(kinds)
        .map(|(column, kind)| {
            Ok(match kind {
                As::Text => Arg::Text(column.str()?),
                As::Int => Arg::Int(column.i64()?),
                As::Float => Arg::Float(column.f64()?),
                As::Date => Arg::Day(column.i32()?),
            })
        })
        .collect::<PolarsResult<_>>()?;
    let all = 0..rows;
    Ok(match row {
        Row::Text(give) => all.map(|at| give(&args, at)).collect::<StringChunked>().with_name(name).into_column(),
        Row::Int(give) => all.map(|at| give(&args, at)).collect::<Int64Chunked>().with_name(name).into_column(),
        Row::Float(give) => all.map(|at| give(&args, at)).collect::<Float64Chunked>().with_name(name).into_column(),
        Row::Date(give) => {
            all.map(|at| give(&args, at).map(epoch_days)).collect::<Int32Chunked>().with_name(name).into_date().into_column()
        }
        Row::Datetime(give) => all
            .map(|at| give(&args, at))
            .collect::<Int64Chunked>()
            .with_name(name)
            .into_datetime(TimeUnit::Microseconds, None)
            .into_column(),
    })
}

fn as_kind(column: &Column, kind: As) -> PolarsResult<Column> {
    match kind {
        As::Text => column.cast(&DataType::String),
        As::Int => column.cast(&DataType::Int64),
        As::Float => column.cast(&DataType::Float64),
        As::Date => column.cast(&DataType::Date)?.cast(&DataType::Int32),
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
