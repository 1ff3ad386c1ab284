//! Fingerprints: of what was read, and of the order that it makes.

use crate::error::Failure;
use ehr_rules::InputFile;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

/// Files of a vocabulary that a conversion depends on.
const VOCABULARY: &[&str] = &["CONCEPT.csv", "CONCEPT_RELATIONSHIP.csv"];

/// One file of the input, as it was when it was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InputPrint {
    /// Its name relative to the input.
    pub(crate) name: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// Its BLAKE3 hash.
    pub(crate) blake3: String,
}

/// The state of the files before a run, to see at the end that they are still those that were read.
pub(crate) struct Watch {
    seen: Vec<Option<(u64, SystemTime)>>,
}

/// The fingerprint of each file; `None` where `stop` was set before the last.
pub(crate) fn of_files(files: &[InputFile], stop: &AtomicBool) -> Result<Option<Vec<InputPrint>>, Failure> {
    let mut prints = Vec::with_capacity(files.len());
    for file in files {
        let Some((bytes, blake3)) = of_file(&file.path, stop)? else { return Ok(None) };
        prints.push(InputPrint { name: file.name.clone(), bytes, blake3 });
    }
    Ok(Some(prints))
}

/// The first file that is not the same in both, and how it differs; `None` where they are the same.
pub(crate) fn difference(then: &[InputPrint], now: &[InputPrint]) -> Option<String> {
    let by_name = |prints: &[InputPrint]| -> BTreeMap<String, String> {
        prints.iter().map(|print| (print.name.clone(), print.blake3.clone())).collect()
    };
    let (then, now) = (by_name(then), by_name(now));
    let mut names: Vec<&String> = then.keys().chain(now.keys()).collect();
    names.sort();
    names.into_iter().find_map(|name| match (then.get(name), now.get(name)) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) => Some(format!("`{name}` is another one (its hash was {a}, and is {b})")),
        (Some(_), None) => Some(format!("`{name}` is not there any more")),
        (None, _) => Some(format!("`{name}` was not there then")),
    })
}

/// One file's size and BLAKE3 hash; `None` where `stop` was set before its end.
pub(crate) fn of_file(path: &Path, stop: &AtomicBool) -> Result<Option<(u64, String)>, Failure> {
    let fail = |error| Failure::file("reading", path, &error);
    let mut file = File::open(path).map_err(fail)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match file.read(&mut buffer).map_err(fail)? {
            0 => return Ok(Some((hasher.count(), hasher.finalize().to_hex().to_string()))),
            read => hasher.update(&buffer[..read]),
        };
    }
}

/// The fingerprint of a vocabulary's folder; files that are not there are left out of it.
pub(crate) fn of_vocabulary(folder: &Path, stop: &AtomicBool) -> Result<Option<String>, Failure> {
    let mut parts = Vec::new();
    for name in VOCABULARY {
        let path = folder.join(name);
        if path.is_file()
            && let Some((_, hash)) = of_file(&path, stop)?
        {
            parts.extend([(*name).to_owned(), hash]);
        }
    }
    Ok(Some(of_parts(parts.iter().map(String::as_str))))
}

/// A hash over parts, each kept apart from the next by its length.
pub(crate) fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

impl Watch {
    /// Remembers the files as they are now.
    pub(crate) fn new(files: &[InputFile]) -> Self {
        Self { seen: files.iter().map(|file| state(&file.path)).collect() }
    }

    /// Fails where a file is no longer what it was: then nobody knows what was read.
    pub(crate) fn unchanged(&self, files: &[InputFile]) -> Result<(), Failure> {
        for (file, before) in files.iter().zip(&self.seen) {
            let now = state(&file.path);
            if now.is_none() {
                return Err(Failure::World(format!("`{}` was removed while it was being read", file.name)));
            }
            if now != *before {
                return Err(Failure::World(format!("`{}` changed while it was being read", file.name)));
            }
        }
        Ok(())
    }
}

fn state(path: &Path) -> Option<(u64, SystemTime)> {
    let data = fs::metadata(path).ok()?;
    Some((data.len(), data.modified().ok()?))
}
