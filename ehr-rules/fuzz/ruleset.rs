//! The sound ruleset of `tests/diagnostics` in a folder of its own, one file of it replaced at a time.

use ehr_rules::Rulebook;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder of rules.
pub struct Ruleset {
    folder: TempDir,
}

impl Ruleset {
    /// The sound one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the rules");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/diagnostics/base"), folder.path());
        Self { folder }
    }

    /// Loads the ruleset with `text` in place of one file, shows all that is said of it, and puts the file back.
    pub fn check(&mut self, file: &str, text: &[u8]) {
        let path = self.folder.path().join(file);
        let before = fs::read(&path).ok();
        fs::write(&path, text).expect("writing the file");
        let (book, said) = Rulebook::load(&[self.folder.path().to_path_buf()]).expect("whatever is wrong is said, not failed");
        // To show what is said looks at every place, in every form.
        assert_eq!(said.is_empty(), said.to_text().is_empty());
        assert_eq!(said.to_json().as_array().map(Vec::len), Some(said.len()));
        drop(book);
        match before {
            Some(before) => fs::write(&path, before).expect("putting the file back"),
            None => fs::remove_file(&path).expect("removing the file"),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the sound ruleset") {
        let entry = entry.expect("an entry");
        let there = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &there);
        } else {
            fs::copy(entry.path(), there).expect("copying");
        }
    }
}
