//! One output row back to the lines of files it comes from, and every rule, branch and entry on its way.
//!
//! The order is run again; the rules that made the row then run once more over that row alone, with probes put in.

mod follow;
mod row;

use crate::dataset::Common;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Sound;
use crate::dataset::origin::parts;
use crate::error::Error;
use crate::read;
use crate::rulebook::job::Job;
use crate::rulebook::spot::Spot;
use serde::Serialize;
use std::collections::BTreeMap;

/// How one row of one rule was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// The rule: `omop-5.4/person`, `synthea/2022/location#2`.
    pub rule: String,
    /// The table it makes.
    pub table: String,
    /// The table that drives it.
    pub from: String,
    /// Where it is written.
    pub spot: Option<Spot>,
    /// What the row went through before its columns were made: conditions, branches of a union.
    pub taken: Vec<Taken>,
    /// What was looked up for it.
    pub joins: Vec<JoinedRow>,
    /// Its columns.
    pub columns: Vec<StoryColumn>,
    /// The line it comes from, where files drive the rule.
    pub line: Option<InputLine>,
    /// The rows of a category, or of a table on the way, that it comes from.
    pub inputs: Vec<Story>,
}

/// A way that was taken, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Taken {
    /// In a few words; without values of the row's, unless they were asked for.
    pub what: String,
    /// Where it stands.
    pub spot: Spot,
}

/// A column of the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoryColumn {
    /// Its name.
    pub name: String,
    /// What makes it, as the compiled rule prints.
    pub says: String,
    /// Ways taken inside it: branches of `when`, entries of maps and code maps.
    pub taken: Vec<Taken>,
    /// Whether there is a value.
    pub is_missing: bool,
    /// The value; only where values were asked for.
    pub value: Option<String>,
}

/// A row that was looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JoinedRow {
    /// The table.
    pub table: String,
    /// The columns it was looked up by.
    pub by: Vec<String>,
    /// The line of the row that was found; none where none matched.
    pub line: Option<InputLine>,
}

/// A line of the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct InputLine {
    /// The source's table.
    pub table: String,
    /// The file, as it is named in the input.
    pub file: String,
    /// The line on which the record begins, counted from 1.
    pub line: u64,
}

impl Job<'_> {
    /// How the rows of a target's table came to be whose columns have these values, as they are written; a story for each row
    /// that went into each. Empty where there is no such row.
    ///
    /// # Errors
    /// A table or column that there is not; a staged table or an input file that cannot be read.
    pub fn why(
        &self,
        (sound, common, converted): (&Dataset<Sound>, &Dataset<Common>, &Dataset<Converted>),
        table: &str,
        key: &BTreeMap<String, String>,
        show_values: bool,
    ) -> Result<Vec<Story>, Error> {
        follow::follow(self, (sound, common, converted), table, key, show_values)
    }

    /// The line of a source row.
    pub(crate) fn line(&self, origin: i64) -> Result<Option<InputLine>, Error> {
        let (table, row) = parts(origin);
        let Some(name) = self.ledger.table_names().nth(usize::from(table)).map(str::to_owned) else { return Ok(None) };
        let found = read::place(&self.source.schema, &self.files, &self.order, &name, row)?;
        Ok(found.map(|(file, line)| InputLine { table: name, file, line }))
    }
}
