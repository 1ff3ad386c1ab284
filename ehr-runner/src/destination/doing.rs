//! What was being done when a server failed, and how that is said of every kind of server.

use super::trust;
use crate::error::Failure;
use crate::report::many;

/// What was being done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Doing<'a> {
    /// Before anything was sent.
    Opening,
    /// Statements.
    Loading,
    /// Rows into this table.
    Filling(&'a str),
    /// The last step.
    Committing,
}

/// An error of a server, or on the way to it.
pub(super) trait Fault {
    /// The failure where it was the server that refused, else why it was not understood or not reached; neither holds a value.
    fn told(&self, doing: Doing<'_>, shown: &str) -> Result<Failure, String>;
}

impl Doing<'_> {
    /// The failure for people.
    pub(super) fn failed(self, shown: &str, fault: &impl Fault) -> Failure {
        let cause = match fault.told(self, shown) {
            Ok(failure) => return failure,
            Err(cause) => cause,
        };
        Failure::World(match self {
            Self::Opening => format!("connecting to `{shown}`: {cause}"),
            Self::Loading | Self::Filling(_) => format!("loading into `{shown}`: {cause}; nothing was changed"),
            Self::Committing => silent(shown, &cause),
        })
    }

    /// The failure of who waited in vain for what somebody else holds, with who may be that, and what ends one of them.
    pub(super) fn locked(shown: &str, who: &[String], end: &str) -> Failure {
        let seconds = trust::patience_with_locks().unwrap_or_default().as_secs();
        let open = if who.is_empty() { String::new() } else { format!("; transactions are open by {}", who.join(", ")) };
        Failure::World(format!(
            "`{shown}`: another program holds locks on tables here, and did not let go of them in {seconds} seconds{open}; nothing was changed\n\
             help: wait until it is done, or end it with `{end}`, and give the command again"
        ))
    }

    /// Where it was, as the beginning of a sentence goes on.
    pub(super) fn table(self) -> String {
        match self {
            Self::Filling(table) => format!("in table `{table}` "),
            _ => "in a table ".to_owned(),
        }
    }
}

/// How a failure begins where the user of a connection may not do what is to be done.
pub(super) const LACKS: &str = "the user lacks a right";

/// How many rows there are now; fails where a database takes rows without a word and does not keep them.
pub(super) fn arrived(shown: &str, table: &str, sent: u64, filled: u64) -> Result<u64, Failure> {
    if filled == sent {
        return Ok(filled);
    }
    Err(Failure::World(format!(
        "nothing was changed: {} for table `{table}` of `{shown}` did not get there; a trigger or a rule of the database holds rows back",
        many(sent.abs_diff(filled), "row")
    )))
}

/// The server may have done it before it fell silent.
fn silent(shown: &str, cause: &str) -> String {
    format!("`{shown}` fell silent at the very end: {cause}; give the command again: it says whether the order is there")
}
