//! A file of cases: given rows, expected rows.

use crate::schema::part::document;
use crate::schema::part::map_of;
use crate::schema::part::object;
use crate::schema::part::text;
use serde_json::Value;
use serde_json::json;

pub(super) fn schema() -> Value {
    let rows = |what: &str| {
        map_of(what, json!({"type": "array", "items": {"type": "object", "description": "A row: columns with their values."}}))
    };
    let case = object(
        "a case",
        vec![
            ("name", text("What it shows.")),
            ("target", text("In a source's folder: the target that is converted to.")),
            ("source", text("In a target's folder: the source whose tables are given, as `SYSTEM/VERSION`.")),
            ("today", json!({"description": "The order's date.", "type": "string", "format": "date", "examples": ["2024-01-01"]})),
            ("set", map_of("Parameters of the order.", json!({"type": ["string", "number", "boolean"]}))),
            ("given", rows("Rows by table or category.")),
            (
                "expect",
                rows("Rows by table or category, in order; columns that are not named are not compared. `rejects` are the rows set aside."),
            ),
        ],
        &["name", "given", "expect"],
    );
    let cases = json!({"type": "array", "items": case});
    document("cases", "Cases beside the rules", cases, Vec::new())
}
