//! An export in the watched folder: a file, an archive or a folder, as it looks, whether it is whole, and what it holds.

use crate::context::Context;
use crate::error::Failure;
use crate::fingerprint;
use crate::source;
use crate::source::leave::Leave;
use serde::de::IgnoredAny;
use serde_json::Deserializer;
use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

/// How those end who write files call what is not whole yet.
const UNFINISHED: &[&str] = &[".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", "~"];

/// What can be seen of an export without reading it: each file's size and time, by its path in the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look(BTreeMap<String, (u64, Option<SystemTime>)>);

/// An export.
pub(super) struct Export;

/// The exports in a folder by name: files and folders, but for hidden ones and those that are called unfinished.
pub(super) fn list(folder: &Path) -> Result<BTreeMap<String, Look>, Failure> {
    let fail = |error: io::Error| Failure::file("reading the watched folder", folder, &error);
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        // A name that is no text cannot be written down.
        let Some(name) = name.to_str().filter(|name| is_finished(name)) else { continue };
        if let Some(look) = look(&folder.join(name)) {
            found.insert(name.to_owned(), look);
        }
    }
    Ok(found)
}

/// How an export looks; `None` where it holds nothing, or is gone.
pub(super) fn look(path: &Path) -> Option<Look> {
    let mut files = BTreeMap::new();
    walk(path, "", &mut |name, path| {
        let Ok(data) = path.metadata() else { return };
        files.insert(name.to_owned(), (data.len(), data.modified().ok()));
    });
    (!files.is_empty()).then_some(Look(files))
}

/// A hash over what an export holds: its files' content, and their paths in it, but not its own name; `None` where a file
/// is gone meanwhile.
pub(super) fn hash(path: &Path) -> Result<Option<String>, Failure> {
    let mut files = BTreeMap::new();
    walk(path, "", &mut |name, path| drop(files.insert(name.to_owned(), path.to_owned())));
    let mut parts = Vec::with_capacity(2 * files.len());
    for (name, path) in files {
        if !path.is_file() {
            return Ok(None);
        }
        let Some((_, hash)) = fingerprint::of_file(&path, &AtomicBool::new(false))? else { return Ok(None) };
        parts.extend([name, hash]);
    }
    Ok(Some(fingerprint::of_parts(parts.iter().map(String::as_str))))
}

impl Export {
    /// Why an export is not whole; `None` where it is: it holds something, its archives open, and its JSON ends where it should.
    pub(super) fn lacks(context: &Context, path: &Path, leave: &Leave) -> Option<String> {
        let mut unfinished = None;
        walk(path, "", &mut |name, path| {
            if !is_finished(name.rsplit('/').next().unwrap_or(name)) {
                unfinished = Some("a file in it is called as unfinished ones are".to_owned());
            } else if path.metadata().is_ok_and(|data| data.len() == 0) {
                unfinished = Some("a file is empty".to_owned());
            }
        });
        if unfinished.is_some() {
            return unfinished;
        }
        let input = match source::open(&context.hushed(), &path.display().to_string(), leave) {
            Ok(input) => input,
            Err(failure) => return Some(failure.to_string()),
        };
        if let Some(one) = input.unread.first() {
            return Some(one.to_string());
        }
        input.files.iter().find(|file| !ends(&file.path, &file.name)).map(|_| "a JSON file in it does not end".to_owned())
    }
}

/// Whether a file ends where JSON does; true of what is no JSON by its name.
fn ends(path: &Path, name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    if !["json", "jsonl", "ndjson"].contains(&ending.as_str()) {
        return true;
    }
    let Ok(file) = File::open(path) else { return false };
    let mut any = false;
    // One value or several: what follows each is the next one, or the end.
    for value in Deserializer::from_reader(BufReader::new(file)).into_iter::<IgnoredAny>() {
        match value {
            Ok(_) => any = true,
            // What is no JSON at all is whole as far as anybody can tell, and reading it says what is wrong.
            Err(error) => return !error.is_eof(),
        }
    }
    any
}

fn is_finished(name: &str) -> bool {
    !name.starts_with('.') && !UNFINISHED.iter().any(|end| name.to_ascii_lowercase().ends_with(end))
}

/// Every file at or under a path, but hidden ones; links are not followed out of the folder. Of a file the path is empty.
fn walk(path: &Path, name: &str, tell: &mut dyn FnMut(&str, &Path)) {
    if path.is_file() {
        return tell(name, path);
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        let own = entry.file_name().to_string_lossy().into_owned();
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if own.starts_with('.') || (is_link && entry.path().is_dir()) {
            continue;
        }
        walk(&entry.path(), &if name.is_empty() { own } else { format!("{name}/{own}") }, tell);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn an_export_is_known_by_what_it_holds() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let hash = |name: &str| hash(&place.path().join(name)).unwrap();
        for (name, text) in [("a.csv", "1"), ("b.csv", "1"), ("c.csv", "2"), ("d/x.csv", "1"), ("e/x.csv", "1"), ("f/y.csv", "1")] {
            write(name, text);
        }
        write("e/.hidden", "3");
        assert_eq!(hash("a.csv"), hash("b.csv"));
        assert_ne!(hash("a.csv"), hash("c.csv"));
        assert_eq!(hash("d"), hash("e"));
        assert_ne!(hash("d"), hash("f"));
        write("g.csv.part", "1");
        let names: Vec<String> = list(place.path()).unwrap().into_keys().collect();
        assert_eq!(names, ["a.csv", "b.csv", "c.csv", "d", "e", "f"]);
    }

    #[test]
    fn json_is_whole_where_it_ends() {
        let place = tempfile::tempdir().unwrap();
        for (name, text, whole) in [
            ("a.json", r#"{"a": [1, 2]}"#, true),
            ("a.json", r#"{"a": [1, 2"#, false),
            ("a.json", r#"[{"a": "b"#, false),
            ("a.json", "", false),
            ("a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n", true),
            ("a.jsonl", "{\"a\": 1}\n{\"a\": ", false),
            ("a.csv", "{", true),
            // Waiting would not mend it.
            ("a.json", "{]", true),
        ] {
            let path = place.path().join(name);
            fs::write(&path, text).unwrap();
            assert_eq!(ends(&path, name), whole, "{name} {text}");
        }
    }
}
