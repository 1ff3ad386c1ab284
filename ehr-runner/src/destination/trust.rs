//! Whose certificates a server may show: those that the machine trusts, or those that the operator names.

use crate::error::Failure;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::env;
use std::path::PathBuf;

/// Holds the password of a server; so does the file that this names with `_FILE` behind it.
pub(super) const PASSWORD: &str = "EHR_TO_PASSWORD";
/// Names a file of certificates to trust in place of those that the machine trusts.
const AUTHORITY: &str = "EHR_TO_CA";

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
