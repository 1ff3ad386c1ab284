//! The pages under `docs/codes`: what each calls wrong gives its code, and what it calls right gives nothing.
//!
//! An example is one or several files, each behind a line `# PATH`. A file of YAML that the sound ruleset has is laid over it: maps are
//! merged, but what stands under `columns` is replaced. Any other file stands as it is.

use super::base;
use super::check;
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn each_page_has_a_wrong_example_that_gives_its_code_and_a_right_one_that_gives_none() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    let (mut pages, mut faults) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let code = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        pages += 1;
        let (_kept, wrong) = check(&with(example(&text, "## Wrong")));
        if wrong.iter().next().is_none_or(|first| first.code != code) {
            faults.push(format!("{code}: the wrong example says\n{}", wrong.to_text()));
        }
        let (_kept, right) = check(&with(example(&text, "## Right")));
        if !right.is_empty() {
            faults.push(format!("{code}: the right example says\n{}", right.to_text()));
        }
    }
    assert!(pages > 50, "the pages were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A mistake of two files: what one declares the other has to set.
#[test]
fn a_parameter_without_a_default_is_set_by_each_case() {
    let schema = "# sources/acme/1/schema.yaml\nparameters: {zone: {type: text, required: true}}\n";
    let case =
        |set: &str| format!("{schema}# sources/acme/1/cases/patient.yaml\n- {{name: x, {set}given: {{}}, expect: {{patient: []}}}}\n");
    let (_kept, said) = check(&with(&case("")));
    let text = said.to_text();
    assert!(text.contains("E0804") && text.contains("patient.yaml:1:10") && text.contains("write `set: {zone: …}`"), "{text}");
    let (_kept, said) = check(&with(&case("set: {zone: UTC}, ")));
    assert!(said.is_empty(), "{}", said.to_text());
}

/// The text of the first block behind a heading.
fn example<'t>(page: &'t str, heading: &str) -> &'t str {
    let (_, behind) = page.split_once(&format!("\n{heading}\n")).unwrap();
    let (_, block) = behind.split_once("```").unwrap();
    let (_, block) = block.split_once('\n').unwrap();
    block.split_once("```").unwrap().0
}

/// The sound ruleset with an example laid over it.
fn with(example: &str) -> BTreeMap<String, String> {
    let mut files = base();
    let mut written: Vec<(String, String)> = Vec::new();
    for line in example.split_inclusive('\n') {
        let name = line.trim_end().strip_prefix("# ").filter(|name| name.contains('/') && name.contains('.') && !name.contains(' '));
        match (name, written.last_mut()) {
            (Some(name), _) => written.push((name.to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => assert_eq!(line, "# PATH", "is what an example begins with"),
        }
    }
    for (name, text) in written {
        let laid = match files.get(&name) {
            Some(under) if Path::new(&name).extension().is_some_and(|end| end == "yaml") => {
                let mut whole: Value = serde_yaml::from_str(under).unwrap();
                merge(&mut whole, serde_yaml::from_str(&text).unwrap());
                serde_yaml::to_string(&whole).unwrap()
            }
            _ => text,
        };
        files.insert(name, laid);
    }
    files
}

fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Mapping(under), Value::Mapping(over)) => {
            for (key, value) in over {
                match under.get_mut(&key) {
                    Some(Value::Mapping(columns)) if key == "columns" => columns.extend(value.as_mapping().unwrap().clone()),
                    Some(known) => merge(known, value),
                    None => drop(under.insert(key, value)),
                }
            }
        }
        (under, over) => *under = over,
    }
}
