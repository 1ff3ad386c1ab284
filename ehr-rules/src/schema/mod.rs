//! JSON Schemas of the YAML files, so that an editor completes and checks them while they are written.
//!
//! They say what can be said of one file alone: keys, forms, words, functions and their arguments. Names and types are for `check`.

mod cases;
mod category;
mod code_map;
mod demand;
mod function;
mod part;
mod rules;
mod source;
mod target;
mod value;

use serde_json::Value;

/// A schema's name, the files it is for as globs from a folder of rules, and how it is made.
type Entry = (&'static str, &'static [&'static str], fn() -> Value);

/// Every schema.
const SCHEMAS: &[Entry] = &[
    ("source", &["sources/*/*/schema.yaml"], source::schema),
    ("rules", &["sources/*/*/!(schema).yaml", "targets/*/!(schema).yaml"], rules::schema),
    ("category", &["categories/*.yaml"], category::schema),
    ("target", &["targets/*/schema.yaml"], target::schema),
    ("cases", &["sources/*/*/cases/*.yaml", "targets/*/cases/*.yaml"], cases::schema),
];

/// Names of the schemas, each with the files it is for.
pub(crate) fn names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    SCHEMAS.iter().map(|(name, files, _)| (*name, *files))
}

/// The schema of that name.
pub(crate) fn schema(name: &str) -> Option<Value> {
    let (_, _, make) = SCHEMAS.iter().find(|(known, ..)| *known == name)?;
    Some(make())
}
