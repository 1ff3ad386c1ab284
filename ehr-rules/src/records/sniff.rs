//! Finds out how a file is written from its first bytes.

use super::Hints;
use super::LineEnd;
use super::Shape;
use super::batch::Batch;
use super::fold;
use super::frame::frame;
use super::reader::BOM;
use crate::error::Error;
use crate::ir::schema::Dialect;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// How much of a file is looked at.
pub(super) const SAMPLE: usize = 64 * 1024;
/// How many records of it.
const RECORDS: u64 = 50;
/// Delimiters looked for; the first wins where nothing tells them apart.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How this file is written; what the schema says wins.
pub(super) fn sniff(path: &Path, dialect: &Dialect, hints: Hints<'_>) -> Result<(Shape, Vec<String>), Error> {
    let mut sample = Vec::new();
    let file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
    file.take(SAMPLE as u64).read_to_end(&mut sample).map_err(|error| Error::io("reading", path, error))?;
    let whole = sample.len() < SAMPLE;
    let tabs = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
    Ok(shape(sample, whole, dialect, hints, tabs))
}

/// The shape of a sample; `whole` says that it is the whole file, `tabs` that its name promises tabs.
fn shape(mut sample: Vec<u8>, whole: bool, dialect: &Dialect, hints: Hints<'_>, tabs: bool) -> (Shape, Vec<String>) {
    // A label that is unknown was said where it stands.
    let encoding = dialect.encoding.as_ref().and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8);
    if encoding != UTF_8 {
        sample = encoding.decode_with_bom_removal(&sample).0.into_owned().into_bytes();
    }
    if sample.starts_with(BOM) {
        sample.drain(..BOM.len());
    }
    let quote = dialect.quote.unwrap_or(Some(b'"'));
    let line_end = line_end(&sample, quote, whole);
    let known = Shape { delimiter: DELIMITERS[0], quote, line_end, encoding, headed: dialect.header.is_empty() };
    let delimiter = dialect.delimiter.or(tabs.then_some(b'\t')).unwrap_or_else(|| delimiter(sample, whole, known, hints));
    let by = if dialect.delimiter.is_some() {
        "as the schema says"
    } else if tabs {
        "as the file's name says"
    } else {
        "by the widths of its rows"
    };
    let name = if delimiter == b'\t' { "tabs".to_owned() } else { format!("`{}`", delimiter.escape_ascii()) };
    (Shape { delimiter, ..known }, vec![format!("fields are separated by {name}, {by}")])
}

/// CR alone ends lines where it stands outside quotes and no LF does: a Macintosh spreadsheet has LF inside its cells.
fn line_end(sample: &[u8], quote: Option<u8>, whole: bool) -> LineEnd {
    let mut inside = false;
    let mut lone_cr = false;
    for (at, byte) in sample.iter().enumerate() {
        match *byte {
            byte if Some(byte) == quote => inside = !inside,
            b'\n' if !inside => return LineEnd::Lf,
            // At the sample's end an LF may follow that is not seen.
            b'\r' if !inside => lone_cr |= sample.get(at + 1).map_or(whole, |next| *next != b'\n'),
            _ => {}
        }
    }
    if lone_cr { LineEnd::Cr } else { LineEnd::Lf }
}

/// The delimiter with which the most records have as many fields as the header, and the most fields.
/// A quote in the middle of a field tells against it: with the right one quotes stand at the edges.
fn delimiter(sample: Vec<u8>, whole: bool, known: Shape, hints: Hints<'_>) -> u8 {
    let mut batch = Batch { bytes: sample, ..Batch::default() };
    let mut best = ((0, 0, 0), DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let shape = Shape { delimiter, ..known };
        batch.side.clear();
        batch.spans.clear();
        batch.records.clear();
        frame(&mut batch, 0, whole, shape, &mut 1, RECORDS);
        if batch.len() == 0 {
            // Not even the header ends within the sample; what there is of it will do.
            frame(&mut batch, 0, true, shape, &mut 1, 1);
        }
        let fields = if batch.len() == 0 { 0 } else { batch.width(0) };
        if fields < 2 {
            continue;
        }
        let alike =
            (0..batch.len()).filter(|record| batch.width(*record) == fields && !batch.has_plain_quote(*record, known.quote)).count();
        // In tenths, the best two as one, so that a ragged row does not outweigh a delimiter that finds many more fields.
        let tenths = (alike * 10 / batch.len()).min(9);
        let names = hints.names.map_or(0, |names| batch.header(0, delimiter).iter().filter(|name| names.contains(&fold(name))).count());
        if (names, tenths, fields) > best.0 {
            best = ((names, tenths, fields), delimiter);
        }
    }
    best.1
}
