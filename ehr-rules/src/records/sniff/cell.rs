//! What single cells look like, without a schema.

use crate::records::shape::Marks;

/// What a text is, as far as its characters say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Empty,
    Number,
    /// A day, a time of day or both.
    Time,
    Uuid,
    Text,
}

/// Characters that separate fields somewhere; in a field's text they are rare.
const STRONG: &[char] = &['\t', '|', ';', '^', '~', '\u{1c}', '\u{1d}', '\u{1e}', '\u{1f}'];

/// What a cell is.
pub(super) fn class(cell: &str) -> Class {
    let text = cell.trim();
    match text.as_bytes() {
        [] => Class::Empty,
        bytes if bytes.len() == 36 && bytes.iter().enumerate().all(|(at, byte)| is_of_uuid(at, *byte)) => Class::Uuid,
        _ if is_time(text) => Class::Time,
        _ if is_number(text) => Class::Number,
        _ => Class::Text,
    }
}

/// Whether a column's cells are numbers, days and the like, all but one in ten: three at least, and one or two may be none.
pub(super) fn has_digits(column: &[String]) -> bool {
    let filled: Vec<Class> = column.iter().map(|cell| class(cell)).filter(|class| *class != Class::Empty).collect();
    let texts = filled.iter().filter(|class| **class == Class::Text).count();
    filled.len() >= texts + 3 && (texts <= 1 || texts * 4 <= filled.len() && texts <= 2 || texts * 10 <= filled.len())
}

/// How much a cell speaks for the way in which it was cut out; about one where all is well.
pub(super) fn weight(cell: &str, quoted: bool) -> f64 {
    match class(cell) {
        _ if !quoted && cell.contains(['\r', '\n']) => -2.0,
        Class::Empty => 0.8,
        Class::Number | Class::Time | Class::Uuid => 1.0,
        Class::Text if quoted => 1.0,
        Class::Text => {
            let text = cell.trim();
            let marks = text.bytes().filter(|byte| *byte == b'"').count();
            let bare_comma = text.match_indices(',').any(|(at, _)| !text[at + 1..].starts_with(' '));
            if text.starts_with('"') || marks % 2 == 1 || !text.contains(char::is_alphanumeric) {
                0.2
            } else if text.contains(STRONG) {
                0.3
            } else if bare_comma {
                0.4
            } else {
                0.95
            }
        }
    }
}

/// How numbers are written, as far as the cells of whole columns leave no choice; `None` where nothing was seen that tells.
pub(super) fn marks<'a>(columns: impl Iterator<Item = Vec<&'a str>>) -> Option<Marks> {
    let (mut comma, mut point) = (None, None);
    for column in columns {
        let cells: Vec<&str> = column.into_iter().map(str::trim).filter(|cell| !cell.is_empty()).collect();
        if cells.is_empty() {
            continue;
        }
        let seen = |decimal, thousands| {
            let read: Option<Vec<Written>> = cells.iter().map(|cell| written(cell, decimal, thousands)).collect();
            read.map(|read| (read.iter().any(|one| one.sure), read.iter().any(|one| one.grouped)))
        };
        // A column that either way reads tells nothing.
        match (seen(',', '.'), seen('.', ',')) {
            (Some((true, grouped)), None) => comma = Some(comma.unwrap_or(false) || grouped),
            (None, Some((true, grouped))) => point = Some(point.unwrap_or(false) || grouped),
            _ => {}
        }
    }
    match (comma, point) {
        (Some(grouped), None) => Some(Marks { decimal: ',', thousands: grouped.then_some('.') }),
        (None, Some(true)) => Some(Marks { decimal: '.', thousands: Some(',') }),
        _ => None,
    }
}

/// A number as it is written.
struct Written {
    /// Whether it has a fraction, so that its marks are what they are.
    sure: bool,
    grouped: bool,
}

fn written(cell: &str, decimal: char, thousands: char) -> Option<Written> {
    let text = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let (whole, fraction) = match text.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(thousands);
    let first = groups.next().filter(|first| digits(first))?;
    let grouped = whole.contains(thousands);
    let sound = !grouped || first.len() <= 3 && groups.all(|group| group.len() == 3 && digits(group));
    (sound && fraction.is_none_or(digits)).then_some(Written { sure: fraction.is_some(), grouped })
}

fn is_of_uuid(at: usize, byte: u8) -> bool {
    if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
}

/// Digits with a sign, marks, a currency or an exponent.
fn is_number(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+', '$', '€', '£', '<', '>', '=']).trim_end_matches(['%', '€']);
    // Most cells are words, and are told by their first letter.
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return false;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let others = text.bytes().filter(|byte| matches!(byte, b'.' | b',' | b' ' | b'\'')).count();
    let exponent = text.split_once(['e', 'E']).is_some_and(|(front, back)| {
        front.parse::<f64>().is_ok() && back.parse::<i32>().is_ok() && front.bytes().any(|byte| byte.is_ascii_digit())
    });
    exponent || digits > 0 && digits + others == text.len()
}

/// `2024-01-31`, `31/01/2024`, `1.2.24`, `10:30`, `2024-01-31T10:30:00Z` and the like.
fn is_time(text: &str) -> bool {
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    if time.is_empty() {
        return is_day(day) || is_clock(day);
    }
    is_day(day) && is_clock(time.trim())
}

fn is_day(text: &str) -> bool {
    ['-', '/', '.'].iter().any(|mark| {
        let mut parts = text.split(*mark);
        let (Some(first), Some(second), Some(third), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return false };
        let number = |part: &str| part.parse::<u16>().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
        let is_name = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match (first, second, third) {
            (year, month, day) if year.len() == 4 => number(year).is_some() && within(number(month), 12) && within(number(day), 31),
            (a, b, year) if matches!(year.len(), 2 | 4) && number(year).is_some() => {
                (within(number(a), 31) && within(number(b), 31) || within(number(a), 31) && is_name(b)) && a.len() <= 2
            }
            _ => false,
        }
    })
}

fn within(number: Option<u16>, most: u16) -> bool {
    number.is_some_and(|number| (1..=most).contains(&number))
}

fn is_clock(text: &str) -> bool {
    let text = text.trim_end_matches('Z').trim_end_matches(" AM").trim_end_matches(" PM");
    let text = text.rsplit_once(['+', '-']).map_or(text, |(front, _)| front);
    let parts: Vec<&str> = text.split(':').collect();
    let two = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [hour, minute] => two(hour) && two(minute),
        [hour, minute, second] => two(hour) && two(minute) && second.split(['.', ',']).next().is_some_and(|second| two(&second)),
        _ => false,
    }
}
