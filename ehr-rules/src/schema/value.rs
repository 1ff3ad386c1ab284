//! The forms of a value: what a column, a condition's branch or an argument can be.

use crate::schema::function;
use crate::schema::part::object;
use crate::schema::part::refer;
use crate::schema::part::text;
use crate::schema::part::types;
use crate::schema::part::with_examples;
use crate::schema::part::words;
use serde_json::Value;
use serde_json::json;

/// Everything that values refer to.
pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    vec![
        ("type", types()),
        ("constant", json!({"title": "a constant", "type": ["string", "number", "boolean", "null"]})),
        ("script", script()),
        ("order", order()),
        ("step", function::step()),
        ("parameter", parameter()),
        ("argument", argument()),
        ("value", value()),
        ("from", from()),
        ("join", join()),
        ("when", when()),
        ("key", key()),
        ("lookup", lookup()),
        ("rhai", rhai()),
    ]
}

fn value() -> Value {
    let constant = object("a constant: {value: …}", vec![("value", refer("constant", "The constant."))], &["value"]);
    let column = json!({
        "title": "a column as it is",
        "description": "A column's name; a number, `true`, `false` and `null` are constants. Text that is meant as such is `{value: text}`.",
        "type": ["string", "number", "boolean", "null"],
    });
    let forms = ["from", "join", "when", "key", "lookup", "rhai", "parameter"].map(|form| json!({"$ref": format!("#/$defs/{form}")}));
    let forms: Vec<Value> = std::iter::once(column).chain([constant]).chain(forms).collect();
    json!({"oneOf": forms})
}

fn from() -> Value {
    let mut form = object(
        "a value through functions: {from: …, do: […]}",
        vec![
            ("from", refer("value", "The column, or any value, that is worked on.")),
            (
                "do",
                json!({
                    "description": "Functions of the catalogue, one after the other.",
                    "anyOf": [refer("step", "One step."), {"type": "array", "items": refer("step", "A step.")}],
                    "examples": [["trim", {"left": 3}]],
                }),
            ),
            (
                "map",
                json!({
                    "description": "What each value becomes; `otherwise` says what becomes of all others.",
                    "type": "object",
                    "additionalProperties": refer("constant", "What it becomes."),
                    "examples": [{"M": "male", "F": "female"}],
                }),
            ),
            ("codes", text("A code map of the schema; codes that it lacks go on the work-list.")),
            ("system", refer("value", "The code system of each code, where the code map holds several.")),
            (
                "otherwise",
                refer("value", "What stands for everything that `map` or `codes` lacks, missing values among it; text is a constant here."),
            ),
        ],
        &["from"],
    );
    form["dependentRequired"] = json!({"map": ["otherwise"], "codes": ["otherwise"], "system": ["codes"]});
    form["dependentSchemas"] = json!({"otherwise": {"anyOf": [{"required": ["map"]}, {"required": ["codes"]}]}});
    form["not"] = json!({"required": ["map", "codes"]});
    form
}

fn join() -> Value {
    object(
        "texts joined: {join: […], with: …}",
        vec![
            (
                "join",
                json!({"description": "Texts; missing and empty ones are skipped.", "type": "array", "items": refer("value", "A text.")}),
            ),
            ("with", text("What stands between them.")),
        ],
        &["join"],
    )
}

fn when() -> Value {
    let branch =
        object("a branch", vec![("if", refer("script", "When it is taken.")), ("then", refer("value", "What it gives."))], &["if", "then"]);
    let last = object("the last branch", vec![("otherwise", refer("value", "What holds where no branch does."))], &["otherwise"]);
    let branches = json!({
        "description": "The first branch that holds; `otherwise` stands last.",
        "type": "array",
        "items": {"oneOf": [branch, last]},
        "contains": {"required": ["otherwise"]},
        "maxContains": 1,
        "examples": [[{"if": "A > 3", "then": {"value": "high"}}, {"otherwise": null}]],
    });
    object("branches: {when: [{if: …, then: …}, {otherwise: …}]}", vec![("when", branches)], &["when"])
}

fn key() -> Value {
    object(
        "a surrogate key: {key: […]}",
        vec![
            (
                "key",
                json!({
                    "description": "What identifies the thing: equal parts and an equal space give equal keys, in every run.",
                    "anyOf": [
                        {"type": "array", "items": refer("value", "A part."), "minItems": 1},
                        {"type": ["string", "number", "boolean"]},
                        {"type": "object", "$ref": "#/$defs/value"},
                    ],
                }),
            ),
            ("space", text("Keeps keys of different things apart.")),
            ("type", words("What the key is.", &[("integer", "63 bits (default)"), ("uuid", "a UUID, version 5")])),
        ],
        &["key"],
    )
}

/// `on`, `expect` and so on, which joins and lookups have in common.
pub(super) fn matching(join: bool) -> Vec<(&'static str, Value)> {
    let mut expected = vec![
        ("one", "exactly one; none is rejected unless `on_missing` says otherwise"),
        ("at_most_one", "one or none"),
        ("any", "the first of several, by `order`"),
    ];
    // A lookup gives one value.
    if join {
        expected.push(("many", "any number: a row for each"));
    }
    vec![
        (
            "on",
            json!({
                "description": "Columns here, and the columns there that they equal.",
                "type": "object",
                "additionalProperties": text("The column there."),
                "minProperties": 1,
            }),
        ),
        ("order", refer("order", "Which of several rows comes first.")),
        ("expect", words("How many rows there match one here.", &expected)),
        (
            "on_missing",
            words(
                "What happens where none matches.",
                &[("null", "the value is missing"), ("reject", "the row is set aside"), ("fail", "the order fails")],
            ),
        ),
        (
            "on_ambiguous",
            words(
                "What happens where several match and one was expected.",
                &[("reject", "the row is set aside (default)"), ("fail", "the order fails")],
            ),
        ),
    ]
}

/// `expect: any` needs an order, or chance would choose.
pub(super) fn ordered_if_any(mut form: Value) -> Value {
    form["if"] = json!({"properties": {"expect": {"const": "any"}}, "required": ["expect"]});
    form["then"] = json!({"required": ["order"]});
    form
}

fn lookup() -> Value {
    let mut keys =
        vec![("lookup", text("The table or category that is looked into.")), ("take", text("The column that is taken from there."))];
    keys.extend(matching(false));
    ordered_if_any(object("a column of another table: {lookup: …, on: …, take: …, expect: …}", keys, &["lookup", "on", "take", "expect"]))
}

fn rhai() -> Value {
    object(
        "a script: {rhai: …}",
        vec![("rhai", refer("script", "The script.")), ("type", refer("type", "What it yields, where that is not known before it runs."))],
        &["rhai"],
    )
}

fn parameter() -> Value {
    let name = with_examples(text("Its name: `today` is the order's date."), &[json!("today")]);
    object("a parameter of the order: {parameter: …}", vec![("parameter", name)], &["parameter"])
}

fn argument() -> Value {
    let column = object("another column: {col: …}", vec![("col", text("The column."))], &["col"]);
    let forms = ["from", "parameter"].map(|form| json!({"$ref": format!("#/$defs/{form}")}));
    json!({"oneOf": std::iter::once(column).chain(forms).collect::<Vec<_>>()})
}

fn script() -> Value {
    with_examples(
        text("A rhai expression over the row's columns: `col(\"birth date\")` where a name is no identifier, `()` is a missing value."),
        &[json!("BIRTHDATE <= today() && GENDER != ()")],
    )
}

fn order() -> Value {
    json!({
        "description": "`COLUMN`, `COLUMN desc`, or a list of these.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        "examples": ["START desc"],
    })
}
