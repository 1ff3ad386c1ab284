//! Fingerprints of the files that a stage left, so that who goes on knows that they are still those.

use crate::error::Failure;
use crate::fingerprint;
use serde::Deserialize;
use serde::Serialize;
use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A file as it was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePrint {
    /// Its size.
    pub(crate) bytes: u64,
    /// Its BLAKE3 hash.
    pub(crate) blake3: String,
}

/// The fingerprint of a file.
pub(super) fn of(path: &Path) -> Result<FilePrint, Failure> {
    let (bytes, blake3) = fingerprint::of_file(path, &AtomicBool::new(false))?.unwrap_or_default();
    Ok(FilePrint { bytes, blake3 })
}

/// Whether a file is as it was left.
pub(super) fn fits(path: &Path, print: &FilePrint) -> Result<bool, Failure> {
    let same = path.metadata().is_ok_and(|data| data.is_file() && data.len() == print.bytes);
    Ok(same && of(path)? == *print)
}

/// Takes what was appended off a file.
pub(super) fn cut(path: &Path, bytes: u64) -> Result<(), Failure> {
    let fail = |error: io::Error| Failure::file("writing", path, &error);
    let file = File::options().write(true).open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.len() > bytes { file.set_len(bytes).map_err(fail) } else { Ok(()) }
}

/// The files under a folder by their paths in it, sorted; of a file, only an empty path; nothing where nothing is.
pub(super) fn files_under(folder: &Path) -> Result<Vec<String>, Failure> {
    if folder.is_file() {
        return Ok(vec![String::new()]);
    }
    let mut found = Vec::new();
    for name in names_in(folder)? {
        for inner in files_under(&folder.join(&name))? {
            found.push(if inner.is_empty() { name.clone() } else { format!("{name}/{inner}") });
        }
    }
    Ok(found)
}

/// The names in a folder, sorted; nothing where it is not there.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, Failure> {
    let fail = |error: io::Error| Failure::file("reading the folder", folder, &error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(fail)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(fail)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
