//! An Athena vocabulary download: from a code of a vocabulary, through `Maps to`, to the standard concept.

use super::Vocabulary;
use super::athena::Table;
use crate::error::Error;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::path::Path;

impl Vocabulary {
    /// Reads the vocabularies named in `systems` (code system → `vocabulary_id`) from a download's folder.
    ///
    /// The files are streamed; only what is asked for is kept. A concept counts as standard where it is so marked and is still
    /// valid. A code that is itself standard is followed nowhere.
    pub(crate) fn open(folder: &Path, systems: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut names: Vec<&str> = systems.values().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let index: HashMap<&[u8], usize> = names.iter().enumerate().map(|(at, name)| (name.as_bytes(), at)).collect();
        let mut found = Found { standard: vec![HashMap::new(); names.len()], several: vec![HashMap::new(); names.len()] };
        let pending = read_concepts(folder, &index, &mut found)?;
        let maps = follow(folder, &pending)?;
        let valid = standard_among(folder, &maps.iter().map(|(_, to)| *to).collect())?;
        for (from, to) in maps {
            if let Some((at, code)) = pending.get(&from).filter(|_| valid.contains(&to)) {
                found.add(*at, code, to);
            }
        }
        Ok(Self {
            systems: systems.iter().map(|(system, name)| (system.clone(), index[name.as_bytes()])).collect(),
            concepts: found.standard,
            several: found
                .several
                .into_iter()
                .map(|codes| codes.into_iter().map(|(code, concepts)| (code, concepts.len() as u64)).collect())
                .collect(),
        })
    }
}

/// Standard concepts by code, one map a vocabulary.
struct Found {
    /// The lowest of each code.
    standard: Vec<HashMap<String, i64>>,
    /// All of them, where a code has several: few do.
    several: Vec<HashMap<String, BTreeSet<i64>>>,
}

impl Found {
    fn add(&mut self, at: usize, code: &str, concept: i64) {
        match self.standard[at].get_mut(code) {
            None => {
                self.standard[at].insert(code.to_owned(), concept);
            }
            Some(known) if *known != concept => {
                self.several[at].entry(code.to_owned()).or_insert_with(|| BTreeSet::from([*known])).insert(concept);
                *known = concept.min(*known);
            }
            Some(_) => {}
        }
    }
}

/// Notes standard concepts, and gives back the others: those to be followed, by concept.
fn read_concepts(folder: &Path, index: &HashMap<&[u8], usize>, found: &mut Found) -> Result<HashMap<i64, (usize, String)>, Error> {
    let mut pending = HashMap::new();
    let columns = ["concept_id", "vocabulary_id", "concept_code", "standard_concept", "invalid_reason"];
    let mut table = Table::open(folder, "CONCEPT.csv", &columns)?;
    while table.next()? {
        let Some(at) = index.get(table.field(1)).copied() else { continue };
        let (concept, code) = (table.number(0)?, table.text(2)?);
        if table.field(3) == b"S" && table.field(4).is_empty() {
            found.add(at, &code, concept);
        } else {
            pending.insert(concept, (at, code));
        }
    }
    // A code that is itself standard needs no following, whatever else goes by the same code.
    pending.retain(|_, (at, code)| !found.standard[*at].contains_key(code));
    Ok(pending)
}

/// What the concepts that wait map to, as far as that still holds.
fn follow(folder: &Path, pending: &HashMap<i64, (usize, String)>) -> Result<Vec<(i64, i64)>, Error> {
    let mut maps = Vec::new();
    let columns = ["concept_id_1", "concept_id_2", "relationship_id", "invalid_reason"];
    let mut table = Table::open(folder, "CONCEPT_RELATIONSHIP.csv", &columns)?;
    while table.next()? {
        if table.field(2) != b"Maps to" || !table.field(3).is_empty() {
            continue;
        }
        let from = table.number(0)?;
        if pending.contains_key(&from) {
            maps.push((from, table.number(1)?));
        }
    }
    Ok(maps)
}

/// Those of some concepts that are standard and valid, of whichever vocabulary: what is mapped to is rarely of the code's own.
fn standard_among(folder: &Path, concepts: &HashSet<i64>) -> Result<HashSet<i64>, Error> {
    let mut valid = HashSet::new();
    if concepts.is_empty() {
        return Ok(valid);
    }
    let mut table = Table::open(folder, "CONCEPT.csv", &["concept_id", "standard_concept", "invalid_reason"])?;
    while table.next()? {
        if table.field(1) == b"S" && table.field(2).is_empty() {
            let concept = table.number(0)?;
            if concepts.contains(&concept) {
                valid.insert(concept);
            }
        }
    }
    Ok(valid)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::Standard;
    use super::*;

    const CONCEPTS: &str = "concept_id\tconcept_name\tvocabulary_id\tstandard_concept\tconcept_code\tinvalid_reason
1\ta \"name\tSNOMED\tS\t100\t
2\tb\tICD10CM\t\tA1\t
3\tc\tICD10CM\t\tB2\t
4\td\tLOINC\tS\t100\t
9\te\tSNOMED\tS\t900\t
5\tf\tSNOMED\t\t500\tU
6\tg\tSNOMED\tS\t600\tD
7\th\tSNOMED\tC\t700\t
8\ti\tICD10CM\t\tC3\t
10\tj\tICD10CM\t\tD4\t
11\tk\tICD10CM\t\tD4\t
12\tl\tRxNorm\tS\t1200\t
13\tm\tICD10CM\t\tE5\t
";
    const RELATIONSHIPS: &str = "concept_id_1\tconcept_id_2\trelationship_id\tinvalid_reason
1\t9\tMaps to\t
2\t9\tMaps to\t
2\t1\tMaps to\t
2\t9\tMaps to\t
2\t12\tMaps to\t
3\t1\tMaps to\tD
3\t9\tMapped from\t
5\t9\tMaps to\t
8\t6\tMaps to\t
8\t7\tMaps to\t
8\t4\tMaps to\t
10\t12\tMaps to\t
11\t12\tMaps to\t
13\t6\tMaps to\t
13\t77\tMaps to\t
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
        let one = |concept| Some(Standard::One(concept));
        assert_eq!(vocabulary.get("sct", "100"), one(1));
        let several = Some(Standard::Several { lowest: 1, candidates: 3 });
        assert_eq!(vocabulary.get("icd", "A1"), several, "a line that stands twice is no other concept, and one of RxNorm is");
        assert_eq!(vocabulary.get("icd-too", "A1"), several);
        assert_eq!(vocabulary.get("icd", "B2"), None, "its mapping is no longer valid");
        assert_eq!(vocabulary.get("icd", "C3"), one(4), "the others are no longer valid, or no standard concepts");
        assert_eq!(vocabulary.get("icd", "D4"), one(12), "both concepts of the code map to the same");
        assert_eq!(vocabulary.get("icd", "E5"), None, "what it maps to is no longer valid, or not there");
        assert_eq!(vocabulary.get("sct", "500"), one(9), "retired, with a successor");
        assert_eq!(vocabulary.get("sct", "600"), None, "standard once, and without a successor");
        assert_eq!(vocabulary.get("loinc", "100"), None, "not asked for");
    }

    /// The lines of a download stand in no order.
    #[test]
    fn several_concepts_are_counted_whatever_their_order() {
        let mut lines: Vec<&str> = RELATIONSHIPS.lines().skip(1).collect();
        lines.reverse();
        let folder = folder(CONCEPTS, &format!("{}\n{}\n", RELATIONSHIPS.lines().next().unwrap(), lines.join("\n")));
        let vocabulary = Vocabulary::open(folder.path(), &systems()).unwrap();
        assert_eq!(vocabulary.get("icd", "A1"), Some(Standard::Several { lowest: 1, candidates: 3 }));
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
