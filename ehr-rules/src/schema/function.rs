//! Steps of `do:`, from the catalogue: each function's name, signature and arguments.

use crate::functions::CATALOGUE;
use crate::functions::fault::MOST_DAYS;
use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Param;
use crate::schema::part::refer;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// One step: a function's name, or a map from its name to its arguments.
pub(super) fn step() -> Value {
    let bare = CATALOGUE.iter().filter(|function| after_first(function).iter().all(|param| param.default.is_some()));
    let bare: Vec<Value> =
        bare.map(|function| json!({"const": function.name, "title": function.signature(), "description": described(function)})).collect();
    let given: Map<String, Value> = CATALOGUE.iter().map(|function| (function.name.to_owned(), arguments(function))).collect();
    json!({
        "title": "a step",
        "oneOf": [
            {"title": "a function by name", "oneOf": bare},
            {
                "title": "a function with arguments",
                "type": "object",
                "properties": given,
                "additionalProperties": false,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ],
    })
}

fn after_first(function: &Function) -> &[Param] {
    function.params.get(1..).unwrap_or_default()
}

fn described(function: &Function) -> String {
    let examples = function.examples.iter().map(|example| {
        let (call, gives) = example.shown(function.name);
        format!("`{call}` is `{gives}`")
    });
    let examples: Vec<String> = examples.collect();
    format!("`{}`\n\n{}\n\n{}", function.signature(), function.summary, examples.join("; "))
}

/// One argument, a list of them in order, or a map by their names.
fn arguments(function: &Function) -> Value {
    let params = after_first(function);
    let named: Map<String, Value> = params.iter().map(|param| (param.name.to_owned(), argument(param))).collect();
    let required: Vec<&str> = params.iter().filter(|param| param.default.is_none()).map(|param| param.name).collect();
    let mut ordered = json!({"title": "arguments in order", "type": "array", "minItems": required.len(), "maxItems": params.len()});
    if !params.is_empty() {
        ordered["prefixItems"] = params.iter().map(argument).collect();
    }
    let mut choices = vec![
        ordered,
        json!({"title": "arguments by name", "type": "object", "properties": named, "additionalProperties": false, "required": required}),
    ];
    if let Some(first) = params.first()
        && required.len() <= 1
    {
        choices.push(argument(first));
    }
    json!({"description": described(function), "anyOf": choices})
}

/// A constant of the parameter's kind; or, where it may be one, another value of the row.
fn argument(param: &Param) -> Value {
    let kind = param.accepts.words();
    let mut constant = json!({"title": format!("{}: {kind}", param.name)});
    match param.accepts {
        Accepts::OneOf(words) => constant["enum"] = json!(words),
        Accepts::Integer => constant["type"] = json!("integer"),
        Accepts::Days => constant = json!({"title": constant["title"], "type": "integer", "minimum": 1, "maximum": MOST_DAYS}),
        Accepts::Float | Accepts::Number => constant["type"] = json!("number"),
        Accepts::Text | Accepts::Pattern | Accepts::Formats | Accepts::Unit | Accepts::Zone | Accepts::Country => {
            constant["type"] = json!("string");
        }
        _ => constant["type"] = json!(["string", "number", "boolean"]),
    }
    if param.accepts == Accepts::Pattern {
        constant["format"] = json!("regex");
    }
    if let Some(default) = &param.default {
        constant["description"] = format!("Left out it is `{}`.", default.value()).into();
    }
    if param.accepts == Accepts::Secret {
        return json!({"title": format!("{}: the name of a secret", param.name), "type": "string", "pattern": "^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", "maxLength": 30});
    }
    if param.constant {
        return json!({"anyOf": [constant, refer("parameter", "A parameter of the order.")]});
    }
    json!({"anyOf": [constant, {"type": "null"}, refer("argument", "Another value of the row.")]})
}
