//! Where the rows of a file begin and end: lines before and behind them, and whether the first names the fields.

use super::cell::Class;
use super::cell::class;
use super::delimiter::Sample;
use super::delimiter::known_names;
use super::delimiter::usual_width;
use crate::ir::schema::Dialect;
use crate::ir::schema::LineEnd;
use crate::records::Hints;
use crate::records::Shape;
use crate::records::batch::Batch;
use crate::records::fold;
use memchr::memmem;
use std::collections::HashSet;

/// A title is not longer than so many records.
const TITLE: usize = 30;
/// At most so many lines behind the last row.
const FOOTER: usize = 5;

/// Finds the lines before the first record, and whether that names the fields. The sample is cut without any of it.
pub(super) fn begin(sample: &Sample, shape: &mut Shape, dialect: &Dialect, hints: Hints<'_>, why: &mut Vec<String>) {
    let batch = &sample.batch;
    if batch.len() == 0 {
        return;
    }
    let usual = usual_width(batch);
    let declared = !dialect.header.is_empty();
    let named = (0..batch.len().min(TITLE + 20))
        .map(|record| (known_names(batch, record, shape.delimiter, hints), record))
        .max_by_key(|(known, record)| (*known, std::cmp::Reverse(*record)))
        .filter(|(known, _)| *known > 0 && !declared);
    // Where the schema names the fields, a first row that is too short is a row, and set aside as one.
    let first = named.map_or_else(|| if declared { 0 } else { first_row(batch, usual) }, |(_, record)| record);
    if dialect.preamble.is_none() && first > 0 {
        shape.preamble = u32::try_from(batch.line(first).saturating_sub(1)).unwrap_or(0);
        let by = if named.is_some() { "names that are known" } else { "their widths" };
        why.push(format!("{} lines stand before the first row, by {by}", shape.preamble));
    }
    let first = if dialect.preamble.is_some() { 0 } else { first };
    shape.headed = !declared && (named.is_some() || is_header(batch, first, usual, why));
    let mut width = if shape.headed || !declared { batch.width(first) } else { dialect.header.len() };
    // A delimiter behind the last name that no row has names nothing.
    let ends_unnamed = shape.headed && width == usual + 1 && !batch.is_malformed(first);
    if ends_unnamed && batch.fields(first).last().is_some_and(<[u8]>::is_empty) {
        width = usual;
        shape.trailing = true;
        why.push("the line of names ends with a delimiter behind its last".to_owned());
    }
    shape.width = u32::try_from(width).unwrap_or(0);
    // Every row may end with a delimiter that the names do not end with.
    let after: Vec<usize> = (first + usize::from(shape.headed)..batch.len()).filter(|record| !batch.is_malformed(*record)).collect();
    let ends_empty = |record: &usize| batch.width(*record) == width + 1 && batch.fields(*record).last().is_some_and(<[u8]>::is_empty);
    if (shape.headed || declared) && !after.is_empty() && after.iter().filter(|record| ends_empty(record)).count() * 10 >= after.len() * 9 {
        shape.trailing = true;
        why.push("each row ends with a delimiter behind its last field".to_owned());
    }
}

/// The first record that may be the line of names or a row: those before it are titles.
fn first_row(batch: &Batch, usual: usize) -> usize {
    let filled = |record: usize| batch.fields(record).filter(|field| !field.is_empty()).count();
    let looks = |record: usize| {
        let width = batch.width(record);
        // A title stands in one field, or in the first of as many as rows have.
        width * 2 > usual && width > 1 && !(usual >= 3 && filled(record) <= 1)
    };
    if usual < 2 || batch.len() == 0 || looks(0) || batch.is_malformed(0) {
        return 0;
    }
    let mut below = 1..batch.len().min(TITLE);
    let found =
        below.clone().find(|record| batch.width(*record) == usual && looks(*record)).or_else(|| below.find(|record| looks(*record)));
    found.filter(|first| (0..*first).all(|before| !batch.is_malformed(before))).unwrap_or(0)
}

/// Whether a record names the fields: its cells are of other kinds than those below them. Where nothing tells, it does.
fn is_header(batch: &Batch, first: usize, usual: usize, why: &mut Vec<String>) -> bool {
    if batch.len() <= first || batch.is_malformed(first) {
        return true;
    }
    let cell = |record: usize, at: usize| String::from_utf8_lossy(batch.field(record, at)).trim().to_owned();
    let width = batch.width(first);
    let own: Vec<String> = (0..width).map(|at| cell(first, at)).collect();
    // Names that come again further down are no values.
    let mut different = HashSet::with_capacity(own.len());
    let may_be_again = own.iter().all(|name| class(name) == Class::Text && different.insert(name));
    let is_again =
        |record: usize| may_be_again && width == usual && own.iter().enumerate().all(|(at, name)| fold(&cell(record, at)) == fold(name));
    let rows: Vec<usize> = (first + 1..batch.len()).filter(|record| batch.width(*record) == usual && !is_again(*record)).collect();
    let (mut names, mut values) = (0_u32, 0_u32);
    for (at, own) in own.iter().enumerate() {
        let kind = class(own);
        // A day or a UUID names nothing, whatever stands below it.
        values += if matches!(kind, Class::Time | Class::Uuid) { 3 } else { 0 };
        if at >= usual || rows.is_empty() {
            continue;
        }
        let below: Vec<String> = rows.iter().map(|record| cell(*record, at)).filter(|text| !text.is_empty()).collect();
        let alike = |wanted: Class| below.iter().filter(|text| class(text) == wanted).count() * 10 >= below.len() * 9;
        let kept = [Class::Number, Class::Time, Class::Uuid].into_iter().find(|wanted| !below.is_empty() && alike(*wanted));
        match (kept, kind) {
            (Some(_), Class::Text) => names += 2,
            (Some(kept), kind) if kept == kind => values += 2,
            (None, Class::Text) if below.contains(own) => values += 1,
            (None, Class::Text) if below.len() >= 3 && is_code(&below) && !is_code(std::slice::from_ref(own)) => names += 1,
            _ => {}
        }
    }
    let headed = names >= values;
    why.push(match (headed, names == values) {
        (true, true) => "the first row is taken to name the fields, though nothing tells".to_owned(),
        (true, false) => "the first row names the fields, since its cells are of other kinds than those below".to_owned(),
        (false, _) => "no row names the fields, since the first is like those below it".to_owned(),
    });
    headed
}

/// Texts of one or two characters, such as `M` and `F`.
fn is_code(texts: &[String]) -> bool {
    texts.iter().all(|text| text.chars().count() <= 2)
}

/// How many lines at the end of a text are no rows: one field where rows have three or more, worded as a closing line is, or
/// behind an empty line. A row that was cut off is none of these.
pub(super) fn footer(text: &[u8], shape: &Shape) -> u32 {
    if shape.width < 3 {
        return 0;
    }
    let newline = if shape.line_end == LineEnd::Cr { b'\r' } else { b'\n' };
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == newline).map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let (mut found, mut pending, mut comments) = (0_usize, 0_usize, 0_usize);
    let mut worded = true;
    for line in lines.iter().rev().take(FOOTER * 2) {
        if line.is_empty() {
            // Only what an empty line parts from the rows needs no wording.
            pending += 1;
            if pending > comments + 1 {
                found = pending;
                worded = true;
            }
            continue;
        }
        // Comments are passed over wherever they stand.
        if shape.comment.is_some_and(|mark| line.starts_with(mark.as_bytes())) {
            pending += 1;
            comments += 1;
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let single = memmem::find(line, shape.delimiter.as_bytes()).is_none();
        if !single || pending >= FOOTER * 2 || shape.quote.is_some_and(|quote| line.contains(&quote)) {
            break;
        }
        worded &= is_closing(&text);
        pending += 1;
        if worded {
            found = pending;
        }
    }
    u32::try_from(found).unwrap_or(0)
}

/// Whether a line is worded as one that closes a file.
fn is_closing(line: &str) -> bool {
    let text = line.trim();
    let lower = text.to_lowercase();
    let words = ["total", "end of", "eof", "rows", "records", "count", "report", "trailer", "generated", "exported", "summary", "selected"];
    text.starts_with(['-', '=', '*', '(', '#']) || words.iter().any(|word| lower.contains(word))
}
