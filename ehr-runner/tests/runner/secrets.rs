//! Secrets: from the environment, and into nothing but the values made with them.

use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::stderr;
use assert_cmd::Command;
use assert_cmd::assert::Assert;
use std::fs;
use std::path::Path;

const KEY: &str = "an invented key of nobody";
/// HMAC-SHA-256 of `p1` with it.
const CODE: &str = "1052554426fff9cb601598bd91f01a8f92897bb4e358fd7c641ea386a8d55b9b";

fn place() -> Place {
    let place = Place::new();
    place.replace("rulesets/targets/demo/schema.yaml", "name: {type: text, max_length: 20}", "name: {type: text, max_length: 64}");
    place.replace("rulesets/targets/demo/rules.yaml", "name: name", "name: {from: id, do: [{pseudonym: study-2}]}");
    place
}

fn convert(place: &Place, out: &str, variables: &[(&str, &str)]) -> Assert {
    let mut command = Command::new(PROGRAM);
    command.current_dir(place.path("")).args(["run", "export", "--target", "demo", "--out", out]);
    command.envs(variables.iter().copied()).assert()
}

/// Every file of a folder that holds these bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
        } else if fs::read(&path).unwrap().windows(bytes.len()).any(|part| part == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_secret_is_asked_for_before_a_row_is_read() {
    let said = stderr(&convert(&place(), "order", &[]).code(2));
    assert!(said.contains("the secret `study-2` is not set: `EHR_SECRET_STUDY_2`, or `EHR_SECRET_STUDY_2_FILE`"), "{said}");
    let said = stderr(&convert(&place(), "order", &[("EHR_SECRET_STUDY_2", "guess")]).code(2));
    assert!(said.contains("`EHR_SECRET_STUDY_2` has fewer than 16 bytes") && !said.contains("guess"), "{said}");
}

#[test]
fn a_secret_makes_codes_and_is_written_nowhere() {
    let place = place();
    convert(&place, "order", &[("EHR_SECRET_STUDY_2", KEY)]).success();
    assert!(place.read("order/converted/person.csv").contains(CODE));
    assert_eq!(place.json("order/order.json")["secrets"], serde_json::json!(["study-2"]));
    assert_eq!(holding(&place.path("order"), KEY.as_bytes()), Vec::<String>::new());
    // Another key makes another order of the same input.
    convert(&place, "other", &[("EHR_SECRET_STUDY_2", "another key of nobody")]).success();
    assert!(!place.read("other/converted/person.csv").contains(CODE));
    assert_ne!(place.json("order/order.json")["id"], place.json("other/order.json")["id"]);
    convert(&place, "again", &[("EHR_SECRET_STUDY_2", KEY)]).success();
    assert_eq!(place.json("order/order.json")["id"], place.json("again/order.json")["id"]);
}

#[cfg(unix)]
#[test]
fn a_file_with_a_secret_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.write("key", format!("{KEY}\n"));
    let mode = |mode| fs::set_permissions(place.path("key"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o640);
    let said = stderr(&convert(&place, "order", &[("EHR_SECRET_STUDY_2_FILE", "key")]).code(2));
    assert!(said.contains("may be read by others than its owner: `chmod 600` it"), "{said}");
    mode(0o600);
    convert(&place, "order", &[("EHR_SECRET_STUDY_2_FILE", "key")]).success();
    assert!(place.read("order/converted/person.csv").contains(CODE));
    let both = [("EHR_SECRET_STUDY_2_FILE", "key"), ("EHR_SECRET_STUDY_2", KEY)];
    assert!(stderr(&convert(&place, "twice", &both).code(2)).contains("one of the two is enough"));
}

#[test]
fn an_order_goes_on_with_the_secrets_that_it_was_begun_with() {
    let place = place();
    let with = |key: &str, arguments: &str| {
        let mut command = Command::new(PROGRAM);
        command.current_dir(place.path("")).args(arguments.split_whitespace()).env("EHR_SECRET_STUDY_2", key).assert()
    };
    with(KEY, "run export --target demo --out order --until assess").code(0);
    let said = stderr(&with("another key of nobody", "resume order").code(2));
    assert!(said.contains("a secret is not the one that it was begun with"), "{said}");
    with(KEY, "resume order").code(0);
    assert!(place.read("order/converted/person.csv").contains(CODE));
}
