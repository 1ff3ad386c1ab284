//! Secrets from the environment, in a variable or in a file that its owner alone may read, or from whoever sits at the terminal.

use crate::error::Failure;
use ehr_rules::SecretString;
use ehr_rules::secret_variable;
use std::collections::BTreeMap;
use std::env;
use std::env::VarError;
use std::fs::File;
use std::io;
use std::io::ErrorKind;
use std::io::IsTerminal;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A key of fewer bytes can be found by trying.
const LEAST: usize = 16;
/// What is larger is no secret.
const MOST: u64 = 1 << 16;
/// Passwords that were typed, by whose they are: the terminal is the process's, as its environment is, and nobody is asked twice.
static TYPED: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// Those of these secrets that the environment has.
pub(crate) fn brought(names: &[String]) -> Result<BTreeMap<String, SecretString>, Failure> {
    let mut secrets = BTreeMap::new();
    for name in names {
        let variable = secret_variable(name);
        let Some((value, said)) = found(&variable)? else { continue };
        if value.len() < LEAST {
            return Err(Failure::Usage(format!("`{said}` has fewer than {LEAST} bytes, which can be found by trying")));
        }
        secrets.insert(name.clone(), value.into());
    }
    Ok(secrets)
}

/// What a variable of the environment holds, or a file that it names with `_FILE` behind it.
pub(crate) fn of_variable(variable: &str) -> Result<Option<String>, Failure> {
    Ok(found(variable)?.map(|(value, _)| value))
}

/// The password that was typed for this before.
pub(crate) fn typed(whose: &str) -> Option<String> {
    TYPED.lock().unwrap_or_else(PoisonError::into_inner).get(whose).cloned()
}

/// Asks for a password at the terminal, where it is not seen; `None` where nobody sits at one, or nothing is typed.
pub(crate) fn ask(whose: &str) -> Result<Option<String>, Failure> {
    // What runs by itself would wait for ever.
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    // The question stands there a moment before what is typed is no longer shown: the library offers no place between the two, and the
    // terminal is turned by code that is not safe in Rust's sense. What is typed in that moment counts all the same.
    match rpassword::prompt_password(format!("password for {whose}: ")) {
        Ok(password) if password.is_empty() => Ok(None),
        Ok(password) => {
            TYPED.lock().unwrap_or_else(PoisonError::into_inner).insert(whose.to_owned(), password.clone());
            Ok(Some(password))
        }
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(Failure::Interrupted("changed")),
        Err(error) => Err(Failure::World(format!("asking for a password at the terminal: {error}"))),
    }
}

/// The value, and which variable it came by.
fn found(variable: &str) -> Result<Option<(String, String)>, Failure> {
    let file = format!("{variable}_FILE");
    Ok(match (env::var(variable), env::var_os(&file)) {
        (Err(VarError::NotPresent), None) => None,
        (Err(VarError::NotPresent), Some(path)) => Some((from_file(&PathBuf::from(path), &file)?, file)),
        (_, Some(_)) => return Err(Failure::Usage(format!("both `{variable}` and `{file}` are set; one of the two is enough"))),
        (Ok(value), None) => Some((value, variable.to_owned())),
        (Err(VarError::NotUnicode(_)), None) => return Err(Failure::Usage(format!("`{variable}` is not text in UTF-8"))),
    })
}

/// What stands in the file, but for a line end at its end.
fn from_file(path: &Path, variable: &str) -> Result<String, Failure> {
    let fail = |error| Failure::file(&format!("reading what `{variable}` names,"), path, &error);
    let file = File::open(path).map_err(fail)?;
    let found = file.metadata().map_err(fail)?;
    if !found.is_file() {
        return Err(Failure::Usage(format!("`{}`, which `{variable}` names, is no file", path.display())));
    }
    if open_to_others(&found) {
        return Err(Failure::Usage(format!(
            "`{}`, which `{variable}` names, may be read by others than its owner: `chmod 600` it",
            path.display()
        )));
    }
    let mut text = String::new();
    file.take(MOST).read_to_string(&mut text).map_err(fail)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
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
