//! The pieces that schemas are made of.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// A whole schema: `body` with its name, and the definitions it refers to.
pub(super) fn document(name: &str, title: &str, mut body: Value, definitions: Vec<(&str, Value)>) -> Value {
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("https://ehr-rules.invalid/schemas/{name}.json"),
        "title": title,
    });
    if let (Some(whole), Some(body)) = (whole.as_object_mut(), body.as_object_mut()) {
        body.remove("title");
        whole.append(body);
        if !definitions.is_empty() {
            let definitions = definitions.into_iter().map(|(name, value)| (name.to_owned(), value));
            whole.insert("$defs".to_owned(), Value::Object(definitions.collect()));
        }
    }
    whole
}

/// A map of known keys.
pub(super) fn object(title: &str, keys: Vec<(&str, Value)>, required: &[&str]) -> Value {
    let properties: Map<String, Value> = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut object = json!({"title": title, "type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// A map from names to things of one kind.
#[expect(clippy::needless_pass_by_value, reason = "a schema is built from the inside out, each piece used once")]
pub(super) fn map_of(description: &str, value: Value) -> Value {
    json!({"description": description, "type": "object", "additionalProperties": value})
}

/// Text: whatever a scalar looks like, it is taken as it is written.
pub(super) fn text(description: &str) -> Value {
    json!({"description": description, "type": ["string", "number", "boolean"]})
}

/// A reason, which is never left out.
pub(super) fn reason(description: &str) -> Value {
    json!({"description": description, "type": ["string", "number", "boolean"], "pattern": "\\S"})
}

/// One text, or a list of them.
pub(super) fn texts(description: &str) -> Value {
    json!({"description": description, "anyOf": [text("one"), {"type": "array", "items": text("one of several")}]})
}

/// True or false.
pub(super) fn flag(description: &str) -> Value {
    json!({"description": description, "type": "boolean"})
}

/// One of a few words, each with what it means. `null` is a word and YAML's own null.
pub(super) fn words(description: &str, words: &[(&str, &str)]) -> Value {
    let mut choices: Vec<Value> = words.iter().map(|(word, meaning)| json!({"const": word, "description": meaning})).collect();
    if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == "null") {
        choices.push(json!({"const": null, "description": meaning}));
    }
    json!({"description": description, "oneOf": choices})
}

/// What stands in the definitions under this name, with a word on what it is for here.
pub(super) fn refer(name: &str, description: &str) -> Value {
    json!({"description": description, "$ref": format!("#/$defs/{name}")})
}

/// A schema with examples, which editors offer.
pub(super) fn with_examples(mut schema: Value, examples: &[Value]) -> Value {
    schema["examples"] = json!(examples);
    schema
}

/// The types of columns, as words and as patterns.
pub(super) fn types() -> Value {
    let words = [
        ("text", "Unicode text"),
        ("integer", "a signed 64-bit integer"),
        ("float", "a 64-bit floating point number"),
        ("boolean", "true or false; `true:` and `false:` say how they are written"),
        ("date", "a calendar day"),
        ("time", "a time of day"),
        ("datetime", "a date and time of day; zoned input is brought to UTC"),
        ("instant", "a point in time; its input names its zone, or the column does under `zone:`"),
        ("uuid", "a UUID"),
    ];
    let mut choices: Vec<Value> = words.iter().map(|(word, meaning)| json!({"const": word, "description": meaning})).collect();
    choices.push(json!({
        "title": "decimal(p,s)",
        "description": "a decimal number with `p` digits, `s` of them after the point",
        "type": "string",
        "pattern": "^ *decimal\\( *([1-9]|[12][0-9]|3[0-8]) *, *([0-9]|[12][0-9]|3[0-8]) *\\) *$",
        "examples": ["decimal(12,2)"],
    }));
    choices.push(json!({
        "title": "list(TYPE)",
        "description": "a list of values of one type",
        "type": "string",
        "pattern": "^ *list\\(.+\\) *$",
        "examples": ["list(text)"],
    }));
    json!({"description": "The type of the column's values.", "oneOf": choices})
}

/// A column: its type alone, or a map with more; a list says what it is `of`, a struct what its `fields` are, each as in `inner`.
pub(super) fn column(keys: &[(&'static str, Value)]) -> Value {
    let word = |word: &str| json!({"const": word});
    let with = |title: &str, own: Vec<(&'static str, Value)>, required: &[&str]| {
        object(title, own.into_iter().chain(keys.iter().cloned()).collect(), required)
    };
    let inner = || refer("inner", "Its type.");
    json!({"oneOf": [
        refer("type", "The type of the column's values."),
        with("a column: {type: …}", vec![("type", refer("type", "The type of the column's values."))], &["type"]),
        with("a list: {type: list, of: …}", vec![("type", word("list")), ("of", inner())], &["type", "of"]),
        with(
            "a struct: {type: struct, fields: {…}}",
            vec![("type", word("struct")), ("fields", json!({
                "description": "Fields by name.",
                "type": "object",
                "additionalProperties": inner(),
                "minProperties": 1,
            }))],
            &["type", "fields"],
        ),
    ]})
}

/// What rules ask of an order, by name.
pub(super) fn parameters() -> Value {
    let kinds = ["text", "integer", "float", "boolean", "date", "datetime", "instant"];
    let parameter = object(
        "a parameter",
        vec![
            ("type", json!({"description": "What its value is.", "enum": kinds})),
            ("default", text("Its value where the order does not set it.")),
            ("required", flag("Whether an order must set it.")),
            ("one_of", texts("The only values it takes.")),
            ("summary", text("What it is for.")),
        ],
        &["type"],
    );
    map_of("What the rules ask of an order: set by `--set NAME=VALUE`, read as `{parameter: NAME}`.", parameter)
}
