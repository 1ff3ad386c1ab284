//! What of an export cannot be read, and whether a run may go on without it.

use crate::context::Context;
use crate::error::Failure;
use crate::source::folder::plain;
use ehr_rules::Rulebook;
use ehr_rules::SourceId;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// A file, a folder or an archive that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unread {
    /// Its name in the input.
    pub(crate) name: String,
    /// Why.
    pub(crate) reason: String,
    #[serde(skip)]
    holds: Holds,
}

/// What it would hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Holds {
    /// What its name says.
    #[default]
    ByName,
    /// Files of any name.
    Anything,
}

impl Unread {
    /// What cannot be read, and why.
    pub(super) fn new(name: String, holds: Holds, reason: &str) -> Self {
        // The system's words may quote what stands in the file.
        Self { name, holds, reason: plain(reason.as_bytes()) }
    }

    /// What it could be of a source: a table whose files are called so.
    fn could_be(&self, book: &Rulebook, source: &SourceId) -> Option<String> {
        let last = self.name.rsplit('/').next().unwrap_or(&self.name);
        let (stem, ending) = last.rsplit_once('.').unwrap_or((last, ""));
        let ending = ending.to_ascii_lowercase();
        match (self.holds, ending.as_str()) {
            (Holds::Anything, _) | (_, "zip" | "tar" | "tgz" | "tzst" | "xlsx" | "xlsm" | "xlsb" | "xls" | "ods") => {
                Some("could hold any of its tables".to_owned())
            }
            (_, "gz" | "zst") => called(book, source, stem),
            (_, "parquet" | "pq") => called(book, source, &format!("{stem}.csv")),
            _ => called(book, source, last),
        }
    }
}

fn called(book: &Rulebook, source: &SourceId, file_name: &str) -> Option<String> {
    let tables = book.tables_called(source, file_name);
    tables.first().map(|table| format!("is called as the files of `{table}` are"))
}

impl fmt::Display for Unread {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "`{}` cannot be read: {}", self.name, self.reason)
    }
}

/// Fails where something that cannot be read could hold rows of a source's tables: they would be lost, and nobody would know.
pub(crate) fn check(context: &Context, book: &Rulebook, source: &SourceId, unread: &[Unread]) -> Result<(), Failure> {
    for one in unread {
        if let Some(what) = one.could_be(book, source) {
            return Err(Failure::World(format!(
                "{one}\n  it {what}, so rows of {source} could be lacking\nhelp: mend it, or take it out of the input if it is none of the export's"
            )));
        }
    }
    if !unread.is_empty() {
        context.note(&format!("note: no file of {source} is called as those that cannot be read, so it is read without them"));
    }
    Ok(())
}
