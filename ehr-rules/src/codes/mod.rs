//! Code maps in memory: files that a terminologist edits, and an Athena vocabulary download.

pub(crate) mod entries;
mod file;
pub(crate) mod tally;
mod vocabulary;

use crate::ir::types::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// A code map from a file: targets by source code. A clone shares them.
#[derive(Debug, Clone, Default)]
pub(crate) struct CodeMap {
    targets: Arc<HashMap<String, Value>>,
}

/// A vocabulary download: standard concepts by code system and code.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// From a code system, as the categories name it, to its place in `concepts`.
    systems: HashMap<String, usize>,
    /// From a code to its standard concept, one map a vocabulary.
    concepts: Vec<HashMap<String, i64>>,
}

impl CodeMap {
    /// The target of a code, if it has one.
    pub(crate) fn get(&self, code: &str) -> Option<&Value> {
        self.targets.get(code)
    }

    /// How many codes have a target.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }
}

impl Vocabulary {
    /// The standard concept of a code.
    pub(crate) fn get(&self, system: &str, code: &str) -> Option<i64> {
        self.concepts.get(*self.systems.get(system)?)?.get(code).copied()
    }
}
