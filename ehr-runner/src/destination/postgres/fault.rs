//! What went wrong, told without a value: the server's own texts may quote one, so its codes are put into words.

use super::super::doing::Doing;
use super::super::doing::Fault;
use super::super::doing::LACKS;
use super::super::trust;
use super::binary::Unfit;
use crate::error::Failure;
use postgres::Error;
use postgres::error::DbError;
use std::error::Error as _;

/// Classes of errors whose texts speak of the server, the statement or names, never of values: connections, transactions, databases,
/// schemas, names and rights, resources, states and faults of the server itself.
const NAMING: [&str; 12] = ["08", "0A", "25", "3D", "3F", "42", "53", "54", "55", "57", "58", "XX"];

/// The server ended the connection, or itself.
const ENDED: [&str; 3] = ["57P01", "57P02", "57P03"];

/// What ends a program that holds a lock.
pub(super) const END: &str = "SELECT pg_terminate_backend(PROCESS)";

/// Whether the server asked for a password and none was there to be sent.
pub(super) fn wants_password(error: &Error) -> bool {
    error.source().is_some_and(|cause| cause.to_string() == "password missing")
}

impl Fault for Error {
    fn told(&self, doing: Doing<'_>, shown: &str) -> Result<Failure, String> {
        if let Some(said) = self.as_db_error() {
            if matches!(doing, Doing::Committing) && ENDED.contains(&said.code().code()) {
                return Err("the server ended the connection".to_owned());
            }
            return Ok(by_server(doing, shown, said));
        }
        if wants_password(self) {
            return Ok(Failure::World(format!("`{shown}`: the server wants a password, and none is given; {}", trust::FROM)));
        }
        let cause = self.source().map_or_else(String::new, |cause| format!(": {cause}"));
        Err(format!("{self}{cause}"))
    }
}

impl Doing<'_> {
    /// The failure of a row that cannot be sent.
    pub(super) fn unfit(self, shown: &str, unfit: Unfit) -> Failure {
        Failure::Data(format!("nothing was loaded: {}of `{shown}`, {unfit}", self.table()))
    }

    /// The failure of a copy, in which what is ours lies in what is the system's.
    pub(super) fn broken(self, shown: &str, error: &std::io::Error) -> Failure {
        match error.get_ref().and_then(|cause| cause.downcast_ref::<Error>()) {
            Some(error) => self.failed(shown, error),
            None => Failure::World(format!("loading into `{shown}`: {error}; nothing was changed")),
        }
    }
}

/// The failure that the server said.
fn by_server(doing: Doing<'_>, shown: &str, said: &DbError) -> Failure {
    let code = said.code().code();
    let table = said.table().map_or_else(|| doing.table(), |table| format!("in table `{table}` "));
    let column = said.column().map_or_else(String::new, |column| format!(" `{column}`"));
    let constraint = said.constraint().map_or_else(String::new, |name| format!(" (`{name}`)"));
    let data = |what: &str| Failure::Data(format!("nothing was changed: {table}of `{shown}`, {what}"));
    let world = |what: &str| Failure::World(format!("`{shown}`: {what}"));
    match code {
        "23505" => data(&format!("rows have a unique value that is there already{constraint}")),
        "23503" => data(&format!("rows refer to nothing, or are referred to{constraint}")),
        "23502" => data(&format!("rows lack the required value{column}")),
        "23514" => data(&format!("rows break a check{constraint}")),
        "22001" => data("a text is longer than its column"),
        "22003" => data("a number is too large for its column"),
        _ if code.starts_with("23") || code.starts_with("22") => {
            data(&format!("the database does not take a value (SQLSTATE {code}){constraint}"))
        }
        "28P01" | "28000" => world(&format!("the server refuses the user or the password; {}", trust::FROM)),
        "42501" => world(&format!("{LACKS}: {}", said.message())),
        "53100" => world("the server's disk is full; nothing was changed"),
        _ if ENDED.contains(&code) => world("the server is shutting down or starting; nothing was changed"),
        "55P03" => Doing::locked(shown, &[], END),
        "40001" | "40P01" => world("another program was at work in the same tables; nothing was changed, give the command again"),
        _ if NAMING.iter().any(|class| code.starts_with(class)) => world(&format!("{} (SQLSTATE {code})", said.message())),
        // Such as what a trigger of the database says, in which a value may stand.
        _ => world(&format!("the database refuses (SQLSTATE {code}); its own log says why; nothing was changed")),
    }
}
