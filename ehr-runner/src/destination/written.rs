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
use polars::prelude::AnyValue;
use polars::prelude::DataFrame;
use polars::prelude::Engine;
use polars::prelude::LazyFrame;
use polars::prelude::PlRefPath;
use polars::prelude::PlanCallback;
use polars::prelude::PolarsResult;
use polars::prelude::ScanArgsParquet;
use polars::prelude::TimeUnit;
use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// A field as it is written: `None` where nothing is.
type Field = Option<String>;

/// The names of the columns in a written file.
pub(super) fn header(path: &Path, output: Output) -> Result<Vec<String>, Failure> {
    match output {
        Output::Csv => {
            let mut records = Records::open(path)?;
            Ok(records.next_record()?.unwrap_or_default().into_iter().flatten().collect())
        }
        Output::Parquet => {
            let schema = scan(path)?.collect_schema().map_err(|error| Failure::engine("reading", path, &error))?;
            Ok(schema.iter_names().map(ToString::to_string).collect())
        }
    }
}

/// Calls `each` with every row of a written file; `kinds` are those of its columns.
pub(super) fn rows(
    path: &Path,
    output: Output,
    kinds: &[Kind],
    mut each: impl FnMut(Vec<Cell>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    match output {
        Output::Csv => {
            let mut records = Records::open(path)?;
            records.next_record()?;
            while let Some(fields) = records.next_record()? {
                each(values(path, fields, kinds)?)?;
            }
            Ok(())
        }
        Output::Parquet => batches(path, kinds, |frame| {
            for row in 0..frame.height() {
                each(frame.columns().iter().map(|column| column.get(row).map_or(Cell::Null, |cell| any_value(&cell))).collect())?;
            }
            Ok(())
        }),
    }
}

fn values(path: &Path, fields: Vec<Field>, kinds: &[Kind]) -> Result<Vec<Cell>, Failure> {
    if fields.len() != kinds.len() {
        return Err(altered(path));
    }
    fields
        .into_iter()
        .zip(kinds)
        .map(|(field, kind)| {
            let Some(text) = field else { return Ok(Cell::Null) };
            match kind {
                Kind::Integer => text.parse().map(Cell::Integer).map_err(|_| altered(path)),
                Kind::Float => text.parse().map(Cell::Real).map_err(|_| altered(path)),
                Kind::Boolean => text.parse().map(Cell::Boolean).map_err(|_| altered(path)),
                _ => Ok(Cell::Text(text)),
            }
        })
        .collect()
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
    file: BufReader<File>,
}

impl<'a> Records<'a> {
    fn open(path: &'a Path) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| Failure::file("reading", path, &error))?;
        Ok(Self { path, file: BufReader::with_capacity(1 << 16, file) })
    }

    fn next_record(&mut self) -> Result<Option<Vec<Field>>, Failure> {
        let mut record = Vec::new();
        loop {
            let read = self.file.read_until(b'\n', &mut record).map_err(|error| Failure::file("reading", self.path, &error))?;
            if read == 0 {
                return if record.is_empty() { Ok(None) } else { Err(altered(self.path)) };
            }
            // Inside quotes there is an odd number of them up to here, doubled ones counting for two.
            if !record.iter().fold(false, |odd, byte| odd ^ (*byte == b'"')) {
                break;
            }
        }
        if record.last() == Some(&b'\n') {
            record.pop();
        }
        let record = String::from_utf8(record).map_err(|_| altered(self.path))?;
        Ok(Some(fields(&record)))
    }
}

fn fields(record: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut rest = record;
    loop {
        let end = field_end(rest);
        let raw = &rest[..end];
        fields.push(match raw.strip_prefix('"') {
            Some(quoted) => Some(quoted.strip_suffix('"').unwrap_or(quoted).replace("\"\"", "\"")),
            None if raw.is_empty() => None,
            None => Some(raw.to_owned()),
        });
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => return fields,
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
    use super::*;

    #[test]
    fn a_missing_value_an_empty_text_and_quotes_are_told_apart() {
        let read = fields(r#"1,,"","a,b","say ""hi""","#);
        let wanted = [Some("1"), None, Some(""), Some("a,b"), Some(r#"say "hi""#), None];
        assert_eq!(read, wanted.map(|field| field.map(str::to_owned)));
    }

    #[test]
    fn an_empty_record_is_one_missing_value() {
        assert_eq!(fields(""), [None]);
    }
}
