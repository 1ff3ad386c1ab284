//! Bytes to records: what a delimited file looks like, and its records one block at a time.
//!
//! The framer is a line scanner. Only a line that holds a quote is looked at closely, and a record whose quotes are
//! unsound costs one physical line: a stray quote must never hide the rest of a file, nor pass for sound.

pub(crate) mod batch;
pub(crate) mod beyond;
pub(crate) mod columns;
pub(crate) mod decoder;
mod field;
pub(crate) mod fixed;
pub(crate) mod foreign;
mod frame;
pub(crate) mod json;
#[cfg(test)]
mod json_tests;
pub(crate) mod letters;
mod lines;
pub(crate) mod mend;
pub(crate) mod outline;
mod pieces;
pub(crate) mod reader;
#[cfg(test)]
mod real_tests;
mod remark;
pub(crate) mod shape;
mod sniff;
pub(crate) mod strangers;
#[cfg(test)]
mod tests;
pub(crate) mod tree;

use crate::error::Error;
use crate::ir::schema::Dialect;
use encoding_rs::Encoding;
use reader::Reader;
use shape::Shape;
use std::collections::HashSet;
use std::path::Path;

/// The most fields that a line of a table has: text in one line is no table, however many commas it has.
const WIDEST: u32 = 16_384;

/// What is known beforehand of a file that is looked at; it helps where the bytes alone leave something open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hints<'a> {
    /// Names of columns that the file may have, each as [`fold`] makes it; none where nothing is known.
    pub names: Option<&'a HashSet<String>>,
    /// Whether the whole file may be looked through for what its first bytes do not tell, such as its encoding.
    pub whole: bool,
}

/// The beginning of a file.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// How the file is written.
    pub shape: Shape,
    /// The names in its first record, trimmed, or those that the schema gives; none in an empty file.
    pub header: Vec<String>,
    /// The first sound records after the header; bytes that are no UTF-8 are replaced.
    pub rows: Vec<Vec<String>>,
    /// Whether unsound records stand between them, which were passed over.
    pub unsound: bool,
    /// How it is written and by what that was found, in words, without any value or name of the file's.
    pub evidence: Vec<String>,
    /// What its encoding may be just as well, in words, where nothing in the file decides.
    pub doubt: Option<String>,
    /// Fields that are numbers, days and the like in all rows but a few, as far as was looked.
    pub digits: Vec<usize>,
    /// In how many places at least letters were made of other letters' bytes before it was written: `Ã©` for `é`.
    pub muddled: usize,
    /// Whether it is ASCII alone, as far as was looked.
    pub ascii: bool,
    /// Whether quotes stand around a field of its first records.
    pub quoted: bool,
}

/// The encoding that a schema says, where it says one that is known.
pub(crate) fn encoding_of(dialect: &Dialect) -> Option<&'static Encoding> {
    dialect.encoding.as_ref().and_then(|label| Encoding::for_label(label.as_bytes()))
}

/// A header's name without case and without space around it, as names are compared.
pub(crate) fn fold(name: &str) -> String {
    name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_lowercase()
}

/// Reads the header and at most `rows` sound records after it; an error of the data where lines are those of no table.
/// Fields without a name are called `column_1` and so on.
pub(crate) fn head(path: &Path, dialect: &Dialect, hints: Hints<'_>, rows: usize) -> Result<Head, Error> {
    let sniff::Found { shape, evidence, doubt, digits, muddled, ascii, quoted } = sniff::sniff(path, dialect, hints)?;
    if shape.width > WIDEST {
        return Err(Error::data(format!("lines of `{}` have more than {WIDEST} fields, as those of no table have", path.display())));
    }
    let mut reader = Reader::open(path, shape)?.with_block(sniff::SAMPLE);
    let mut head = Head { shape, header: Vec::new(), rows: Vec::new(), unsound: false, evidence, doubt, digits, muddled, ascii, quoted };
    let mut seen_header = !shape.headed;
    let mut width = 0;
    // Malformed records are passed over, so as many are framed as it takes.
    while !seen_header || head.rows.len() < rows || width == 0 {
        let wanted = u64::try_from(rows - head.rows.len()).unwrap_or(u64::MAX).saturating_add(u64::from(!seen_header)).max(1);
        let Some(batch) = reader.next(wanted)? else { break };
        for at in 0..batch.len() {
            width = width.max(batch.width(at)).max(1);
            if !seen_header {
                head.header = batch.header(at, shape.delimiter);
                seen_header = true;
            } else if batch.is_malformed(at) {
                head.unsound = true;
            } else if head.rows.len() < rows {
                head.rows.push(batch.fields(at).map(|field| String::from_utf8_lossy(field).into_owned()).collect());
            }
        }
    }
    if !shape.headed && width > 0 {
        head.header = if dialect.header.is_empty() {
            (1..=usize::try_from(shape.width).unwrap_or(width)).map(|nth| format!("column_{nth}")).collect()
        } else {
            dialect.header.clone()
        };
    }
    Ok(head)
}
