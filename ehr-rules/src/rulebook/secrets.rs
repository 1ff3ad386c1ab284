//! The secrets that rules name: which a run needs, and whether an order brings them.

use crate::error::Error;
use crate::ir::expr::Form;
use crate::ir::transform::Transform;
use secrecy::ExposeSecret;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The names of the secrets that rules ask for.
pub(super) fn named<'t>(rules: impl IntoIterator<Item = &'t Transform>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for rule in rules {
        rule.visit(&mut |expr| {
            if let Form::Secret(name) = &expr.form {
                names.insert(name.clone());
            }
        });
    }
    names
}

/// Refused where an order lacks one, or brings one without anything in it.
pub(super) fn brought(names: &BTreeSet<String>, secrets: &BTreeMap<String, SecretString>) -> Result<(), Error> {
    let lacking = names.iter().find(|name| secrets.get(*name).is_none_or(|secret| secret.expose_secret().is_empty()));
    match lacking {
        None => Ok(()),
        Some(name) => {
            let variable = variable(name);
            Err(Error::refused(format!("the secret `{name}` is not set: `{variable}`, or `{variable}_FILE` for a file that holds it")))
        }
    }
}

/// Which secrets these are, without telling what they are: the same names and values give the same text.
pub(super) fn print(names: &BTreeSet<String>, secrets: &BTreeMap<String, SecretString>) -> String {
    let mut text = String::new();
    for name in names {
        let value = secrets.get(name).map(ExposeSecret::expose_secret).unwrap_or_default();
        let print = blake3::Hash::from(blake3::derive_key("ehr-rules 2026 which secret an order had", value.as_bytes()));
        // Writing to a text does not fail.
        let _ = writeln!(text, "{name} {print}");
    }
    text
}

/// The environment variable in which a secret is looked for: `EHR_SECRET_`, and the name in upper case with `_` for `-`.
///
/// ```
/// assert_eq!(ehr_rules::secret_variable("study-2"), "EHR_SECRET_STUDY_2");
/// ```
pub fn variable(name: &str) -> String {
    format!("EHR_SECRET_{}", name.to_uppercase().replace('-', "_"))
}
