//! The schema of `targets/omop-5.4` says what the CDM's own field-level definitions say.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may")]

mod common;

use ehr_rules::Kind;
use ehr_rules::Rulebook;

/// Tables of the vocabulary: filled by an Athena download, not by a conversion.
const VOCABULARY: &[&str] = &[
    "concept",
    "vocabulary",
    "domain",
    "concept_class",
    "concept_relationship",
    "relationship",
    "concept_synonym",
    "concept_ancestor",
    "source_to_concept_map",
    "drug_strength",
];

#[test]
fn every_field_is_as_the_cdm_defines_it() {
    let Some(definitions) = common::real_data("omop-cdm-definitions/inst/csv/OMOP_CDMv5.4_Field_Level.csv") else { return };
    let (book, said) = Rulebook::load(&[common::root().join("rulesets")]).unwrap();
    assert!(!said.has_errors(), "{}", said.to_text());
    let targets = book.targets();
    let target = targets.iter().find(|target| target.name == "omop-5.4").unwrap();
    let mut wrong = Vec::new();
    let mut fields = 0;
    for row in csv::Reader::from_path(definitions).unwrap().records() {
        let row = row.unwrap();
        let (table, field) = (row[0].to_lowercase(), row[1].trim_matches('"').to_lowercase());
        let external = VOCABULARY.contains(&table.as_str());
        let Some(shape) = target.table(&table) else {
            if !external {
                wrong.push(format!("{table}: no such table"));
            }
            continue;
        };
        assert_eq!(shape.external, external, "{table}");
        let Some(column) = shape.columns.iter().find(|column| column.name == field) else {
            if !external {
                wrong.push(format!("{table}.{field}: no such column"));
            }
            continue;
        };
        fields += 1;
        let kind = match row[3].to_lowercase().as_str() {
            "integer" => Kind::Integer,
            "float" => Kind::Float,
            "date" => Kind::Date,
            "datetime" => Kind::Datetime,
            text if text.starts_with("varchar") => Kind::Text,
            other => unreachable!("a type of the CDM: {other}"),
        };
        let length = row[3].split(['(', ')']).nth(1).and_then(|length| length.parse::<usize>().ok());
        let references = (&row[7] == "Yes").then(|| (row[8].to_lowercase(), row[9].to_lowercase()));
        if column.ty.kind != kind {
            wrong.push(format!("{table}.{field}: {} instead of {kind}", column.ty.kind));
        }
        if column.ty.nullable == (&row[2] == "Yes") {
            wrong.push(format!("{table}.{field}: nullable is {}", column.ty.nullable));
        }
        if !external && column.max_length != length {
            wrong.push(format!("{table}.{field}: length {:?} instead of {length:?}", column.max_length));
        }
        if !external && column.references != references {
            wrong.push(format!("{table}.{field}: refers to {:?} instead of {references:?}", column.references));
        }
        // The CDM gives a death no key of its own; a person dies once, so the person is one here.
        if !external && table != "death" && shape.key.contains(&field) != (&row[6] == "Yes") {
            wrong.push(format!("{table}.{field}: key {:?}", shape.key));
        }
    }
    assert!(fields > 350, "{fields} fields were compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
