//! Finds out how a file is written from its first bytes, and a few of its last.

mod cell;
#[cfg(test)]
mod comment_tests;
mod comments;
mod delimiter;
pub(super) mod encoding;
mod header;
mod letters;
#[cfg(test)]
mod tests;

use super::Hints;
use super::batch::Batch;
use super::decoder::Decoder;
use super::reader::BOM;
use super::shape::Mark;
use super::shape::Marks;
use super::shape::Shape;
use crate::error::Error;
use crate::ir::schema::Dialect;
use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;
use delimiter::Choice;
use delimiter::Sample;
use encoding::Guess;
use encoding::Telling;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use std::fs::File;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::Path;

/// How much of a file is looked at.
pub(super) const SAMPLE: usize = 64 * 1024;
/// How much of its end.
const END: usize = 4 * 1024;
/// Records by which numbers are told.
const RECORDS: u64 = 200;

/// How a file is written, and by what that was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub shape: Shape,
    /// In words, without any value or name of the file's.
    pub evidence: Vec<String>,
    /// What its encoding may be as well.
    pub doubt: Option<String>,
    /// Fields that are numbers, days and the like.
    pub digits: Vec<usize>,
    /// In how many places letters were made of other letters' bytes before it was written.
    pub muddled: usize,
    /// Whether it is ASCII alone.
    pub ascii: bool,
    /// Whether quotes stand around a field.
    pub quoted: bool,
}

/// How this file is written; what the schema says wins.
pub(super) fn sniff(path: &Path, dialect: &Dialect, hints: Hints<'_>) -> Result<Found, Error> {
    let failed = |error| Error::io("reading", path, error);
    let mut file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
    let (raw, whole) = first_bytes(&mut file).map_err(failed)?;
    let tabs = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
    let (mut muddled, mut ascii) = (0, false);
    let (encoding, why, doubt) = match dialect.encoding.as_ref() {
        // A label that is unknown was said where it stands.
        Some(label) => {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8);
            (encoding, format!("the text is {}, as the schema says", encoding::name(encoding)), None)
        }
        None => {
            let guess = guess(path, &raw, whole, hints)?;
            (muddled, ascii) = (guess.muddled, guess.ascii);
            (guess.encoding, guess.why, guess.doubt)
        }
    };
    let mut sample = Sample { batch: Batch::default(), whole, start: 0 };
    sample.batch.bytes = decoded(encoding, &raw, whole);
    sample.start = if sample.batch.bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let known = declared(dialect, encoding);
    let plain = delimiter::choose(&mut sample, known, dialect, hints, tabs);
    let sparing = if dialect.comment.is_none() { comments::find(&mut sample, known, &plain, dialect, hints, tabs) } else { None };
    let mut evidence = vec![why];
    if muddled > 0 {
        evidence
            .push(format!("letters are other letters' bytes, read as Windows-1252 before it was written, in {muddled} places at least"));
    }
    let begun = sparing.map(|choice| begin(&mut sample, choice, dialect, hints)).filter(|(shape, _)| shape.finds_comments);
    let (mut shape, cut) = begun.unwrap_or_else(|| begin(&mut sample, plain, dialect, hints));
    evidence.extend(cut);
    let stands_in = shape.line_end == LineEnd::Cr && dialect.line_break.is_none();
    if stands_in && sample.batch.bytes.contains(&0x0B) && !sample.batch.bytes.contains(&b'\n') {
        shape.line_break = Some(0x0B);
        evidence.push("a vertical tab inside a field is a line end".to_owned());
    }
    let columns = columns(&mut sample, &shape);
    let quoted = sample.batch.has_quoted(shape.quote);
    if dialect.decimal.is_none() && dialect.thousands.is_none() {
        numbers_of(columns.iter().map(|column| column.iter().map(String::as_str).collect()), &mut shape, &mut evidence);
    }
    let digits = (0..columns.len()).filter(|at| columns.get(*at).is_some_and(|column| cell::has_digits(column))).collect();
    if dialect.footer.is_none() {
        let text = if whole { sample.batch.bytes.clone() } else { end(&mut file, encoding).map_err(failed)? };
        shape.footer = header::footer(&text, &shape);
        if shape.footer > 0 {
            evidence.push(format!("{} lines stand behind the last row, by their width and wording", shape.footer));
        }
    }
    Ok(Found { shape, evidence, doubt, digits, muddled, ascii, quoted })
}

/// What a file's text is written in; `through` says that all of it may be looked at.
pub(crate) fn text(path: &Path, through: bool) -> Result<Guess, Error> {
    let mut file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
    let (raw, whole) = first_bytes(&mut file).map_err(|error| Error::io("reading", path, error))?;
    guess(path, &raw, whole, Hints { names: None, whole: through })
}

/// As many of a file's bytes as are looked at, and whether they are all.
fn first_bytes(file: &mut File) -> std::io::Result<(Vec<u8>, bool)> {
    let mut raw = Vec::new();
    file.take(SAMPLE as u64).read_to_end(&mut raw)?;
    let whole = raw.len() < SAMPLE;
    Ok((raw, whole))
}

fn guess(path: &Path, raw: &[u8], whole: bool, hints: Hints<'_>) -> Result<Guess, Error> {
    // A file that is ASCII at its beginning may be anything further on.
    let telling = if hints.whole && !whole { Telling::of_file(path)? } else { Telling::of(raw, whole) };
    let alone = raw.contains(&b'\r') && !raw.contains(&b'\n');
    Ok(telling.guess(if alone { LineEnd::Cr } else { LineEnd::Lf }, hints.names))
}

/// Where the rows of a file begin that is cut so; comments are not found any more where names are not as wide as rows, since nothing
/// would tell the one from the other further on.
fn begin(sample: &mut Sample, choice: Choice, dialect: &Dialect, hints: Hints<'_>) -> (Shape, Vec<String>) {
    let Choice { mut shape, mut why, .. } = choice;
    let rows = shape.width;
    sample.cut(&shape, RECORDS);
    header::begin(sample, &mut shape, dialect, hints, &mut why);
    shape.finds_comments &= shape.width == rows || shape.trailing && shape.width + 1 == rows;
    (shape, why)
}

/// What the schema says, and what most files are.
fn declared(dialect: &Dialect, encoding: &'static Encoding) -> Shape {
    Shape {
        quote: dialect.quote.unwrap_or(Some(b'"')),
        escape: dialect.escape.unwrap_or(Escape::Doubled),
        encoding,
        headed: dialect.header.is_empty(),
        comment: dialect.comment.as_ref().and_then(|text| Mark::new(text.as_bytes())),
        preamble: dialect.preamble.unwrap_or(0),
        footer: dialect.footer.unwrap_or(0),
        line_break: dialect.line_break,
        marks: Marks { decimal: dialect.decimal.unwrap_or('.'), thousands: dialect.thousands },
        ..Shape::plain(b',')
    }
}

/// The cells of the sample's rows that are as wide as most, by column.
fn columns(sample: &mut Sample, shape: &Shape) -> Vec<Vec<String>> {
    sample.cut(shape, RECORDS);
    let batch = &sample.batch;
    let width = shape.width as usize;
    let rows: Vec<usize> = (usize::from(shape.headed)..batch.len()).filter(|record| batch.width(*record) == width).collect();
    (0..width).map(|at| rows.iter().map(|record| String::from_utf8_lossy(batch.field(*record, at)).into_owned()).collect()).collect()
}

/// How numbers are written, by whole columns of cells.
pub(super) fn numbers_of<'a>(columns: impl Iterator<Item = Vec<&'a str>>, shape: &mut Shape, evidence: &mut Vec<String>) {
    let Some(marks) = cell::marks(columns) else { return };
    shape.marks = marks;
    let between = marks.thousands.map_or_else(String::new, |mark| format!(", and `{mark}` between thousands"));
    evidence.push(format!("numbers have `{}` before the fraction{between}", marks.decimal));
}

/// The text of a file's first bytes.
pub(super) fn beginning(path: &Path, encoding: &'static Encoding) -> Result<Vec<u8>, Error> {
    let mut raw = Vec::new();
    let file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
    file.take(SAMPLE as u64).read_to_end(&mut raw).map_err(|error| Error::io("reading", path, error))?;
    Ok(decoded(encoding, &raw, raw.len() < SAMPLE))
}

/// The text of a file's last bytes, from the first whole character on.
fn end(file: &mut File, encoding: &'static Encoding) -> std::io::Result<Vec<u8>> {
    let size = file.metadata()?.len();
    // An even place, so that two bytes of one character stay together.
    let from = size.saturating_sub(END as u64) & !1;
    file.seek(SeekFrom::Start(from))?;
    let mut raw = Vec::new();
    file.take(END as u64 + 1).read_to_end(&mut raw)?;
    Ok(decoded(encoding, &raw, true))
}

fn decoded(encoding: &'static Encoding, raw: &[u8], whole: bool) -> Vec<u8> {
    if encoding == UTF_8 {
        return raw.to_vec();
    }
    let mut text = Vec::with_capacity(raw.len() * 2);
    Decoder::new(encoding).decode(raw, whole, &mut text);
    text
}
