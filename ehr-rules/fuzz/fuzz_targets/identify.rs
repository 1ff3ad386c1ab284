//! Any bytes as an export of a few files, called as tables of known systems are or not: who made it is said or not known, and
//! what is said of that holds together.
#![no_main]

#[path = "../any_file.rs"]
mod any_file;

use any_file::AnyFile;
use any_file::sound;
use ehr_rules::InputFile;
use ehr_rules::Verdict;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How many files an export has at most.
const FILES: usize = 4;
/// What stands between two files, and in no text.
const BETWEEN: u8 = 0x1C;

static KNOWN: LazyLock<AnyFile> = LazyLock::new(|| AnyFile::new("../../rulesets"));
/// What files of known tables are called, and names that no table has.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let schemas = KNOWN.book.sources().into_iter().filter_map(|id| KNOWN.book.source_schema(&id));
    let globs = schemas.flat_map(|schema| &schema.tables).map(|table| table.file.replace(['*', '?', '/', '[', ']', '{', '}', ','], ""));
    let plain: BTreeSet<String> = globs.filter(|name| name.len() > 4).collect();
    ["export.csv", "export.txt", "export.json", "export"].map(str::to_owned).into_iter().chain(plain).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let mut files: Vec<InputFile> = Vec::new();
    for piece in bytes.split(|byte| *byte == BETWEEN).take(FILES) {
        // The first two bytes say what a file is called.
        let [high, low, text @ ..] = piece else { continue };
        let name = &NAMES[usize::from(u16::from_be_bytes([*high, *low])) % NAMES.len()];
        if files.iter().all(|file| file.name != *name) {
            files.push(KNOWN.file(name, text));
        }
    }
    let Some(found) = sound(KNOWN.book.detect(&files)) else { return };
    assert!(!found.to_text().is_empty());
    match found.verdict {
        Verdict::Identified => assert!(found.identified().is_some() && found.versions.len() == 1),
        Verdict::Ambiguous => assert!(found.identified().is_none() && found.versions.len() > 1),
        Verdict::Unknown => assert!(found.identified().is_none() && found.versions.is_empty()),
    }
    // Each is rounded to four digits, so that together they may come to a little more than one.
    let rounded = found.candidates.len() as f64 * 0.5e-4 + 1e-9;
    let whole: f64 = found.candidates.iter().map(|one| one.probability).sum();
    assert!(whole <= 1.0 + rounded, "{whole}");
    assert!(found.candidates.iter().all(|one| (0.0..=1.0).contains(&one.probability)));
    assert!((0.0..=1.0 + rounded).contains(&found.confidence), "{}", found.confidence);
    let given = |name: &String| files.iter().any(|file| file.name == *name);
    assert!(found.unrecognised_files.iter().all(given));
    assert!(found.candidates.iter().all(|one| one.tables.keys().all(given)));
});
