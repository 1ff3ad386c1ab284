//! Where input comes from: a source brings files and never parses.

mod archive;
pub(crate) mod folder;

use crate::context::Context;
use crate::error::Failure;
use ehr_rules::InputFile;
use std::path::Path;
use tempfile::TempDir;

/// The files of an export. What was unpacked for it is there as long as this is.
#[derive(Debug)]
pub(crate) struct Input {
    /// Its files, sorted by name, archives and workbooks opened.
    pub(crate) files: Vec<InputFile>,
    _unpacked: TempDir,
}

/// The files that INPUT names: a file, a folder, or an archive.
pub(crate) fn open(context: &Context, input: &str) -> Result<Input, Failure> {
    if let Some((scheme, _)) = input.split_once("://") {
        return Err(Failure::Usage(format!("input by `{scheme}` cannot be fetched; fetch it into a folder first")));
    }
    let listed = folder::files(Path::new(input))?;
    // The export itself may be an archive, whose name is then no part of its files' names.
    let whole = Path::new(input).is_file();
    let unpacked = tempfile::Builder::new()
        .prefix("ehr-runner-")
        .tempdir()
        .map_err(|error| Failure::file("creating a folder in", &std::env::temp_dir(), &error))?;
    let mut files = Vec::new();
    let mut notes = Vec::new();
    archive::Unpacking::new(context, &unpacked.path().join("archives"), &mut notes).all(listed, whole, &mut files)?;
    let unfolded = ehr_rules::unfold(files, &unpacked.path().join("tables"))?;
    for note in notes.iter().chain(&unfolded.notes) {
        context.note(&format!("note: {note}"));
    }
    let mut files = unfolded.files;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Input { files, _unpacked: unpacked })
}
