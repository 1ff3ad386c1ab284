//! An Athena vocabulary download: from a code of a vocabulary, through `Maps to`, to the standard concept.

use super::Vocabulary;
use crate::error::Error;
use csv::ByteRecord;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

impl Vocabulary {
    /// Reads the vocabularies named in `systems` (code system → `vocabulary_id`) from a download's folder.
    ///
    /// Both files are streamed; only what is asked for is kept. Where a code maps to several standard concepts the
    /// lowest is taken, so that the answer does not depend on the order of the files.
    pub(crate) fn open(folder: &Path, systems: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut names: Vec<&str> = systems.values().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let index: HashMap<&[u8], usize> = names.iter().enumerate().map(|(at, name)| (name.as_bytes(), at)).collect();
        let mut vocabulary = Self {
            systems: systems.iter().map(|(system, name)| (system.clone(), index[name.as_bytes()])).collect(),
            concepts: vec![HashMap::new(); names.len()],
        };
        let pending = vocabulary.read_concepts(folder, &index)?;
        vocabulary.follow(folder, &pending)?;
        Ok(vocabulary)
    }

    /// Notes standard concepts, and gives back the others: those to be followed, by concept.
    fn read_concepts(&mut self, folder: &Path, index: &HashMap<&[u8], usize>) -> Result<HashMap<i64, (usize, String)>, Error> {
        let mut pending = HashMap::new();
        let mut table = Table::open(folder, "CONCEPT.csv", &["concept_id", "vocabulary_id", "concept_code", "standard_concept"])?;
        while table.next()? {
            let Some(at) = index.get(table.field(1)).copied() else { continue };
            let (concept, code) = (table.number(0)?, table.text(2)?);
            if table.field(3) == b"S" {
                keep_lowest(&mut self.concepts[at], code, concept);
            } else {
                pending.insert(concept, (at, code));
            }
        }
        // A code that is itself standard needs no following, whatever else goes by the same code.
        pending.retain(|_, (at, code)| !self.concepts[*at].contains_key(code));
        Ok(pending)
    }

    fn follow(&mut self, folder: &Path, pending: &HashMap<i64, (usize, String)>) -> Result<(), Error> {
        let mut table =
            Table::open(folder, "CONCEPT_RELATIONSHIP.csv", &["concept_id_1", "concept_id_2", "relationship_id", "invalid_reason"])?;
        while table.next()? {
            if table.field(2) != b"Maps to" || !table.field(3).is_empty() {
                continue;
            }
            if let Some((at, code)) = pending.get(&table.number(0)?) {
                let concept = table.number(1)?;
                keep_lowest(&mut self.concepts[*at], code.clone(), concept);
            }
        }
        Ok(())
    }
}

fn keep_lowest(concepts: &mut HashMap<String, i64>, code: String, concept: i64) {
    concepts.entry(code).and_modify(|known| *known = concept.min(*known)).or_insert(concept);
}

/// One file of a download: tabs between fields, no quotes.
struct Table {
    path: PathBuf,
    reader: csv::Reader<File>,
    record: ByteRecord,
    columns: Vec<usize>,
}

impl Table {
    fn open(folder: &Path, name: &str, columns: &[&str]) -> Result<Self, Error> {
        let path = folder.join(name);
        let file = File::open(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::refused(format!("`{}` is not there; an Athena download holds it", path.display())),
            _ => Error::io("opening the vocabulary", &path, error),
        })?;
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).flexible(true).buffer_capacity(1 << 20).from_reader(file);
        let header = reader.byte_headers().map_err(|error| failed(&path, error))?.clone();
        let place = |column: &&str| {
            let lacks = || {
                Error::refused(format!(
                    "`{}` lacks the column `{column}`; an Athena download has it, with tabs between columns",
                    path.display()
                ))
            };
            header.iter().position(|name| name.trim_ascii().eq_ignore_ascii_case(column.as_bytes())).ok_or_else(lacks)
        };
        let columns = columns.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { path, reader, record: ByteRecord::new(), columns })
    }

    fn next(&mut self) -> Result<bool, Error> {
        self.reader.read_byte_record(&mut self.record).map_err(|error| failed(&self.path, error))
    }

    /// The field of the column asked for at that place; nothing where a line is too short.
    fn field(&self, at: usize) -> &[u8] {
        self.columns.get(at).and_then(|column| self.record.get(*column)).unwrap_or_default()
    }

    fn text(&self, at: usize) -> Result<String, Error> {
        std::str::from_utf8(self.field(at)).map(str::to_owned).map_err(|_| self.wrong("a code that is not UTF-8"))
    }

    fn number(&self, at: usize) -> Result<i64, Error> {
        let number = std::str::from_utf8(self.field(at)).ok().and_then(|text| text.trim().parse().ok());
        number.ok_or_else(|| self.wrong("a concept that is no number"))
    }

    fn wrong(&self, what: &str) -> Error {
        let line = self.record.position().map_or(0, csv::Position::line);
        Error::refused(format!("`{}` holds {what} in line {line}", self.path.display()))
    }
}

fn failed(path: &Path, error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::io("reading the vocabulary", path, error),
        _ => Error::refused(format!("`{}` cannot be read as an Athena download", path.display())),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const CONCEPTS: &str = "concept_id\tconcept_name\tvocabulary_id\tstandard_concept\tconcept_code\tinvalid_reason
1\ta \"name\tSNOMED\tS\t100\t
2\tb\tICD10CM\t\tA1\t
3\tc\tICD10CM\t\tB2\t
4\td\tLOINC\tS\t100\t
9\te\tSNOMED\tS\t900\t
5\tf\tSNOMED\t\t500\tU
";
    const RELATIONSHIPS: &str = "concept_id_1\tconcept_id_2\trelationship_id\tinvalid_reason
1\t9\tMaps to\t
2\t9\tMaps to\t
2\t1\tMaps to\t
3\t1\tMaps to\tD
3\t9\tMapped from\t
5\t9\tMaps to\t
";

    fn folder(concepts: &str, relationships: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("CONCEPT.csv"), concepts).unwrap();
        std::fs::write(folder.path().join("CONCEPT_RELATIONSHIP.csv"), relationships).unwrap();
        folder
    }

    fn systems() -> BTreeMap<String, String> {
        [("sct", "SNOMED"), ("icd", "ICD10CM"), ("icd-too", "ICD10CM")].map(|(system, name)| (system.to_owned(), name.to_owned())).into()
    }

    #[test]
    fn codes_are_followed_to_standard_concepts() {
        let folder = folder(CONCEPTS, RELATIONSHIPS);
        let vocabulary = Vocabulary::open(folder.path(), &systems()).unwrap();
        assert_eq!(vocabulary.get("sct", "100"), Some(1));
        assert_eq!(vocabulary.get("icd", "A1"), Some(1), "the lowest of several");
        assert_eq!(vocabulary.get("icd-too", "A1"), Some(1));
        assert_eq!(vocabulary.get("icd", "B2"), None, "its mapping is no longer valid");
        assert_eq!(vocabulary.get("sct", "500"), Some(9), "retired, with a successor");
        assert_eq!(vocabulary.get("loinc", "100"), None, "not asked for");
    }

    #[test]
    fn a_download_that_is_none_is_refused_by_name() {
        let said = |folder: &tempfile::TempDir| Vocabulary::open(folder.path(), &systems()).unwrap_err().to_string();
        assert!(said(&tempfile::tempdir().unwrap()).contains("CONCEPT.csv` is not there"));
        assert!(said(&folder("concept_id,vocabulary_id\n", RELATIONSHIPS)).contains("lacks the column `concept_id`"));
        assert!(said(&folder(CONCEPTS, "concept_id_1\tconcept_id_2\n")).contains("lacks the column `relationship_id`"));
        let odd = CONCEPTS.replace("\n3\t", "\nx\t");
        assert!(said(&folder(&odd, RELATIONSHIPS)).ends_with("holds a concept that is no number in line 4"));
    }
}
