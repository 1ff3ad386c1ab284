//! Where a column of a target comes from: every rule on its way back to the files, as data.
//!
//! `explain` prints it, `docs` makes a page of it, `diff` says by it which rule a change comes from.

mod graph;
mod text;
pub(crate) mod trace;
pub(crate) mod words;

use crate::ir::track::Track;
use crate::rulebook::spot::Spot;
use serde::Serialize;

/// The way of a table or of one column of a target, the target's rules first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lineage {
    /// What was asked for: `omop-5.4.person.year_of_birth`.
    pub what: String,
    /// The target.
    pub target: String,
    /// Of a table: the source's column that names whose data a row is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Of a table: how rows that come again are told from new ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<Track>,
    /// Every rule on the way, each branch of a union by itself.
    pub rules: Vec<RuleWay>,
    /// The columns of files that it comes to.
    pub files: Vec<FileColumn>,
}

/// Where a table stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A table of a target.
    Target,
    /// A category of the common model.
    Category,
    /// A table of a source: files.
    File,
}

/// A column of some table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnRef {
    /// Where the table stands.
    pub layer: Layer,
    /// Whose it is: `omop-5.4` for a target's, `synthea/2022` for a source's and for the categories made of it.
    pub level: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

/// One branch of a rule, as far as it is on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleWay {
    /// The rule's name: `omop-5.4/person`, `synthea/2022/location#2`.
    pub rule: String,
    /// Where the table that it makes stands.
    pub layer: Layer,
    /// Whose rule it is.
    pub level: String,
    /// The table it makes.
    pub table: String,
    /// The table that drives it.
    pub from: String,
    /// Where it is written.
    pub spot: Option<Spot>,
    /// Whether nobody has approved it, so that it is not run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub proposed: bool,
    /// What decides about its rows, a line each: joins, conditions, groups, which of several rows stays.
    pub steps: Vec<String>,
    /// The same in plain words.
    pub steps_in_words: Vec<String>,
    /// The columns that these read.
    pub decided_by: Vec<ColumnRef>,
    /// The columns on the way.
    pub columns: Vec<ColumnWay>,
}

/// One column, as one branch makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnWay {
    /// Its name.
    pub name: String,
    /// Its type, with `?` where it may be missing.
    pub ty: String,
    /// What makes it, as the compiled rule prints.
    pub says: String,
    /// What is done, step by step, in plain words.
    pub in_words: Vec<String>,
    /// The columns it reads.
    pub reads: Vec<ColumnRef>,
    /// The code maps it asks.
    pub code_maps: Vec<String>,
    /// The catalogue's functions it goes through.
    pub functions: Vec<String>,
    /// Whether a part of it is a script that is interpreted row by row.
    pub interpreted: bool,
    /// Of a column of the target: the HIPAA identifiers that reach it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phi: Vec<String>,
    /// Where it is written.
    pub spot: Option<Spot>,
}

/// A column of a source's files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FileColumn {
    /// The source.
    pub source: String,
    /// The table.
    pub table: String,
    /// How its files are named.
    pub file: String,
    /// The column, as it stands in the header.
    pub column: String,
    /// Its type.
    pub ty: String,
    /// The HIPAA identifier it holds, if any.
    pub phi: Option<String>,
    /// Texts as they stand in the files.
    pub examples: Vec<String>,
}

/// A form in which a way is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Graph {
    /// Mermaid's flowchart.
    Mermaid,
    /// Graphviz's DOT.
    Dot,
}
