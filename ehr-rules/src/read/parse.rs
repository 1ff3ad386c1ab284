//! Texts to values, strictly: what is not written exactly as its type asks is no value.

use crate::error::Error;
use crate::ir::schema::SourceColumn;
use crate::ir::types::Kind;
use crate::read::nested::Shape;
use crate::values::scalar::Words;
use crate::values::scalar::decimal;
use crate::values::scalar::float;
use crate::values::scalar::integer;
use crate::values::times::Formats;
use chrono_tz::Tz;

/// How one column's texts are read.
#[derive(Debug)]
pub(super) enum Parser {
    Text,
    Uuid,
    Integer,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Float,
    Boolean(Words),
    Date(Formats),
    Time(Formats),
    Datetime(Formats),
    /// With the zone of values that name none.
    Instant(Formats, Option<Tz>),
    /// Lists and structs.
    Nested(Shape),
}

/// A value as constraints see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Measure {
    /// Its text says all.
    Text,
    /// An integer, a decimal in units of its scale, days, microseconds and so on.
    Whole(i128),
    /// A float.
    Float(f64),
}

impl Parser {
    /// The parser of a column; formats and words were checked when the rules were loaded.
    /// `missing` are the system's texts for 'no value', for what is inside lists and structs.
    pub(super) fn new(column: &SourceColumn, missing: &[String]) -> Result<Self, Error> {
        let formats = || Formats::new(&column.formats);
        Ok(match &column.ty.kind {
            Kind::Text => Self::Text,
            Kind::Uuid => Self::Uuid,
            Kind::Integer => Self::Integer,
            Kind::Decimal { precision, scale } => Self::Decimal { precision: *precision, scale: *scale },
            Kind::Float => Self::Float,
            Kind::Boolean => Self::Boolean(Words::new(column.words.as_ref())),
            Kind::Date => Self::Date(formats()?),
            Kind::Time => Self::Time(formats()?),
            Kind::Datetime => Self::Datetime(formats()?),
            Kind::Instant => {
                let zone =
                    column.zone.as_ref().map(|zone| zone.parse().map_err(|_| Error::bug(format!("no zone `{zone}`")))).transpose()?;
                Self::Instant(formats()?, zone)
            }
            Kind::List(_) | Kind::Struct(_) => Self::Nested(Shape::new(column, missing)?),
        })
    }

    /// A constant of the schema as a value of this column, for constraints.
    pub(super) fn measure(&self, text: &str) -> Option<Measure> {
        let whole = |number: i128| Measure::Whole(number);
        match self {
            Self::Text | Self::Uuid | Self::Nested(_) => Some(Measure::Text),
            Self::Integer => integer(text).map(|number| whole(number.into())),
            Self::Decimal { scale, .. } => decimal(text, 38, *scale).map(whole),
            Self::Float => float(text).map(Measure::Float),
            Self::Boolean(words) => words.boolean(text).map(|truth| whole(truth.into())),
            Self::Date(formats) => Formats::default().date(text).or_else(|| formats.date(text)).map(|days| whole(days.into())),
            Self::Time(formats) => Formats::default().time(text).or_else(|| formats.time(text)).map(|nanos| whole(nanos.into())),
            Self::Instant(formats, zone) => {
                let iso = Formats::default();
                iso.instant(text, *zone).or_else(|| formats.instant(text, *zone)).map(|micros| whole(micros.into()))
            }
            Self::Datetime(formats) => {
                let iso = Formats::default();
                // A bound may be given as a day.
                let midnight = || iso.date(text).map(|days| i64::from(days) * 86_400_000_000);
                iso.datetime(text).or_else(|| formats.datetime(text)).or_else(midnight).map(|micros| whole(micros.into()))
            }
        }
    }
}
