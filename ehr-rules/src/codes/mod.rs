//! Code maps in memory: files that a terminologist edits, and an Athena vocabulary download.

pub(crate) mod athena;
pub(crate) mod entries;
mod file;
mod misread;
pub(crate) mod sheet;
pub(crate) mod tally;
mod vocabulary;

use crate::ir::types::Value;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

/// A code map from a file: targets by source code. A clone shares them.
#[derive(Debug, Clone, Default)]
pub(crate) struct CodeMap {
    targets: Arc<HashMap<String, Value>>,
    /// Codes that somebody decided to leave without a target: there is nothing left to do about them.
    unmappable: Arc<HashSet<String>>,
}

/// A vocabulary download: standard concepts by code system and code.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// From a code system, as the categories name it, to its place in `concepts`.
    systems: HashMap<String, usize>,
    /// From a code to its standard concept, the lowest of several; one map a vocabulary.
    concepts: Vec<HashMap<String, i64>>,
    /// Codes with several, and how many.
    several: Vec<HashMap<String, u64>>,
}

/// What a vocabulary says of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standard {
    /// Its standard concept.
    One(i64),
    /// It maps to several.
    Several {
        /// The one with the lowest number.
        lowest: i64,
        /// How many there are.
        candidates: u64,
    },
}

impl CodeMap {
    /// The target of a code, if it has one.
    pub(crate) fn get(&self, code: &str) -> Option<&Value> {
        self.targets.get(code)
    }

    /// Whether the code is to have no target, by an entry that says so.
    pub(crate) fn is_unmappable(&self, code: &str) -> bool {
        self.unmappable.contains(code)
    }

    /// How many codes have a target.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }
}

impl Vocabulary {
    /// The standard concept of a code, or that it has several.
    pub(crate) fn get(&self, system: &str, code: &str) -> Option<Standard> {
        let at = *self.systems.get(system)?;
        let concept = *self.concepts.get(at)?.get(code)?;
        let several = self.several.get(at).and_then(|several| several.get(code));
        Some(several.map_or(Standard::One(concept), |candidates| Standard::Several { lowest: concept, candidates: *candidates }))
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::code_map::CodeFile;
    use crate::ir::code_map::CodeForm;
    use crate::ir::types::Kind;
    use std::path::PathBuf;

    /// A map whose file is not there: tests bring its text.
    pub(super) fn file(form: CodeForm, target: Kind) -> CodeFile {
        CodeFile { path: PathBuf::from("no/such.csv"), form, target }
    }
}
