//! Reads back what the sinks of an order wrote, row by row, as a database takes it.
//!
//! The CSV is read by hand because nothing else here says whether an empty field was quoted, and that is what
//! tells an empty text from a missing value.

use super::cell::Cell;
use crate::error::Failure;
use crate::order::Output;
use chrono::DateTime;
use chrono::NaiveTime;
use ehr_rules::Kind;
use memchr::memchr_iter;
use memchr::memchr2_iter;
use polars::prelude::AnyValue;
use polars::prelude::DataFrame;
use polars::prelude::Engine;
use polars::prelude::LazyFrame;
use polars::prelude::PlRefPath;
use polars::prelude::PlanCallback;
use polars::prelude::PolarsResult;
use polars::prelude::ScanArgsParquet;
use polars::prelude::TimeUnit;
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// How much is read at once.
const BLOCK: usize = 1 << 18;

/// A field as it is written: `None` where nothing is.
type Field<'a> = Option<Cow<'a, str>>;

/// The names of the columns in a written file.
pub(super) fn header(path: &Path, output: Output) -> Result<Vec<String>, Failure> {
    match output {
        Output::Csv => {
            let mut records = Records::open(path)?;
            let Some(record) = records.next_record()? else { return Ok(Vec::new()) };
            let mut names = Vec::new();
            fields(record.text(path)?, record.quoted, |name| names.extend(name.map(Cow::into_owned)));
            Ok(names)
        }
        Output::Parquet => {
            let schema = scan(path)?.collect_schema().map_err(|error| Failure::engine("reading", path, &error))?;
            Ok(schema.iter_names().map(ToString::to_string).collect())
        }
    }
}

/// Calls `each` with every row of a written file and its place, or with those at places that are asked for, in order; `kinds` are
/// those of its columns. Places grow from row to row.
pub(super) fn rows(
    path: &Path,
    output: Output,
    kinds: &[Kind],
    asked: Option<&[u64]>,
    mut each: impl FnMut(u64, &[Cell]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // One row's cells at a time, whose texts keep their memory.
    let mut cells = vec![Cell::Null; kinds.len()];
    match output {
        Output::Csv => {
            let mut records = Records::open(path)?;
            let mut one = |place, record: Record<'_>| {
                values(path, record, kinds, &mut cells)?;
                each(place, &cells)
            };
            if let Some(places) = asked {
                for place in places {
                    records.jump(*place)?;
                    one(*place, records.next_record()?.ok_or_else(|| altered(path))?)?;
                }
                return Ok(());
            }
            records.next_record()?;
            loop {
                let place = records.place();
                let Some(record) = records.next_record()? else { return Ok(()) };
                one(place, record)?;
            }
        }
        Output::Parquet => {
            let mut place = 0;
            let mut asked = asked.map(|places| places.iter().peekable());
            batches(path, kinds, |frame| {
                for row in 0..frame.height() {
                    if asked.as_mut().is_none_or(|asked| asked.next_if(|asked| **asked == place).is_some()) {
                        cells.clear();
                        cells.extend(frame.columns().iter().map(|column| column.get(row).map_or(Cell::Null, |cell| any_value(&cell))));
                        each(place, &cells)?;
                    }
                    place += 1;
                }
                Ok(())
            })
        }
    }
}

/// Puts a record's values into the cells.
fn values(path: &Path, record: Record<'_>, kinds: &[Kind], cells: &mut [Cell]) -> Result<(), Failure> {
    let mut open = cells.iter_mut().zip(kinds);
    let mut sound = true;
    fields(record.text(path)?, record.quoted, |field| match open.next() {
        Some((cell, kind)) => sound &= put(cell, kind, field),
        None => sound = false,
    });
    if sound && open.next().is_none() { Ok(()) } else { Err(altered(path)) }
}

/// Whether the field is a value of this kind.
fn put(cell: &mut Cell, kind: &Kind, field: Field<'_>) -> bool {
    let read = match (field, kind) {
        (None, _) => Some(Cell::Null),
        (Some(text), Kind::Integer) => text.parse().ok().map(Cell::Integer),
        (Some(text), Kind::Float) => text.parse().ok().map(Cell::Real),
        (Some(text), Kind::Boolean) => text.parse().ok().map(Cell::Boolean),
        (Some(text), _) => {
            if let Cell::Text(old) = cell {
                old.clear();
                old.push_str(&text);
                return true;
            }
            Some(Cell::Text(text.into_owned()))
        }
    };
    read.map(|read| *cell = read).is_some()
}

fn altered(path: &Path) -> Failure {
    Failure::Data(format!("`{}` is not as it was written; run the order again", path.display()))
}

fn scan(path: &Path) -> Result<LazyFrame, Failure> {
    let fail = |error| Failure::engine("reading", path, &error);
    let shown = PlRefPath::try_from_path(path).map_err(fail)?;
    LazyFrame::scan_parquet(shown, ScanArgsParquet { glob: false, ..ScanArgsParquet::default() }).map_err(fail)
}

/// What a database has no type for, as the text it is written as.
fn as_texts(mut frame: LazyFrame, kinds: &[Kind]) -> PolarsResult<LazyFrame> {
    let names: Vec<String> = frame.collect_schema()?.iter_names().map(ToString::to_string).collect();
    ehr_rules::texts(frame, |column| kinds.get(names.iter().position(|name| name == column)?).cloned())
}

/// The frames of a file in order, one in memory at a time.
fn batches(path: &Path, kinds: &[Kind], mut each: impl FnMut(DataFrame) -> Result<(), Failure>) -> Result<(), Failure> {
    let fail = |error| Failure::engine("reading", path, &error);
    let (send, receive) = sync_channel(1);
    let plan = as_texts(scan(path)?, kinds)
        .map_err(fail)?
        // The plan stops where nobody listens any more.
        .sink_batches(PlanCallback::new(move |frame| Ok(send.send(frame).is_err())), true, None)
        .map_err(fail)?;
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || plan.collect_with_engine(Engine::Streaming).map(drop));
        let listened = receive.iter().try_for_each(&mut each);
        drop(receive);
        match reader.join() {
            Ok(read) => listened.and(read.map_err(fail)),
            Err(_) => listened.and(Err(Failure::World(format!("reading `{}`: the engine failed", path.display())))),
        }
    })
}

fn any_value(cell: &AnyValue<'_>) -> Cell {
    match cell {
        AnyValue::Null => Cell::Null,
        AnyValue::Boolean(truth) => Cell::Boolean(*truth),
        AnyValue::Int64(number) => Cell::Integer(*number),
        AnyValue::Float64(number) => Cell::Real(*number),
        AnyValue::Datetime(at, TimeUnit::Microseconds, _) => DateTime::from_timestamp_micros(*at)
            .map_or(Cell::Null, |at| Cell::Text(at.naive_utc().format("%Y-%m-%d %H:%M:%S%.f").to_string())),
        AnyValue::Time(at) => time(*at).map_or(Cell::Null, |at| Cell::Text(at.format("%H:%M:%S%.f").to_string())),
        AnyValue::String(text) => Cell::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string()),
        // Dates and decimals print as they are written.
        other => Cell::Text(other.to_string()),
    }
}

fn time(nanoseconds: i64) -> Option<NaiveTime> {
    let seconds = u32::try_from(nanoseconds / 1_000_000_000).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, u32::try_from(nanoseconds % 1_000_000_000).ok()?)
}

/// Records of a CSV file of ours: commas, double quotes, line feeds.
struct Records<'a> {
    path: &'a Path,
    file: File,
    /// What was read, where in the file it stands, and from where on it was not given yet.
    buffer: Vec<u8>,
    base: u64,
    at: usize,
    ended: bool,
}

/// One of them, without its line feed.
#[derive(Clone, Copy)]
struct Record<'a> {
    bytes: &'a [u8],
    /// Whether there is a quote in it.
    quoted: bool,
}

impl<'a> Record<'a> {
    fn text(self, path: &Path) -> Result<&'a str, Failure> {
        std::str::from_utf8(self.bytes).map_err(|_| altered(path))
    }
}

impl<'a> Records<'a> {
    fn open(path: &'a Path) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| Failure::file("reading", path, &error))?;
        Ok(Self { path, file, buffer: Vec::new(), base: 0, at: 0, ended: false })
    }

    /// Where the next record stands in the file.
    fn place(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Goes on with the record at a place.
    fn jump(&mut self, place: u64) -> Result<(), Failure> {
        let at = place.checked_sub(self.base).and_then(|at| usize::try_from(at).ok()).filter(|at| *at < self.buffer.len());
        if let Some(at) = at {
            self.at = at;
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(place)).map_err(|error| Failure::file("reading", self.path, &error))?;
        self.buffer.clear();
        (self.base, self.at, self.ended) = (place, 0, false);
        Ok(())
    }

    fn next_record(&mut self) -> Result<Option<Record<'_>>, Failure> {
        let (start, end, quoted) = loop {
            let (mut inside, mut quoted) = (false, false);
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            // Inside quotes there is an odd number of them up to here, doubled ones counting for two.
            let end = memchr2_iter(b'\n', b'"', rest).find(|at| {
                let is_quote = rest.get(*at) == Some(&b'"');
                inside ^= is_quote;
                quoted |= is_quote;
                !inside && !is_quote
            });
            if let Some(length) = end {
                let start = self.at;
                self.at += length + 1;
                break (start, start + length, quoted);
            }
            if self.ended {
                if rest.is_empty() {
                    return Ok(None);
                }
                if inside {
                    return Err(altered(self.path));
                }
                let start = std::mem::replace(&mut self.at, self.buffer.len());
                break (start, self.buffer.len(), quoted);
            }
            self.fill()?;
        };
        Ok(Some(Record { bytes: self.buffer.get(start..end).unwrap_or_default(), quoted }))
    }

    /// Reads a block more. A long record makes it grow in proportion, so that it is not looked at from its start too often.
    fn fill(&mut self) -> Result<(), Failure> {
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        let wanted = BLOCK.max(self.buffer.len());
        let read = (&mut self.file).take(wanted as u64).read_to_end(&mut self.buffer);
        self.ended = read.map_err(|error| Failure::file("reading", self.path, &error))? < wanted;
        Ok(())
    }
}

/// A record's fields, one after the other; one without any quote is cut at its commas.
fn fields<'a>(record: &'a str, quoted: bool, mut each: impl FnMut(Field<'a>)) {
    let bare = |text: &'a str| (!text.is_empty()).then_some(Cow::Borrowed(text));
    if !quoted {
        let mut from = 0;
        for comma in memchr_iter(b',', record.as_bytes()) {
            each(bare(&record[from..comma]));
            from = comma + 1;
        }
        return each(bare(&record[from..]));
    }
    let mut rest = record;
    loop {
        let end = field_end(rest);
        let raw = &rest[..end];
        each(match raw.strip_prefix('"') {
            Some(text) => Some(Cow::Owned(text.strip_suffix('"').unwrap_or(text).replace("\"\"", "\""))),
            None => bare(raw),
        });
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => return,
        }
    }
}

fn field_end(text: &str) -> usize {
    let mut quoted = false;
    text.bytes()
        .position(|byte| {
            quoted ^= byte == b'"';
            byte == b',' && !quoted
        })
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// The rows of a file of two columns, of a text and of a number, with their places.
    fn read(text: &str, asked: Option<&[u64]>) -> Result<Vec<(u64, Vec<Cell>)>, Failure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("a,b\n{text}")).unwrap();
        let mut all = Vec::new();
        rows(file.path(), Output::Csv, &[Kind::Text, Kind::Integer], asked, |place, cells| {
            all.push((place, cells.to_vec()));
            Ok(())
        })?;
        Ok(all)
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_missing_value_an_empty_text_and_quotes_are_told_apart() {
        let record = r#"1,,"","a,b","say ""hi""","#;
        let mut read = Vec::new();
        fields(record, true, |field| read.push(field.map(Cow::into_owned)));
        let wanted = [Some("1"), None, Some(""), Some("a,b"), Some(r#"say "hi""#), None];
        assert_eq!(read, wanted.map(|field| field.map(str::to_owned)));
    }

    #[test]
    fn an_empty_record_is_one_missing_value() {
        for quoted in [false, true] {
            let mut read = Vec::new();
            fields("", quoted, |field| read.push(field));
            assert_eq!(read, [None]);
        }
    }

    #[test]
    fn cells_are_of_their_own_row_alone_and_those_asked_for_are_found_again() {
        let file = "\"x\ny\",1\n,2\nz,\n\"\",4\n";
        let all = read(file, None).unwrap();
        let cells: Vec<&[Cell]> = all.iter().map(|(_, cells)| cells.as_slice()).collect();
        let wanted =
            [[text("x\ny"), Cell::Integer(1)], [Cell::Null, Cell::Integer(2)], [text("z"), Cell::Null], [text(""), Cell::Integer(4)]];
        assert_eq!(cells, wanted);
        assert_eq!(read(file, Some(&[all[1].0, all[3].0])).unwrap(), [all[1].clone(), all[3].clone()]);
        assert_eq!(read(file, Some(&[])).unwrap(), []);
    }

    #[test]
    fn records_that_do_not_end_with_a_block_are_read_whole() {
        let long = "é\"\",\n".repeat(BLOCK / 4);
        let file = format!("\"{long}\",7\n").repeat(3) + "end,8";
        let all = read(&file, None).unwrap();
        assert_eq!(all.len(), 4);
        assert!(all[..3].iter().all(|(_, row)| *row == [text(&long.replace("\"\"", "\"")), Cell::Integer(7)]));
        assert_eq!(all[3].1, [text("end"), Cell::Integer(8)]);
        for asked in [vec![0, 3], vec![2], vec![3]] {
            let places: Vec<u64> = asked.iter().map(|at: &usize| all[*at].0).collect();
            let found = read(&file, Some(&places)).unwrap();
            assert!(found.iter().eq(asked.iter().map(|at| &all[*at])), "{asked:?}");
        }
    }

    #[test]
    fn what_was_not_written_so_is_refused() {
        for file in ["x\n", "x,1,2\n", "x,one\n", "\"x,1\n", "x,1\n\n"] {
            assert!(read(file, None).is_err(), "{file:?}");
        }
    }
}
