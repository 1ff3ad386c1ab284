//! Which type a column has, and what else is to be said of it.

use crate::ir::types::Kind;
use crate::scan::bytes::look;
use crate::scan::codes;
use crate::scan::column::Column;
use crate::scan::dates::Found;
use crate::scan::found::ColumnScan;
use crate::scan::found::FoundLook;
use crate::scan::found::FoundValue;
use crate::scan::found::Measures;
use crate::scan::persons;
use crate::scan::persons::About;
use crate::values::scalar::Words;
use std::collections::BTreeMap;

/// The share of its values that must fit a type for a column to have it.
const FITS: f64 = 0.98;
/// The share from which a type is named beside the one that a column has.
const NAMED: f64 = 0.5;
/// How many looks, and frequencies, are said.
const LOOKS: usize = 5;
const FREQUENCIES: usize = 24;

/// What a column of so many records comes to.
pub(super) fn column(column: &Column, about: &About<'_>, values: usize) -> ColumnScan {
    let dates = column.dates.found();
    let types = types(column, &dates);
    // Where the rest is typed, words that may mean 'no value' do.
    let perhaps: u64 = column.perhaps().map(|(_, count)| count).sum();
    let of = |count: u64, without: u64| share(count, column.filled - without);
    let chosen = types.iter().find(|(_, count)| *count > 0 && of(*count, perhaps) >= FITS);
    // A few points among whole numbers make all of them decimals.
    let chosen = chosen.map(|first| {
        let wider = types.iter().filter(|(kind, count)| is_narrower(&first.0, kind) && *count > first.1);
        wider.rev().max_by_key(|(_, count)| *count).unwrap_or(first)
    });
    let (kind, fits, without) = match chosen {
        Some((kind, count)) => (kind.clone(), of(*count, perhaps), perhaps),
        None => (Kind::Text, 1.0, 0),
    };
    let filled = column.filled - without;
    let mut missing: BTreeMap<String, u64> = column.missing().map(|(word, count)| (word.to_owned(), count)).collect();
    if without > 0 {
        missing.extend(column.perhaps().map(|(word, count)| (word.to_owned(), count)));
    }
    let is_time = matches!(kind, Kind::Date | Kind::Datetime | Kind::Time);
    let (distinct, distinct_exact) = column.distinct.count();
    let distinct = distinct.saturating_sub(if without > 0 { column.perhaps().count() as u64 } else { 0 });
    let ranked = column.frequent.ranked();
    let texts: Vec<&str> = column.distinct.sample().map(|kept| &*kept.text).filter(|text| !missing.contains_key(*text)).collect();
    let codes = codes::of(&column.name, about.stem, &kind, &texts);
    let person = persons::of(&column.name, about, &kind, &texts);
    ColumnScan {
        name: column.name.clone(),
        // Known to the table alone.
        path: None,
        also: types
            .iter()
            .filter(|(other, count)| *other != kind && of(*count, without) >= NAMED && !is_narrower(other, &kind))
            .map(|(other, count)| (other.to_string(), of(*count, without)))
            .collect(),
        fits,
        filled,
        empty: column.empty,
        missing,
        distinct,
        distinct_exact,
        unique: filled > 0 && without == 0 && column.distinct.is_unique(filled),
        iso: is_time && dates.is_iso,
        zoned: if is_time { dates.zoned } else { 0 },
        undecided: if is_time { dates.undecided } else { Vec::new() },
        mixed_order: is_time && dates.mixed,
        formats: if is_time { dates.formats } else { Vec::new() },
        marks: if kind == Kind::Text && share(column.numbers.marked(), column.filled) >= NAMED / 10.0 && numeric(column) >= FITS {
            column.numbers.marks(column.filled)
        } else {
            None
        },
        pointed: column.numbers.points_sure > 0,
        leading_zeros: column.numbers.leading_zeros,
        padded: column.padded,
        shortest: if column.filled > 0 { column.shortest } else { 0 },
        longest: column.longest,
        lengths: lengths(column),
        frequencies: ranked.iter().take(FREQUENCIES).map(|(_, count)| *count).collect(),
        looks: looks(&texts),
        codes,
        person,
        values: ranked.iter().take(values).map(|(text, records)| FoundValue { value: (*text).to_owned(), records: *records }).collect(),
        values_whole: column.frequent.is_whole() && ranked.len() <= values,
        measures: if values > 0 && matches!(kind, Kind::Integer | Kind::Decimal { .. } | Kind::Float) { measures(column) } else { None },
        kind,
    }
}

/// Types from the narrowest to the widest, with how many values fit each.
fn types(column: &Column, dates: &Found) -> Vec<(Kind, u64)> {
    let numbers = &column.numbers;
    // `007` is no number, and one is enough to say that none of them is.
    let (integers, points) = if numbers.leading_zeros > 0 { (0, 0) } else { (numbers.integers, numbers.points) };
    let scale = numbers.fraction;
    let precision = numbers.whole.saturating_add(scale).max(1);
    let mut types = vec![(Kind::Uuid, column.uuids), (Kind::Boolean, truths(column))];
    if let Some(kind) = &dates.kind {
        types.push((kind.clone(), dates.values));
    }
    types.push((Kind::Integer, integers));
    // A measurement of many digits is no exact number.
    if numbers.exponents == 0 && scale <= 6 && precision <= 18 && points > 0 {
        types.push((Kind::Decimal { precision: precision.saturating_add(2).min(18), scale }, integers + points));
    }
    types.push((Kind::Float, if points + numbers.exponents > 0 { integers + points + numbers.exponents } else { 0 }));
    types
}

/// How many values are words for true and false, where there are no others; digits alone say too little.
fn truths(column: &Column) -> u64 {
    let (count, exact) = column.distinct.count();
    if !exact || count > 4 {
        return 0;
    }
    let words = Words::new(None);
    let ranked = column.frequent.ranked();
    let read: Vec<(bool, u64)> = ranked.iter().filter_map(|(text, count)| Some((words.boolean(text)?, *count))).collect();
    let both = read.iter().any(|(truth, _)| *truth) && read.iter().any(|(truth, _)| !*truth);
    let in_letters = ranked.iter().all(|(text, _)| text.bytes().any(|byte| byte.is_ascii_alphabetic()));
    if both && in_letters { read.iter().map(|(_, count)| count).sum() } else { 0 }
}

/// Whether every value of the one is also of the other.
const fn is_narrower(one: &Kind, other: &Kind) -> bool {
    matches!((one, other), (Kind::Integer, Kind::Decimal { .. } | Kind::Float) | (Kind::Decimal { .. }, Kind::Float))
        || matches!((one, other), (Kind::Decimal { .. } | Kind::Float, Kind::Integer | Kind::Decimal { .. }))
}

fn numeric(column: &Column) -> f64 {
    let numbers = &column.numbers;
    share(numbers.integers + numbers.points + numbers.exponents + numbers.marked(), column.filled)
}

fn lengths(column: &Column) -> Vec<u64> {
    let used = column.lengths.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
    column.lengths.iter().take(used).copied().collect()
}

fn looks(texts: &[&str]) -> Vec<FoundLook> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for text in texts {
        *counts.entry(look(text)).or_default() += 1;
    }
    let mut ranked: Vec<(String, u64)> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ranked.truncate(LOOKS);
    ranked.into_iter().map(|(look, count)| FoundLook { look, share: share(count, texts.len() as u64) }).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn measures(column: &Column) -> Option<Measures> {
    let numbers = &column.numbers;
    let count = numbers.read as f64;
    let mean = numbers.sum / count;
    let spread = (numbers.squares / count - mean * mean).max(0.0).sqrt();
    (numbers.read > 0).then_some(Measures { least: numbers.least, most: numbers.most, mean, deviation: spread })
}

/// A share from 0 to 1, of which five digits are said, and 1 only where it is all.
#[expect(clippy::cast_precision_loss, reason = "a share")]
pub(super) fn share(part: u64, of: u64) -> f64 {
    if part == of && of > 0 {
        return 1.0;
    }
    if of == 0 { 0.0 } else { ((part as f64 / of as f64) * 100_000.0).floor() / 100_000.0 }
}
