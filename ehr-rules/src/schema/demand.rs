//! What a target asks of the rows that are made for it.

use crate::schema::part::flag;
use crate::schema::part::map_of;
use crate::schema::part::object;
use crate::schema::part::text;
use crate::schema::part::texts;
use crate::schema::part::with_examples;
use crate::schema::part::words;
use serde_json::Value;
use serde_json::json;

pub(super) fn at_most() -> Value {
    json!({
        "description": "How many may break it, as `5%` or a number; none where it is left out.",
        "type": ["string", "integer"],
        "minimum": 0,
        "examples": ["1%"],
    })
}

pub(super) fn on_error() -> Value {
    words("What more than `at_most` does.", &[("fail", "the order fails before it is loaded (default)"), ("warn", "it is said")])
}

fn at_least() -> Value {
    json!({"description": "How much of it must hold.", "type": ["string", "number", "boolean"], "examples": ["95%"]})
}

pub(super) fn share(description: &str) -> Value {
    let keys = vec![("at_least", at_least()), ("on_error", on_error())];
    json!({"description": description, "oneOf": [at_least(), object("a share", keys, &["at_least"])]})
}

pub(super) fn concept() -> Value {
    let domain = with_examples(texts("The domains they may be of."), &[json!("Condition")]);
    let class = with_examples(texts("The classes they may be of."), &[json!("Ingredient")]);
    let standard = flag("Whether they must be standard and valid.");
    let mut concept = object(
        "what a vocabulary says of its concepts",
        vec![("domain", domain), ("class", class), ("standard", standard), ("at_most", at_most()), ("on_error", on_error())],
        &[],
    );
    concept["anyOf"] = json!([{"required": ["domain"]}, {"required": ["class"]}, {"required": ["standard"]}]);
    concept
}

pub(super) fn mapped_by() -> Value {
    let column = text("The column with the concept.");
    object(
        "the share of its different values that have a concept in another column",
        vec![("column", column), ("at_least", at_least()), ("on_error", on_error())],
        &["column", "at_least"],
    )
}

pub(super) fn plausible() -> Value {
    let day = |what: &str, example: &str| with_examples(texts(what), &[json!(example)]);
    let mut one = object(
        "what is plausible",
        vec![
            ("min", text("The least value: a number, or a day.")),
            ("max", text("The greatest value.")),
            ("after", day("Days it cannot precede: `COLUMN`, `TABLE.COLUMN` or `today`, and days more or less.", "person.birth_datetime")),
            ("before", day("Days it cannot follow.", "death.death_date + 60 days")),
            ("at_most", at_most()),
            ("on_error", on_error()),
        ],
        &[],
    );
    one["anyOf"] = json!([{"required": ["min"]}, {"required": ["max"]}, {"required": ["after"]}, {"required": ["before"]}]);
    json!({"description": "What its values are between.", "anyOf": [one.clone(), {"type": "array", "items": one}]})
}

pub(super) fn checks() -> Value {
    let that = text("What must be true of a row, as in `where:` of a rule.");
    let concepts =
        json!({"description": "The numbers of concepts.", "anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]});
    let mut under = map_of("Only of rows whose concept, in this column, is one of these or stands under one.", concepts);
    under["maxProperties"] = json!(1);
    let check = object(
        "a check of the rows made",
        vec![
            ("that", with_examples(that, &[json!("visit_start_date <= visit_end_date")])),
            ("where", text("Of which rows; all where it is left out.")),
            ("under", under),
            ("message", text("What must hold, in words.")),
            ("at_most", at_most()),
            ("on_error", on_error()),
        ],
        &["that", "message"],
    );
    json!({"description": "Conditions on the rows made.", "type": "array", "items": check})
}

pub(super) fn by_concept() -> Value {
    let own = |what: &str, example: &str| with_examples(text(what), &[json!(example)]);
    let mut one = object(
        "what rows of single concepts hold",
        vec![
            (
                "file",
                own("A CSV in this folder: `concept,name,unit,unit_name,low,high,gender,at_most,source`.", "plausible/measurement.csv"),
            ),
            ("concept", own("The column of concepts.", "measurement_concept_id")),
            ("unit", own("The column of units.", "unit_concept_id")),
            ("unit_text", own("The column with the unit as it was written.", "unit_source_value")),
            ("value", own("The column of values.", "value_as_number")),
            ("gender", own("The column of the gender, here or as `TABLE.COLUMN`.", "person.gender_concept_id")),
            ("at_most", at_most()),
            ("on_error", on_error()),
        ],
        &["file", "concept"],
    );
    one["dependentRequired"] = json!({"unit": ["value"], "value": ["unit"], "unit_text": ["unit"]});
    json!({"description": "What rows of single concepts hold, by a list.", "anyOf": [one.clone(), {"type": "array", "items": one}]})
}

pub(super) fn each() -> Value {
    let one = object(
        "what has a row here",
        vec![
            ("of", text("The other table.")),
            ("by", text("The column by which a row there has one here; its key where it is left out.")),
            ("at_least", at_least()),
            ("on_error", on_error()),
        ],
        &["of", "at_least"],
    );
    json!({"description": "Of which other tables each has a row here.", "anyOf": [one.clone(), {"type": "array", "items": one}]})
}

pub(super) fn no_overlap() -> Value {
    object(
        "spans of days that may not meet",
        vec![
            ("by", text("Whose spans they are.")),
            ("from", text("The first day.")),
            ("to", text("The last day.")),
            ("gap", json!({"description": "How many days lie between two at least.", "type": "integer"})),
            ("at_most", at_most()),
            ("on_error", on_error()),
        ],
        &["by", "from", "to"],
    )
}
