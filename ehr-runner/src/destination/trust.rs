//! Whose certificates a server may show, those that the machine trusts or those that the operator names, by which password it is reached, and
//! how long it may be silent.

use crate::error::Failure;
use crate::secret;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

/// Holds the password of a server; so does the file that this names with `_FILE` behind it.
pub(super) const PASSWORD: &str = "EHR_TO_PASSWORD";
/// Where it comes from, for people.
pub(super) const FROM: &str =
    "it is read from `EHR_TO_PASSWORD`, or from the file that `EHR_TO_PASSWORD_FILE` names, or else asked for at a terminal";
/// Names a file of certificates to trust in place of those that the machine trusts.
const AUTHORITY: &str = "EHR_TO_CA";

/// How long a server may take to be connected to.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Says how many seconds a server may say nothing for, once it is connected to.
const SILENCE: &str = "EHR_TO_SILENCE";
/// The same where nobody says it: longer than any one statement of a load should take.
const LONGEST: Duration = Duration::from_hours(1);

/// The longest that anybody is waited for who holds what a load needs.
const LOCKED: Duration = Duration::from_mins(5);

/// How long a server may say nothing for, while it is waited for.
pub(super) fn silence() -> Result<Duration, Failure> {
    let Some(asked) = env::var_os(SILENCE) else { return Ok(LONGEST) };
    let seconds = asked.to_str().and_then(|asked| asked.trim().parse().ok()).filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(|| Failure::Usage(format!("`{SILENCE}` is a number of seconds, 1 or more")))
}

/// How long anybody is waited for, other loaders apart, who holds what a load needs: not so long that the server would seem to be silent.
pub(super) fn patience_with_locks() -> Result<Duration, Failure> {
    Ok((silence()? / 2).min(LOCKED).max(Duration::from_secs(1)))
}

/// How silence is said.
pub(super) fn silent_for(patience: Duration) -> String {
    let seconds = patience.as_secs();
    let more = if patience == PATIENCE { String::new() } else { format!("; `{SILENCE}` says how many seconds it may") };
    format!("it has said nothing for {seconds} seconds{more}")
}

/// The password for a server that is shown so: the environment's, or what was typed for it before.
pub(super) fn password(shown: &str) -> Result<Option<String>, Failure> {
    Ok(secret::of_variable(PASSWORD)?.or_else(|| secret::typed(account(shown))))
}

/// The same from whoever sits at the terminal, for a server that wants one.
pub(super) fn ask(shown: &str) -> Result<Option<String>, Failure> {
    secret::ask(account(shown))
}

/// Databases of one server share their users.
fn account(shown: &str) -> &str {
    shown.rsplit_once('/').map_or(shown, |(account, _)| account)
}

/// The certificates. Of the machine's, one that cannot be read is one fewer to trust; of the operator's, all must be readable.
pub(super) fn certificates() -> Result<Vec<CertificateDer<'static>>, Failure> {
    let Some(path) = env::var_os(AUTHORITY).map(PathBuf::from) else {
        return Ok(rustls_native_certs::load_native_certs().certs);
    };
    let fail = |cause: &dyn std::fmt::Display| Failure::World(format!("reading what `{AUTHORITY}` names, `{}`: {cause}", path.display()));
    let read = CertificateDer::pem_file_iter(&path).map_err(|error| fail(&error))?;
    let certificates: Vec<_> = read.collect::<Result<_, _>>().map_err(|error| fail(&error))?;
    if certificates.is_empty() {
        return Err(fail(&"no certificate stands in it"));
    }
    Ok(certificates)
}
