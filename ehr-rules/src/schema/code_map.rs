//! A code map, as the schemas of sources and targets declare it.

use crate::schema::part::map_of;
use crate::schema::part::object;
use crate::schema::part::text;
use crate::schema::part::with_examples;
use crate::schema::part::words;
use serde_json::Value;
use serde_json::json;

pub(super) fn code_map() -> Value {
    let file = object(
        "a CSV of source codes and their targets",
        vec![
            ("file", with_examples(text("The file, from the schema's folder."), &[json!("codes/gender.csv")])),
            ("target", words("What the targets are.", &[("integer", "concepts, say"), ("text", "words (default)")])),
        ],
        &["file"],
    );
    let systems = map_of("Code systems, and the vocabulary of each.", text("Its `vocabulary_id`."));
    let several = words(
        "What becomes of a code that maps to several standard concepts.",
        &[
            ("otherwise", "none is taken, and it stands on the work-list (default)"),
            ("lowest", "the one with the lowest number is taken"),
            ("reject", "the row is set aside"),
            ("fail", "the order fails"),
        ],
    );
    let athena = object("an Athena vocabulary, through `Maps to`", vec![("athena", systems), ("on_ambiguous", several)], &["athena"]);
    let usagi = text("The file, from the schema's folder.");
    let usagi = object("a mapping as Usagi saves it", vec![("usagi", with_examples(usagi, &[json!("codes/gender.csv")]))], &["usagi"]);
    let map = text("The file, from the schema's folder.");
    let omop = object(
        "OMOP's `SOURCE_TO_CONCEPT_MAP`",
        vec![
            ("source_to_concept_map", with_examples(map, &[json!("codes/source_to_concept_map.csv")])),
            ("vocabulary", text("The `source_vocabulary_id` of the rows that count.")),
        ],
        &["source_to_concept_map", "vocabulary"],
    );
    json!({"oneOf": [file, usagi, omop, athena]})
}
