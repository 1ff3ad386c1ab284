//! How rows that come again, in a later order, are told from new ones, and what becomes of them.

use serde::Serialize;

/// How rows that come again, in a later order, are told from new ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Track {
    /// Columns that say which row it is; those of the range are not among them.
    pub key: Vec<String>,
    /// The columns where a row's time begins and ends: rows of one key whose times meet are one row.
    pub range: Option<(String, String)>,
    /// Columns by which a row that comes again is the same; those of the range among them.
    pub compared: Vec<String>,
    /// Tables whose rows are part of it, compared as sets.
    pub children: Vec<Child>,
    /// Columns that may differ in a row that is the same; of a child as `table.column`.
    pub ignored: Vec<String>,
    /// How texts are made alike before they are compared, beside their Unicode normal form.
    pub texts: Texts,
    /// Kinds of changes by what changed, the first that fits; the last two are those that need no columns.
    pub kinds: Vec<ConflictKind>,
    /// What becomes of a row that comes again and is not the same; that it did is recorded as a conflict.
    pub on_changed: Changed,
}

/// A table whose rows belong to the rows of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Child {
    /// The table.
    pub table: String,
    /// Its column that says whose a row is.
    pub column: String,
    /// The column of the other table that this refers to.
    pub of: String,
    /// Its columns that are compared.
    pub compared: Vec<String>,
}

/// What is not compared in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Texts {
    /// Blanks at both ends.
    pub trim: bool,
    /// How many blanks there are between words, and at both ends.
    pub collapse: bool,
}

/// A kind of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictKind {
    /// Its name.
    pub name: String,
    /// Columns and child tables one of which changed; none for `data_changed` and `extraction_duplicate`.
    pub columns: Vec<String>,
    /// How much it matters.
    pub weight: Weight,
    /// Which row stands.
    pub then: Changed,
}

/// The kind of a change that no other kind fits.
pub const DATA_CHANGED: &str = "data_changed";
/// The kind of a row whose key stands twice in one order, with different content.
pub const EXTRACTION_DUPLICATE: &str = "extraction_duplicate";

/// How much a conflict matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It can wait.
    Low,
    /// Somebody should look.
    Medium,
    /// Somebody has to look.
    High,
}

impl Weight {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Track {
    /// The kind of a change of these columns and child tables.
    pub fn kind<'t>(&'t self, changed: &[String]) -> Option<&'t ConflictKind> {
        let fits = |kind: &&ConflictKind| kind.name == DATA_CHANGED || kind.columns.iter().any(|name| changed.contains(name));
        self.kinds.iter().find(fits)
    }

    /// The kind of a row whose key stands twice in one order.
    pub fn twice(&self) -> Option<&ConflictKind> {
        self.kinds.iter().find(|kind| kind.name == EXTRACTION_DUPLICATE)
    }
}

/// What becomes of a row that comes again and is not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// The row that is there stays.
    KeepOld,
    /// The new row takes its place.
    TakeNew,
    /// Both are there.
    KeepBoth,
    /// The new row is set aside until somebody decides.
    Quarantine,
}

impl Changed {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::KeepOld => "keep_old",
            Self::TakeNew => "take_new",
            Self::KeepBoth => "keep_both",
            Self::Quarantine => "quarantine",
        }
    }
}
