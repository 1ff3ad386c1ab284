//! A vocabulary download in Athena's layout that knows the codes of the export.
//!
//! Concepts are numbered from 2,000,000,001, where the ids for local use begin: none of them is anybody's real concept. Beside them stand
//! the few real ones that the rules name by themselves, without which no row of theirs would refer to anything.

use crate::generator::words;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;

/// Concepts that rules name: their domains, which their vocabularies are called as, and whether they are standard.
const NAMED: &[(u32, &str, bool)] = &[
    (0, "Metadata", false),
    (756_265, "Metadata", true),
    (8507, "Gender", true),
    (8532, "Gender", true),
    (8515, "Race", true),
    (8516, "Race", true),
    (8527, "Race", true),
    (8557, "Race", true),
    (8657, "Race", true),
    (38_003_563, "Ethnicity", true),
    (38_003_564, "Ethnicity", true),
    (5083, "Visit", true),
    (9201, "Visit", true),
    (9202, "Visit", true),
    (9203, "Visit", true),
    (581_476, "Visit", true),
    (32_817, "Type Concept", true),
];

/// Writes `CONCEPT.csv` and `CONCEPT_RELATIONSHIP.csv` into a folder. Each concept is standard and maps to itself.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut concepts = BufWriter::new(File::create(folder.join("CONCEPT.csv"))?);
    let mut relations = BufWriter::new(File::create(folder.join("CONCEPT_RELATIONSHIP.csv"))?);
    writeln!(
        concepts,
        "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\tvalid_start_date\tvalid_end_date\tinvalid_reason"
    )?;
    writeln!(relations, "concept_id_1\tconcept_id_2\trelationship_id\tvalid_start_date\tvalid_end_date\tinvalid_reason")?;
    for (number, ((vocabulary, code), domain)) in codes().into_iter().enumerate() {
        let id = 2_000_000_001 + number;
        writeln!(concepts, "{id}\t\t{domain}\t{vocabulary}\tLocal\tS\t{code}\t19700101\t20991231\t")?;
        writeln!(relations, "{id}\t{id}\tMaps to\t19700101\t20991231\t")?;
    }
    for (id, domain, standard) in NAMED {
        let standard = if *standard { "S" } else { "" };
        writeln!(concepts, "{id}\t\t{domain}\t{domain}\t{domain}\t{standard}\t{id}\t19700101\t20991231\t")?;
    }
    concepts.flush()?;
    relations.flush()
}

/// Every code, each once in its vocabulary, and the domain that it is of: the first of those that it is used in.
fn codes() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let snomed = |codes: &'static [words::Code], domain| codes.iter().map(move |(code, _)| (("SNOMED", *code), domain));
    let used = snomed(words::CONDITION, "Condition").chain(snomed(words::PROCEDURE, "Procedure")).chain(snomed(words::DEVICE, "Device"));
    let medicines = words::MEDICINE.iter().map(|(code, _, _)| (("RxNorm", *code), "Drug"));
    let vaccines = words::VACCINE.iter().map(|(code, _)| (("CVX", *code), "Drug"));
    let measured =
        words::MEASURED.iter().flat_map(|(_, code, _, unit, _, _)| [(("LOINC", *code), "Measurement"), (("UCUM", *unit), "Unit")]);
    let worded = words::WORDED.iter().map(|(_, code, _, _)| (("LOINC", *code), "Observation"));
    let allergens = words::ALLERGEN
        .iter()
        .map(|(code, system, _, _)| if *system == "RxNorm" { (("RxNorm", *code), "Drug") } else { (("SNOMED", *code), "Observation") });
    let mut codes = BTreeMap::new();
    for (code, domain) in used.chain(medicines).chain(vaccines).chain(measured).chain(worded).chain(allergens) {
        codes.entry(code).or_insert(domain);
    }
    codes
}
