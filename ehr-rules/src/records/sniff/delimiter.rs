//! Delimiter, quotes and line ends together: the way of cutting that gives known names, then rows of one width, then sound cells.

use super::cell::weight;
use crate::ir::schema::Dialect;
use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;
use crate::records::Hints;
use crate::records::Shape;
use crate::records::batch::Batch;
use crate::records::fold;
use crate::records::frame::frame;
use crate::records::shape::Mark;
use memchr::memmem;

/// How many records are looked at.
const RECORDS: u64 = 200;
/// How many of them may be the line of names.
const HEADER_WITHIN: usize = 50;
/// Delimiters looked for, longer ones first; the first wins where nothing tells them apart.
const DELIMITERS: [&[u8]; 17] =
    [b"~|~", b"^|^", b"|~|", b"|^|", b"||", b"^^", b"~~", b"::", b"@@", b",", b";", b"\t", b"|", b"^", b"~", b"\x1D", b"\x1F"];

/// A sample of a file's text.
pub(super) struct Sample {
    /// Its records, cut as was asked last.
    pub batch: Batch,
    /// Whether it is the whole file.
    pub whole: bool,
    /// Where its text begins, behind a byte order mark.
    pub start: usize,
}

/// A way of cutting, and what speaks for it.
pub(super) struct Choice {
    pub shape: Shape,
    /// In words.
    pub why: Vec<String>,
    worth: Worth,
}

impl Choice {
    /// Whether it cuts the sample no worse than another does.
    pub(super) fn is_as_good_as(&self, other: &Self) -> bool {
        (self.worth.names, self.worth.quality) >= (other.worth.names, other.worth.quality - 1e-9)
    }
}

/// What a way of cutting is worth.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
struct Worth {
    /// Names that are known in its line of names.
    names: usize,
    /// How alike its rows and how sound its cells are.
    quality: f64,
}

impl Sample {
    /// Cuts the sample.
    pub(super) fn cut(&mut self, shape: &Shape, most: u64) {
        let batch = &mut self.batch;
        batch.clear();
        let end = batch.bytes.len();
        frame(batch, self.start, end, self.whole, shape, &mut 1, most);
        if batch.len() == 0 && most > 0 {
            // Not even the first line ends within the sample; what there is of it will do.
            frame(batch, self.start, end, true, shape, &mut 1, 1);
        }
    }

    fn holds(&self, text: &[u8]) -> bool {
        memmem::find(&self.batch.bytes, text).is_some()
    }
}

/// The best way of cutting, and why.
pub(super) fn choose(sample: &mut Sample, known: Shape, dialect: &Dialect, hints: Hints<'_>, tabs: bool) -> Choice {
    let declared = dialect.delimiter.as_ref().and_then(|text| Mark::new(text.as_bytes()));
    let only = declared.or(tabs.then_some(Mark::byte(b'\t')));
    let delimiters: Vec<Mark> = match only {
        Some(only) => vec![only],
        None => DELIMITERS.iter().filter(|text| sample.holds(text)).filter_map(|text| Mark::new(text)).collect(),
    };
    let quotes = quotes(sample, dialect);
    let line_ends = line_ends(sample, dialect);
    let comma = Mark::byte(b',');
    let mut best: Option<(Worth, Shape)> = None;
    for line_end in line_ends {
        for (nth, (quote, escape)) in quotes.iter().enumerate() {
            for delimiter in delimiters.iter().copied().chain(delimiters.is_empty().then_some(comma)) {
                let shape = Shape { delimiter, quote: *quote, escape: *escape, line_end, ..known };
                if quote.is_none() && dialect.quote.is_none() && !breaks(sample, shape) {
                    continue;
                }
                sample.cut(&shape, RECORDS);
                let mut worth = worth(&sample.batch, &shape, hints);
                // What is rare has to be better, not as good.
                worth.quality *= if nth == 0 { 1.0 } else { 0.995 };
                worth.quality *= if line_end == LineEnd::Any { 0.999 } else { 1.0 };
                if best.as_ref().is_none_or(|(most, _)| (worth.names, worth.quality) > (most.names, most.quality + 1e-9)) {
                    best = Some((worth, shape));
                }
            }
        }
    }
    let (worth, mut shape) = best.unwrap_or((Worth::default(), Shape { delimiter: only.unwrap_or(comma), ..known }));
    let by = match () {
        () if declared.is_some() => "as the schema says",
        () if tabs => "as the file's name says",
        () if worth.names > 0 => "by names that are known",
        () if worth.quality > 0.0 => "by the widths of its rows",
        () => "for want of any other",
    };
    let mut why = vec![format!("fields are separated by {}, {by}", shape.delimiter)];
    sample.cut(&shape, RECORDS);
    if let Some(quote) = shape.quote.filter(|_| dialect.quote.is_none()) {
        let (wrapped, plain) = sample.batch.quotes(quote);
        if wrapped == 0 && plain >= 2 {
            shape.quote = None;
            why.push("quotes are plain characters: several stand inside fields, and none around one".to_owned());
        }
    } else if shape.quote.is_none() && dialect.quote.is_none() {
        why.push("quotes are plain characters: rows are of one width only so".to_owned());
    }
    if let Some(quote) = shape.quote.filter(|quote| *quote != b'"' && dialect.quote.is_none()) {
        why.push(format!("quotes are `{}`", char::from(quote)));
    }
    if shape.escape == Escape::Backslash && dialect.escape.is_none() {
        why.push("a backslash stands before quotes and delimiters that are text".to_owned());
    }
    match shape.line_end {
        LineEnd::Lf => {}
        LineEnd::Cr => why.push("lines end in CR alone".to_owned()),
        LineEnd::Any => why.push("lines end in CR, in LF or in both".to_owned()),
    }
    Choice { shape, why, worth }
}

/// Whether so many records break on quotes that these can be none: a few are bad rows.
fn breaks(sample: &mut Sample, shape: Shape) -> bool {
    sample.cut(&Shape { quote: Some(b'"'), ..shape }, RECORDS);
    let broken = (0..sample.batch.len()).filter(|record| sample.batch.is_malformed(*record)).count();
    broken >= 3 && broken * 10 >= sample.batch.len()
}

/// Quotes and how they are escaped, the most usual first.
fn quotes(sample: &Sample, dialect: &Dialect) -> Vec<(Option<u8>, Escape)> {
    let escaped = dialect.escape.unwrap_or(Escape::Doubled);
    let mut ways = match dialect.quote {
        Some(quote) => vec![(quote, escaped)],
        None => vec![(Some(b'"'), escaped)],
    };
    let backslash = [b"\\\"".as_slice(), b"\\'", b"\\,", b"\\;", b"\\\t", b"\\|", b"\\\n"].iter().any(|text| sample.holds(text));
    if dialect.escape.is_none() && backslash {
        ways.extend(ways.clone().into_iter().map(|(quote, _)| (quote, Escape::Backslash)));
    }
    if dialect.quote.is_none() {
        if sample.holds(b"\"") {
            ways.push((None, escaped));
        }
        if [b",'".as_slice(), b";'", b"\t'", b"|'", b"\n'"].iter().any(|text| sample.holds(text)) {
            ways.push((Some(b'\''), escaped));
        }
    }
    ways
}

/// How lines may end: by what there is, the most usual first.
fn line_ends(sample: &Sample, dialect: &Dialect) -> Vec<LineEnd> {
    if let Some(declared) = dialect.line_end {
        return vec![declared];
    }
    let bytes = &sample.batch.bytes;
    let mut alone = false;
    for at in memchr::memchr_iter(b'\r', bytes) {
        // At the sample's end an LF may follow that is not seen.
        alone |= bytes.get(at + 1).map_or(sample.whole, |next| *next != b'\n');
    }
    match (alone, bytes.contains(&b'\n')) {
        (false, _) => vec![LineEnd::Lf],
        (true, false) => vec![LineEnd::Cr],
        (true, true) => vec![LineEnd::Lf, LineEnd::Cr, LineEnd::Any],
    }
}

/// The width that most records have, the wider where two are as frequent.
pub(super) fn usual_width(batch: &Batch) -> usize {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for record in (0..batch.len()).filter(|record| !batch.is_malformed(*record)) {
        let width = batch.width(record);
        match counts.iter_mut().find(|(_, known)| *known == width) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, width)),
        }
    }
    counts.into_iter().max().map_or(0, |(_, width)| width)
}

/// How many of the names that are known a record has; none unless two, or nothing else.
pub(super) fn known_names(batch: &Batch, record: usize, delimiter: Mark, hints: Hints<'_>) -> usize {
    let Some(names) = hints.names else { return 0 };
    let mut known: Vec<&str> = Vec::new();
    let mut see = |name: &str| known.extend(names.get(name).map(String::as_str));
    let width = if batch.is_malformed(record) {
        let header = batch.header(record, delimiter);
        for name in &header {
            see(&fold(name));
        }
        header.len()
    } else {
        // What is written small already, as rows mostly are, need not be made so.
        for field in batch.fields(record) {
            match std::str::from_utf8(field.trim_ascii()) {
                Ok(name) if name.bytes().all(|byte| matches!(byte, b' '..=b'~') && !byte.is_ascii_uppercase()) => see(name),
                _ => see(&fold(&String::from_utf8_lossy(field))),
            }
        }
        batch.width(record)
    };
    known.sort_unstable();
    known.dedup();
    let known = known.len();
    if known >= 2 || known == width { known } else { 0 }
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred records")]
fn worth(batch: &Batch, shape: &Shape, hints: Hints<'_>) -> Worth {
    let width = usual_width(batch);
    let names = (0..batch.len().min(HEADER_WITHIN)).map(|record| known_names(batch, record, shape.delimiter, hints)).max().unwrap_or(0);
    if width == 0 {
        return Worth { names, quality: 0.0 };
    }
    // Lines before the first row, narrower than rows are, say nothing of them; nor does a line of names that is one shorter.
    let first = (0..batch.len().min(HEADER_WITHIN)).find(|record| batch.width(*record) == width).unwrap_or(0);
    let before = (0..first).filter(|record| batch.width(*record) < width).count();
    let alike: Vec<usize> = (0..batch.len()).filter(|record| batch.width(*record) == width).collect();
    let same = alike.len() as f64 / (batch.len() - before).max(1) as f64;
    let mut used = vec![false; width];
    let mut sums = vec![0.0; width];
    for record in &alike {
        for (at, field) in batch.fields(*record).enumerate() {
            let text = String::from_utf8_lossy(field);
            used[at] |= !text.is_empty();
            sums[at] += weight(&text, batch.is_quoted(*record, at, shape.quote));
        }
    }
    // A column in which nothing ever stands is a delimiter that is two.
    let columns = used.iter().filter(|used| **used).count();
    let sum: f64 = sums.iter().zip(&used).filter(|(_, used)| **used).map(|(sum, _)| sum).sum();
    let cells = (columns * alike.len()).max(1) as f64;
    let sound = (sum / cells).max(0.01);
    Worth { names, quality: same * same * sound * (1.0 - 1.0 / columns.max(1) as f64) }
}
