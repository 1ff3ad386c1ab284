//! A file of any bytes, and the ruleset whose one table it is said to be.

use ehr_rules::Error;
use ehr_rules::InputFile;
use ehr_rules::Rulebook;
use std::path::Path;
use std::path::PathBuf;

/// The ruleset, and a folder for one file at a time and for what is made of it.
pub struct AnyFile {
    pub book: Rulebook,
    pub folder: PathBuf,
}

impl AnyFile {
    /// Loads the ruleset. The folder is one of this process alone, below `TMPDIR`: in memory it goes faster.
    pub fn new() -> Self {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("any_file");
        let (book, said) = Rulebook::load(&[rules]).expect("the rules are there");
        assert!(said.is_empty(), "{}", said.to_text());
        let folder = std::env::temp_dir().join(format!("ehr-rules-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for files");
        Self { book, folder }
    }

    /// Makes a file of the bytes.
    pub fn file(&self, bytes: &[u8]) -> InputFile {
        let path = self.folder.join("people");
        std::fs::write(&path, bytes).expect("a file is written");
        InputFile { name: "people".to_owned(), path, bytes: bytes.len() as u64 }
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
