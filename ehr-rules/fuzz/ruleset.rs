//! A sound ruleset, read from disk, with one text laid over one file of it in memory.

use ehr_rules::Overlay;
use ehr_rules::Rulebook;
use std::path::Path;
use std::path::PathBuf;

/// A folder of rules.
pub struct Ruleset {
    folder: PathBuf,
}

impl Ruleset {
    /// The one in a folder, as it is found from this one.
    pub fn new(folder: &str) -> Self {
        Self { folder: Path::new(env!("CARGO_MANIFEST_DIR")).join(folder) }
    }

    /// Loads the ruleset with `text` in place of one file, and shows all that is said of it.
    pub fn check(&self, file: &str, text: String) {
        let mut overlay = Overlay::default();
        overlay.set(self.folder.join(file), text);
        let loaded = Rulebook::load_with(std::slice::from_ref(&self.folder), &overlay);
        let (_, said) = loaded.expect("whatever is wrong is said, not failed");
        // To show what is said looks at every place, in every form.
        assert_eq!(said.is_empty(), said.to_text().is_empty());
        assert_eq!(said.to_json().as_array().map(Vec::len), Some(said.len()));
    }
}
