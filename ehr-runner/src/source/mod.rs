//! Where input comes from: a source brings files and never parses.

pub(crate) mod folder;

use crate::error::Failure;
use ehr_rules::InputFile;
use std::path::Path;

/// The files that INPUT names.
pub(crate) fn files(input: &str) -> Result<Vec<InputFile>, Failure> {
    if let Some((scheme, _)) = input.split_once("://") {
        return Err(Failure::Usage(format!("input by `{scheme}` cannot be fetched; fetch it into a folder first")));
    }
    let lower = input.to_lowercase();
    if [".zip", ".tar.gz", ".tgz", ".tar", ".gz", ".7z", ".rar"].iter().any(|end| lower.ends_with(end)) && !Path::new(input).is_dir() {
        return Err(Failure::Usage(format!("`{input}` is an archive, which cannot be read; unpack it into a folder first")));
    }
    folder::files(Path::new(input))
}
