//! The world failed: a file, the engine, a limit. Bad rules are diagnostics and bad data are findings.

use std::path::Path;
use std::path::PathBuf;

/// What was being done to what when the world failed. It never holds a value from the data.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] ErrorKind);

/// The kinds of failure, for those who must tell them apart.
#[derive(Debug, thiserror::Error)]
enum ErrorKind {
    #[error("{doing} `{path}`: {cause}", path = path.display())]
    Io { doing: &'static str, path: PathBuf, cause: std::io::Error },
    #[error("{doing}: {cause}")]
    Engine { doing: String, cause: String },
    #[error("{0}")]
    Data(String),
    #[error("{0}")]
    Refused(String),
    #[error("the order was interrupted")]
    Interrupted,
    #[error("{0}; this is a bug in ehr-rules, please report it")]
    Bug(String),
}

impl Error {
    pub(crate) fn io(doing: &'static str, path: &Path, cause: std::io::Error) -> Self {
        ErrorKind::Io { doing, path: path.to_owned(), cause }.into()
    }

    /// An engine's message may quote a value, so only its kind is kept.
    #[expect(clippy::needless_pass_by_value, reason = "made to stand in map_err")]
    pub(crate) fn engine(doing: &str, cause: polars::error::PolarsError) -> Self {
        use polars::error::PolarsError as P;
        let cause = match &cause {
            P::IO { error, .. } => error.to_string(),
            P::ColumnNotFound(name) => format!("no column {name}"),
            P::SchemaMismatch(_) | P::SchemaFieldNotFound(_) => "the columns are not those expected".to_owned(),
            P::ComputeError(text) if text.starts_with("ehr-rules: ") => text.trim_start_matches("ehr-rules: ").to_owned(),
            P::InvalidOperation(_) => "the engine cannot do this operation on these types".to_owned(),
            P::ComputeError(_) => "the engine could not compute it".to_owned(),
            _ => "the engine failed".to_owned(),
        };
        ErrorKind::Engine { doing: doing.to_owned(), cause }.into()
    }

    /// The data as a whole cannot be used: status 4.
    pub(crate) fn data(message: impl Into<String>) -> Self {
        ErrorKind::Data(message.into()).into()
    }

    /// What was asked for cannot be done: status 2.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        ErrorKind::Refused(message.into()).into()
    }

    pub(crate) fn interrupted() -> Self {
        ErrorKind::Interrupted.into()
    }

    pub(crate) fn bug(message: impl Into<String>) -> Self {
        ErrorKind::Bug(message.into()).into()
    }

    /// Whether the data as a whole falls short (status 4), not the world (status 5).
    pub fn is_data(&self) -> bool {
        matches!(self.0, ErrorKind::Data(_))
    }

    /// Whether something was asked for that cannot be done (status 2).
    pub fn is_refused(&self) -> bool {
        matches!(self.0, ErrorKind::Refused(_))
    }
}
