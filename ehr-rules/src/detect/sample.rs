//! The files' headers and first rows, each read once for every way of writing text files that a schema names.

use crate::dataset::input::InputFile;
use crate::detect::known::Known;
use crate::error::Error;
use crate::ir::schema::Dialect;
use crate::records::Hints;
use crate::records::head;
use std::collections::HashMap;

/// Rows read of each file.
const ROWS: usize = 200;

/// Endings of files that hold no text table; where a schema's glob matches such a file it is read all the same.
const OTHERS: &[&str] = &[
    "7z", "avi", "avro", "bak", "bin", "bmp", "bz2", "css", "db", "dcm", "dll", "doc", "docx", "dmg", "exe", "feather", "gif", "gpg", "gz",
    "hl7", "htm", "html", "ico", "ipc", "jar", "jpeg", "jpg", "js", "json", "jsonl", "key", "log", "md", "mdb", "mov", "mp3", "mp4",
    "ndjson", "odt", "orc", "ods", "parquet", "pdf", "pem", "png", "ppt", "pptx", "py", "rar", "rtf", "sas7bdat", "sh", "sql", "sqlite",
    "svg", "tar", "tgz", "tif", "tiff", "toml", "wav", "webp", "xls", "xlsx", "xml", "xz", "yaml", "yml", "zip", "zst",
];

/// One file that looks like a text table.
pub(super) struct Sample<'a> {
    pub file: &'a InputFile,
    /// What it holds under each dialect that a schema hints at.
    framed: Vec<(Dialect, Framed)>,
}

/// A header and rows, as one dialect frames them.
pub(super) struct Framed {
    pub header: Vec<String>,
    /// Those with as many fields as the header.
    pub rows: Vec<Vec<String>>,
    exact: HashMap<String, usize>,
    folded: HashMap<String, usize>,
}

/// Reads the heads of all files that look like text tables, in input order.
pub(super) fn read<'a>(known: &[Known<'_>], files: &'a [InputFile]) -> Result<Vec<Sample<'a>>, Error> {
    let mut dialects: Vec<Dialect> = Vec::new();
    for dialect in known.iter().flat_map(Known::dialects) {
        if !dialects.contains(&dialect) {
            dialects.push(dialect);
        }
    }
    let mut samples = Vec::new();
    for file in files.iter().filter(|file| is_table(file.file_name()) || known.iter().any(|one| one.names(file.file_name()))) {
        let mut framed = Vec::new();
        for dialect in &dialects {
            match head(&file.path, dialect, Hints::default(), ROWS) {
                Ok(head) => framed.push((dialect.clone(), Framed::new(head.header, head.rows, dialect))),
                // What cannot be framed in this way is no table of the systems that write so.
                Err(error) if error.is_data() => {}
                Err(error) => return Err(error),
            }
        }
        if !framed.is_empty() {
            samples.push(Sample { file, framed });
        }
    }
    Ok(samples)
}

/// Whether a name looks like that of a text table.
fn is_table(file_name: &str) -> bool {
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    !file_name.starts_with('.') && !ending.is_some_and(|ending| OTHERS.contains(&ending.as_str()))
}

/// A header without case and without space around it.
pub(super) fn fold(name: &str) -> String {
    name.trim().trim_start_matches('\u{feff}').to_lowercase()
}

impl Sample<'_> {
    /// What the file holds as this dialect frames it.
    pub(super) fn framed(&self, dialect: &Dialect) -> Option<&Framed> {
        self.framed.iter().find(|(known, _)| known == dialect).map(|(_, framed)| framed)
    }

    /// Whether it has no header however it is framed.
    pub(super) fn is_empty(&self) -> bool {
        self.framed.iter().all(|(_, framed)| framed.header.is_empty())
    }
}

impl Framed {
    fn new(header: Vec<String>, mut rows: Vec<Vec<String>>, dialect: &Dialect) -> Self {
        rows.retain(|row| row.len() == header.len());
        // One empty field is what an empty file looks like; and where the schema gives the header, rows must bear it out.
        let nothing = header.iter().all(String::is_empty) || !dialect.header.is_empty() && rows.is_empty();
        let header = if nothing { Vec::new() } else { header };
        let mut exact = HashMap::new();
        let mut folded = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            exact.entry(name.clone()).or_insert(at);
            folded.entry(fold(name)).or_insert(at);
        }
        Self { header, rows, exact, folded }
    }

    /// Whether it looks like a table at all: several columns, and text.
    pub(super) fn is_table(&self) -> bool {
        self.header.len() > 1 && !self.header.iter().any(|name| name.contains(['\0', '\u{fffd}']))
    }

    /// Where the header has this very name.
    pub(super) fn exactly(&self, name: &str) -> Option<usize> {
        self.exact.get(name).copied()
    }

    /// Where the header has this name but for its case and the space around it.
    pub(super) fn nearly(&self, name: &str) -> Option<usize> {
        self.folded.get(&fold(name)).copied()
    }

    /// The sampled values of a column.
    pub(super) fn column(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(at).map(String::as_str))
    }
}
