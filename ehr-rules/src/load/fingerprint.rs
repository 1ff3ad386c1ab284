//! One hash over every file of rules: equal rules have equal fingerprints, wherever their folder stands.

use super::folder;
use crate::error::Error;
use std::path::Path;
use std::path::PathBuf;

/// BLAKE3 over the path within its folder and the content of every file, in hexadecimal.
pub(crate) fn fingerprint(folders: &[PathBuf]) -> Result<String, Error> {
    let mut files: Vec<(String, blake3::Hash)> = Vec::new();
    for root in folders {
        for part in folder::PARTS {
            let path = root.join(part);
            if path.is_dir() {
                collect(&path, part, &mut files)?;
            }
        }
    }
    files.sort_by(|a, b| (&a.0, a.1.as_bytes()).cmp(&(&b.0, b.1.as_bytes())));
    let mut whole = blake3::Hasher::new();
    for (name, content) in &files {
        // The length keeps a name from running into what follows it.
        whole.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes()).update(content.as_bytes());
    }
    Ok(whole.finalize().to_hex().to_string())
}

fn collect(path: &Path, shown: &str, files: &mut Vec<(String, blake3::Hash)>) -> Result<(), Error> {
    for entry in folder::entries(path)? {
        let shown = format!("{shown}/{}", folder::name_of(&entry));
        if entry.is_dir() {
            collect(&entry, &shown, files)?;
        } else {
            let content = std::fs::read(&entry).map_err(|error| Error::io("reading the rules", &entry, error))?;
            files.push((shown, blake3::hash(&content)));
        }
    }
    Ok(())
}
