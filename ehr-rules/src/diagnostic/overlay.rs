//! Texts laid over files: what an editor holds and has not saved yet.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Texts that stand for the files of the same paths, whether such files are on disk or not.
///
/// A path counts as it is found from the folder of rules that is loaded: `rulesets/categories/patient.yaml` where that is
/// `rulesets`, an absolute path where that is absolute.
///
/// ```
/// # fn main() -> Result<(), ehr_rules::Error> {
/// # let rulesets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
/// use ehr_rules::Overlay;
/// use ehr_rules::Rulebook;
///
/// let mut overlay = Overlay::default();
/// overlay.set(rulesets.join("categories/patient.yaml"), "category: [".to_owned());
/// let (_, said) = Rulebook::load_with(&[rulesets], &overlay)?;
/// assert!(said.iter().any(|diagnostic| diagnostic.code == "E0001"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    texts: BTreeMap<PathBuf, String>,
}

impl Overlay {
    /// Lays a text over a path.
    pub fn set(&mut self, path: PathBuf, text: String) {
        self.texts.insert(path, text);
    }

    /// From now on the file on disk counts again.
    pub fn remove(&mut self, path: &Path) {
        self.texts.remove(path);
    }

    /// The text laid over a path.
    pub fn get(&self, path: &Path) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The paths right inside a folder.
    pub(crate) fn inside<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
        self.texts.keys().map(PathBuf::as_path).filter(move |path| path.parent() == Some(folder))
    }
}
