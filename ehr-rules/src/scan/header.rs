//! Whether a file's first record names its columns.

use crate::values::scalar;
use crate::values::times::Formats;
use std::collections::HashMap;

/// Whether the first record is a header, and what speaks for that.
///
/// A header's cells are different words, and do not have the type of what stands below them. The first record of a file
/// without a header is a patient, so where nothing tells it is not taken for one.
pub(super) fn is_header(first: &[String], rows: &[Vec<String>]) -> (bool, String) {
    let (mut points, mut unlike, mut typed, mut repeated) = (0_i64, 0, 0, 0);
    let mut left: HashMap<&str, usize> = HashMap::with_capacity(first.len());
    for cell in first {
        *left.entry(cell.trim()).or_default() += 1;
    }
    for (at, cell) in first.iter().enumerate() {
        let cell = cell.trim();
        let below: Vec<&str> = rows.iter().filter_map(|row| Some(row.get(at)?.trim())).filter(|text| !text.is_empty()).collect();
        let typed_below = !below.is_empty() && below.iter().filter(|text| is_typed(text)).count() * 5 >= below.len() * 4;
        if cell.is_empty() {
            points -= 1;
        } else if is_typed(cell) {
            typed += 1;
            points -= if typed_below || below.is_empty() { 4 } else { 2 };
        } else {
            let is_name = cell.len() <= 64 && cell.chars().any(char::is_alphabetic) && !cell.contains(['@', '\0']);
            points += i64::from(is_name);
            if typed_below {
                unlike += 1;
                points += 3;
            }
            if below.contains(&cell) {
                points -= 3;
            }
        }
        let behind = left.get_mut(cell);
        // One that comes again further on; each is counted but the last.
        if behind.is_some_and(|left| std::mem::replace(left, left.saturating_sub(1)) > 1) && !cell.is_empty() {
            repeated += 1;
            points -= 3;
        }
    }
    let because = if unlike > 0 && typed == 0 {
        format!("{unlike} of {} cells of the first record are words over columns that are none", first.len())
    } else if typed > 0 {
        format!("{typed} of {} cells of the first record are numbers, days or identifiers", first.len())
    } else if repeated > 0 {
        format!("{repeated} cells of the first record are there twice")
    } else {
        format!("the {} cells of the first record are different words", first.len())
    };
    (points > 0, because)
}

/// Whether a text is a number, a day, a time or a UUID.
fn is_typed(text: &str) -> bool {
    let mut lower = String::new();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let marks =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.' | b':' | b',' | b'+' | b' ' | b'(' | b')'));
    digits > 0 && marks || scalar::uuid(text, &mut lower).is_some() || Formats::default().datetime(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> bool {
        let mut rows: Vec<Vec<String>> = text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        let first = rows.remove(0);
        is_header(&first, &rows).0
    }

    #[test]
    fn words_over_values_are_a_header() {
        assert!(header("id,name,born\n1,Ada,1980-02-29\n2,Bo,1955-12-01"));
        assert!(header("name,city\nAda,Turin\nBo,Bonn"));
        assert!(header("name,city"));
    }

    #[test]
    fn a_first_record_like_the_others_is_none() {
        assert!(!header("1,Ada,1980-02-29\n2,Bo,1955-12-01"));
        assert!(!header("ada@example.org,F,1980-02-29"));
        assert!(!header("7"));
        assert!(!header("ada,2019,2020\nbo,1,2"), "years may be names, but a patient must not be taken for one");
        assert!(!header("Ada,F,F\nBo,M,F"));
    }
}
