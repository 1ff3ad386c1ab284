//! What most values of a column look like, whatever its schema says.

use crate::detect::value::DAYS;
use crate::detect::value::is_date;
use crate::detect::value::is_iso_datetime;

/// Values by which a column's look is told.
const LOOKED_AT: usize = 30;

/// What most values of a column look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// There are none.
    Empty,
    /// Whole numbers.
    Whole,
    /// Other numbers.
    Number,
    /// Days.
    Day,
    /// Days with a time.
    Moment,
    /// UUIDs.
    Uuid,
    /// Anything else.
    Text,
}

impl Class {
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let there: Vec<&str> = texts.map(str::trim).filter(|text| !text.is_empty()).take(LOOKED_AT).collect();
        // One value in ten may be anything.
        let most = |is: &dyn Fn(&str) -> bool| there.iter().filter(|text| is(text)).count() * 10 >= there.len() * 9;
        let digits = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
        if there.is_empty() {
            Self::Empty
        } else if !most(&digits) {
            Self::Text
        } else if most(&|text| text.parse::<i64>().is_ok()) {
            Self::Whole
        } else if most(&|text| text.parse::<f64>().is_ok()) {
            Self::Number
        } else if most(&|text| text.len() <= 11 && DAYS.iter().any(|format| is_date(text, format))) {
            Self::Day
        } else if most(&is_moment) {
            Self::Moment
        } else if most(&|text| text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()) {
            Self::Uuid
        } else {
            Self::Text
        }
    }

    /// How much likelier a column of text looks so than any column does, in logarithms: numbers and days stand in columns
    /// of text too, but less often.
    pub(super) fn as_text(self) -> f64 {
        let (text, any): (f64, f64) = match self {
            Self::Empty => (1.0, 1.0),
            Self::Whole => (0.18, 0.25),
            Self::Number | Self::Moment => (0.04, 0.08),
            Self::Day => (0.05, 0.1),
            Self::Uuid => (0.05, 0.05),
            Self::Text => (0.64, 0.44),
        };
        (text / any).ln()
    }
}

/// A day and a time, in one of the ways that are often met.
fn is_moment(text: &str) -> bool {
    is_iso_datetime(text)
        || text.split_once([' ', 'T']).is_some_and(|(day, time)| {
            DAYS.iter().any(|format| is_date(day, format))
                && time.len() >= 4
                && time.as_bytes().get(1..3).is_some_and(|at| at.contains(&b':'))
        })
}
