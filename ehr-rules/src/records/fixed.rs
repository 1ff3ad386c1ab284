//! Lines whose fields have fixed widths: each is cut where the schema says, and blanks around a field are no part of it.
//!
//! Positions count characters, so a line is cut once it is UTF-8. Many programs cut the blanks off the end of each line,
//! so what a shorter line lacks is empty; but not where the line itself ends in a blank: that one was cut off in its
//! middle. A line that goes on behind the last field with more than blanks is of another layout. A file without any line
//! end is cut wherever a line would be full.

use super::Head;
use super::Hints;
use super::Shape;
use super::batch::Batch;
use super::batch::Span;
use super::reader::BOM;
use super::reader::Reader;
use super::shape::Mark;
use super::shape::Marks;
use super::sniff;
use crate::error::Error;
use crate::ir::schema::Dialect;
use crate::ir::schema::Width;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use std::collections::HashMap;
use std::path::Path;

/// A character that is none, so that nothing is found to be a delimiter.
const NO_DELIMITER: &str = "\u{fffe}";
/// A byte that is part of no UTF-8 text, so that no line is split before it is cut.
const NO_TEXT: Mark = Mark::byte(0xFE);
/// Lines by which it is told how numbers are written.
const LINES: usize = 200;

/// One file's lines.
#[derive(Debug)]
pub(crate) struct Fixed {
    reader: Reader,
    layout: Vec<Width>,
    /// The last character of any field.
    end: usize,
    /// Where each character of the line at hand begins, where not all are single bytes.
    characters: Vec<usize>,
}

/// Reads at most `rows` lines, whatever their lengths; the names are those of the layout, and none in an empty file. `whole`
/// allows to look through all of the file for its encoding.
pub(crate) fn head(path: &Path, dialect: &Dialect, layout: &[Width], whole: bool, rows: usize) -> Result<Head, Error> {
    let names: Vec<String> = layout.iter().map(|width| width.name.clone()).collect();
    let lines = Dialect {
        delimiter: Some(NO_DELIMITER.to_owned()),
        quote: Some(None),
        preamble: dialect.preamble.or(Some(0)),
        footer: dialect.footer.or(Some(0)),
        header: names.clone(),
        ..dialect.clone()
    };
    let sniff::Found { mut shape, mut evidence, doubt, muddled, ascii, .. } = sniff::sniff(path, &lines, Hints { names: None, whole })?;
    evidence.truncate(1);
    evidence.push("fields have fixed widths, as the schema says".to_owned());
    let end = end(layout);
    if is_one_line(&sniff::beginning(path, shape.encoding)?, end) {
        shape.length = u32::try_from(end).unwrap_or(u32::MAX);
        evidence.push(format!("no line ends: each has {end} characters"));
    }
    shape.marks = Marks { decimal: dialect.decimal.unwrap_or('.'), thousands: dialect.thousands };
    let mut head = Head {
        shape,
        header: Vec::new(),
        rows: Vec::new(),
        unsound: false,
        evidence,
        doubt,
        digits: Vec::new(),
        muddled,
        ascii,
        quoted: false,
    };
    let mut file = Fixed::open(path, head.shape, layout, 0)?;
    let wanted = rows.max(LINES);
    while head.rows.len() < wanted {
        let Some(batch) = file.next((wanted - head.rows.len()) as u64)? else { break };
        head.rows.extend((0..batch.len()).map(|at| batch.fields(at).map(|field| String::from_utf8_lossy(field).into_owned()).collect()));
    }
    if dialect.decimal.is_none() && dialect.thousands.is_none() {
        let columns = (0..layout.len()).map(|at| head.rows.iter().filter_map(|row| row.get(at).map(String::as_str)).collect());
        sniff::numbers_of(columns, &mut head.shape, &mut head.evidence);
    }
    if !head.rows.is_empty() {
        head.header = names;
    }
    head.rows.truncate(rows);
    Ok(head)
}

/// The last character of any field.
pub(crate) fn end(layout: &[Width]) -> usize {
    layout.iter().map(|width| width.to).max().unwrap_or_default()
}

/// How many characters nearly every one of a file's first lines has, where that is one number for them.
pub(crate) fn length(path: &Path) -> Result<Option<usize>, Error> {
    let raw = sniff::beginning(path, UTF_8)?;
    let encoding = Encoding::for_bom(&raw).map_or(UTF_8, |(encoding, _)| encoding);
    let text = if encoding == UTF_8 { raw } else { sniff::beginning(path, encoding)? };
    let whole = text.len() < sniff::SAMPLE;
    let text = text.strip_prefix(BOM).unwrap_or(&text);
    let mut lengths: HashMap<usize, usize> = HashMap::new();
    let mut lines = text.split(|byte| matches!(byte, b'\r' | b'\n')).peekable();
    let mut all = 0;
    while let Some(line) = lines.next() {
        // What the sample ends in is perhaps no whole line.
        if !line.is_empty() && (whole || lines.peek().is_some()) {
            all += 1;
            *lengths.entry(line.iter().filter(|byte| **byte & 0xC0 != 0x80).count()).or_default() += 1;
        }
    }
    let most = lengths.into_iter().max_by_key(|(length, lines)| (*lines, *length));
    Ok(most.filter(|(_, lines)| all > 0 && lines * 10 >= all * 9).map(|(length, _)| length))
}

/// Whether a file has no line ends, but perhaps at its very end, and yet several lines.
fn is_one_line(beginning: &[u8], end: usize) -> bool {
    let text = beginning.strip_suffix(b"\n").unwrap_or(beginning);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let characters = text.iter().filter(|byte| **byte & 0xC0 != 0x80).count() - usize::from(text.starts_with(BOM));
    let whole = text.len() < beginning.len() || beginning.len() < sniff::SAMPLE;
    !text.iter().any(|byte| matches!(byte, b'\r' | b'\n')) && end > 0 && characters >= 2 * end && (!whole || characters.is_multiple_of(end))
}

impl Fixed {
    /// Opens a file whose shape is known, and which had so many bytes when it was listed.
    pub(crate) fn open(path: &Path, shape: Shape, layout: &[Width], bytes: u64) -> Result<Self, Error> {
        let shape = Shape { delimiter: NO_TEXT, quote: None, headed: false, trailing: false, ..shape };
        let reader = Reader::open(path, shape)?.at_least(bytes);
        Ok(Self { reader, layout: layout.to_vec(), end: end(layout), characters: Vec::new() })
    }

    /// Reads so many bytes at once.
    pub(crate) fn with_block(self, block: usize) -> Self {
        Self { reader: self.reader.with_block(block), ..self }
    }

    /// How many bytes were read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.reader.bytes_read()
    }

    /// The next records, at most `most` of them; `None` at the end of the file. A line that is too short has fewer fields
    /// than the layout, one that is too long has more.
    pub(crate) fn next(&mut self, most: u64) -> Result<Option<Batch>, Error> {
        let Some(mut batch) = self.reader.next(most)? else { return Ok(None) };
        let Batch { bytes, spans, records, .. } = &mut batch;
        spans.clear();
        for record in records {
            let first = spans.len();
            let start = record.start as usize;
            self.cut(bytes.get(start..record.end as usize).unwrap_or_default(), start, spans);
            record.first = narrow(first);
            record.count = narrow(spans.len() - first);
        }
        Ok(Some(batch))
    }

    fn cut(&mut self, line: &[u8], at: usize, spans: &mut Vec<Span>) {
        let Ok(text) = std::str::from_utf8(line) else {
            // Nobody knows where the characters of such a line stand: it is set aside as it is.
            spans.extend(self.layout.iter().enumerate().map(|(field, _)| span(at, 0, if field == 0 { line.len() } else { 0 })));
            return;
        };
        self.characters.clear();
        if !text.is_ascii() {
            self.characters.extend(text.char_indices().map(|(byte, _)| byte));
        }
        let length = if text.is_ascii() { text.len() } else { self.characters.len() };
        let byte_of = |character: usize| {
            if self.characters.is_empty() {
                character.min(text.len())
            } else {
                self.characters.get(character).copied().unwrap_or(text.len())
            }
        };
        let is_cut_off = length < self.end && text.ends_with(char::is_whitespace);
        for width in self.layout.iter().filter(|width| !is_cut_off || width.to <= length) {
            let (from, to) = (byte_of(width.from - 1), byte_of(width.to));
            let field = text.get(from..to).unwrap_or_default();
            let begins = from + field.len() - field.trim_start().len();
            spans.push(span(at, begins, begins + field.trim().len()));
        }
        let behind = byte_of(self.end);
        if text.get(behind..).is_some_and(|rest| !rest.trim().is_empty()) {
            spans.push(span(at, behind, text.len()));
        }
    }
}

fn span(at: usize, start: usize, end: usize) -> Span {
    Span { start: narrow(at + start), end: narrow(at + end) }
}

/// A block is far smaller than 2 GiB.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn layout() -> Vec<Width> {
        let width = |name: &str, from, to| Width { name: name.to_owned(), from, to };
        vec![width("id", 1, 3), width("name", 5, 10), width("sex", 11, 11)]
    }

    /// Each line's number and fields.
    fn read(bytes: &[u8], encoding: Option<&str>) -> Vec<(u64, Vec<String>)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let dialect = Dialect { encoding: encoding.map(str::to_owned), ..Dialect::default() };
        let head = head(file.path(), &dialect, &layout(), true, 100).unwrap();
        let mut lines = Fixed::open(file.path(), head.shape, &layout(), 0).unwrap();
        let mut seen = Vec::new();
        while let Some(batch) = lines.next(2).unwrap() {
            for at in 0..batch.len() {
                let fields: Vec<String> = batch.fields(at).map(|field| String::from_utf8_lossy(field).into_owned()).collect();
                assert!(seen.len() >= 100 || head.rows.get(seen.len()) == Some(&fields), "{fields:?}");
                seen.push((batch.line(at), fields));
            }
        }
        assert_eq!((head.rows.len(), head.header.len()), (seen.len().min(100), if seen.is_empty() { 0 } else { 3 }));
        seen
    }

    fn line(number: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (number, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn fields_stand_at_characters_and_blanks_are_no_part_of_them() {
        let text = "  1-Ada   F\n 22-\"B, ø M\r\n\n333-  Chö F    \n";
        let meant = [line(1, &["1", "Ada", "F"]), line(2, &["22", "\"B, ø", "M"]), line(4, &["333", "Chö", "F"])];
        assert_eq!(read(text.as_bytes(), None), meant);
        assert_eq!(read(format!("\u{feff}{text}").as_bytes(), None), meant);
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf_16, Some("utf-16le")), meant);
        assert_eq!(read(&encoding_rs::WINDOWS_1252.encode(text).0, Some("windows-1252")), meant);
        assert_eq!(read(b"", None), []);
    }

    #[test]
    fn what_a_shorter_line_lacks_is_empty_unless_it_was_cut_off_in_its_middle() {
        let meant = [line(1, &["1", "Ada", ""]), line(2, &["2", "", ""]), line(3, &["3", "", ""]), line(4, &["4"]), line(5, &["5", "B"])];
        assert_eq!(read(b"  1 Ada\n  2\n3\n  4 Ada \n  5 B     ", None)[..4], meant[..4]);
        assert_eq!(read(b"  5 B     ", None), [line(1, &["5", "B"])]);
    }

    #[test]
    fn a_file_without_line_ends_is_cut_where_lines_are_full() {
        let meant = [line(1, &["1", "Adä", "F"]), line(2, &["2", "B", ""]), line(3, &["3", "Chö F", "M"])];
        let text = "  1 Adä   F  2 B        3 Chö F M";
        for text in [text.to_owned(), format!("{text}\n"), format!("\u{feff}{text}\r\n")] {
            assert_eq!(read(text.as_bytes(), None), meant, "{text:?}");
        }
        assert_eq!(read(&encoding_rs::MACINTOSH.encode(text).0, Some("macintosh")), meant);
        // What is no whole number of lines is one that is too long.
        assert_eq!(read(format!("{text}?").as_bytes(), None).len(), 1);
        let old = text.replace("  2", "\r  2").replace("  3", "\r  3");
        assert_eq!(read(old.as_bytes(), None), meant);
        let many = "  1 Ada   F".repeat(10_000);
        assert_eq!(read(many.as_bytes(), None).len(), 10_000);
    }

    #[test]
    fn numbers_are_written_as_they_are_everywhere_in_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "  1 12,50 \n  2 1,5   \n").unwrap();
        let shape = |dialect: Dialect| head(file.path(), &dialect, &layout(), true, 1).unwrap().shape;
        assert_eq!(shape(Dialect::default()).marks.decimal, ',');
        assert_eq!(shape(Dialect { decimal: Some('.'), ..Dialect::default() }).marks.decimal, '.');
    }

    #[test]
    fn what_stands_behind_the_last_field_makes_a_line_too_long() {
        assert_eq!(read("  1 Ada   Fx\n  2 Bø    M \n".as_bytes(), None), [line(1, &["1", "Ada", "F", "x"]), line(2, &["2", "Bø", "M"])]);
    }

    #[test]
    fn a_line_that_is_no_text_stays_whole() {
        let seen = read(b"  1-\xe9da   F\n  2 Bo    M\n", Some("utf-8"));
        assert_eq!((seen[0].1[0].len(), seen[0].1.len()), ("  1-\u{fffd}da   F".len(), 3));
        assert_eq!(seen[1], line(2, &["2", "Bo", "M"]));
    }
}
