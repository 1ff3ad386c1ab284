//! `reading [--seed N] [--each] [--quality | --speed [ROWS]]`: spoilt files read by us, by `DuckDB` and by polars, and how fast
//! files are read.
//!
//! Every file of the corpus is a table of invented people, spoilt in one place, and is read without a word on how it is written. A row
//! that is delivered as good and is not what the file holds is wrong; `--each` names every file that was not read exactly. Times are
//! ratios of medians in turns. What misses its mark is named at the end, and fails the run.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measured")]

#[path = "reading/peers.rs"]
mod peers;
mod polluter;
#[path = "reading/quality.rs"]
mod quality;
#[path = "reading/speed.rs"]
mod speed;

use std::error::Error;
use std::process::ExitCode;

/// Rows of the files whose reading is timed, where none are named.
const ROWS: usize = 400_000;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(missed) if missed.is_empty() => ExitCode::SUCCESS,
        Ok(missed) => {
            println!("\nmissed:");
            for line in missed {
                println!("  {line}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: impl Iterator<Item = String>) -> Result<Vec<String>, Box<dyn Error>> {
    let (mut seed, mut rows, mut each, mut quality, mut times) = (1, ROWS, false, true, true);
    let mut args = args.peekable();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seed" => seed = args.next().ok_or("--seed lacks its number")?.parse()?,
            "--each" => each = true,
            "--quality" => times = false,
            "--speed" => {
                quality = false;
                rows = args.peek().map_or(Ok(rows), |rows| rows.parse())?;
                args.next();
            }
            other => return Err(format!("`{other}` is none of its arguments").into()),
        }
    }
    let folder = tempfile::tempdir()?;
    let mut missed = Vec::new();
    if quality {
        missed.extend(quality::compare(folder.path(), seed, each)?);
    }
    if times {
        missed.extend(speed::compare(folder.path(), seed, rows)?);
    }
    Ok(missed)
}
