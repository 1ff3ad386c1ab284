//! The ways in which a record that is not sound may be cut into as many fields as there should be.
//!
//! None is better than another here: whether one is, the columns' types tell.

use super::batch::Batch;
use super::shape::Shape;
use memchr::memmem;

/// Wider rows are not cut otherwise: they have as many ways of it as fields.
const MOST_FIELDS: usize = 1_024;
/// A delimiter may stand in a text at most so many times.
const MOST_DELIMITERS: usize = 3;

/// What is done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mend {
    /// Empty fields at its end are left out.
    Surplus,
    /// Neighbouring fields become one, the delimiter between them a part of it.
    Merged,
    /// Quotes that stand where none may are plain characters.
    Quotes,
}

/// One way of cutting a record.
#[derive(Debug)]
pub(crate) struct Way {
    /// What it does; `None` where it loses something, so that it only casts doubt on others.
    pub mend: Option<Mend>,
    /// The fields.
    pub fields: Vec<Vec<u8>>,
    /// Fields from here on have to bear it out, or it may be another record's beginning.
    pub borne_out_from: usize,
}

/// Every way of cutting a record into `width` fields.
pub(crate) fn ways(batch: &Batch, record: usize, width: usize, shape: &Shape) -> Vec<Way> {
    if width > MOST_FIELDS {
        return Vec::new();
    }
    if batch.is_malformed(record) {
        return by_quotes(batch.raw(record), width, shape);
    }
    let fields: Vec<Vec<u8>> = batch.fields(record).map(<[u8]>::to_vec).collect();
    let Some(surplus) = fields.len().checked_sub(width).filter(|surplus| *surplus > 0 && width > 0) else { return Vec::new() };
    let (kept, left) = fields.split_at(width);
    let nothing_lost = left.iter().all(Vec::is_empty);
    let mut ways = vec![Way { mend: nothing_lost.then_some(Mend::Surplus), fields: kept.to_vec(), borne_out_from: 0 }];
    if surplus > MOST_DELIMITERS {
        return ways;
    }
    // Delimiters with nothing between them at a row's end are no part of the text before them.
    for at in 0..width - usize::from(nothing_lost) {
        let Some(merged) = batch.between(record, at, at + surplus, shape.quote) else { continue };
        // Else a cell may be one too many, which no type tells.
        let mend = is_prose(&fields[at..=at + surplus], shape).then_some(Mend::Merged);
        let mut row = fields.clone();
        row.splice(at..=at + surplus, [merged.to_vec()]);
        ways.push(Way { mend, fields: row, borne_out_from: 0 });
    }
    ways
}

/// Whether the delimiters between these are commas or semicolons as texts have them: a word before, a blank and a word behind.
fn is_prose(fields: &[Vec<u8>], shape: &Shape) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_whitespace());
    matches!(shape.delimiter.as_bytes(), b"," | b";")
        && fields.windows(2).all(|pair| match pair {
            [before, behind] => word(before.last()) && behind.first() == Some(&b' ') && word(behind.get(1)),
            _ => false,
        })
}

/// Quotes at a field's edges are its own, those inside plain; or all of them are plain.
fn by_quotes(line: &[u8], width: usize, shape: &Shape) -> Vec<Way> {
    let Some(quote) = shape.quote else { return Vec::new() };
    let delimiter = shape.delimiter.as_bytes();
    let way = |fields, borne_out_from| vec![Way { mend: Some(Mend::Quotes), fields, borne_out_from }];
    // Where quotes stand at both edges they are the field's own.
    if let Some(fields) = wrapped(line, quote, delimiter).filter(|fields| fields.len() == width) {
        return way(fields, 0);
    }
    let (mut fields, mut last_quoted) = (Vec::new(), 0);
    let mut rest = Some(line);
    while let Some(text) = rest {
        let (field, next) = text.split_at(memmem::find(text, delimiter).unwrap_or(text.len()));
        if field.first() == Some(&quote) {
            // One without its other may be a text's beginning, or nobody's; two at both edges may be the field's own.
            if memchr::memchr_iter(quote, field).count() % 2 == 1 || field.last() == Some(&quote) {
                return Vec::new();
            }
            last_quoted = fields.len() + 1;
        }
        fields.push(field.to_vec());
        rest = next.strip_prefix(delimiter);
    }
    // What is left open may go on in the next line, unless something behind it shows that the record is whole.
    if fields.len() == width { way(fields, last_quoted) } else { Vec::new() }
}

/// The fields where a quote closes a field only before a delimiter or the line's end; `None` where one does not close, or where it
/// cannot be told which quotes inside are text.
fn wrapped(line: &[u8], quote: u8, delimiter: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut fields = Vec::new();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let (field, next) = if text.first() == Some(&quote) {
            let closes = |at: &usize| text.get(at + 1..).is_some_and(|after| after.is_empty() || after.starts_with(delimiter));
            let close = memchr::memchr_iter(quote, text).skip(1).find(closes)?;
            (plain(text.get(1..close)?, quote)?, text.get(close + 1..)?)
        } else {
            let (field, next) = text.split_at(memmem::find(text, delimiter).unwrap_or(text.len()));
            (field.to_vec(), next)
        };
        fields.push(field);
        rest = next.strip_prefix(delimiter);
    }
    Some(fields)
}

/// A text whose quotes are all doubled, or none of them.
fn plain(text: &[u8], quote: u8) -> Option<Vec<u8>> {
    let (mut plain, mut doubled, mut single) = (Vec::with_capacity(text.len()), false, false);
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        plain.push(byte);
        if byte == quote {
            if bytes.next_if_eq(&quote).is_some() {
                doubled = true;
            } else {
                single = true;
            }
        }
        // What a backslash before a quote means nobody said.
        if byte == b'\\' && bytes.peek() == Some(&quote) {
            return None;
        }
    }
    (!(doubled && single)).then_some(plain)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::records::reader::Reader;

    /// What may be done to the first record of a file, and the fields it then has.
    fn of(text: &str, width: usize) -> Vec<(Option<Mend>, Vec<String>)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let shape = Shape::plain(b',');
        let batch = Reader::open(file.path(), shape).unwrap().next(1).unwrap().unwrap();
        let text = |fields: Vec<Vec<u8>>| fields.into_iter().map(|field| String::from_utf8(field).unwrap()).collect();
        ways(&batch, 0, width, &shape).into_iter().map(|way| (way.mend, text(way.fields))).collect()
    }

    fn way(mend: Option<Mend>, fields: &[&str]) -> (Option<Mend>, Vec<String>) {
        (mend, fields.iter().map(|&field| field.to_owned()).collect())
    }

    #[test]
    fn a_field_too_many_is_left_out_or_a_part_of_its_neighbour_where_texts_have_delimiters() {
        let merged = Some(Mend::Merged);
        let all = [way(None, &["1", "a"]), way(None, &["1,a", " b"]), way(merged, &["1", "a, b"])];
        assert_eq!(of("1,a, b\n", 2), all);
        assert_eq!(of("1,a,b\n", 2)[2], way(None, &["1", "a,b"]));
        assert_eq!(of("1,, b\n", 2)[2], way(None, &["1", ", b"]));
        assert_eq!(of("1,\"a\",b\n", 2), [way(None, &["1", "a"])]);
        assert_eq!(of("1,,\n", 2)[0], way(Some(Mend::Surplus), &["1", ""]));
        assert_eq!(of("1\n", 2), []);
    }

    #[test]
    fn a_stray_quote_is_plain_where_the_width_fits() {
        let quotes = Some(Mend::Quotes);
        assert_eq!(of("1,\"5\" wound, left\",x\n", 3), [way(quotes, &["1", "5\" wound, left", "x"])]);
        assert_eq!(of("1,\"well\" he said,x\n", 3), [way(quotes, &["1", "\"well\" he said", "x"])]);
        // Doubled quotes elsewhere are undone; doubled and single ones in one text, or behind a backslash, tell nothing.
        assert_eq!(of("\"a \"\"b\"\"\",\"5\" x\"\n", 2), [way(quotes, &["a \"b\"", "5\" x"])]);
        assert_eq!(of("1,\"a \"\"b\"\" 5\" x\"\n", 2), []);
        assert_eq!(of("1,\"a \\\"b\\\" x\"\n", 2), []);
        assert_eq!(of("1,\"a,x\n2,b,y\n", 3), []);
    }
}
