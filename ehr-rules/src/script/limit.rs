//! What a script may do on one row, and which of these limits stopped it.

use rhai::EvalAltResult;
use std::time::Duration;

/// Steps a script may take.
pub(super) const OPERATIONS: u64 = 100_000;
/// How deep its calls may be.
pub(super) const CALLS: usize = 16;
/// Variables that it may have at once.
pub(super) const VARIABLES: usize = 1_000;
/// Bytes that a text may have.
pub(super) const TEXT: usize = 1 << 20;
/// Values that a list may have, and fields that an object may.
pub(super) const VALUES: usize = 10_000;
/// How long it may take. No honest script comes near it: it is against steps that are long by themselves.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A limit that stopped a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Limit {
    Operations,
    Calls,
    Variables,
    Text,
    List,
    Object,
    Time,
}

impl Limit {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [Self::Operations, Self::Calls, Self::Variables, Self::Text, Self::List, Self::Object, Self::Time];

    /// Which one it was, where it was one. What else the interpreter says may quote a value.
    pub(super) fn of(error: &EvalAltResult) -> Option<Self> {
        match error.unwrap_inner() {
            EvalAltResult::ErrorTooManyOperations(_) => Some(Self::Operations),
            EvalAltResult::ErrorStackOverflow(_) => Some(Self::Calls),
            EvalAltResult::ErrorTooManyVariables(_) => Some(Self::Variables),
            EvalAltResult::ErrorTerminated(..) => Some(Self::Time),
            EvalAltResult::ErrorDataTooLarge(what, _) if what.contains("string") => Some(Self::Text),
            EvalAltResult::ErrorDataTooLarge(what, _) if what.contains("map") => Some(Self::Object),
            EvalAltResult::ErrorDataTooLarge(..) => Some(Self::List),
            _ => None,
        }
    }

    /// For people.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Operations => format!("it took more than {OPERATIONS} steps"),
            Self::Calls => format!("its calls were more than {CALLS} deep"),
            Self::Variables => format!("it had more than {VARIABLES} variables"),
            Self::Text => format!("a text in it became longer than {TEXT} bytes"),
            Self::List => format!("a list in it became longer than {VALUES} values"),
            Self::Object => format!("an object in it came to have more than {VALUES} fields"),
            Self::Time => format!("it took longer than {} seconds", PATIENCE.as_secs()),
        }
    }
}
