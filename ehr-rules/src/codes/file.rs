//! A code map in a CSV file: from a source code to its target, as far as a terminologist approved it.
//!
//! Usagi's saved mappings and an OMOP `SOURCE_TO_CONCEPT_MAP` are read by their own column names.

use super::CodeMap;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::suggest;
use crate::error::Error;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use chrono::NaiveDate;
use csv::StringRecord;
use std::collections::HashMap;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// Names of the column that holds the source code.
const CODE: &[&str] = &["source_code", "sourceCode"];
/// Names of the column that holds the target.
const TARGET: &[&str] = &["target", "target_concept_id", "conceptId"];
/// Names of the column that holds the status.
pub(super) const STATUS: &[&str] = &["status", "mappingStatus"];
/// Names of the column that says why an entry no longer counts.
const INVALID: &[&str] = &["invalid_reason"];
/// The column that says when an entry was last looked at. Usagi's is left alone: it counts milliseconds.
const REVIEWED: &[&str] = &["reviewed_on"];
/// The column that says who stands for an entry.
const AUTHOR: &[&str] = &["author"];
/// What a status may be, and what it says of the entry; Usagi's own words among them.
const STATUSES: &[(&str, Standing)] = &[
    ("approved", Standing::Mapped),
    ("proposed", Standing::Open),
    ("rejected", Standing::Open),
    ("do_not_map", Standing::Unmappable),
    ("unchecked", Standing::Open),
    ("flagged", Standing::Open),
    ("ignored", Standing::Open),
    ("invalid_target", Standing::Open),
];

impl CodeMap {
    /// Reads a map. What is wrong with its rows is said, each at its line; the rows that are sound are in the map.
    /// A file that is not there is said where the map is declared, so here it is an empty map.
    pub(crate) fn from_csv(path: &Path, target: &Kind, said: &mut Diagnostics) -> Result<Self, Error> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::io("reading the code map", path, error)),
        };
        let Ok(text) = String::from_utf8(bytes) else {
            let place = Place { source: Source::new(path, String::new()), span: 0..0 };
            said.push(Diagnostic::error("E0503", &place, "a code map is not UTF-8 text").help("save it as `CSV UTF-8`"));
            return Ok(Self::default());
        };
        Ok(Self::parse(&Source::new(path, text), target, said))
    }

    /// The map in a text.
    pub(crate) fn parse(source: &Arc<Source>, target: &Kind, said: &mut Diagnostics) -> Self {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source.text.as_bytes());
        let Some(columns) = Columns::find(&mut reader, source, said) else { return Self::default() };
        let (mut targets, mut unmappable) = (HashMap::new(), HashSet::new());
        let mut lines: HashMap<String, u64> = HashMap::new();
        let mut record = StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(_) => {
                    said.push(Diagnostic::error("E0503", &whole(source), "a code map cannot be read as CSV"));
                    break;
                }
            }
            let row = Row { record: &record, source };
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            row.check_review(&columns, said);
            let standing = row.standing(&columns, said);
            if standing == Standing::Open {
                continue;
            }
            row.check_author(&columns, standing, said);
            let code = record.get(columns.code).unwrap_or_default().to_owned();
            let line = record.position().map_or(0, csv::Position::line);
            if let Some(first) = lines.get(&code) {
                said.push(
                    Diagnostic::error("E0501", &row.place(columns.code), format!("the source code `{code}` stands twice"))
                        .label(format!("first in line {first}"))
                        .help("keep one of the two `approved`"),
                );
                continue;
            }
            if standing == Standing::Unmappable {
                unmappable.insert(code.clone());
            } else if let Some(value) = row.target(columns.target, target, said) {
                targets.insert(code.clone(), value);
            }
            lines.insert(code, line);
        }
        Self { targets: Arc::new(targets), unmappable: Arc::new(unmappable) }
    }
}

/// What an entry says of its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Somebody stands for its target.
    Mapped,
    /// Somebody decided that it has none.
    Unmappable,
    /// It still waits for somebody.
    Open,
}

/// Where the columns stand that are read.
struct Columns {
    code: usize,
    target: usize,
    status: Option<usize>,
    invalid: Option<usize>,
    reviewed: Option<usize>,
    author: Option<usize>,
}

impl Columns {
    fn find(reader: &mut csv::Reader<&[u8]>, source: &Arc<Source>, said: &mut Diagnostics) -> Option<Self> {
        let header = reader.headers().cloned().unwrap_or_default();
        let place = |names: &[&str]| header.iter().position(|name| names.contains(&name.trim().trim_start_matches('\u{feff}')));
        let mut required = |names: &[&str]| {
            let found = place(names);
            if found.is_none() {
                let lacking = Diagnostic::error("E0503", &whole(source), format!("a code map lacks the column `{}`", names[0]));
                said.push(match suggest::nearest(names[0], &header) {
                    Some(near) => lacking.help(format!("rename `{near}` to `{}`", names[0])),
                    None => lacking.help("its columns are `source_code,source_name,target,status,author,reviewed_on,comment`, with commas"),
                });
            }
            found
        };
        let (code, target) = (required(CODE), required(TARGET));
        Some(Self {
            code: code?,
            target: target?,
            status: place(STATUS),
            invalid: place(INVALID),
            reviewed: place(REVIEWED),
            author: place(AUTHOR),
        })
    }
}

/// One row, for its values and their places.
struct Row<'a> {
    record: &'a StringRecord,
    source: &'a Arc<Source>,
}

impl Row<'_> {
    /// What the entry says of its code.
    fn standing(&self, columns: &Columns, said: &mut Diagnostics) -> Standing {
        if self.field(columns.invalid).is_some() {
            return Standing::Open;
        }
        let (Some(at), Some(status)) = (columns.status, self.field(columns.status)) else { return Standing::Mapped };
        if let Some((_, standing)) = STATUSES.iter().find(|(known, _)| status.eq_ignore_ascii_case(known)) {
            return *standing;
        }
        said.push(
            Diagnostic::error("E0504", &self.place(at), format!("unknown status `{status}`"))
                .help("a status is `approved`, `proposed`, `rejected` or `do_not_map`"),
        );
        Standing::Open
    }

    /// Says a day of review that is none: nobody could tell from it how old the entry is.
    fn check_review(&self, columns: &Columns, said: &mut Diagnostics) {
        let (Some(at), Some(day)) = (columns.reviewed, self.field(columns.reviewed)) else { return };
        // The length too, since the parser would take `2024-1-1`.
        if day.len() != 10 || NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() {
            said.push(
                Diagnostic::error("E0504", &self.place(at), format!("`{day}` is no day of review"))
                    .help("write it as `2024-01-31`, or leave it empty"),
            );
        }
    }

    /// Says an approved entry that nobody put a name to, where the map has room for one.
    fn check_author(&self, columns: &Columns, standing: Standing, said: &mut Diagnostics) {
        if standing == Standing::Mapped && columns.author.is_some() && self.field(columns.author).is_none() {
            said.push(
                Diagnostic::warning("W0002", &self.place(columns.code), "an approved entry has no `author`")
                    .help("write who stands for it, or make it `proposed`"),
            );
        }
    }

    /// A field without the blanks around it, where there is anything in it.
    fn field(&self, at: Option<usize>) -> Option<&str> {
        at.and_then(|at| self.record.get(at)).map(str::trim).filter(|text| !text.is_empty())
    }

    fn target(&self, at: usize, kind: &Kind, said: &mut Diagnostics) -> Option<Value> {
        let text = self.record.get(at).unwrap_or_default().trim();
        let value = match kind {
            _ if text.is_empty() => None,
            Kind::Integer => text.parse().ok().map(Value::Integer),
            _ => Some(Value::Text(text.to_owned())),
        };
        if value.is_none() {
            let message =
                if text.is_empty() { "an approved entry has no target".to_owned() } else { format!("the target `{text}` is no {kind}") };
            said.push(Diagnostic::error("E0502", &self.place(at), message).help("a code that has no target is `do_not_map`"));
        }
        value
    }

    /// The place of a field, found again in the line; of the whole line where it is written in quotes.
    fn place(&self, at: usize) -> Place {
        let text = &self.source.text;
        let start = self.record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0).min(text.len());
        // The reader's position may stand before blank lines that it passed over.
        let start = start + text[start..].bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let end = text[start..].find(['\n', '\r']).map_or(text.len(), |end| start + end);
        let line = &text[start..end];
        let mut span = start..end;
        if !line.contains('"') {
            let before: usize = line.split(',').take(at).map(|field| field.len() + 1).sum();
            let field = line.split(',').nth(at).unwrap_or_default();
            span = (start + before).min(end)..(start + before + field.len()).min(end);
        }
        Place { source: Arc::clone(self.source), span }
    }
}

fn whole(source: &Arc<Source>) -> Place {
    let end = source.text.find(['\n', '\r']).unwrap_or(source.text.len());
    Place { source: Arc::clone(source), span: 0..end }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn read(text: &str, kind: &Kind) -> (CodeMap, Vec<(&'static str, usize, usize)>) {
        let mut said = Diagnostics::default();
        let map = CodeMap::parse(&Source::new(Path::new("codes/gender.csv"), text.to_owned()), kind, &mut said);
        let seen =
            said.iter().map(|diagnostic| (diagnostic.code, diagnostic.place.line_column().0, diagnostic.place.line_column().1)).collect();
        (map, seen)
    }

    #[test]
    fn only_approved_entries_count() {
        let (map, said) = read(
            "\u{feff}source_code,source_name,target,status\r\nM,man,8507,approved\r\nF,woman,8532,\r\nX,\"o, ther\",1,proposed\r\nX,x,2,Rejected\r\n",
            &Kind::Integer,
        );
        assert_eq!(said, []);
        assert_eq!((map.get("M"), map.get("F"), map.get("X")), (Some(&Value::Integer(8507)), Some(&Value::Integer(8532)), None));
        assert_eq!(map.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_said_at_its_line() {
        let (map, said) = read(
            "source_code,target,status\nÉ,1,approved\n\nÉ,2,approved\nB,x,approved\nC,,approved\nD,4,maybe\nE,5,approved\n",
            &Kind::Integer,
        );
        assert_eq!(said, [("E0501", 4, 1), ("E0502", 5, 3), ("E0502", 6, 3), ("E0504", 7, 5)]);
        assert_eq!((map.get("É"), map.get("E")), (Some(&Value::Integer(1)), Some(&Value::Integer(5))));
    }

    #[test]
    fn a_code_that_is_not_to_be_mapped_is_settled_and_others_are_not() {
        let (map, said) =
            read("source_code,target,status\nA,,do_not_map\nB,,proposed\nC,,rejected\nD,4,approved\nD,,do_not_map\n", &Kind::Integer);
        assert_eq!(said, [("E0501", 6, 1)]);
        assert_eq!(["A", "B", "C", "D", "E"].map(|code| map.is_unmappable(code)), [true, false, false, false, false]);
        assert_eq!((map.get("A"), map.get("D")), (None, Some(&Value::Integer(4))));
    }

    #[test]
    fn a_day_of_review_is_a_day() {
        let days = "source_code,target,reviewed_on\nA,1,2024-02-29\nB,2,\nC,3,2023-02-29\nD,4,1/2/2024\nE,5,2024-1-1\n";
        assert_eq!(read(days, &Kind::Integer).1, [("E0504", 4, 5), ("E0504", 5, 5), ("E0504", 6, 5)]);
        let usagi = "sourceCode,conceptId,mappingStatus,statusSetOn\nA,1,APPROVED,1640995200000\n";
        assert_eq!(read(usagi, &Kind::Integer).1, []);
    }

    #[test]
    fn an_approved_entry_names_who_stands_for_it() {
        let (map, said) = read(
            "source_code,target,status,author\nA,1,approved,ada\nB,2,approved, \nC,3,,\nD,4,proposed,\nE,,do_not_map,\n",
            &Kind::Integer,
        );
        assert_eq!(said, [("W0002", 3, 1), ("W0002", 4, 1)]);
        assert_eq!(map.len(), 3);
        assert_eq!(read("source_code,target,status\nA,1,approved\n", &Kind::Integer).1, []);
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        assert_eq!(read("source code;target\nM;1\n", &Kind::Integer).1, [("E0503", 1, 1); 2]);
        assert_eq!(read("", &Kind::Text).1.len(), 2);
        let mut said = Diagnostics::default();
        assert_eq!(CodeMap::from_csv(Path::new("no/such.csv"), &Kind::Text, &mut said).unwrap().len(), 0);
    }

    #[test]
    fn the_files_of_other_tools_are_read_as_they_are() {
        let (map, said) =
            read("sourceCode,sourceName,mappingStatus,conceptId\nM,man,APPROVED,8507\nF,woman,UNCHECKED,8532\n", &Kind::Integer);
        assert_eq!((said, map.get("M"), map.get("F")), (vec![], Some(&Value::Integer(8507)), None));
        let (map, _) = read("source_code,target_concept_id,invalid_reason\nM,8507,\nF,8532,D\n", &Kind::Text);
        assert_eq!((map.get("M").unwrap(), map.get("F")), (&Value::Text("8507".to_owned()), None));
    }
}
