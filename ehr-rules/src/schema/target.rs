//! The schema.yaml of a target.

use crate::schema::part::column;
use crate::schema::part::document;
use crate::schema::part::flag;
use crate::schema::part::map_of;
use crate::schema::part::object;
use crate::schema::part::parameters;
use crate::schema::part::reason;
use crate::schema::part::text;
use crate::schema::part::texts;
use crate::schema::part::types;
use crate::schema::part::with_examples;
use crate::schema::part::words;
use serde_json::Value;
use serde_json::json;

pub(super) fn schema() -> Value {
    let body = object(
        "",
        vec![
            ("target", text("Its name, which is its folder's.")),
            ("title", text("What people call it.")),
            (
                "source",
                with_examples(
                    texts("`SYSTEM/VERSION`: its rules read that source's tables straight, without categories."),
                    &[json!("acme/2")],
                ),
            ),
            (
                "release",
                words(
                    "Whether what identifies a person may reach its columns.",
                    &[("deidentified", "an identifier that does is an error"), ("identified", "it may (default)")],
                ),
            ),
            ("allow", allowed()),
            ("parameters", parameters()),
            ("code_maps", map_of("Code maps by name.", code_map())),
            ("tables", map_of("Tables by name, in the order in which they are loaded.", table())),
        ],
        &["target", "tables"],
    );
    document("target", "The tables of a target", body, vec![("type", types()), ("inner", column(&[]))])
}

fn allowed() -> Value {
    let mut allowed = map_of("Columns (`table.column`) that hold an identifier all the same.", reason("Why it is released."));
    allowed["propertyNames"] = json!({"pattern": "^[^.]+\\..+$"});
    allowed
}

fn code_map() -> Value {
    let file = object(
        "a CSV of source codes and their targets",
        vec![
            ("file", with_examples(text("The file, from the target's folder."), &[json!("codes/gender.csv")])),
            ("target", words("What the targets are.", &[("integer", "concepts, say"), ("text", "words (default)")])),
        ],
        &["file"],
    );
    let systems = map_of("Code systems, and the vocabulary of each.", text("Its `vocabulary_id`."));
    let athena = object("an Athena vocabulary, through `Maps to`", vec![("athena", systems)], &["athena"]);
    json!({"oneOf": [file, athena]})
}

fn table() -> Value {
    let columns = column(&[
        ("required", flag("Whether it always holds a value.")),
        ("max_length", json!({"description": "The most characters.", "type": "integer", "minimum": 1})),
        ("references", json!({"description": "`table.column` that it names a row of.", "type": "string", "pattern": "^[^.]+\\..+$"})),
    ]);
    object(
        "a table",
        vec![
            ("external", flag("Whether somebody else fills it: it is not created, not loaded, and references to it are not checked.")),
            ("key", texts("Columns that are unique together.")),
            ("columns", map_of("Columns by name.", columns)),
        ],
        &["columns"],
    )
}
