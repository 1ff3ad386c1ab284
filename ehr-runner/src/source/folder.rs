//! A file, or a folder with everything under it.

use crate::error::Failure;
use ehr_rules::InputFile;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The regular files at or under `path`, sorted by name; hidden ones are passed over.
pub(super) fn files(path: &Path) -> Result<Vec<InputFile>, Failure> {
    let data = fs::metadata(path).map_err(|error| Failure::file("opening the input", path, &error))?;
    if data.is_file() {
        let name = plain(path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes());
        return Ok(vec![InputFile { name, path: path.to_owned(), bytes: data.len() }]);
    }
    if !data.is_dir() {
        return Err(Failure::Usage(format!("the input `{}` is neither a file nor a folder", path.display())));
    }
    let mut found = Vec::new();
    walk(path, "", &mut BTreeSet::new(), &mut found)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Links are followed, so a folder is entered once only however many lead to it.
fn walk(folder: &Path, prefix: &str, entered: &mut BTreeSet<PathBuf>, found: &mut Vec<InputFile>) -> Result<(), Failure> {
    let fail = |error| Failure::file("reading the folder", folder, &error);
    if !entered.insert(folder.canonicalize().map_err(fail)?) {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = plain(entry.file_name().as_encoded_bytes());
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let data = fs::metadata(&path).map_err(|error| Failure::file("opening", &path, &error))?;
        let name = format!("{prefix}{name}");
        if data.is_dir() {
            walk(&path, &format!("{name}/"), entered, found)?;
        } else if data.is_file() {
            found.push(InputFile { name, path, bytes: data.len() });
        }
    }
    Ok(())
}

/// A file's name as text that can be printed anywhere: what is no text, and what a terminal would obey, is written out, so
/// that two names stay two.
pub(super) fn plain(name: &[u8]) -> String {
    let mut plain = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() { plain.extend(letter.escape_default()) } else { plain.push(letter) }
        }
        plain.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_printed_and_not_obeyed() {
        assert_eq!(plain("Löwe 🦁 (2).csv".as_bytes()), "Löwe 🦁 (2).csv");
        assert_eq!(plain(b"a\n\x1b[31mb\xff.csv"), "a\\n\\u{1b}[31mb\\xff.csv");
        assert_ne!(plain(b"a\xfe.csv"), plain(b"a\xff.csv"));
    }
}
