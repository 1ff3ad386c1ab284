//! The corpus of spoilt files, read by every reader, as a table.

use super::peers;
use crate::polluter;
use crate::polluter::Case;
use crate::polluter::ours::Columns;
use crate::polluter::ours::Ours;
use crate::polluter::score::Given;
use crate::polluter::score::Tally;
use crate::polluter::score::Verdict;
use crate::polluter::score::verdict;
use std::error::Error;
use std::path::Path;
use std::path::PathBuf;

/// Rows a file.
const ROWS: usize = 48;
/// The least share of files that are read exactly, in percent.
const EXACT: f64 = 90.0;

/// Prints the table, and with `each` every file that was not read exactly; says what missed its mark.
pub(super) fn compare(folder: &Path, seed: u64, each: bool) -> Result<Vec<String>, Box<dyn Error>> {
    let cases = polluter::corpus(ROWS, seed);
    println!("{} files of {ROWS} rows, seed {seed}\n", cases.len());
    println!("| reader | files exact | sound rows set aside too | refused | rows missing without a word | wrong | wrong rows |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let ours = Ours::new(folder)?;
    let mut missed = Vec::new();
    for (name, columns) in [("ehr-rules, types declared", Columns::Typed), ("ehr-rules, all columns text", Columns::Text)] {
        let tally = print(name, &cases, each, |case| ours.read(case, columns))?;
        if tally.of(Verdict::Wrong) + tally.of(Verdict::Silent) > 0 || tally.exact() < EXACT {
            missed.push(format!("{name}: {tally}"));
        }
    }
    let paths: Vec<PathBuf> = (0..cases.len()).map(|nth| folder.join(format!("{nth}.csv"))).collect();
    cases.iter().zip(&paths).try_for_each(|(case, path)| std::fs::write(path, &case.bytes))?;
    match peers::duck_version() {
        Some(version) => {
            for (what, way) in [("types given, rejects stored", "typed"), ("text, rejects stored", "rejects"), ("text", "plain")] {
                let mut given = peers::duck(way, &paths)?.into_iter();
                print(&format!("DuckDB {version}, {what}"), &cases, each, |_| Ok(given.next().unwrap_or_default()))?;
            }
        }
        None => println!("| DuckDB | SKIPPED: python3 cannot import it | | | | | |"),
    }
    let ways = [("polars, dialect told, types given, errors ignored", true, true), ("polars, dialect told, text", false, false)];
    for (name, lenient, typed) in ways {
        let mut path = paths.iter();
        print(name, &cases, each, |case| Ok(peers::polars(case, path.next().ok_or("a file is missing")?, lenient, typed)?))?;
    }
    Ok(missed)
}

fn print(
    name: &str,
    cases: &[Case],
    each: bool,
    mut read: impl FnMut(&Case) -> Result<Given, Box<dyn Error>>,
) -> Result<Tally, Box<dyn Error>> {
    let mut tally = Tally::default();
    let mut said = Vec::new();
    for case in cases {
        let (verdict, wrong) = verdict(case, &read(case)?);
        tally.add(verdict, wrong);
        if each && verdict > Verdict::Exact {
            said.push(format!("    {verdict:?}: {}", case.name));
        }
    }
    println!("| {name} | {tally} |");
    for line in said {
        println!("{line}");
    }
    Ok(tally)
}
