//! What an editor knows: the JSON Schemas take every sound file, and refuse what is wrong in a file's form alone.

use super::all;
use super::base;
use super::changed;
use super::check;
use ehr_rules::Rulebook;
use jsonschema::Validator;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::path::PathBuf;

/// Codes of mistakes that show in one file alone, without knowing any name or type.
const FORM: &[&str] = &["E0010", "E0011", "E0012", "E0013", "E0103", "E0109", "E0203", "E0304", "E0305", "E0306"];

/// Mistakes of such a code that no schema can see, and others that one does, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("a listing that is files as well", "an editor can tell that the two keys exclude each other"),
    ("characters counted from nought, and none at all", "an editor can tell what is no such text"),
    ("fields of fixed widths under a header", "an editor can tell that the two keys exclude each other"),
    ("fields of fixed widths of a listing", "an editor can tell that the two keys exclude each other"),
    ("`codes` of several systems without `system`", "the target's schema says how many systems a code map holds"),
    ("`codes` of one system with `system`", "the target's schema says how many systems a code map holds"),
    ("sorted twice by one column", "`desc` is part of the text"),
    ("an unknown function", "it stands in a script"),
    ("an unknown method", "it stands in a script"),
    ("a file action with an unknown function", "it stands in a text"),
    ("a decimal of too many digits", "one number is held against the other"),
    ("a value of the wrong kind for a function", "what is worked on has its type from another file"),
    ("a wrong regular expression", "editors and rules know different ones"),
    ("a format that is none", "formats are a language of their own"),
    ("a unit that is none", "units are a language of their own"),
    ("a time zone that is none", "the IANA database is no part of a schema"),
    ("a country that is none", "ISO 3166-1 is no part of a schema"),
    ("a parameter of a type that is not set", "types are words"),
    ("several matches that are expected and ambiguous", "one word is held against another"),
    ("an unknown type of a script", "types are words"),
    ("an empty file", "nothing is no map"),
    ("a file of cases that is empty", "nothing is no list"),
    ("a day that is none", "the format of a text is only a hint to many editors"),
    ("a file of comments", "nothing is no map"),
    ("tables renamed without a parent", "one key asks for another"),
    ("a code map of another type", "the two types are words"),
    ("rows that are the same thing by nothing", "a list of columns may be empty elsewhere"),
    ("SQL's `not`", "it stands in a script"),
    ("nothing behind a column", "to an editor nothing is `null`"),
];

fn validators() -> BTreeMap<&'static str, Validator> {
    let names = Rulebook::schema_names().into_iter().map(|(name, _)| name);
    names.map(|name| (name, jsonschema::draft202012::new(&Rulebook::schema(name).unwrap()).unwrap())).collect()
}

/// The schema for a file, by where it stands in a folder of rules.
fn schema_for(file: &str) -> &'static str {
    let part = file.split('/').next().unwrap();
    match (part, file.ends_with("/schema.yaml")) {
        _ if file.contains("/cases/") => "cases",
        ("categories", _) => "category",
        ("sources", true) => "source",
        ("targets", true) => "target",
        _ => "rules",
    }
}

/// YAML as an editor sees it; `None` where it is none. Every key is text.
fn read(text: &str) -> Option<Value> {
    fn json(value: serde_yaml::Value) -> Value {
        match value {
            serde_yaml::Value::Mapping(entries) => {
                let key = |key: serde_yaml::Value| match key {
                    serde_yaml::Value::String(text) => text,
                    other => serde_yaml::to_string(&other).unwrap().trim().to_owned(),
                };
                Value::Object(entries.into_iter().map(|(name, value)| (key(name), json(value))).collect::<Map<_, _>>())
            }
            serde_yaml::Value::Sequence(items) => items.into_iter().map(json).collect(),
            serde_yaml::Value::Tagged(tagged) => json(tagged.value),
            other => serde_json::to_value(other).unwrap_or(Value::Null),
        }
    }
    serde_yaml::from_str(text).ok().map(json)
}

fn faults(validator: &Validator, value: &Value) -> String {
    validator.iter_errors(value).fold(String::new(), |mut text, error| {
        let shown = error.to_string();
        writeln!(text, "    at {}: {}", error.instance_path(), shown.chars().take(300).collect::<String>()).unwrap();
        text
    })
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|end| end == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_of_rules_that_is_shipped_is_taken() {
    let validators = validators();
    let (mut wrong, mut seen) = (String::new(), 0);
    for root in ["../rulesets", "tests/language", "tests/diagnostics/base"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let mut files = Vec::new();
        yaml_files(&root, &mut files);
        for path in files {
            let file = path.strip_prefix(&root).unwrap().display().to_string().replace('\\', "/");
            let value = read(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let faults = faults(&validators[schema_for(&file)], &value);
            seen += 1;
            if !faults.is_empty() {
                writeln!(wrong, "{}\n{faults}", path.display()).unwrap();
            }
        }
    }
    assert!(seen > 50, "the files were found");
    assert!(wrong.is_empty(), "{wrong}");
}

/// A mistake in form is refused while it is typed; one that needs other files to be seen is not.
#[test]
fn mistakes_in_form_are_refused_and_others_are_not() {
    let (validators, base) = (validators(), base());
    let mut wrong = String::new();
    let mut used = Vec::new();
    for mistake in all().filter(|mistake| Path::new(mistake.file).extension().is_some_and(|end| end == "yaml")) {
        // What is no YAML is refused by any reader.
        let Some(value) = read(&changed(&base, mistake)[mistake.file]) else { continue };
        let refused = !validators[schema_for(mistake.file)].is_valid(&value);
        let here = mistake.said.iter().filter(|(at, _)| !at[6..].contains(".yaml:"));
        let form = here.map(|(at, _)| &at[..5]).any(|code| FORM.contains(&code));
        let excepted = EXCEPTIONS.iter().any(|(what, _)| *what == mistake.what);
        if excepted {
            used.push(mistake.what);
        }
        if (refused != form) != excepted {
            let codes: Vec<&str> = mistake.said.iter().map(|(at, _)| &at[..5]).collect();
            writeln!(wrong, "{} {codes:?}: {}", mistake.what, if refused { "refused" } else { "taken" }).unwrap();
        }
    }
    for (what, _) in EXCEPTIONS.iter().filter(|(what, _)| !used.contains(what)) {
        writeln!(wrong, "{what}: is no mistake that is pinned").unwrap();
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// `UPDATE_DOCS=1 cargo test` writes them.
#[test]
fn the_schemas_under_docs_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    for (name, _) in Rulebook::schema_names() {
        let text = serde_json::to_string_pretty(&Rulebook::schema(name).unwrap()).unwrap() + "\n";
        let path = folder.join(format!("{name}.json"));
        if std::env::var_os("UPDATE_DOCS").is_some_and(|asked| asked == "1") {
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(written == text, "{} is old: UPDATE_DOCS=1 writes it anew", path.display());
    }
}

/// The first lines of a file that an editor is pointed at a schema with are a comment to everybody else.
#[test]
fn a_modeline_changes_nothing() {
    let mut files = base();
    for (_, text) in files.iter_mut().filter(|(name, _)| Path::new(name).extension().is_some_and(|end| end == "yaml")) {
        text.insert_str(0, "# yaml-language-server: $schema=schemas/rules.json\n");
    }
    let (_kept, said) = check(&files);
    assert!(said.is_empty(), "{}", said.to_text());
}
