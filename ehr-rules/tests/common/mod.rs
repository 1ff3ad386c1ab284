//! What several tests share.

use std::path::Path;
use std::path::PathBuf;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap_or_default()
}

/// Real exports and definitions, where they lie beside the repository (or where `EHR_TEST_DATA` says); they are no part of it.
/// Without them a test says that it is skipped.
pub fn real_data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("EHR_TEST_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: `{name}` is not here; EHR_TEST_DATA says where real exports lie");
    None
}
