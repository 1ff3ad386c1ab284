//! How fast files are read, as ratios in one run.

use crate::polluter;
use crate::polluter::ours::Columns;
use crate::polluter::ours::Ours;
use crate::polluter::people::Row;
use crate::polluter::people::people;
use crate::polluter::writing::WRITINGS;
use polars::prelude::*;
use std::error::Error;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How often each way is taken.
const ROUNDS: usize = 5;
/// How many times as long as polars a clean file may take, one of whose rows one in a hundred is spoilt as long as a clean one, and one
/// in another dialect.
const CLEAN: f64 = 1.0;
const SPOILT: f64 = 1.3;
const DIALECT: f64 = 3.0;
/// One row in so many is spoilt.
const ONE_IN: usize = 100;

/// Reads a file, and says how many rows it has.
type Way<'a> = Box<dyn Fn() -> Result<u64, Box<dyn Error>> + 'a>;

/// Prints the table; says what missed its mark.
pub(super) fn compare(folder: &Path, seed: u64, rows: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let ours = Ours::new(folder)?;
    let people = people(rows, seed);
    let [comma, others @ ..] = &WRITINGS;
    let write = |writing, people: &[Row], fault: &str| -> Result<PathBuf, Box<dyn Error>> {
        let case = polluter::often(writing, people, fault, ONE_IN).ok_or("a fault has another name")?;
        let path = folder.join(format!("{} {}.csv", case.name.replace('/', " "), people.len()));
        std::fs::write(&path, case.bytes)?;
        Ok(path)
    };
    // Without quotes, as most exports are.
    let plain: Vec<Row> = people.iter().map(|row| row.iter().map(|cell| cell.replace(['"', '\n', ','], " ")).collect()).collect();
    let clean = write(comma, &plain, "clean")?;
    println!("\n{rows} rows, {} MiB without quotes\n", std::fs::metadata(&clean)?.len() >> 20);
    println!("| read | ms | against | ms | ratio | at most |");
    println!("| --- | ---: | --- | ---: | ---: | ---: |");
    let ours = &ours;
    let stage = |path: &Path, columns| -> Way<'_> {
        let path = path.to_owned();
        Box::new(move || Ok(ours.stage(&path, columns)?.table("people").map_or(0, |table| table.rows)))
    };
    let mut missed = Vec::new();
    let read = clean.clone();
    let against: Way<'_> = Box::new(move || read_by_polars(&read));
    missed.extend(run("text columns, no quotes", CLEAN, &stage(&clean, Columns::Text), "polars, into memory", &against)?);
    let (read, arrow) = (clean.clone(), folder.join("people.arrow"));
    let against: Way<'_> = Box::new(move || staged_by_polars(&read, &arrow));
    missed.extend(run("text columns, no quotes", CLEAN, &stage(&clean, Columns::Text), "polars, into an Arrow file as we do", &against)?);
    for spoilt in ["a cell too many", "a delimiter missing", "no closing quote"] {
        let path = write(comma, &plain, spoilt)?;
        let name = format!("typed columns, {spoilt} in 1 % of rows");
        missed.extend(run(&name, SPOILT, &stage(&path, Columns::Typed), "the same, clean", &stage(&clean, Columns::Typed))?);
        std::fs::remove_file(path)?;
    }
    let quoted = write(comma, &people, "clean")?;
    missed.extend(run(
        "text columns, quotes in half of the rows",
        DIALECT,
        &stage(&quoted, Columns::Text),
        "without",
        &stage(&clean, Columns::Text),
    )?);
    for writing in others {
        let path = write(writing, &people, "clean")?;
        let name = format!("the same, {}", writing.name);
        missed.extend(run(&name, DIALECT, &stage(&path, Columns::Text), "the clean file without quotes", &stage(&clean, Columns::Text))?);
        std::fs::remove_file(path)?;
    }
    Ok(missed)
}

/// Both ways in turns; says so where the first takes too long.
fn run(name: &str, most: f64, one: &Way<'_>, against: &str, other: &Way<'_>) -> Result<Option<String>, Box<dyn Error>> {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        times.0.push(timed(one)?);
        times.1.push(timed(other)?);
    }
    let (one, other) = (median(times.0), median(times.1));
    let ratio = one.as_secs_f64() / other.as_secs_f64();
    println!("| {name} | {} | {against} | {} | {ratio:.2} | {most:.1} |", one.as_millis(), other.as_millis());
    Ok((ratio > most).then(|| format!("{name} against {against}: {ratio:.2}")))
}

fn timed(way: &Way<'_>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    if way()? == 0 {
        return Err("nothing was read".into());
    }
    Ok(start.elapsed())
}

/// The median, the first left out: it warms the files.
fn median(mut times: Vec<Duration>) -> Duration {
    times.remove(0);
    times.sort_unstable();
    times[times.len() / 2]
}

fn read_by_polars(path: &Path) -> Result<u64, Box<dyn Error>> {
    Ok(polars_frame(path)?.height() as u64)
}

fn staged_by_polars(path: &Path, arrow: &Path) -> Result<u64, Box<dyn Error>> {
    let mut frame = polars_frame(path)?;
    IpcWriter::new(std::fs::File::create(arrow)?).finish(&mut frame)?;
    Ok(frame.height() as u64)
}

fn polars_frame(path: &Path) -> PolarsResult<DataFrame> {
    let options = CsvReadOptions::default().with_has_header(true).with_infer_schema_length(Some(0));
    options.try_into_reader_with_file_path(Some(path.to_owned()))?.finish()
}
