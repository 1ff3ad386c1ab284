//! What of an export cannot be read. A run does not go on without it: its rows would be lost, and nobody would know.

use crate::error::Failure;
use crate::source::folder::plain;
use serde::Serialize;
use std::fmt;
use std::fmt::Write as _;

/// Names that a message holds; the others are counted.
const NAMED: usize = 20;

/// A file, a folder, an archive or an entry of one that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Unread {
    /// Its name in the input.
    pub(crate) name: String,
    /// Why.
    pub(crate) reason: String,
}

impl Unread {
    /// What cannot be read, and why.
    pub(super) fn new(name: String, reason: &str) -> Self {
        // The system's words may quote what stands in the file.
        Self { name, reason: plain(reason.as_bytes()) }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "`{}` cannot be read: {}", self.name, self.reason)
    }
}

/// Fails where there is anything that cannot be read. What a file is called says nothing sure of what it holds, so none is
/// passed over unless a person says so.
pub(super) fn check(unread: &[Unread]) -> Result<(), Failure> {
    let Some(first) = unread.first() else { return Ok(()) };
    let mut said = if let [one] = unread {
        one.to_string()
    } else {
        let mut said = format!("{} files of the input cannot be read", unread.len());
        for one in unread.iter().take(NAMED) {
            // Writing to a text cannot fail.
            let _ = write!(said, "\n  `{}`: {}", one.name, one.reason);
        }
        if unread.len() > NAMED {
            let _ = write!(said, "\n  and {} more", unread.len() - NAMED);
        }
        said
    };
    let _ = write!(
        said,
        "\nhelp: mend what is damaged, or leave out by name what is none of the export's, as in `--leave-out '{}'`; the order says what was left out",
        first.name
    );
    Err(Failure::World(said))
}
