//! Where input comes from: a source brings files and never parses.

mod archive;
pub(crate) mod folder;
pub(crate) mod leave;
pub(crate) mod unread;

use crate::context::Context;
use crate::error::Failure;
use ehr_rules::InputFile;
use ehr_rules::Skipped;
use leave::Leave;
use leave::LeftOut;
use std::path::Path;
use tempfile::TempDir;
use unread::Unread;

/// The files of an export. What was unpacked for it is there as long as this is.
#[derive(Debug)]
pub(crate) struct Input {
    /// Its files, sorted by name, archives and workbooks opened.
    pub(crate) files: Vec<InputFile>,
    /// What of it cannot be read or unpacked, sorted by name.
    pub(crate) unread: Vec<Unread>,
    /// What was left out by name, sorted.
    pub(crate) left_out: Vec<LeftOut>,
    _unpacked: TempDir,
}

/// The files that INPUT names: a file, a folder, or an archive. One that cannot be read does not keep the others from being
/// looked at; where none can, that is a failure.
pub(crate) fn open(context: &Context, input: &str, leave: &Leave) -> Result<Input, Failure> {
    if let Some((scheme, _)) = input.split_once("://") {
        return Err(Failure::Usage(format!("input by `{scheme}` cannot be fetched; fetch it into a folder first")));
    }
    let mut leaving = leave.begin()?;
    let mut unread = Vec::new();
    let mut listed = folder::files(Path::new(input), &mut unread)?;
    listed.retain(|file| !leaving.takes(&file.name));
    unread.retain(|one| !leaving.takes(&one.name));
    // The export itself may be an archive, whose name is then no part of its files' names.
    let whole = Path::new(input).is_file();
    let unpacked = tempfile::Builder::new()
        .prefix("ehr-runner-")
        .tempdir()
        .map_err(|error| Failure::file("creating a folder in", &std::env::temp_dir(), &error))?;
    let mut files = Vec::new();
    archive::Unpacking::new(context, &unpacked.path().join("archives"), &mut leaving, &mut unread).all(listed, whole, &mut files)?;
    let unfolded = ehr_rules::unfold(files, &unpacked.path().join("tables"))?;
    unread.extend(unfolded.unread.iter().map(|(name, reason)| Unread::new(name.clone(), reason)));
    unread.sort_by(|a, b| a.name.cmp(&b.name));
    let mut files = unfolded.files;
    // Sheets have names of their own.
    files.retain(|file| !leaving.takes(&file.name));
    let left_out = leaving.end()?;
    if files.is_empty() && !unread.is_empty() {
        let each: Vec<String> = unread.iter().map(ToString::to_string).collect();
        return Err(Failure::World(format!("nothing of the input can be read\n  {}", each.join("\n  "))));
    }
    for one in &unread {
        context.note(&format!("note: {one}"));
    }
    for one in &left_out {
        context.note(&format!("note: `{}` is left out, as `--leave-out {}` asks", one.name, one.by));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Input { files, unread, left_out, _unpacked: unpacked })
}

impl Input {
    /// Fails where something of it cannot be read.
    pub(crate) fn is_whole(&self) -> Result<(), Failure> {
        unread::check(&self.unread)
    }

    /// Files that cannot be read, as those that a scan passed over.
    pub(crate) fn skipped(&self) -> impl Iterator<Item = Skipped> {
        self.unread.iter().map(|one| Skipped { name: one.name.clone(), reason: format!("it cannot be read: {}", one.reason) })
    }
}
