//! A code map in a CSV file: from a source code to its target, as far as a terminologist approved it.

use super::CodeMap;
use super::entries::CodeEntry;
use super::misread::say_lacking;
use super::misread::unclosed;
use super::misread::whole;
use super::sheet;
use super::sheet::Sheet;
use super::sheet::Standing;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::error::Error;
use crate::ir::code_map::CodeFile;
use crate::ir::code_map::CodeForm;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use chrono::NaiveDate;
use csv::StringRecord;
use std::collections::HashMap;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::sync::Arc;

impl CodeMap {
    /// Reads a map. What is wrong with its rows is said, each at its line; the rows that are sound are in the map.
    /// A file that is not there is said where the map is declared, so here it is an empty map.
    pub(crate) fn from_csv(map: &CodeFile, said: &mut Diagnostics) -> Result<Self, Error> {
        let bytes = match std::fs::read(&map.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::io("reading the code map", &map.path, error)),
        };
        let Ok(text) = String::from_utf8(bytes) else {
            let place = Place { source: Source::new(&map.path, String::new()), span: 0..0 };
            said.push(Diagnostic::error("E0503", &place, "a code map is not UTF-8 text").help("save it as `CSV UTF-8`"));
            return Ok(Self::default());
        };
        Ok(Self::parse(text, map, said))
    }

    /// The map in a text.
    pub(crate) fn parse(text: String, map: &CodeFile, said: &mut Diagnostics) -> Self {
        let source = &Source::new(&map.path, text);
        let mut sheet = Sheet::open(&source.text, &map.form);
        let (Some(code_at), Some(target_at), []) = (sheet.code(), sheet.target(), sheet.lacks().as_slice()) else {
            say_lacking(&sheet, source, &map.form, said);
            return Self::default();
        };
        if let Some(name) = sheet.twice() {
            let twice = Diagnostic::error("E0503", &whole(source), format!("a code map has two columns `{name}`"));
            said.push(twice.help("remove or rename one of the two"));
            return Self::default();
        }
        if let Some(place) = unclosed(source) {
            said.push(
                Diagnostic::error("E0503", &place, "a quote is opened and not closed")
                    .help("close it; a quote inside quotes is written twice"),
            );
            return Self::default();
        }
        let (mut targets, mut unmappable) = (HashMap::new(), HashSet::new());
        let mut lines: HashMap<String, u64> = HashMap::new();
        let mut record = StringRecord::new();
        loop {
            let entry = match sheet.next(&mut record) {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(_) => {
                    said.push(Diagnostic::error("E0503", &whole(source), "a code map cannot be read as CSV"));
                    break;
                }
            };
            let row = Row { record: &record, source };
            row.check_status(&sheet, said);
            if map.form == CodeForm::Own {
                row.check_review(&sheet, &entry, said);
                row.check_author(&sheet, &entry, said);
            }
            if entry.standing == Standing::Open {
                continue;
            }
            if entry.code.is_empty() {
                let nothing = Diagnostic::error("E0502", &row.place(code_at), "an approved entry has no source code");
                said.push(
                    nothing.help("a missing code is never looked up: `otherwise` stands for it; remove the entry, or make it `proposed`"),
                );
                continue;
            }
            if let Some(first) = lines.get(&entry.code) {
                let remedy = match map.form {
                    CodeForm::Own => "keep one of the two `approved`",
                    CodeForm::Usagi => "keep one of the two `APPROVED`; a code has one target",
                    CodeForm::SourceToConceptMap { .. } => "give one of the two an `invalid_reason`; a code has one target",
                };
                said.push(
                    Diagnostic::error("E0501", &row.place(code_at), format!("the source code `{}` stands twice", entry.code))
                        .label(format!("first in line {first}"))
                        .help(remedy),
                );
                continue;
            }
            if entry.standing == Standing::Unmappable {
                unmappable.insert(entry.code.clone());
            } else if let Some(value) = row.target(target_at, map, said) {
                targets.insert(entry.code.clone(), value);
            }
            lines.insert(entry.code, entry.line);
        }
        Self { targets: Arc::new(targets), unmappable: Arc::new(unmappable) }
    }
}

/// One row, for its values and their places.
struct Row<'a> {
    record: &'a StringRecord,
    source: &'a Arc<Source>,
}

impl Row<'_> {
    /// Says a status that is none.
    fn check_status(&self, sheet: &Sheet<'_>, said: &mut Diagnostics) {
        let Some((at, status)) = sheet.unknown_status(self.record) else { return };
        let mut words: Vec<String> = sheet.statuses().iter().map(|word| format!("`{word}`")).collect();
        let last = words.pop().unwrap_or_default();
        said.push(
            Diagnostic::error("E0504", &self.place(at), format!("unknown status `{status}`"))
                .help(format!("a status is {} or {last}", words.join(", "))),
        );
    }

    /// Says a day of review that is none: nobody could tell from it how old the entry is.
    fn check_review(&self, sheet: &Sheet<'_>, entry: &CodeEntry, said: &mut Diagnostics) {
        let day = entry.reviewed_on.as_str();
        let Some(at) = sheet.reviewed_on().filter(|_| !day.is_empty()) else { return };
        // The length too, since the parser would take `2024-1-1`.
        if day.len() != 10 || NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() {
            said.push(
                Diagnostic::error("E0504", &self.place(at), format!("`{day}` is no day of review"))
                    .help("write it as `2024-01-31`, or leave it empty"),
            );
        }
    }

    /// Says an approved entry that nobody put a name to, where the map has room for one.
    fn check_author(&self, sheet: &Sheet<'_>, entry: &CodeEntry, said: &mut Diagnostics) {
        if let (Standing::Mapped, Some(_), true, Some(code)) = (entry.standing, sheet.author(), entry.author.is_empty(), sheet.code()) {
            said.push(
                Diagnostic::warning("W0002", &self.place(code), "an approved entry has no `author`")
                    .help("write who stands for it, or make it `proposed`"),
            );
        }
    }

    fn target(&self, at: usize, map: &CodeFile, said: &mut Diagnostics) -> Option<Value> {
        let text = self.record.get(at).unwrap_or_default().trim();
        let value = match map.target {
            _ if text.is_empty() => None,
            Kind::Integer => text.parse().ok().map(Value::Integer),
            _ => Some(Value::Text(text.to_owned())),
        };
        if value.is_none() {
            let message = if text.is_empty() {
                "an approved entry has no target".to_owned()
            } else {
                format!("the target `{text}` is no {}", map.target)
            };
            let help = match map.form {
                _ if !text.is_empty() => "write the digits alone, as in `8507`",
                CodeForm::Own => "a code that has no target is `do_not_map`",
                CodeForm::Usagi => "a code that has no target is `IGNORED`",
                CodeForm::SourceToConceptMap { .. } => "a code that has no target has the concept `0`",
            };
            said.push(Diagnostic::error("E0502", &self.place(at), message).help(help));
        }
        value
    }

    fn place(&self, at: usize) -> Place {
        sheet::place(self.source, self.record, at)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::tests::file;
    use super::*;

    fn read(text: &str, kind: &Kind) -> (CodeMap, Vec<(&'static str, usize, usize)>) {
        read_as(text, CodeForm::Own, kind.clone())
    }

    fn read_as(text: &str, form: CodeForm, kind: Kind) -> (CodeMap, Vec<(&'static str, usize, usize)>) {
        let mut said = Diagnostics::default();
        let map = CodeMap::parse(text.to_owned(), &file(form, kind), &mut said);
        let seen =
            said.iter().map(|diagnostic| (diagnostic.code, diagnostic.place.line_column().0, diagnostic.place.line_column().1)).collect();
        (map, seen)
    }

    fn helps(text: &str, form: CodeForm) -> Vec<String> {
        let mut said = Diagnostics::default();
        CodeMap::parse(text.to_owned(), &file(form, Kind::Integer), &mut said);
        said.iter().map(|diagnostic| diagnostic.help.clone().unwrap_or_default()).collect()
    }

    fn of(vocabulary: &str) -> CodeForm {
        CodeForm::SourceToConceptMap { vocabulary: vocabulary.to_owned() }
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
        assert_eq!(read("source code;target\nM;1\n", &Kind::Integer).1, [("E0503", 1, 1)]);
        assert_eq!(read("", &Kind::Text).1, [("E0503", 1, 1)]);
        assert_eq!(read("code,goal\nM,1\n", &Kind::Integer).1, [("E0503", 1, 1); 2]);
        let mut said = Diagnostics::default();
        assert_eq!(CodeMap::from_csv(&file(CodeForm::Own, Kind::Text), &mut said).unwrap().len(), 0);
    }

    const CONCEPTS: &str = "source_code,source_concept_id,source_vocabulary_id,source_code_description,target_concept_id,target_vocabulary_id,valid_start_date,valid_end_date,invalid_reason
M,0,SEX,man,8507,Gender,1970-01-01,2099-12-31,
F,0,SEX,woman,8532,Gender,1970-01-01,2099-12-31,
F,0,SEX,woman,1,Gender,1970-01-01,2020-12-31,D
M,0,STATE,married,4338692,SNOMED,1970-01-01,2099-12-31,
N,0,STATE,none,0,None,1970-01-01,2099-12-31,
";

    #[test]
    fn of_a_source_to_concept_map_the_rows_of_one_vocabulary_count() {
        let (sex, said) = read_as(CONCEPTS, of("SEX"), Kind::Integer);
        assert_eq!((said, sex.get("M"), sex.get("F"), sex.len()), (vec![], Some(&Value::Integer(8507)), Some(&Value::Integer(8532)), 2));
        let (state, said) = read_as(CONCEPTS, of("STATE"), Kind::Integer);
        assert_eq!((said, state.get("M"), state.get("N")), (vec![], Some(&Value::Integer(4_338_692)), Some(&Value::Integer(0))));
        assert_eq!(read_as(CONCEPTS, of("sex"), Kind::Integer).0.len(), 0, "a vocabulary is what it is called");
        let twice = CONCEPTS.replace(",D\n", ",\n");
        assert_eq!(read_as(&twice, of("SEX"), Kind::Integer).1, [("E0501", 4, 1)]);
        assert_eq!(helps(&twice, of("SEX")), ["give one of the two an `invalid_reason`; a code has one target"]);
        let capitals = CONCEPTS.replacen("source_code,source_concept_id,source_vocabulary_id", "SOURCE_CODE,X,SOURCE_VOCABULARY_ID", 1);
        assert_eq!(read_as(&capitals, of("SEX"), Kind::Integer).0.len(), 2);
    }

    /// What a run uses is what is called approved, in each form.
    #[test]
    fn people_are_shown_what_a_run_looks_up() {
        let own = "source_code,target,status\nA,1,Approved\nB,2,\nC,3,proposed\nD,,do_not_map\nE,5,rejected\n";
        for (text, form) in [(CONCEPTS, of("SEX")), (CONCEPTS, of("STATE")), (USAGI, CodeForm::Usagi), (own, CodeForm::Own)] {
            let (map, _) = read_as(text, form.clone(), Kind::Integer);
            let entries = CodeEntry::parse(text, &file(form.clone(), Kind::Integer));
            assert!(!entries.is_empty(), "{form:?}");
            let mut looked_up = 0;
            for entry in &entries {
                assert!(matches!(entry.status.as_str(), "approved" | "proposed" | "rejected" | "do_not_map" | ""), "{entry:?}");
                let used = map.get(&entry.code).is_some_and(|value| *value == Value::Integer(entry.target.parse().unwrap_or(-1)));
                assert_eq!(entry.is_approved(), used, "{form:?} {entry:?}");
                assert_eq!(entry.status == "do_not_map", map.is_unmappable(&entry.code), "{form:?} {entry:?}");
                looked_up += usize::from(used);
            }
            assert_eq!(looked_up, map.len(), "{form:?}");
        }
    }

    const USAGI: &str = "sourceCode,sourceName,sourceFrequency,sourceAutoAssignedConceptIds,matchScore,mappingStatus,equivalence,statusSetBy,statusSetOn,conceptId,conceptName,domainId,mappingType,comment,createdBy,createdOn,assignedReviewer
M,man,10,,1.0,APPROVED,EQUAL,ada,1640995200000,8507,MALE,Gender,MAPS_TO,,ada,1640995200000,
F,woman,9,,0.9,UNCHECKED,UNREVIEWED,,0,8532,FEMALE,Gender,MAPS_TO,,ada,1640995200000,
X,\"cross, ed\",8,,0.8,FLAGGED,INEXACT,ada,1640995200000,44814649,OTHER,Gender,MAPS_TO,,ada,1640995200000,
Y,why,7,,0.0,IGNORED,UNMATCHED,ada,1640995200000,0,Unmapped,,MAPS_TO,,ada,1640995200000,
Z,zed,6,,0.0,INVALID_TARGET,EQUAL,ada,1640995200000,5,GONE,Gender,MAPS_TO,,ada,1640995200000,
Q,tall,5,,1.0,APPROVED,EQUAL,ada,1640995200000,77,HEIGHT,Measurement,MAPS_TO,,ada,1640995200000,
Q,tall,5,,1.0,APPROVED,EQUAL,ada,1640995200000,78,HIGH,Meas Value,MAPS_TO_VALUE,,ada,1640995200000,
";

    #[test]
    fn a_mapping_that_usagi_saved_is_read_by_its_own_words() {
        let (map, said) = read_as(USAGI, CodeForm::Usagi, Kind::Integer);
        assert_eq!((said, map.get("M"), map.get("Q"), map.len()), (vec![], Some(&Value::Integer(8507)), Some(&Value::Integer(77)), 2));
        assert_eq!(["M", "F", "X", "Y", "Z"].map(|code| map.is_unmappable(code)), [false, false, false, true, false]);
        let odd = USAGI.replace("UNCHECKED", "REVIEWED");
        assert_eq!(read_as(&odd, CodeForm::Usagi, Kind::Integer).1, [("E0504", 3, 16)]);
        assert_eq!(helps(&odd, CodeForm::Usagi), ["a status is `APPROVED`, `UNCHECKED`, `FLAGGED`, `INVALID_TARGET` or `IGNORED`"]);
        let twice = USAGI.replace("MAPS_TO_VALUE", "MAPS_TO");
        assert_eq!(read_as(&twice, CodeForm::Usagi, Kind::Integer).1, [("E0501", 8, 1)]);
    }

    #[test]
    fn a_file_of_another_tool_is_known_again() {
        assert_eq!(helps(USAGI, CodeForm::Own), ["declare it as `usagi: FILE`"]);
        let other = "declare it as `source_to_concept_map: FILE` and its `vocabulary`";
        assert_eq!(helps(CONCEPTS, CodeForm::Own), [other]);
        assert_eq!(helps(CONCEPTS, CodeForm::Usagi), [other]);
        assert_eq!(helps("source_code,target\nA,1\n", of("X")), ["declare it as `file: FILE`"]);
        assert_eq!(helps("sourceCode,conceptId\n", CodeForm::Usagi), ["save the mapping in Usagi, with `File`, `Save`; it has commas"]);
    }
}
