//! Spreadsheets and Parquet files as delimited text, so that one way of reading serves every shape of export.
//!
//! A sheet `Patients` of `export.xlsx` becomes the file `export.xlsx/Patients.csv`, and `patients.parquet` becomes
//! `patients.parquet/patients.csv`: a schema's `file: "patients*.csv"` reads all three shapes.

mod book;
mod parquet;

use crate::dataset::input::InputFile;
use crate::error::Error;
use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

/// So many bytes are looked at of a file that is not what it is called.
const START: u64 = 4096;

/// The files of an export, spreadsheets and Parquet files among them replaced by their tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfolded {
    /// The files, in the order of those that they come from.
    pub files: Vec<InputFile>,
    /// What could not be opened, by name and with the reason; none of its tables is among the files.
    pub unread: Vec<(String, String)>,
}

/// Brings spreadsheets (`.xlsx`, `.xlsm`, `.xlsb`, `.xls`, `.ods`) and Parquet files to delimited text under `folder`, which is made.
/// Other files pass as they are; delimited text that is only called a workbook, as many programs do, is one table. The rows of a sheet keep their line as long as no cell above holds a line break.
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
    let mut unfolded = Unfolded { files: Vec::new(), unread: Vec::new() };
    for file in files {
        let Some(open) = opener(file.file_name()) else {
            unfolded.files.push(file);
            continue;
        };
        // Numbered, so that no name of a sheet leads anywhere.
        let place = Place { folder: folder.join(unfolded.files.len().to_string()), of: &file };
        match open(&place)? {
            Opened::Tables(tables) => unfolded.files.extend(tables),
            // It is called what it is, so that nobody passes it over for its name.
            Opened::Not(_) if is_text(&file.path)? => unfolded.files.push(InputFile { name: place.name(place.stem()), ..file }),
            Opened::Not(why) => unfolded.unread.push((file.name.clone(), why)),
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

/// Whether a file that is no workbook looks like delimited text: without bytes that are no text's, and no page or XML.
fn is_text(path: &Path) -> Result<bool, Error> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
    file.take(START).read_to_end(&mut start).map_err(|error| Error::io("reading", path, error))?;
    let is_marked = start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF");
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
    // Tabs, line ends, FileMaker's vertical tab and the separators of ASCII are text; what workbooks begin with is not.
    let is_plain = |byte: &u8| matches!(byte, b'\t'..=b'\r' | 0x1C..=0x1F | 0x20..);
    Ok(is_marked || !start.is_empty() && !start.starts_with(b"<") && !start.starts_with(b"PAR1") && start.iter().all(is_plain))
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
        Ok(InputFile { name: self.name(table), path, bytes })
    }

    /// What a table of the file is called.
    fn name(&self, table: &str) -> String {
        format!("{}/{}.csv", self.of.name, table.replace('/', "_"))
    }

    /// The file's name without the ending.
    fn stem(&self) -> &str {
        self.of.file_name().rsplit_once('.').map_or(self.of.file_name(), |(stem, _)| stem)
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
