//! Spans and logs for a collector: an order and its stages, and nothing that a patient could be known by.

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
    run_with(place, arguments, &[("OTEL_EXPORTER_OTLP_ENDPOINT", collector)])
}

fn run_with(place: &Place, arguments: &str, variables: &[(&str, &str)]) -> Assert {
    let mut command = Command::new(PROGRAM);
    command.current_dir(place.path("")).args(arguments.split_whitespace()).envs(variables.iter().copied());
    command.timeout(Duration::from_mins(5)).assert()
}

/// What lies in what was sent, on this way of lists.
fn sent_in(bodies: &[(String, String)], way: [&str; 3]) -> Vec<Value> {
    let bodies: Vec<Value> = bodies.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
    way.iter().fold(bodies, |all, name| all.iter().flat_map(|one| one[name].as_array().cloned().unwrap_or_default()).collect())
}

/// The spans of what was sent, by when they began.
fn spans(bodies: &[(String, String)]) -> Vec<Value> {
    let mut spans = sent_in(bodies, ["resourceSpans", "scopeSpans", "spans"]);
    spans.sort_by_key(|span| span["startTimeUnixNano"].as_str().unwrap().parse::<u64>().unwrap());
    spans
}

/// The logs of what was sent.
fn logs(bodies: &[(String, String)]) -> Vec<Value> {
    sent_in(bodies, ["resourceLogs", "scopeLogs", "logRecords"])
}

/// What a log says.
fn text(log: &Value) -> &str {
    log["body"]["stringValue"].as_str().unwrap()
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
    for (head, body) in &sent {
        // Logs are asked for by their name, or not sent.
        assert!(head.contains("/v1/traces ") && body.contains("ehr-runner"), "{head}");
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
fn logs_are_sent_where_they_are_asked_for_and_hang_on_their_order() {
    let place = Place::new();
    place.write("export/patients.csv", format!("{}p4,Dee,1991-02-30,F\n", crate::place::PATIENTS));
    let (address, got) = webhook(0);
    run_with(&place, RUN, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &address), ("OTEL_LOGS_EXPORTER", "otlp")]).code(0);
    let sent = sent(&got, 2);
    let (spans, logs) = (spans(&sent), logs(&sent));
    let texts: Vec<&str> = logs.iter().map(text).collect();
    for wanted in ["started", "done", "loaded", "order"] {
        assert!(texts.contains(&wanted), "{wanted} is not in {texts:?}");
    }
    let order = &spans[0];
    for log in logs.iter().filter(|log| ["started", "done", "loaded"].contains(&text(log))) {
        assert_eq!(log["traceId"], order["traceId"], "{log}");
        assert!(spans.iter().any(|span| span["spanId"] == log["spanId"]), "{log}");
    }
    // From INFO on.
    assert!(logs.iter().all(|log| log["severityNumber"].as_u64().unwrap() >= 9), "{logs:?}");
    for (head, body) in &sent {
        assert!(head.contains("/v1/logs ") || head.contains("/v1/traces "), "{head}");
        for value in ["Reyes", "Amal", "Dee", "1991-02"] {
            assert!(!body.contains(value), "{value} stands in {body}");
        }
    }
}

#[test]
fn logs_alone_tell_why_an_order_failed() {
    let place = Place::new();
    place.replace(
        "rulesets/targets/demo/schema.yaml",
        "start: {type: datetime, required: true}",
        "start: {type: datetime, required: yes, nope: 1}",
    );
    let (address, got) = webhook(0);
    let endpoint = format!("{address}/v1/logs");
    run_with(&place, RUN, &[("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", &endpoint)]).code(1);
    place.write("other/unknown.csv", "a,b\n1,2\n");
    run_with(&place, "run other --target demo --out order --rules nowhere", &[("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", &endpoint)]).failure();
    let sent = sent(&got, 2);
    let logs = logs(&sent);
    assert!(sent.iter().all(|(head, _)| head.contains("/v1/logs ")));
    assert_eq!((text(&logs[0]), attribute(&logs[0], "status", "intValue").as_str()), ("the rules are wrong", "1"));
    assert!(text(&logs[1]).contains("nowhere"), "{logs:?}");
}

#[test]
fn that_logs_were_not_sent_is_no_log_to_be_sent() {
    let place = Place::new();
    let (address, got) = webhook(usize::MAX);
    let often = [("OTEL_BLRP_SCHEDULE_DELAY", "1"), ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "1")];
    let mut variables =
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str()), ("OTEL_LOGS_EXPORTER", "otlp"), ("OTEL_TRACES_EXPORTER", "none")];
    variables.extend(often);
    let said = crate::place::stderr(&run_with(&place, &format!("{RUN} -v"), &variables).code(0));
    assert_eq!(said.matches("logs not sent").count(), 1, "{said}");
    let sent = sent(&got, 2);
    assert!(sent.iter().all(|(head, body)| head.contains("/v1/logs ") && !body.contains("not sent")), "{sent:?}");
    let wrong = run_with(&place, "run export --target demo --out wrong", &[("OTEL_LOGS_EXPORTER", "console")]).code(0);
    assert!(crate::place::stderr(&wrong).contains("no logs are sent to a collector"));
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
