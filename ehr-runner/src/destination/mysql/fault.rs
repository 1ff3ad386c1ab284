//! What went wrong, told by codes: the server's own texts may quote a value, and those that cannot are the few that are repeated.

use super::super::doing::Doing;
use super::super::doing::Fault;
use super::super::doing::LACKS;
use super::super::trust;
use crate::error::Failure;
use mysql::DriverError;
use mysql::Error;
use mysql::MySqlError;
use std::error::Error as _;
use std::io;

/// The message of a lack of rights names rights, users and tables, never values.
const NAMING: [u16; 8] = [1044, 1142, 1143, 1227, 1370, 1410, 1419, 1698];

/// The server ended the connection, or itself.
const ENDED: [u16; 5] = [1053, 1079, 1317, 1927, 3169];

/// Whether the server let nobody in, as it does with a password that is lacking.
pub(super) fn is_refused(error: &Error) -> bool {
    matches!(error, Error::MySqlError(said) if said.code == 1045)
}

impl Fault for Error {
    fn told(&self, doing: Doing<'_>, shown: &str) -> Result<Failure, String> {
        Err(match self {
            Self::MySqlError(said) if matches!(doing, Doing::Committing) && ENDED.contains(&said.code) => {
                "the server ended the connection".to_owned()
            }
            Self::MySqlError(said) => return Ok(by_server(doing, shown, said)),
            Self::IoError(error) => unheard(error),
            Self::CodecError(error) => match error.source().and_then(|cause| cause.downcast_ref()) {
                Some(error) => unheard(error),
                None => "an answer of the server was not understood".to_owned(),
            },
            Self::TlsError(error) => format!("TLS: {error}"),
            Self::DriverError(DriverError::TlsNotSupported) => "the server offers no TLS; `?sslmode=disable` goes without it".to_owned(),
            Self::DriverError(DriverError::PacketTooLarge) => "a row is larger than the server takes (`max_allowed_packet`)".to_owned(),
            Self::DriverError(DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout) => "nobody answers there".to_owned(),
            // The other kinds may hold what was sent or received.
            Self::DriverError(_) => "the two do not understand each other".to_owned(),
            _ => "an answer of the server was not understood".to_owned(),
        })
    }
}

/// Why nothing came, or could be sent.
fn unheard(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => trust::silent_for(trust::silence().unwrap_or_default()),
        _ => error.to_string(),
    }
}

/// The failure that the server said.
fn by_server(doing: Doing<'_>, shown: &str, said: &MySqlError) -> Failure {
    if let Some(what) = refused(said.code) {
        return Failure::Data(format!("nothing was changed: {}of `{shown}`, {what}", doing.table()));
    }
    let code = said.code;
    Failure::World(match code {
        1045 | 1698 => {
            format!("`{shown}`: the server refuses the user or the password; {}", trust::FROM)
        }
        1049 => format!("`{shown}`: there is no such database"),
        _ if NAMING.contains(&code) => format!("`{shown}`: {LACKS}: {}", said.message),
        1021 | 1114 => format!("`{shown}`: the server's disk or a table of it is full; nothing was changed"),
        1020 | 1205 | 1213 => {
            format!("`{shown}`: another program was at work in the same tables; nothing was changed, give the command again")
        }
        _ if ENDED.contains(&code) => {
            format!("`{shown}`: the connection was ended, or the server is shutting down; nothing was changed")
        }
        1290 | 1836 | 3100 => format!("`{shown}`: the server takes no writes; it may be a copy of another one"),
        4151 | 3118 => format!("`{shown}`: the user's account is locked there"),
        1820 | 1862 => format!("`{shown}`: the user's password has expired there, and must be changed first"),
        1040 | 1203 | 1226 => {
            format!("`{shown}`: the server has too many connections, or the user has; nothing was changed, give the command again later")
        }
        1153 => format!("`{shown}`: a row is larger than the server takes (`max_allowed_packet`); nothing was changed"),
        1071 => format!(
            "`{shown}`: a key is longer than the 3072 bytes that an index takes; a smaller `max_length` of its columns makes it shorter"
        ),
        1118 => format!("`{shown}`: {}has more or longer columns than a row takes", doing.table()),
        1300 | 1102 | 1103 | 1166 | 1059 => format!("`{shown}`: the server does not take the name of a table or column"),
        1005 | 1215 | 1822 | 3780 => {
            format!("`{shown}`: a reference between tables cannot be made there: what is referred to has no key, or is of another type")
        }
        1146 => format!("`{shown}`: a table is gone that was there before"),
        _ => format!("`{shown}`: the database refuses (error {code}, SQLSTATE {}); its own log says why", said.state),
    })
}

/// What a code says of the rows, where it speaks of them.
pub(super) fn refused(code: u16) -> Option<&'static str> {
    Some(match code {
        1062 | 1586 => "rows have a key or a unique value that is there already",
        1216 | 1452 => "rows refer to nothing",
        1217 | 1451 => "rows are referred to",
        1048 | 1263 | 1364 => "rows lack a required value",
        3819 | 4025 => "rows break a check, such as a length",
        1406 => "a text is longer than its column",
        1264 | 1690 | 1916 => "a number is too large for its column",
        1265 => "a value does not fit its column",
        1292 | 1366 | 1411 => "the database does not take a value as its column's type",
        _ => return None,
    })
}
