//! The conversation itself: greeting, leaving, and what nobody should say.

use crate::client::Client;
use serde_json::json;

#[test]
fn it_greets_and_leaves_in_order() {
    let mut client = Client::silent(&["--stdio"]);
    assert_eq!(client.ask("textDocument/hover", &json!({}))["error"]["code"], -32002);
    let greeted = client.greet(&json!({}));
    assert_eq!(greeted["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(greeted["serverInfo"]["name"], "ehr-runner");
    assert_eq!(client.ask("shutdown", &json!(null))["result"], json!(null));
    assert_eq!(client.ask("textDocument/hover", &json!({}))["error"]["code"], -32600);
    client.tell("exit", &json!(null));
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn leaving_without_a_word_is_status_one() {
    let mut client = Client::new();
    client.tell("exit", &json!(null));
    assert_eq!(client.leave(), Some(1));
    let mut client = Client::new();
    assert_eq!(client.leave(), Some(1));
}

#[test]
fn what_is_not_served_and_what_is_no_message_is_answered() {
    let mut client = Client::new();
    assert_eq!(client.ask("textDocument/rename", &json!({}))["error"]["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", &json!({"no": "position"}))["error"]["code"], -32602);
    client.tell("$/whatever", &json!({}));
    client.tell("textDocument/didChange", &json!({"not": "this"}));
    client.send("{\"jsonrpc\": ");
    assert_eq!(client.wait(|message| message["error"]["code"] == -32700)["id"], json!(null));
    client.send("[1, 2]");
    client.wait(|message| message["error"]["code"] == -32600);
    client.raw(b"what is this\r\nContent-Length: nine\r\n\r\n\r\n");
    let missing = json!({"textDocument": {"uri": "file:///no/such.yaml"}, "position": {"line": 3, "character": 9}});
    assert_eq!(client.ask("textDocument/hover", &missing)["result"], json!(null));
}

#[test]
fn a_request_that_is_cancelled_before_its_turn_says_so() {
    let mut client = Client::new();
    let at = client.open("categories/patient.yaml", "cat|egory: patient\n");
    // All in one breath, so that the cancellation is heard before the request's turn has come.
    let mut bytes = Vec::new();
    let mut add = |message: serde_json::Value| {
        let body = message.to_string();
        bytes.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes());
    };
    for id in 100..140 {
        add(json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": at}));
    }
    add(json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 139}}));
    client.raw(&bytes);
    assert!(client.response(100)["result"]["contents"]["value"].as_str().unwrap().contains("name"));
    let last = client.response(139);
    // It is either answered or cancelled, and never left open.
    assert!(last["error"]["code"] == -32800 || last["result"].is_object(), "{last}");
}

#[test]
fn the_encoding_is_agreed_on() {
    let mut client = Client::silent(&[]);
    let greeted = client.greet(&json!({"general": {"positionEncodings": ["utf-8", "utf-16"]}}));
    assert_eq!(greeted["capabilities"]["positionEncoding"], "utf-8");
    let text = "patient:\n  from: patients\n  columns:\n    id: {value: \"𝒳é\", NOTHING: 1}\n";
    client.open("sources/acme/1/patient.yaml", text);
    let said = client.published("sources/acme/1/patient.yaml");
    let nothing = said.iter().find(|one| one["message"].as_str().unwrap().contains("`NOTHING`")).unwrap();
    assert_eq!(nothing["range"]["start"], json!({"line": 3, "character": text.lines().nth(3).unwrap().find("NOTHING").unwrap()}));
}

#[test]
fn files_are_watched_where_the_editor_can() {
    let mut client = Client::silent(&[]);
    client.greet(&json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}}));
    let wish = client.wait(|message| message["method"] == "client/registerCapability");
    client.send(&json!({"jsonrpc": "2.0", "id": wish["id"], "result": null}).to_string());
    assert_eq!(client.ask("shutdown", &json!(null))["result"], json!(null));
}
