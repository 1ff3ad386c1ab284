//! The forms in which diagnostics leave: for people, for programs, for GitHub, for whatever reads SARIF. One file each.

mod github;
mod human;
mod json;
mod sarif;
#[cfg(test)]
mod tests;

use crate::diagnostic::Source;
use std::path::Path;

/// The path of a source from a folder, with `/`; as it is where it is not under it.
fn relative(source: &Source, root: &Path) -> String {
    let path = Path::new(&source.path);
    let inside = path.strip_prefix(root).unwrap_or(path);
    let inside = inside.strip_prefix(".").unwrap_or(inside);
    inside.display().to_string().replace('\\', "/")
}
