//! Months as calendars count them, for the functions that ask.

use chrono::Datelike;
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
