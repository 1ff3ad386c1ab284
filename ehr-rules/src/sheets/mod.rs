//! Spreadsheets and Parquet files as delimited text, so that one way of reading serves every shape of export.
//!
//! A sheet `Patients` of `export.xlsx` becomes the file `export.xlsx/Patients.csv`, and `patients.parquet` becomes
//! `patients.parquet/patients.csv`: a schema's `file: "patients*.csv"` reads all three shapes.

mod book;
mod parquet;

use crate::dataset::input::InputFile;
use crate::error::Error;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The files of an export, spreadsheets and Parquet files among them replaced by their tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfolded {
    /// The files, in the order of those that they come from.
    pub files: Vec<InputFile>,
    /// What could not be opened, by name and with the reason; such a file stays as it is.
    pub notes: Vec<String>,
}

/// Brings spreadsheets (`.xlsx`, `.xlsm`, `.xlsb`, `.xls`, `.ods`) and Parquet files to delimited text under `folder`, which is made.
/// Other files pass as they are. The rows of a sheet keep their line as long as no cell above holds a line break.
///
/// Numbers are written in the shortest form that reads back the same, dates and times as ISO 8601 (the day alone where no cell
/// of the column has a time of day), truth values as `true` and `false`, errors of a formula as they are shown (`#N/A`).
///
/// # Errors
/// A file that cannot be read, or text that cannot be written.
///
/// ```
/// # fn main() -> Result<(), ehr_rules::Error> {
/// # let folder = tempfile::tempdir().unwrap();
/// # std::fs::write(folder.path().join("visits.csv"), "id\n1\n").unwrap();
/// let visits = ehr_rules::InputFile { name: "visits.csv".to_owned(), path: folder.path().join("visits.csv"), bytes: 5 };
/// let unfolded = ehr_rules::unfold(vec![visits.clone()], &folder.path().join("tables"))?;
/// assert_eq!(unfolded.files, [visits]);
/// # Ok(())
/// # }
/// ```
pub fn unfold(files: Vec<InputFile>, folder: &Path) -> Result<Unfolded, Error> {
    let mut unfolded = Unfolded { files: Vec::new(), notes: Vec::new() };
    for file in files {
        let Some(open) = opener(file.file_name()) else {
            unfolded.files.push(file);
            continue;
        };
        // Numbered, so that no name of a sheet leads anywhere.
        let place = Place { folder: folder.join(unfolded.files.len().to_string()), of: &file };
        match open(&place)? {
            Opened::Tables(tables) => unfolded.files.extend(tables),
            Opened::Not(why) => {
                unfolded.notes.push(format!("`{}` {why}", file.name));
                unfolded.files.push(file);
            }
        }
    }
    Ok(unfolded)
}

/// What became of a file.
enum Opened {
    /// Its tables, as text.
    Tables(Vec<InputFile>),
    /// It is not what its name says, for this reason.
    Not(String),
}

/// Where one file's tables go.
struct Place<'a> {
    folder: PathBuf,
    of: &'a InputFile,
}

impl Place<'_> {
    /// Where the table of that number goes.
    fn table(&self, number: usize) -> Result<PathBuf, Error> {
        fs::create_dir_all(&self.folder).map_err(|error| Error::io("creating", &self.folder, error))?;
        Ok(self.folder.join(format!("{number}.csv")))
    }

    /// The table, once it is written.
    fn written(&self, path: PathBuf, table: &str) -> Result<InputFile, Error> {
        let bytes = fs::metadata(&path).map_err(|error| Error::io("opening", &path, error))?.len();
        Ok(InputFile { name: format!("{}/{}.csv", self.of.name, table.replace('/', "_")), path, bytes })
    }
}

/// Writes what one file holds to its place.
type Opener = fn(&Place<'_>) -> Result<Opened, Error>;

fn opener(file_name: &str) -> Option<Opener> {
    match file_name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Some(book::open),
        "parquet" | "pq" => Some(parquet::open),
        _ => None,
    }
}
