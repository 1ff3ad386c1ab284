//! One column of a batch: its texts to values, each held against the column's constraints.

use crate::finding::Consequence;
use crate::read::nested::Shape;
use crate::read::nul;
use crate::read::parse::Measure;
use crate::read::parse::Parser;
use crate::read::typed::Column;
use crate::records::batch::Batch;
use crate::records::batch::Text;
use crate::records::shape::Marks;
use crate::records::tree::Tree;
use crate::values::scalar::decimal;
use crate::values::scalar::float;
use crate::values::scalar::integer;
use crate::values::scalar::uuid;
use polars::prelude::BooleanChunkedBuilder;
use polars::prelude::ChunkedBuilder;
use polars::prelude::Float64Type;
use polars::prelude::Int32Type;
use polars::prelude::Int64Type;
use polars::prelude::Int128Type;
use polars::prelude::IntoSeries;
use polars::prelude::PolarsNumericType;
use polars::prelude::PolarsResult;
use polars::prelude::PrimitiveChunkedBuilder;
use polars::prelude::Series;
use polars::prelude::StringChunkedBuilder;
use polars::prelude::TimeUnit;
use std::collections::BTreeMap;

/// The records of a batch that have as many fields as they should, all of them text.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pub batch: &'a Batch,
    /// The batch as text, where all of it is.
    pub text: Option<Text<'a>>,
    /// Which records.
    pub records: &'a [usize],
    /// Whether they are all there are, of one width, so that columns are looked up at once.
    pub even: bool,
    /// How their numbers are written.
    pub marks: Marks,
    /// Whether a text with NUL characters does not hold; `false` too where there is none in all of them.
    pub refused: bool,
}

/// What is wrong with single values.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// The column being read.
    pub column: usize,
    /// Each trouble that sets its row aside, by column and row.
    pub rows: Vec<Trouble>,
    /// How many rows have each; by code, column and consequence.
    pub counts: BTreeMap<(&'static str, usize, Consequence), u64>,
}

/// One value that does not hold.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Which of the [`Rows`].
    pub row: usize,
    pub column: usize,
    pub code: &'static str,
    /// Where inside the value, and what.
    pub detail: String,
}

impl<'a> Rows<'a> {
    fn field(&self, record: usize, field: usize) -> &'a str {
        match self.text {
            Some(text) => text.field(record, field),
            None => std::str::from_utf8(self.batch.field(record, field)).unwrap_or_default(),
        }
    }
}

impl Troubles {
    fn add(&mut self, row: usize, code: &'static str, consequence: Consequence) {
        self.add_at(row, code, consequence, String::new);
    }

    fn add_at(&mut self, row: usize, code: &'static str, consequence: Consequence, detail: impl FnOnce() -> String) {
        *self.counts.entry((code, self.column, consequence)).or_insert(0) += 1;
        if consequence != Consequence::Warned {
            self.rows.push(Trouble { row, column: self.column, code, detail: detail() });
        }
    }
}

/// Reads one column; `field` is where it stands in the file, if it does. A value that does not hold is missing.
pub(super) fn cells(column: &Column, rows: &Rows<'_>, field: Option<usize>, troubles: &mut Troubles) -> PolarsResult<Series> {
    let reader = Reader { column, rows, field };
    let name = column.name.clone();
    let marks = rows.marks;
    Ok(match &column.parser {
        Parser::Text => reader.texts(troubles),
        Parser::Uuid => reader.uuids(troubles),
        Parser::Integer => reader
            .numbers::<Int64Type>(troubles, |text| integer(&marks.plain(text)?), |number| Measure::Whole((*number).into()))
            .into_series(),
        Parser::Float => {
            reader.numbers::<Float64Type>(troubles, |text| float(&marks.plain(text)?), |number| Measure::Float(*number)).into_series()
        }
        Parser::Decimal { precision, scale } => reader
            .numbers::<Int128Type>(troubles, |text| decimal(&marks.plain(text)?, *precision, *scale), |number| Measure::Whole(*number))
            .into_decimal_unchecked(usize::from(*precision), usize::from(*scale))
            .into_series(),
        Parser::Date(formats) => reader
            .numbers::<Int32Type>(troubles, |text| formats.date(text), |days| Measure::Whole((*days).into()))
            .into_date()
            .into_series(),
        Parser::Time(formats) => reader
            .numbers::<Int64Type>(troubles, |text| formats.time(text), |nanos| Measure::Whole((*nanos).into()))
            .into_time()
            .into_series(),
        Parser::Datetime(formats) => reader
            .numbers::<Int64Type>(troubles, |text| formats.datetime(text), |micros| Measure::Whole((*micros).into()))
            .into_datetime(TimeUnit::Microseconds, None)
            .into_series(),
        Parser::Instant(formats, zone) => reader
            .numbers::<Int64Type>(troubles, |text| formats.instant(text, *zone), |micros| Measure::Whole((*micros).into()))
            .into_datetime(TimeUnit::Microseconds, None)
            .into_series(),
        Parser::Nested(shape) => reader.nested(shape, troubles)?,
        Parser::Boolean(words) => {
            let mut builder = BooleanChunkedBuilder::new(name, rows.records.len());
            let parse = |text: &str| words.boolean(text);
            reader.values(
                troubles,
                parse,
                |truth| Measure::Whole((*truth).into()),
                |value| match value {
                    Some(truth) => builder.append_value(truth),
                    None => builder.append_null(),
                },
            );
            builder.finish().into_series()
        }
    })
}

struct Reader<'a> {
    column: &'a Column,
    rows: &'a Rows<'a>,
    field: Option<usize>,
}

impl Reader<'_> {
    /// Values of a type whose texts may have blanks around them.
    fn values<T>(
        &self,
        troubles: &mut Troubles,
        parse: impl Fn(&str) -> Option<T>,
        measure: impl Fn(&T) -> Measure,
        mut push: impl FnMut(Option<T>),
    ) {
        for (row, record) in self.rows.records.iter().enumerate() {
            let whole = self.field.map(|field| self.rows.field(*record, field));
            let text = whole.unwrap_or_default().trim();
            if whole.is_none_or(|whole| self.column.missing.is(text) || self.column.missing.is(whole)) {
                self.miss(row, troubles);
                push(None);
                continue;
            }
            let value = parse(text);
            match &value {
                None => troubles.add(row, "R0102", self.column.unread),
                Some(value) if !self.column.checks.is_empty() => self.check(row, text, measure(value), troubles),
                Some(_) => {}
            }
            push(value);
        }
    }

    fn numbers<T: PolarsNumericType>(
        &self,
        troubles: &mut Troubles,
        parse: impl Fn(&str) -> Option<T::Native>,
        measure: impl Fn(&T::Native) -> Measure,
    ) -> polars::prelude::ChunkedArray<T> {
        let mut builder = PrimitiveChunkedBuilder::<T>::new(self.column.name.clone(), self.rows.records.len());
        self.values(troubles, parse, measure, |value| match value {
            Some(value) => builder.append_value(value),
            None => builder.append_null(),
        });
        builder.finish()
    }

    /// Text is kept exactly as it is.
    fn texts(&self, troubles: &mut Troubles) -> Series {
        let mut builder = StringChunkedBuilder::new(self.column.name.clone(), self.rows.records.len());
        // What most columns are, without a question that all of their values answer alike.
        let bare =
            self.column.missing.is_empty_alone() && self.column.missed.is_none() && self.column.checks.is_empty() && !self.rows.refused;
        let mut add = |row: usize, value: &str| {
            if bare && !value.is_empty() {
                builder.append_value(value);
            } else {
                self.text(row, Some(value), &mut builder, troubles);
            }
        };
        if let (Some(text), Some(field)) = (self.rows.text, self.field) {
            if self.rows.even {
                text.column(field).enumerate().for_each(|(row, value)| add(row, value));
            } else {
                self.rows.records.iter().enumerate().for_each(|(row, record)| add(row, text.field(*record, field)));
            }
        } else {
            for (row, record) in self.rows.records.iter().enumerate() {
                self.text(row, self.field.map(|field| self.rows.field(*record, field)), &mut builder, troubles);
            }
        }
        builder.finish().into_series()
    }

    #[inline]
    fn text(&self, row: usize, value: Option<&str>, builder: &mut StringChunkedBuilder, troubles: &mut Troubles) {
        if let Some(text) = value.filter(|text| !self.column.missing.is(text)) {
            if self.rows.refused && nul::is_in(&self.column.parser, text) {
                troubles.add(row, "R0223", self.column.unread);
            }
            self.check(row, text, Measure::Text, troubles);
            builder.append_value(text);
        } else {
            self.miss(row, troubles);
            builder.append_null();
        }
    }

    /// Lists and structs. What is inside is no value's own constraint.
    fn nested(&self, shape: &Shape, troubles: &mut Troubles) -> PolarsResult<Series> {
        let mut values = shape.values();
        for (row, record) in self.rows.records.iter().enumerate() {
            let text = self.field.map(|field| self.rows.field(*record, field).trim()).filter(|text| !self.column.missing.is(text));
            match text {
                Some(text) if shape.read(text, &mut values) => {
                    // JSON has a `null` of its own.
                    if values.ends_missing() {
                        self.miss(row, troubles);
                    }
                    if self.rows.refused && nul::is_in(&self.column.parser, text) {
                        troubles.add(row, "R0223", self.column.unread);
                    }
                }
                Some(text) => troubles.add_at(row, "R0102", self.column.unread, || shape.fault(text)),
                None => {
                    shape.push(&Tree::Null, &mut values);
                    self.miss(row, troubles);
                }
            }
        }
        shape.finish(values, self.column.name.clone())
    }

    fn uuids(&self, troubles: &mut Troubles) -> Series {
        let mut builder = StringChunkedBuilder::new(self.column.name.clone(), self.rows.records.len());
        let mut lower = String::new();
        for (row, record) in self.rows.records.iter().enumerate() {
            let whole = self.field.map(|field| self.rows.field(*record, field));
            let text = whole.unwrap_or_default().trim();
            if whole.is_none_or(|whole| self.column.missing.is(text) || self.column.missing.is(whole)) {
                self.miss(row, troubles);
                builder.append_null();
            } else if let Some(text) = uuid(text, &mut lower) {
                self.check(row, text, Measure::Text, troubles);
                builder.append_value(text);
            } else {
                troubles.add(row, "R0102", self.column.unread);
                builder.append_null();
            }
        }
        builder.finish().into_series()
    }

    fn miss(&self, row: usize, troubles: &mut Troubles) {
        if let Some(consequence) = self.column.missed {
            troubles.add(row, "R0101", consequence);
        }
    }

    fn check(&self, row: usize, text: &str, measure: Measure, troubles: &mut Troubles) {
        for check in &self.column.checks {
            if !check.holds(text, measure) {
                troubles.add(row, check.code, check.consequence);
            }
        }
    }
}
