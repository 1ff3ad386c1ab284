//! Days and instants as Synthea writes them.

use std::fmt;

/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// A day, counted from 1970-01-01; written `2024-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub(super) i64);

/// An instant in seconds from 1970-01-01 in UTC; written `2024-01-31T09:30:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant(pub(super) i64);

impl Instant {
    /// Its day in UTC.
    pub(super) const fn day(self) -> Day {
        Day(self.0.div_euclid(DAY))
    }

    /// Later by so many seconds.
    pub(super) const fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }
}

impl Day {
    /// The first instant of this day.
    pub(super) const fn start(self) -> Instant {
        Instant(self.0 * DAY)
    }

    /// Year, month and day of the month in the Gregorian calendar. Years are counted from March,
    /// so that the leap day is a year's last.
    const fn civil(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        (year_of_era + era * 400 + (month <= 2) as i64, month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.0.rem_euclid(DAY);
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.day(), of_day / 3_600, of_day / 60 % 60, of_day % 60)
    }
}

/// Something that may be missing: written as the empty text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<T: fmt::Display> fmt::Display for Maybe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
    }
}

/// An amount in hundredths, written `12.30`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount(pub(super) i64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}
