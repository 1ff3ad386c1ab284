//! A file of the export, as a source handed it over.

use std::path::PathBuf;

/// One input file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// The name relative to the input folder, with `/`; globs are held against its last part.
    pub name: String,
    /// Where it can be opened.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

impl InputFile {
    /// The last part of the name.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}
