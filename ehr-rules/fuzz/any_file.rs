//! Files of any bytes, and the rulesets whose tables they are said to be.

use ehr_rules::Error;
use ehr_rules::InputFile;
use ehr_rules::Rulebook;
use std::path::Path;
use std::path::PathBuf;

/// The rulesets, and a folder for a few files at a time and for what is made of them.
pub struct AnyFile {
    pub book: Rulebook,
    pub folder: PathBuf,
}

impl AnyFile {
    /// Loads the rulesets of a folder, as it is found from this one. The files' folder is one of this process alone, below
    /// `TMPDIR`: in memory it goes faster.
    pub fn new(rules: &str) -> Self {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join(rules);
        let (book, said) = Rulebook::load(&[rules]).expect("the rules are there");
        assert!(!said.has_errors(), "{}", said.to_text());
        let folder = std::env::temp_dir().join(format!("ehr-rules-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for files");
        Self { book, folder }
    }

    /// Makes a file of the bytes.
    pub fn file(&self, name: &str, bytes: &[u8]) -> InputFile {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).expect("a file is written");
        InputFile { name: name.to_owned(), path, bytes: bytes.len() as u64 }
    }
}

/// What was made; a file that cannot be used is said to be so, and nothing else goes wrong.
pub fn sound<T>(result: Result<T, Error>) -> Option<T> {
    match result {
        Ok(made) => Some(made),
        Err(error) => {
            assert!(error.is_data() || error.is_refused(), "{error}");
            None
        }
    }
}
