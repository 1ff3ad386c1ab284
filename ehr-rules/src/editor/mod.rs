//! What an editor asks of rules: what is wrong, what could be written here, what this is, where it comes from.
//!
//! It speaks of paths and bytes and knows no protocol. Rules that are just being typed seldom are YAML, so files are read by their
//! outline, and a schema that cannot be read is that of before.

mod complete;
mod facts;
mod fix;
mod flow;
mod home;
mod hover;
#[cfg(test)]
mod keys_tests;
mod made;
mod meaning;
mod offer;
mod outline;
mod places;
mod scope;
mod spot;
#[cfg(test)]
mod tests;
mod tokens;

pub use complete::Completion;
pub use complete::CompletionKind;
pub use fix::Fix;
pub use places::Symbol;

use crate::codes::tally::tally;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::overlay::Overlay;
use crate::error::Error;
use crate::ir::code_map::CodeMapSource;
use crate::load;
use crate::load::Loaded;
use crate::rulebook::compile;
use home::home;
use meaning::Named;
use places::Asked;
use scope::Scope;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;

/// Folders of rules as an editor sees them: the files on disk, and over them the texts that it holds.
///
/// ```
/// # fn main() -> Result<(), ehr_rules::Error> {
/// # let rulesets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
/// use ehr_rules::Editor;
///
/// let path = rulesets.join("sources/synthea/2022/patient.yaml");
/// let text = "patient:\n  from: patients\n  columns:\n    birth_date: BIR";
/// let mut editor = Editor::new(vec![rulesets]);
/// editor.adopt(Editor::check(editor.folders(), editor.overlay())?);
/// editor.set(path.clone(), text.to_owned());
/// let offered = editor.complete(&path, text.len());
/// assert!(offered.iter().any(|one| one.label == "BIRTHDATE" && one.detail == "date"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Editor {
    folders: Vec<PathBuf>,
    overlay: Overlay,
    loaded: Loaded,
}

/// What one look at everything found.
#[derive(Debug)]
pub struct Checked {
    /// Everything that is wrong.
    pub diagnostics: Diagnostics,
    loaded: Loaded,
}

/// What is known of a name, and where that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The name, in bytes.
    pub span: Range<usize>,
    /// Markdown.
    pub text: String,
}

impl Editor {
    /// An editor of these folders; it knows nothing until it has [adopted](Self::adopt) a [check](Self::check).
    pub fn new(folders: Vec<PathBuf>) -> Self {
        let loaded = Loaded { sources: Vec::new(), categories: Vec::new(), targets: Vec::new() };
        Self { folders, overlay: Overlay::default(), loaded }
    }

    /// Compiles everything, with texts laid over the files: what `check` says of it. It may be run beside an editor that is in use.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn check(folders: &[PathBuf], overlay: &Overlay) -> Result<Checked, Error> {
        let mut diagnostics = Diagnostics::default();
        let loaded = load::load(folders, overlay, &mut diagnostics)?;
        compile::compile(loaded.clone(), overlay, &mut diagnostics)?;
        diagnostics.sort();
        Ok(Checked { diagnostics, loaded })
    }

    /// Takes over what a check found, and gives what is wrong. A schema that can no longer be read stays as it was.
    pub fn adopt(&mut self, checked: Checked) -> Diagnostics {
        let Checked { diagnostics, loaded } = checked;
        let before = std::mem::replace(&mut self.loaded, loaded);
        let broken = |end: &str| diagnostics.concern(end);
        for old in before.sources {
            let id = old.schema.id();
            let now = self.loaded.sources.iter_mut().find(|source| source.schema.id() == id);
            match now {
                // Its parent cannot be read.
                Some(now) if now.schema.tables.is_empty() => *now = old,
                None if broken(&format!("/sources/{id}/schema.yaml")) => self.loaded.sources.push(old),
                _ => {}
            }
        }
        for old in before.categories {
            let name = &old.category.name;
            let known = self.loaded.categories.iter().any(|category| category.category.name == *name);
            if !known && broken(&format!("/categories/{name}.yaml")) {
                self.loaded.categories.push(old);
            }
        }
        for old in before.targets {
            let name = &old.schema.name;
            let known = self.loaded.targets.iter().any(|target| target.schema.name == *name);
            if !known && broken(&format!("/targets/{name}/schema.yaml")) {
                self.loaded.targets.push(old);
            }
        }
        diagnostics
    }

    /// The folders of rules.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The texts that are laid over files.
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// The text of a file is now this.
    pub fn set(&mut self, path: PathBuf, text: String) {
        self.overlay.set(path, text);
    }

    /// The text of a file is what is on disk.
    pub fn remove(&mut self, path: &Path) {
        self.overlay.remove(path);
    }

    /// What could be written at an offset of a file that is open.
    pub fn complete(&self, path: &Path, offset: usize) -> Vec<Completion> {
        let (Some(home), Some(text)) = (home(&self.folders, path), self.overlay.get(path)) else { return Vec::new() };
        complete::complete(text, offset, &home, &self.loaded)
    }

    /// What stands at an offset of a file that is open.
    pub fn hover(&self, path: &Path, offset: usize) -> Option<Hover> {
        let home = home(&self.folders, path)?;
        let Named { span, meaning } = self.named(path, offset)?;
        let counted = |map: &CodeMapSource| match map {
            CodeMapSource::File(file) => tally(file, self.overlay.get(&file.path)),
            CodeMapSource::Athena { .. } => None,
        };
        Some(Hover { span, text: hover::hover(&meaning, Scope { home: &home, loaded: &self.loaded, file: None }, &counted) })
    }

    /// Where that is declared which stands at an offset: a column's line in its schema, that of a parent where it is inherited.
    pub fn definition(&self, path: &Path, offset: usize) -> Option<Place> {
        let home = home(&self.folders, path)?;
        places::definition(&self.named(path, offset)?.meaning, Scope { home: &home, loaded: &self.loaded, file: None })
    }

    /// The rules that make the category, table or column at an offset.
    pub fn making(&self, path: &Path, offset: usize) -> Vec<Place> {
        self.same(path, offset, Asked::Making)
    }

    /// Everywhere in the rules where that is written which stands at an offset.
    pub fn references(&self, path: &Path, offset: usize, declaration: bool) -> Vec<Place> {
        self.same(path, offset, if declaration { Asked::All } else { Asked::But })
    }

    /// What a file that is open declares or makes.
    pub fn symbols(&self, path: &Path) -> Vec<Symbol> {
        self.overlay.get(path).map(|text| places::symbols(text, path, &self.folders)).unwrap_or_default()
    }

    /// The change that a diagnostic proposes, where it is one of the text.
    pub fn fix(diagnostic: &Diagnostic) -> Option<Fix> {
        fix::fix(diagnostic)
    }

    fn same(&self, path: &Path, offset: usize, asked: Asked) -> Vec<Place> {
        let Some(named) = self.named(path, offset) else { return Vec::new() };
        let files = load::texts(&self.folders, &self.overlay);
        places::same(&named.meaning, &files, &self.folders, &self.loaded, asked)
    }

    /// The name at an offset.
    fn named(&self, path: &Path, offset: usize) -> Option<Named> {
        let home = home(&self.folders, path)?;
        let text = self.overlay.get(path)?;
        let tree = outline::outline(text);
        let spot = spot::find(&tree, home.holds(), offset)?;
        let file = Source::new(path, text.to_owned());
        let names = meaning::names(text, &spot, Scope { home: &home, loaded: &self.loaded, file: Some(&file) });
        names.into_iter().find(|named| named.span.start <= offset && offset <= named.span.end)
    }
}
