//! Every entry of a code map as it is written, approved or not: what people look at, beside what a run looks up.

use super::sheet::Sheet;
use super::sheet::Standing;
use crate::error::Error;
use crate::ir::code_map::CodeFile;
use csv::StringRecord;
use serde::Serialize;
use std::io::ErrorKind;

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
    /// `approved`, `proposed`, `rejected`, `do_not_map`, whatever the file's own words for these; empty where it says none.
    pub status: String,
    /// Who stands for it.
    pub author: String,
    /// When it was last looked at.
    pub reviewed_on: String,
    /// What was said of it.
    pub comment: String,
    #[serde(skip)]
    pub(super) standing: Standing,
}

impl CodeEntry {
    /// Whether a run uses it.
    pub fn is_approved(&self) -> bool {
        self.standing == Standing::Mapped
    }

    /// The entries of a map, in the order of its file; none where there is no such file or it is no CSV, which was said when it
    /// was loaded.
    pub(crate) fn read(map: &CodeFile) -> Result<Vec<Self>, Error> {
        match std::fs::read(&map.path) {
            Ok(bytes) => Ok(String::from_utf8(bytes).map(|text| Self::parse(&text, map)).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Error::io("reading the code map", &map.path, error)),
        }
    }

    pub(super) fn parse(text: &str, map: &CodeFile) -> Vec<Self> {
        let mut sheet = Sheet::open(text, &map.form);
        let mut record = StringRecord::new();
        let mut entries = Vec::new();
        while let Ok(Some(entry)) = sheet.next(&mut record) {
            entries.push(entry);
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::file;
    use super::*;
    use crate::ir::code_map::CodeForm;
    use crate::ir::types::Kind;

    #[test]
    fn every_line_is_an_entry_whatever_its_status() {
        let text = "\u{feff}source_code,source_name,target,status,author\nM,Male,8507,approved,ada\n\"a\nb\",,0,proposed,\n,,,,\nF,,8532,Approved,\n";
        let entries = CodeEntry::parse(text, &file(CodeForm::Own, Kind::Integer));
        let shown: Vec<_> = entries.iter().map(|entry| (entry.line, entry.code.as_str(), entry.is_approved())).collect();
        assert_eq!(shown, [(2, "M", true), (3, "a\nb", false), (6, "F", true)]);
        assert_eq!((entries[0].author.as_str(), entries[0].comment.as_str(), entries[2].status.as_str()), ("ada", "", "approved"));
    }

    #[test]
    fn a_file_that_is_not_there_has_no_entries() {
        assert!(CodeEntry::read(&file(CodeForm::Own, Kind::Integer)).is_ok_and(|entries| entries.is_empty()));
    }
}
