//! What an unknown export holds: each file's dialect, its columns' types, how full they are, what could be keys, references,
//! codes and identifiers of persons.
//!
//! Each file is read once, as a stream, several side by side; what is kept of a column is bounded, however long the file is.
//! Nothing a scan holds is a value of the data unless [`ScanOptions::values`] asks for them.

mod bytes;
mod codes;
mod column;
pub(crate) mod dates;
mod distinct;
pub(crate) mod found;
mod framed;
mod frequent;
mod header;
mod keys;
pub(crate) mod numbers;
mod persons;
mod references;
mod table;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod verdict;
pub(crate) mod words;

use crate::dataset::input::InputFile;
use crate::engine;
use crate::error::Error;
use found::FileScan;
use found::Scan;
use found::Skipped;
use table::Seen;
use table::Table;

/// What a scan keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScanOptions {
    /// Keep values of the data, with how often each occurs: at most so many of a column. None are kept at 0.
    pub values: usize,
}

/// Profiles every file that is a text table, in input order; the others are named with the reason.
///
/// # Errors
/// A file that cannot be read.
///
/// ```
/// # fn main() -> Result<(), ehr_rules::Error> {
/// # let folder = std::env::temp_dir().join(format!("ehr-rules-scan-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).ok();
/// # let path = folder.join("people.csv");
/// let text = "id,born\n1,1980-02-29\n2,1955-12-01\n";
/// std::fs::write(&path, text).ok();
/// let file = ehr_rules::InputFile { name: "people.csv".to_owned(), path, bytes: text.len() as u64 };
/// let scan = ehr_rules::scan(&[file], &ehr_rules::ScanOptions::default())?;
/// assert_eq!(scan.files[0].columns[1].kind.to_string(), "date");
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok(())
/// # }
/// ```
pub fn scan(files: &[InputFile], options: &ScanOptions) -> Result<Scan, Error> {
    // The largest first, so that none is left over at the end.
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(files.get(*at).map_or(0, |file| file.bytes)));
    let seen = engine::together(&order, |at| match files.get(*at) {
        Some(file) => Ok((*at, table::read(file)?)),
        None => Err(Error::bug("a file is out of place")),
    })?;
    let mut seen: Vec<(usize, Seen)> = seen;
    seen.sort_by_key(|(at, _)| *at);
    let mut tables: Vec<Table> = Vec::new();
    let mut skipped = Vec::new();
    for (at, seen) in seen {
        match (seen, files.get(at)) {
            (Seen::Table(table), _) => tables.push(*table),
            (Seen::Other(reason), Some(file)) => skipped.push(Skipped { name: file.name.clone(), reason }),
            (Seen::Other(_), None) => {}
        }
    }
    let mut found: Vec<FileScan> = tables.iter().map(|table| table.found(*options)).collect();
    let references = references::find(&tables, &found);
    keys::rank(&mut found, &references);
    Ok(Scan { files: found, references, skipped })
}
