//! The same files read by others: `DuckDB`, which finds out by itself how a file is written, and polars, which is told.

use crate::polluter::Case;
use crate::polluter::ours::rows;
use crate::polluter::people::NAMES;
use crate::polluter::score::Given;
use crate::polluter::writing::Encoding;
use polars::prelude::*;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

const PROGRAM: &str = include_str!("duck.py");

/// `DuckDB`'s version; none where Python has none.
pub(crate) fn duck_version() -> Option<String> {
    let said = Command::new("python3").args(["-c", PROGRAM, "version"]).stderr(Stdio::null()).output().ok()?;
    said.status.success().then(|| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// What `DuckDB` makes of files, in one of the ways that the program names.
pub(crate) fn duck(way: &str, paths: &[PathBuf]) -> Result<Vec<Given>, Box<dyn Error>> {
    let mut child = Command::new("python3").args(["-c", PROGRAM, way]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let list: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    // It reads all of the list before it says anything.
    child.stdin.take().ok_or("no way to DuckDB")?.write_all(list.join("\n").as_bytes())?;
    let said = child.wait_with_output()?;
    if !said.status.success() {
        return Err("DuckDB's reader failed".into());
    }
    let said = String::from_utf8(said.stdout)?;
    let given: Option<Vec<Given>> = said.split_terminator('\u{1c}').map(given).collect();
    given.filter(|given| given.len() == paths.len()).ok_or_else(|| "DuckDB's reader left files out".into())
}

fn given(record: &str) -> Option<Given> {
    let mut parts = record.split('\u{1d}');
    let (end, rows, aside) = (parts.next()?, parts.next()?, parts.next()?);
    let row = |row: &str| row.split_terminator('\u{1f}').map(str::to_owned).collect();
    Some(Given { rows: rows.split_terminator('\u{1e}').map(row).collect(), aside: aside.to_owned(), refused: end == "refused" })
}

/// What polars makes of a file whose delimiter, quote, line end and number of columns it is told, as text. Where it is lenient it goes
/// past what it cannot read.
pub(crate) fn polars(case: &Case, path: &Path, lenient: bool, typed: bool) -> PolarsResult<Given> {
    let refused = Given { refused: true, ..Given::default() };
    // Neither delimiters of several bytes nor UTF-16 are among what can be said.
    let ([separator], false) = (case.writing.delimiter.as_bytes(), case.writing.encoding == Encoding::Utf16) else { return Ok(refused) };
    let eol = if case.writing.end == "\r" { b'\r' } else { b'\n' };
    let encoding = if lenient { CsvEncoding::LossyUtf8 } else { CsvEncoding::Utf8 };
    let kinds = [("number", DataType::Int64), ("born", DataType::Date), ("weight", DataType::Float64), ("visits", DataType::Int64)];
    let kinds: Schema = kinds.into_iter().map(|(name, kind)| (name.into(), kind)).collect();
    let frame = CsvReadOptions::default()
        .with_has_header(true)
        .with_infer_schema_length(Some(0))
        .with_schema_overwrite(typed.then(|| kinds.into()))
        .with_ignore_errors(lenient)
        .map_parse_options(|options| {
            let quote = u8::try_from(case.writing.quote).ok();
            let options = options.with_separator(*separator).with_quote_char(quote).with_eol_char(eol).with_encoding(encoding);
            options.with_truncate_ragged_lines(lenient).with_try_parse_dates(typed)
        })
        .try_into_reader_with_file_path(Some(path.to_owned()))
        .and_then(CsvReader::finish);
    let Ok(frame) = frame else { return Ok(refused) };
    // A column without a name is not among those that were read.
    if frame.width() < NAMES.len() { Ok(refused) } else { Ok(Given { rows: rows(&frame)?, ..Given::default() }) }
}
