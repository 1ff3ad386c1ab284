//! Days and months as calendars count them, for the functions that ask.

use crate::functions::lowering::Arg;
use crate::functions::lowering::four_digit_year;
use chrono::DateTime;
use chrono::Datelike;
use chrono::Months;
use chrono::NaiveDateTime;

/// Whole months from one to the other; as many, negative, the other way round.
pub(super) fn months(from: NaiveDateTime, to: NaiveDateTime) -> Option<i64> {
    if to < from {
        return months(to, from).map(|months| -months);
    }
    let index = |at: NaiveDateTime| i64::from(at.year()) * 12 + i64::from(at.month0());
    let in_month = |at: NaiveDateTime| (at.day(), at.time());
    Some(index(to) - index(from) - i64::from(in_month(to) < in_month(from)))
}

/// The first argument, and as many times so many months later as the second says, earlier where that is negative; where a month has no such day, its last one.
pub(super) fn later_by_months(args: &[Arg<'_>], row: usize, unit: u32) -> Option<NaiveDateTime> {
    let many = args[1].int(row)?;
    let months = Months::new(u32::try_from(many.unsigned_abs()).ok()?.checked_mul(unit)?);
    let at = args[0].datetime(row)?;
    if many < 0 { at.checked_sub_months(months) } else { at.checked_add_months(months) }
}

/// As many units of so many microseconds since 1970 as the argument says, in microseconds; missing outside the years 1 to 9999.
pub(super) fn since_1970(args: &[Arg<'_>], row: usize, unit: i64) -> Option<i64> {
    let micros = args[0].int(row)?.checked_mul(unit)?;
    four_digit_year(DateTime::from_timestamp_micros(micros)?.date_naive()).map(|_| micros)
}
