//! Texts read as dates and times by formats, for the functions that do so.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Timelike;
use chrono::format::Item;
use chrono::format::Numeric;
use chrono::format::Parsed;
use chrono::format::StrftimeItems;

/// What to do where two formats read a text as different values.
pub(super) const AMBIGUOUS: &[&str] = &["refuse", "first"];

/// What the formats make of `text`, by `read`; where several fit and say different things, the first of them, or none.
pub(super) fn fitting<T: PartialEq>(text: &str, formats: &str, ambiguous: &str, read: fn(&str, &str) -> Option<T>) -> Option<T> {
    let mut fitting = formats.split('|').filter_map(|format| read(text, format.trim()));
    let first = fitting.next()?;
    (ambiguous == "first" || fitting.all(|other| other == first)).then_some(first)
}

/// A date, by one format.
pub(super) fn date(text: &str, format: &str) -> Option<NaiveDate> {
    parsed(text, format)?.to_naive_date().ok()
}

/// A time of day, by one format; `24:00` is midnight.
pub(super) fn time(text: &str, format: &str) -> Option<NaiveTime> {
    let read = |text: &str| parsed(text, format)?.to_naive_time().ok().filter(|time| time.nanosecond() < 1_000_000_000);
    read(text).or_else(|| read(&at_24(text)?).filter(|time| is_midnight(*time)))
}

/// A date and time, by one format, brought to UTC where it has a zone; `24:00` is midnight of the next day.
pub(super) fn datetime(text: &str, format: &str) -> Option<NaiveDateTime> {
    let read = |text: &str| {
        let parsed = parsed(text, format)?;
        let local = parsed.to_naive_datetime_with_offset(0).ok().filter(|at| at.nanosecond() < 1_000_000_000)?;
        let at = if parsed.offset().is_some() { parsed.to_datetime().ok()?.naive_utc() } else { local };
        Some((local.time(), at))
    };
    read(text).map(|(_, at)| at).or_else(|| next_day(read(&at_24(text)?)?))
}

/// As ISO 8601 writes it, with `T` or a blank, seconds and their fraction left out or not.
const LOCAL: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

/// An ISO 8601 date and time, brought to UTC where it has a zone; `24:00` is midnight of the next day.
pub(super) fn iso_datetime(text: &str) -> Option<NaiveDateTime> {
    let read = |text: &str| {
        if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
            return Some((zoned.time(), zoned.naive_utc()));
        }
        LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).map(|at| (at.time(), at))
    };
    read(text).map(|(_, at)| at).or_else(|| next_day(read(&at_24(text)?)?))
}

/// The text with `00:00` in place of its `24:00`, where it has one.
fn at_24(text: &str) -> Option<String> {
    text.contains("24:00").then(|| text.replacen("24:00", "00:00", 1))
}

/// Nothing comes after 24:00, not even a second.
fn is_midnight(time: NaiveTime) -> bool {
    time == NaiveTime::MIN
}

fn next_day((time, at): (NaiveTime, NaiveDateTime)) -> Option<NaiveDateTime> {
    if is_midnight(time) { at.checked_add_signed(TimeDelta::days(1)) } else { None }
}

fn parsed(text: &str, format: &str) -> Option<Parsed> {
    let items: Vec<Item<'_>> = StrftimeItems::new(format).collect();
    // chrono passes over blanks before numbers; here they must stand in the format.
    if text.contains(char::is_whitespace) && !format.contains(char::is_whitespace) && !matches!(format, "%c" | "%r" | "%+") {
        return None;
    }
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, items.iter()).ok()?;
    // chrono takes `24` for the year 24; a year with its century has four digits.
    let has_year = items.iter().any(|item| matches!(item, Item::Numeric(Numeric::Year | Numeric::IsoYear, _)));
    let year = parsed.year().or(parsed.isoyear());
    let is_whole = year.is_none_or(|year| (1000..=9999).contains(&year) || text.contains(&format!("{year:04}")));
    (!has_year || is_whole).then_some(parsed)
}
