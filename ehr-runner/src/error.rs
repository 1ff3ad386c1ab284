//! What can go wrong, and the exit status each kind has.

use ehr_rules::Diagnostics;
use polars::error::PolarsError;
use std::io;
use std::path::Path;

/// The status of a process that was asked to stop, as shells give it.
pub(crate) const INTERRUPTED: u8 = 130;

/// How a command ended that did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, and nothing fell short.
    Done,
    /// The rules are wrong, and the command's answer says so.
    RulesWrong,
    /// The export was not identified, and the command's answer says so.
    NotIdentified,
    /// The data falls short, and the command's answer says so.
    DataShort,
    /// The other side left without a word, as the language server protocol counts it.
    LeftEarly,
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Diagnostics, printed in full.
    #[error("the rules are wrong")]
    Rules(Diagnostics),
    /// The command line asks for what cannot be done.
    #[error("{0}")]
    Usage(String),
    /// The export was not identified, or is ambiguous.
    #[error("{0}")]
    Unidentified(String),
    /// The data falls short.
    #[error("{0}")]
    Data(String),
    /// A file, a network or a database failed.
    #[error("{0}")]
    World(String),
    /// A signal asked to stop; what was not done is said.
    #[error("interrupted; nothing was {0}")]
    Interrupted(&'static str),
}

impl Status {
    /// The process's exit status.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::RulesWrong | Self::LeftEarly => 1,
            Self::NotIdentified => 3,
            Self::DataShort => 4,
        }
    }
}

impl Failure {
    /// The process's exit status.
    pub(crate) const fn number(&self) -> u8 {
        match self {
            Self::Rules(_) => 1,
            Self::Usage(_) => 2,
            Self::Unidentified(_) => 3,
            Self::Data(_) => 4,
            Self::World(_) => 5,
            Self::Interrupted(_) => INTERRUPTED,
        }
    }

    /// What was being done to which file when it failed.
    pub(crate) fn file(doing: &str, path: &Path, cause: &io::Error) -> Self {
        Self::World(format!("{doing} `{}`: {cause}", path.display()))
    }

    /// An engine's message may quote a value, so only that of the operating system is kept.
    pub(crate) fn engine(doing: &str, path: &Path, cause: &PolarsError) -> Self {
        let cause = match cause {
            PolarsError::IO { error, .. } => error.to_string(),
            _ => "the engine failed".to_owned(),
        };
        Self::World(format!("{doing} `{}`: {cause}", path.display()))
    }

    /// What failed in a database. `SQLite`'s messages name tables and columns, never values.
    pub(crate) fn database(doing: &str, path: &Path, cause: &rusqlite::Error) -> Self {
        Self::World(format!("{doing} `{}`: {cause}", path.display()))
    }
}

impl From<ehr_rules::Error> for Failure {
    fn from(error: ehr_rules::Error) -> Self {
        if error.is_refused() {
            Self::Usage(error.to_string())
        } else if error.is_data() {
            Self::Data(error.to_string())
        } else {
            Self::World(error.to_string())
        }
    }
}
