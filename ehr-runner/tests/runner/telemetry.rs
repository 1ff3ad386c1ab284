//! Spans for a collector: an order and its stages, and nothing that a patient could be known by.

use crate::alerts::sent;
use crate::alerts::webhook;
use crate::place::PROGRAM;
use crate::place::Place;
use assert_cmd::Command;
use assert_cmd::assert::Assert;
use serde_json::Value;
use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

const RUN: &str = "run export --target demo --out order --to sqlite:clinic.db --create";

fn run(place: &Place, arguments: &str, collector: &str) -> Assert {
    let mut command = Command::new(PROGRAM);
    command.current_dir(place.path("")).args(arguments.split_whitespace()).env("OTEL_EXPORTER_OTLP_ENDPOINT", collector);
    command.timeout(Duration::from_mins(5)).assert()
}

/// The spans of what was sent, by when they began.
fn spans(bodies: &[(String, String)]) -> Vec<Value> {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let bodies = bodies.iter().map(|(_, body)| serde_json::from_str::<Value>(body).unwrap());
    let scopes = bodies.flat_map(|body| list(&body, "resourceSpans")).flat_map(|one| list(&one, "scopeSpans"));
    let mut spans: Vec<Value> = scopes.flat_map(|one| list(&one, "spans")).collect();
    spans.sort_by_key(|span| span["startTimeUnixNano"].as_str().unwrap().parse::<u64>().unwrap());
    spans
}

/// What a span says by that name: a text, or a number, which JSON may hold as text.
fn attribute(span: &Value, name: &str, kind: &str) -> String {
    let all = span["attributes"].as_array().unwrap();
    let found = all.iter().find(|one| one["key"] == name).map(|one| &one["value"][kind]);
    found.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default()
}

#[test]
fn an_order_and_its_stages_are_told_and_no_patient_is_named() {
    let place = Place::new();
    place.write("export/patients.csv", format!("{}p4,Dee,1991-02-30,F\n", crate::place::PATIENTS));
    let (address, got) = webhook(0);
    run(&place, RUN, &address).code(0);
    let sent = sent(&got, 1);
    assert!(sent[0].0.starts_with("POST /hooks/s3cr3t-of-the-hook/v1/traces ") && sent[0].0.contains("application/json"), "{}", sent[0].0);
    let spans = spans(&sent);
    let names: Vec<&str> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["order", "detect", "read", "assess", "categorize", "convert", "verify", "finish", "import"]);
    let (order, stages) = spans.split_first().unwrap();
    let made = place.json("order/order.json");
    assert_eq!(attribute(order, "order.id", "stringValue"), made["id"].as_str().unwrap());
    assert_eq!(attribute(order, "order.status", "stringValue"), "done");
    assert_eq!(attribute(order, "order.source", "stringValue"), "acme/1");
    for stage in stages {
        assert_eq!((&stage["traceId"], &stage["parentSpanId"]), (&order["traceId"], &order["spanId"]));
    }
    // Three of four patients, and three visits.
    assert_eq!(attribute(&stages[1], "stage.rows", "intValue"), "6");
    for (_, body) in &sent {
        assert!(body.contains("ehr-runner"));
        for value in ["Reyes", "Amal", "Dee", "1991-02", ".csv", "export", &place.path("").display().to_string()] {
            assert!(!body.contains(value), "{value} stands in {body}");
        }
    }
}

#[test]
fn a_stage_that_fails_says_by_which_status() {
    let place = crate::alerts::place();
    let (address, got) = webhook(0);
    run(&place, "run incoming --target demo --out order", &address).code(3);
    let spans = spans(&sent(&got, 1));
    let names: Vec<&str> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["order", "detect"]);
    for span in &spans {
        assert_eq!((attribute(span, "exit.status", "intValue").as_str(), &span["status"]["code"]), ("3", &2.into()));
    }
}

#[test]
fn a_collector_that_is_gone_or_says_nothing_stops_and_slows_nothing() {
    let place = Place::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let begun = Instant::now();
    place.ehr("run export --target demo --out plain").code(0);
    let plain = begun.elapsed();
    for (out, collector) in [("gone", gone), ("silent", silent.local_addr().unwrap())] {
        let begun = Instant::now();
        run(&place, &format!("run export --target demo --out {out}"), &format!("http://{collector}")).code(0);
        let took = begun.elapsed();
        // A request may take ten seconds, which the end of a run does not wait for.
        assert!(took < plain * 2 + Duration::from_secs(6), "{took:?} instead of {plain:?}");
        assert!(place.has(&format!("{out}/order.json")));
    }
    let said = crate::place::stderr(&run(&place, "run export --target demo --out wrong", "no address").code(0));
    assert!(place.has("wrong/order.json") && said.matches("no spans").count() <= 1, "{said}");
}
