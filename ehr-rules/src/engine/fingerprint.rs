//! Fingerprints of rows that are tracked, in the form `v1`, so that another program can compute them.
//!
//! A fingerprint is `v1:` and the SHA-256, as 64 hexadecimal digits in lower case, of these bytes in UTF-8: `ehr-fingerprint v1`, a line
//! feed, and the row as a structure of what is compared. What is written for a value depends on its kind alone:
//!
//! | a value | is written as |
//! | --- | --- |
//! | missing, an empty text, a list or structure in which nothing is | not at all, and neither is its name |
//! | any other that is one value | the number of bytes of its text, `:`, and the text |
//! | a structure, a row of a child table | `{`, each field's name written like a text and its value, in the order of the names' bytes, `}` |
//! | a list, a child table | `[`, what is written for each item, in the order of their bytes, each once, `]` |
//!
//! | the text of | is |
//! | --- | --- |
//! | a text | it, without blanks at its ends (`trim`) or with one space for each run of blanks and none at its ends (`collapse_blanks`) where that is declared; then in the normal form NFC; blanks are what Unicode calls `White_Space` |
//! | an integer | its decimal digits, `-` before a negative one |
//! | a decimal | the same, and where it is not whole `.` and its digits up to the last that is not 0 |
//! | a float | the shortest decimal digits that read back as it, without an exponent; `0` for both zeros; `NaN`, `inf`, `-inf` |
//! | a boolean | `true` or `false` |
//! | a date | `2024-01-31` |
//! | a time | `08:30:00`, and where it is not whole `.` and digits up to the last that is not 0 |
//! | a datetime | `2024-01-31T08:30:00`, and the same |
//! | an instant | the same in UTC, and `Z` |
//! | a UUID | its 36 characters in lower case |
//!
//! A child table is a list of structures: its columns that are compared, without the one that refers to the row and those that are ignored.
//! The natural key of a row is the first 128 bits of the SHA-256 of `ehr-key v1`, a line feed, and the structure of the key's columns.

use crate::dataset::text;
use crate::ir::track::Texts;
use crate::ir::types::Kind;
use polars::prelude::*;
use sha2::Digest;
use sha2::Sha256;
use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_normalization::IsNormalized;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::is_nfc_quick;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

/// What is made of the columns of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Print {
    /// The fingerprint.
    Row,
    /// The natural key.
    Key,
    /// For each column that holds something a hash of it, as a JSON object: what tells which of them differ.
    Parts,
}

/// A column that is part of a fingerprint: where it stands, its name in it, its kind.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The column of the frame.
    pub(super) column: String,
    /// Its name.
    pub(super) name: String,
    /// Its kind; of structures only the fields that are compared.
    pub(super) kind: Kind,
}

/// The print of these columns, as text.
pub(super) fn print(parts: &[Part], texts: Texts, what: Print) -> Expr {
    let mut sorted = parts.to_vec();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    let columns: Vec<Expr> = sorted.iter().map(|part| col(part.column.as_str())).collect();
    let Some((first, rest)) = columns.split_first() else { return lit(NULL).cast(DataType::String) };
    let function = move |columns: &mut [Column]| {
        let encoded = columns
            .iter()
            .zip(&sorted)
            .map(|(column, part)| encoded(column.as_materialized_series(), &part.kind, texts))
            .collect::<PolarsResult<Vec<_>>>()?;
        let rows = columns.first().map_or(0, Column::len);
        let prints: Vec<String> = (0..rows).map(|row| row_print(&sorted, &encoded, row, what)).collect();
        Ok(Column::new("print".into(), prints))
    };
    first.clone().map_many(function, rest, |_, _| Ok(Field::new("print".into(), DataType::String)))
}

fn row_print(parts: &[Part], encoded: &[Vec<Option<String>>], row: usize, what: Print) -> String {
    let there = || parts.iter().zip(encoded).filter_map(|(part, values)| Some((&part.name, values.get(row)?.as_deref()?)));
    let hash = |form: &str| {
        let mut hasher = Sha256::new();
        hasher.update(form);
        hasher.update("\n{");
        for (name, value) in there() {
            hasher.update(netstring(name));
            hasher.update(value);
        }
        hasher.update("}");
        hasher.finalize()
    };
    match what {
        Print::Row => hash("ehr-fingerprint v1").iter().fold("v1:".to_owned(), |mut text, byte| {
            // Writing to a text does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        }),
        Print::Key => Uuid::from_slice(&hash("ehr-key v1")[..16]).unwrap_or_default().to_string(),
        Print::Parts => {
            let hashed = there().map(|(name, value)| (name.clone(), format!("{:016x}", xxh3_64(value.as_bytes())).into()));
            serde_json::Value::Object(hashed.collect()).to_string()
        }
    }
}

/// What is written for each value; `None` where nothing is.
fn encoded(series: &Series, kind: &Kind, texts: Texts) -> PolarsResult<Vec<Option<String>>> {
    match kind {
        Kind::List(item) => lists(series, item, texts),
        Kind::Struct(fields) => structures(series, fields, texts),
        Kind::Text => {
            Ok(series.str()?.iter().map(|text| text.map(|text| alike(text, texts)).filter(|text| !text.is_empty())).map(written).collect())
        }
        Kind::Uuid => Ok(series.str()?.iter().map(|text| text.map(|text| Cow::Owned(text.to_ascii_lowercase()))).map(written).collect()),
        Kind::Float => {
            Ok(series.f64()?.iter().map(|number| number.map(|number| Cow::Owned((number + 0.0).to_string()))).map(written).collect())
        }
        Kind::Integer | Kind::Boolean | Kind::Date => {
            Ok(text::texts(series, kind)?.iter().map(|text| text.map(Cow::Borrowed)).map(written).collect())
        }
        Kind::Decimal { .. } | Kind::Time | Kind::Datetime | Kind::Instant => {
            Ok(text::texts(series, kind)?.iter().map(|text| text.map(|text| Cow::Owned(without_zeros(text)))).map(written).collect())
        }
    }
}

fn written(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(|text| netstring(&text))
}

fn netstring(text: &str) -> String {
    format!("{}:{text}", text.len())
}

fn lists(series: &Series, item: &Kind, texts: Texts) -> PolarsResult<Vec<Option<String>>> {
    let lists = series.list()?.rechunk();
    let items = encoded(&lists.get_inner(), item, texts)?;
    let mut rows = Vec::with_capacity(lists.len());
    for array in lists.downcast_iter() {
        let offsets = array.offsets().as_slice();
        for (row, ends) in offsets.windows(2).enumerate() {
            let &[start, end] = ends else { continue };
            let ends = usize::try_from(start)
                .ok()
                .zip(usize::try_from(end).ok())
                .filter(|_| array.validity().is_none_or(|valid| valid.get_bit(row)));
            let mut own: Vec<&str> =
                ends.and_then(|(start, end)| items.get(start..end)).into_iter().flatten().flatten().map(String::as_str).collect();
            own.sort_unstable();
            own.dedup();
            rows.push((!own.is_empty()).then(|| format!("[{}]", own.concat())));
        }
    }
    Ok(rows)
}

fn structures(series: &Series, fields: &[(String, Kind)], texts: Texts) -> PolarsResult<Vec<Option<String>>> {
    let rows = series.struct_()?;
    let missing = series.is_null();
    let mut sorted: Vec<&(String, Kind)> = fields.iter().collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    let mut whole: Vec<String> = vec![String::new(); series.len()];
    for (name, kind) in sorted {
        let name_written = netstring(name);
        for (text, value) in whole.iter_mut().zip(encoded(&rows.field_by_name(name)?, kind, texts)?) {
            if let Some(value) = value {
                text.push_str(&name_written);
                text.push_str(&value);
            }
        }
    }
    let there = |(text, missing): (String, Option<bool>)| (missing != Some(true) && !text.is_empty()).then(|| format!("{{{text}}}"));
    Ok(whole.into_iter().zip(missing.iter()).map(there).collect())
}

/// A text without what is not compared in it.
fn alike(text: &str, texts: Texts) -> Cow<'_, str> {
    let text = match texts {
        Texts { collapse: true, .. } => Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        Texts { trim: true, .. } => Cow::Borrowed(text.trim()),
        Texts { .. } => Cow::Borrowed(text),
    };
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text } else { Cow::Owned(text.nfc().collect()) }
}

/// A number or time with a point in it, up to its last digit that is not 0.
fn without_zeros(text: &str) -> String {
    let (text, zone) = text.strip_suffix('Z').map_or((text, ""), |text| (text, "Z"));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let text = if text == "-0" { "0" } else { text };
    format!("{text}{zone}")
}

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
