//! Passwords of tenants: made here, and written to a file that its owner alone may read.

use crate::error::Failure;
use rustls::crypto::ring;
use serde_json::json;
use std::env;
use std::fs::File;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use uuid::Uuid;

/// Names the file; without it tenants cannot log in until somebody lets them.
const FILE: &str = "EHR_TENANT_PASSWORDS";

/// Where passwords are written to, if anywhere.
pub(crate) struct Passwords(Option<(PathBuf, File)>);

impl Passwords {
    /// Opens the file that the environment names, and makes it where it is not there.
    pub(super) fn open() -> Result<Self, Failure> {
        let Some(path) = env::var_os(FILE).map(PathBuf::from) else { return Ok(Self(None)) };
        let fail = |error| Failure::file(&format!("opening what `{FILE}` names,"), &path, &error);
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(fail)?;
        let found = file.metadata().map_err(fail)?;
        if !found.is_file() || open_to_others(&found) {
            return Err(Failure::Usage(format!(
                "`{}`, which `{FILE}` names, may be read by others than its owner: `chmod 600` it",
                path.display()
            )));
        }
        Ok(Self(Some((path, file))))
    }

    /// A new password for the login of a place, which is in the file before anybody can log in with it; none where there is no file.
    pub(super) fn make(&mut self, place: &str, login: &str, name: &str) -> Result<Option<String>, Failure> {
        let Some((path, file)) = &mut self.0 else { return Ok(None) };
        let password = chance()?;
        let mut line = json!({"tenant": name, "place": place, "user": login, "password": password}).to_string();
        line.push('\n');
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
        written.map_err(|error| Failure::file("writing passwords to", path, &error))?;
        Ok(Some(password))
    }
}

/// 256 bits of chance as hexadecimal digits; the form alone is that of identifiers.
pub(in crate::destination) fn chance() -> Result<String, Failure> {
    let mut chance = [[0_u8; 16]; 2];
    for part in &mut chance {
        let filled = ring::default_provider().secure_random.fill(part);
        filled.map_err(|_| Failure::World("the system has no randomness for a password".to_owned()))?;
    }
    Ok(chance.map(|part| Uuid::from_bytes(part).simple().to_string()).concat())
}

#[cfg(unix)]
fn open_to_others(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o177 != 0
}

/// Elsewhere who may read a file is not said by its mode.
#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}
