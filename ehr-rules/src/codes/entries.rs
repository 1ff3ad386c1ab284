//! Every entry of a code map as it is written, approved or not: what people look at, beside what a run looks up.

use crate::error::Error;
use serde::Serialize;
use std::io::ErrorKind;
use std::path::Path;

/// One line of a code map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeEntry {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The code as the source writes it.
    pub code: String,
    /// What it means there.
    pub name: String,
    /// What it becomes.
    pub target: String,
    /// `approved`, `proposed`, `rejected`, `do_not_map`; empty where the map has no such column.
    pub status: String,
    /// Who stands for it.
    pub author: String,
    /// When it was last looked at.
    pub reviewed_on: String,
    /// What was said of it.
    pub comment: String,
}

/// A column by the names it has in our maps, in Usagi's and in OMOP's.
const COLUMNS: [&[&str]; 7] = [
    &["source_code", "sourceCode"],
    &["source_name", "sourceName", "source_code_description"],
    &["target", "target_concept_id", "conceptId"],
    &["status", "mappingStatus"],
    &["author", "statusSetBy", "createdBy"],
    &["reviewed_on", "statusSetOn", "valid_start_date"],
    &["comment", "invalid_reason"],
];

impl CodeEntry {
    /// Whether a run uses it.
    pub fn is_approved(&self) -> bool {
        matches!(self.status.to_lowercase().as_str(), "approved" | "")
    }

    /// The entries of a file, in its order; none where there is no such file or it is no CSV, which was said when it was loaded.
    pub(crate) fn read(path: &Path) -> Result<Vec<Self>, Error> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("reading the code map", path, error)),
        };
        Ok(Self::parse(&bytes))
    }

    fn parse(bytes: &[u8]) -> Vec<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let Ok(header) = reader.headers().cloned() else { return Vec::new() };
        let places = COLUMNS.map(|names| header.iter().position(|name| names.contains(&name.trim().trim_start_matches('\u{feff}'))));
        let mut entries = Vec::new();
        for record in reader.records().map_while(Result::ok) {
            let [code, name, target, status, author, reviewed_on, comment] =
                places.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned());
            if record.iter().any(|field| !field.trim().is_empty()) {
                let line = record.position().map_or(0, csv::Position::line);
                entries.push(Self { line, code, name, target, status, author, reviewed_on, comment });
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_an_entry_whatever_its_status() {
        let text = "\u{feff}source_code,source_name,target,status,author\nM,Male,8507,approved,ada\n\"a\nb\",,0,proposed,\n,,,,\nF,,8532,approved,\n";
        let entries = CodeEntry::parse(text.as_bytes());
        let shown: Vec<_> = entries.iter().map(|entry| (entry.line, entry.code.as_str(), entry.is_approved())).collect();
        assert_eq!(shown, [(2, "M", true), (3, "a\nb", false), (6, "F", true)]);
        assert_eq!((entries[0].author.as_str(), entries[0].comment.as_str()), ("ada", ""));
    }

    #[test]
    fn a_file_that_is_not_there_has_no_entries() {
        assert!(CodeEntry::read(Path::new("/nowhere/codes.csv")).is_ok_and(|entries| entries.is_empty()));
    }
}
