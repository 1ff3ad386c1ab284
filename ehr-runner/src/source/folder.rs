//! A file, or a folder with everything under it.

use crate::error::Failure;
use crate::source::unread::Unread;
use ehr_rules::InputFile;
use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

/// The regular files at or under `path`, sorted by name; hidden ones are passed over. What cannot be read is told to `unread`.
pub(super) fn files(path: &Path, unread: &mut Vec<Unread>) -> Result<Vec<InputFile>, Failure> {
    let fail = |error| Failure::file("opening the input", path, &error);
    let data = fs::metadata(path).map_err(fail)?;
    if data.is_file() {
        File::open(path).map_err(fail)?;
        let name = plain(path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes());
        return Ok(vec![InputFile { name, path: path.to_owned(), bytes: data.len() }]);
    }
    if !data.is_dir() {
        return Err(Failure::Usage(format!("the input `{}` is neither a file nor a folder", path.display())));
    }
    fs::read_dir(path).map_err(fail)?;
    let mut walk = Walk { entered: BTreeSet::new(), found: Vec::new(), unread };
    walk.folder(path, "").map_err(|error| Failure::file("reading the folder", path, &error))?;
    let mut found = walk.found;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// A way through a folder and everything under it.
struct Walk<'a> {
    /// Links are followed, so a folder is entered once only however many lead to it.
    entered: BTreeSet<PathBuf>,
    found: Vec<InputFile>,
    unread: &'a mut Vec<Unread>,
}

impl Walk<'_> {
    /// Fails where the folder itself cannot be read.
    fn folder(&mut self, folder: &Path, prefix: &str) -> Result<(), io::Error> {
        if !self.entered.insert(folder.canonicalize()?) {
            return Ok(());
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = plain(entry.file_name().as_encoded_bytes());
            if !name.starts_with('.') {
                self.entry(&entry.path(), format!("{prefix}{name}"));
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: String) {
        let data = match fs::metadata(path) {
            Ok(data) => data,
            Err(error) => return self.unread.push(Unread::new(name, &because(path, &error))),
        };
        if data.is_dir() {
            if let Err(error) = self.folder(path, &format!("{name}/")) {
                self.unread.push(Unread::new(name, &because(path, &error)));
            }
        } else if !data.is_file() {
            // Opening a pipe could wait for ever.
            self.unread.push(Unread::new(name, "it is no file but a pipe or a device"));
        } else if let Err(error) = File::open(path) {
            self.unread.push(Unread::new(name, &because(path, &error)));
        } else {
            self.found.push(InputFile { name, path: path.to_owned(), bytes: data.len() });
        }
    }
}

/// Why something cannot be opened.
fn because(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        // It may lead to itself as well.
        _ if path.is_symlink() => "it is a link that leads nowhere".to_owned(),
        _ => error.to_string(),
    }
}

/// A file's name as text that can be printed anywhere: what is no text, and what a terminal would obey, is written out, so
/// that two names stay two.
pub(super) fn plain(name: &[u8]) -> String {
    let mut plain = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() || turns(letter) { plain.extend(letter.escape_default()) } else { plain.push(letter) }
        }
        plain.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    plain
}

/// Whether a letter changes the direction in which what follows is shown: `gpj.exe` could look like `exe.jpg`.
const fn turns(letter: char) -> bool {
    matches!(letter, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_printed_and_not_obeyed() {
        assert_eq!(plain("Löwe 🦁 (2).csv".as_bytes()), "Löwe 🦁 (2).csv");
        assert_eq!(plain(b"a\n\x1b[31mb\xff.csv"), "a\\n\\u{1b}[31mb\\xff.csv");
        assert_eq!(plain("\u{202e}vsc.a".as_bytes()), "\\u{202e}vsc.a");
        assert_ne!(plain(b"a\xfe.csv"), plain(b"a\xff.csv"));
    }
}
