//! Where the targets of codes come from.

use crate::ir::types::Kind;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where a code map comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeMapSource {
    /// A CSV that people edit.
    File(CodeFile),
    /// An Athena vocabulary download, through `Maps to`, to the standard concept.
    Athena {
        /// From a code system as the categories name it to an OMOP `vocabulary_id`.
        systems: BTreeMap<String, String>,
        /// What becomes of a code that maps to several standard concepts.
        on_ambiguous: OnSeveral,
    },
}

/// What becomes of a code that maps to several standard concepts. It is counted whatever is done (`R0307`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnSeveral {
    /// None of them is taken: `otherwise` stands, and the code is on the work-list.
    #[default]
    Otherwise,
    /// The one with the lowest number is taken, the same in every run.
    Lowest,
    /// The row is set aside.
    Reject,
    /// The order fails.
    Fail,
}

/// A code map in a CSV.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeFile {
    /// The file, resolved against the ruleset's folder.
    pub path: PathBuf,
    /// Whose columns and words it has.
    pub form: CodeForm,
    /// The type of its targets.
    pub target: Kind,
}

/// Whose columns and words a code map has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeForm {
    /// Our own: `source_code`, `source_name`, `target`, `status`, `author`, `reviewed_on`, `comment`.
    Own,
    /// A mapping as Usagi saves it.
    Usagi,
    /// OMOP's `SOURCE_TO_CONCEPT_MAP`, of which the rows of one vocabulary count.
    SourceToConceptMap {
        /// Their `source_vocabulary_id`.
        vocabulary: String,
    },
}
