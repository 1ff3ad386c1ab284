//! What a file is, by where it lies in a folder of rules.

use crate::forms;
use crate::forms::Holds;
use std::path::Path;
use std::path::PathBuf;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Home {
    /// The schema of a source: `system/version`.
    SourceSchema(String),
    /// Rules of a source.
    SourceRules(String),
    /// A category.
    Category(String),
    /// The schema of a target.
    TargetSchema(String),
    /// Rules of a target.
    TargetRules(String),
    /// Cases of a source.
    SourceCases(String),
    /// Cases of a target.
    TargetCases(String),
}

/// What a file is; `None` for what is no file of rules.
pub(super) fn home(folders: &[PathBuf], path: &Path) -> Option<Home> {
    let inside = folders.iter().find_map(|folder| path.strip_prefix(folder).ok())?;
    let parts: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap_or_default()).collect();
    let file = parts.last()?;
    let stem = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml"))?;
    Some(match parts.as_slice() {
        ["sources", system, version, "schema.yaml"] => Home::SourceSchema(format!("{system}/{version}")),
        ["sources", system, version, _] => Home::SourceRules(format!("{system}/{version}")),
        ["categories", _] => Home::Category(stem.to_owned()),
        ["targets", target, "schema.yaml"] => Home::TargetSchema((*target).to_owned()),
        ["targets", target, _] => Home::TargetRules((*target).to_owned()),
        ["sources", system, version, "cases", _] => Home::SourceCases(format!("{system}/{version}")),
        ["targets", target, "cases", _] => Home::TargetCases((*target).to_owned()),
        _ => return None,
    })
}

impl Home {
    /// The form of the whole file.
    pub(super) fn holds(&self) -> Holds {
        match self {
            Self::SourceSchema(_) => forms::SOURCE,
            Self::SourceRules(_) | Self::TargetRules(_) => forms::RULES,
            Self::Category(_) => forms::CATEGORY,
            Self::TargetSchema(_) => forms::TARGET,
            Self::SourceCases(_) | Self::TargetCases(_) => forms::CASES,
        }
    }
}
