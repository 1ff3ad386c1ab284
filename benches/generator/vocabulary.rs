//! A vocabulary download in Athena's layout that knows the codes of the export.
//!
//! Concepts are numbered from 2,000,000,001, where the ids for local use begin: none of them is anybody's real concept.

use crate::generator::words;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;

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
    for (number, (vocabulary, code)) in codes().into_iter().enumerate() {
        let id = 2_000_000_001 + number;
        writeln!(concepts, "{id}\t\tObservation\t{vocabulary}\tLocal\tS\t{code}\t19700101\t20991231\t")?;
        writeln!(relations, "{id}\t{id}\tMaps to\t19700101\t20991231\t")?;
    }
    concepts.flush()?;
    relations.flush()
}

/// Every code, each once in its vocabulary.
fn codes() -> Vec<(&'static str, &'static str)> {
    let snomed = [words::CONDITION, words::PROCEDURE, words::DEVICE].into_iter().flatten().map(|(code, _)| ("SNOMED", *code));
    let allergens = words::ALLERGEN.iter().map(|(code, system, _, _)| (if *system == "RxNorm" { "RxNorm" } else { "SNOMED" }, *code));
    let medicines = words::MEDICINE.iter().map(|(code, _, _)| ("RxNorm", *code));
    let vaccines = words::VACCINE.iter().map(|(code, _)| ("CVX", *code));
    let measured = words::MEASURED.iter().flat_map(|(_, code, _, unit, _, _)| [("LOINC", *code), ("UCUM", *unit)]);
    let worded = words::WORDED.iter().map(|(_, code, _, _)| ("LOINC", *code));
    let mut codes: Vec<_> = snomed.chain(allergens).chain(medicines).chain(vaccines).chain(measured).chain(worded).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
