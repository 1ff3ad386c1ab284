//! What an analyst sees while she types.

use crate::client::Client;
use serde_json::Value;
use serde_json::json;

const PATIENT: &str = "sources/acme/1/patient.yaml";
const SCHEMA: &str = "sources/acme/1/schema.yaml";
const PERSON: &str = "targets/warehouse/person.yaml";

fn labels(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn a_mistake_is_shown_and_cleared_when_it_is_mended() {
    let mut client = Client::new();
    let sound = client.on_disk(PATIENT);
    let wrong = sound.replacen("birth_date: BIRTHDATE", "birth_date: BIRTHDAET", 1);
    client.open(PATIENT, &wrong);
    let said = client.published(PATIENT);
    assert_eq!(said.len(), 1, "{said:?}");
    let one = &said[0];
    let line = wrong.lines().position(|line| line.contains("BIRTHDAET")).unwrap();
    let column = wrong.lines().nth(line).unwrap().find("BIRTHDAET").unwrap();
    assert_eq!(one["range"]["start"], json!({"line": line, "character": column}));
    assert_eq!(one["range"]["end"], json!({"line": line, "character": column + "BIRTHDAET".len()}));
    assert_eq!((&one["code"], &one["source"], &one["severity"]), (&json!("E0101"), &json!("ehr-rules"), &json!(1)));
    assert!(one["message"].as_str().unwrap().contains("did you mean `BIRTHDATE`?"));
    let fixes = client.ask(
        "textDocument/codeAction",
        &json!({"textDocument": {"uri": client.uri(PATIENT)}, "range": one["range"], "context": {"diagnostics": said}}),
    );
    let fix = &fixes["result"][0];
    assert_eq!(fix["kind"], "quickfix");
    let edit = &fix["edit"]["changes"][client.uri(PATIENT)][0];
    assert_eq!((&edit["newText"], &edit["range"]), (&json!("BIRTHDATE"), &one["range"]));
    client.change(PATIENT, 2, &sound);
    assert!(client.published(PATIENT).is_empty());
}

#[test]
fn changes_of_ranges_are_applied_in_order() {
    let mut client = Client::new();
    let sound = client.on_disk(PATIENT);
    client.open(PATIENT, &sound);
    let line = sound.lines().position(|line| line.contains("birth_date: BIRTHDATE")).unwrap();
    let at = sound.lines().nth(line).unwrap().find("BIRTHDATE").unwrap();
    let change = |from: usize, to: usize, text: &str| json!({"range": {"start": {"line": line, "character": from}, "end": {"line": line, "character": to}}, "text": text});
    let changes = json!([change(at, at + 9, "BIRTH"), change(at + 5, at + 5, "é𝒳"), change(at + 8, at + 8, "?")]);
    client.tell("textDocument/didChange", &json!({"textDocument": {"uri": client.uri(PATIENT), "version": 2}, "contentChanges": changes}));
    let said = client.published(PATIENT);
    assert!(said.iter().any(|one| one["message"].as_str().unwrap().contains("`BIRTHé𝒳?`")), "{said:?}");
}

#[test]
fn a_schema_that_changes_is_felt_in_the_rules() {
    let mut client = Client::new();
    let schema = client.on_disk(SCHEMA);
    client.open(SCHEMA, &schema.replacen("BIRTHDATE:", "BORN:", 1));
    assert!(client.published(PATIENT).iter().any(|one| one["code"] == "E0101"));
    client.change(SCHEMA, 2, &schema);
    assert!(client.published(PATIENT).is_empty());
    // The same when it is closed without being saved.
    client.change(SCHEMA, 3, &schema.replacen("BIRTHDATE:", "BORN:", 1));
    assert!(!client.published(PATIENT).is_empty());
    client.tell("textDocument/didClose", &json!({"textDocument": {"uri": client.uri(SCHEMA)}}));
    assert!(client.published(PATIENT).is_empty());
}

#[test]
fn only_the_newest_text_counts_while_somebody_types() {
    let mut client = Client::new();
    let sound = client.on_disk(PATIENT);
    client.open(PATIENT, &sound);
    for version in 2..60 {
        client.change(PATIENT, version, &sound.replacen("birth_date: BIRTHDATE", &format!("birth_date: B{version}"), 1));
    }
    let said = client.published(PATIENT);
    assert!(said.iter().any(|one| one["message"].as_str().unwrap().contains("`B59`")), "{said:?}");
}

#[test]
fn where_two_stand_the_other_is_related() {
    let mut client = Client::new();
    client.open(PATIENT, &format!("{}\npatient:\n  from: patients\n", client.on_disk(PATIENT)));
    let said = client.published(PATIENT);
    let twice = said.iter().find(|one| one["code"] == "E0003").unwrap();
    let other = &twice["relatedInformation"][0];
    assert_eq!(other["location"]["uri"], client.uri(PATIENT));
    assert!(!other["message"].as_str().unwrap().is_empty());
}

#[test]
fn columns_keys_and_functions_are_offered() {
    let mut client = Client::new();
    let columns = client.offered(PATIENT, "patient:\n  from: patients\n  columns:\n    birth_date: B|");
    assert_eq!(columns[0]["label"], "BIRTHDATE");
    assert_eq!(columns[0]["textEdit"]["newText"], "BIRTHDATE");
    assert_eq!(columns[0]["textEdit"]["range"], json!({"start": {"line": 3, "character": 16}, "end": {"line": 3, "character": 17}}));
    let keys = client.offered(PATIENT, "patient:\n  from: patients\n  |\n");
    assert!(labels(&keys).contains(&"where") && !labels(&keys).contains(&"from"), "{keys:?}");
    let steps = client.offered(PATIENT, "patient:\n  from: patients\n  columns:\n    id: {from: Id, do: [|\n    gender: x\n");
    let trim = steps.iter().find(|item| item["label"] == "trim").unwrap();
    assert!(trim["detail"].as_str().unwrap().starts_with("trim(") && trim["documentation"]["kind"] == "markdown");
    let script = client.offered(PATIENT, "patient:\n  from: patients\n  where: \"|\"\n");
    assert!(labels(&script).contains(&"BIRTHDATE") && labels(&script).contains(&"age_at"), "{script:?}");
    assert!(script.iter().any(|item| item["textEdit"]["newText"] == "col(\\\"birth place\\\")"), "{script:?}");
}

#[test]
fn what_stands_under_the_cursor_is_told() {
    let mut client = Client::new();
    let mut told = |file: &str, text: &str| {
        let at = client.open(file, text);
        client.ask("textDocument/hover", &at)["result"].clone()
    };
    let column = told(PATIENT, "patient:\n  from: patients\n  columns:\n    birth_date: BIRTH|DATE\n");
    assert!(column["contents"]["value"].as_str().unwrap().contains("`date`, may be missing"));
    assert_eq!(column["range"]["start"], json!({"line": 3, "character": 16}));
    assert!(told(PATIENT, "patient:\n  wh|ere: x\n")["contents"]["value"].as_str().unwrap().contains("filtered"));
    assert_eq!(told(PATIENT, "# not|hing\n"), json!(null));
}

#[test]
fn one_gets_to_where_things_come_from() {
    let mut client = Client::new();
    let at = client.open(PATIENT, "patient:\n  from: patients\n  columns:\n    birth_date: BIRTH|DATE\n");
    let definition = client.ask("textDocument/definition", &at)["result"].clone();
    assert_eq!(definition["uri"], client.uri(SCHEMA));
    let line = definition["range"]["start"]["line"].as_u64().unwrap();
    assert!(client.on_disk(SCHEMA).lines().nth(usize::try_from(line).unwrap()).unwrap().trim_start().starts_with("BIRTHDATE:"));
    let mut params = at;
    params["context"] = json!({"includeDeclaration": true});
    let found = client.ask("textDocument/references", &params)["result"].clone();
    assert!(found.as_array().unwrap().iter().any(|one| one["uri"] == client.uri(PATIENT)));
    assert!(found.as_array().unwrap().iter().any(|one| one["uri"] == client.uri(SCHEMA)));
    let at = client.open(PERSON, "person:\n  from: patient\n  columns:\n    x: birth_da|te\n");
    assert_eq!(client.ask("textDocument/definition", &at)["result"]["uri"], client.uri("categories/patient.yaml"));
    let makers = client.ask("textDocument/implementation", &at)["result"].clone();
    assert!(makers.as_array().unwrap().iter().any(|one| one["uri"] == client.uri(PATIENT)), "{makers}");
}

#[test]
fn a_file_has_an_overview() {
    let mut client = Client::new();
    let at = client.open(SCHEMA, &client.on_disk(SCHEMA));
    let symbols = client.ask("textDocument/documentSymbol", &json!({"textDocument": at["textDocument"]}))["result"].clone();
    let patients = symbols.as_array().unwrap().iter().find(|one| one["name"] == "patients").unwrap();
    assert!(patients["children"].as_array().unwrap().iter().any(|one| one["name"] == "BIRTHDATE"));
}
