//! Who is told of failures while watching, and what is counted: nothing that a patient could be known by.

use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::stderr;
use crate::watch::Watching;
use crate::watch::count;
use crate::watch::until;
use serde_json::Value;
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

pub(crate) const WATCH: &str = "watch incoming --target demo --out orders --settle 0.2 --wait 0.1 --tries 2";

/// Heads and bodies of requests.
pub(crate) type Got = Mutex<Vec<(String, String)>>;

/// A webhook in this process: what it was sent, heads and bodies. It answers the first `failing` requests with 500.
pub(crate) fn webhook(failing: usize) -> (String, Arc<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hooks/s3cr3t-of-the-hook", listener.local_addr().unwrap());
    let got: Arc<Got> = Arc::default();
    let kept = Arc::clone(&got);
    std::thread::spawn(move || {
        for (at, stream) in listener.incoming().flatten().enumerate() {
            let mut stream = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            kept.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
            let status = if at < failing { "500 No" } else { "204 Yes" };
            drop(write!(stream.get_mut(), "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }
    });
    (address, got)
}

pub(crate) fn place() -> Place {
    let place = Place::new();
    // Names of files may name patients, and so may what cannot be read.
    place.write("incoming/Reyes Amal 1980-02-29.csv", "Reyes,Amal\n1980-02-29,F\n");
    place
}

pub(crate) fn sent(got: &Got, wanted: usize) -> Vec<(String, String)> {
    let begun = Instant::now();
    loop {
        let sent = got.lock().unwrap().clone();
        if sent.len() >= wanted {
            return sent;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{sent:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_webhook_is_told_and_no_patient_is_named() {
    let place = place();
    let (address, got) = webhook(1);
    let variables = [("EHR_ALERT_WEBHOOK", address.as_str()), ("EHR_ALERT_TOKEN", "a-token-of-nobody"), ("RUST_LOG", "info")];
    let watching = Watching::start_with(&place, WATCH, &variables);
    let book = until(&place, "set aside", |book| count(book, "aside") == 1);
    // The first was answered with 500 and sent again; then the second try failed, and the export was set aside.
    let sent = sent(&got, 3);
    let (_, _, said) = watching.stop();
    let bodies: Vec<Value> = sent.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
    let events: Vec<&str> = bodies.iter().map(|body| body["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["failed", "failed", "set_aside"]);
    assert_eq!((&bodies[2]["status"], &bodies[2]["tries"]), (&3.into(), &2.into()));
    assert_eq!(Some(bodies[2]["export"].as_str().unwrap()), book["exports"].as_object().unwrap().keys().next().map(String::as_str));
    assert!(sent[0].0.starts_with("POST /hooks/") && sent[0].0.contains("Bearer a-token-of-nobody"), "{}", sent[0].0);
    for (_, body) in &sent {
        for value in ["Reyes", "Amal", "1980", ".csv", "incoming"] {
            assert!(!body.contains(value), "{value} stands in {body}");
        }
    }
    assert!(!said.contains("s3cr3t") && !said.contains("a-token"), "{said}");
}

#[test]
fn a_program_is_told_on_stdin_and_a_failure_to_tell_stops_nothing() {
    let place = place();
    place.write("tell.sh", "#!/bin/sh\ncat >> told.jsonl\n");
    place.write("fail.sh", "#!/bin/sh\nexit 7\n");
    for name in ["tell.sh", "fail.sh"] {
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    place.write("incoming/monday/patients.csv", PATIENTS);
    place.write("incoming/monday/visits.csv", place.read("export/visits.csv"));
    let watching = Watching::start(&place, &format!("{WATCH} --alert-command ./tell.sh --alert-done"));
    until(&place, "all", |book| count(book, "aside") == 1 && count(book, "done") == 1);
    watching.stop();
    let told = place.read("told.jsonl");
    let mut events: Vec<String> =
        told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].as_str().unwrap().to_owned()).collect();
    events.sort();
    assert_eq!(events, ["done", "failed", "set_aside"]);
    assert!(!told.contains("Reyes"), "{told}");

    place.write("incoming/tuesday/patients.csv", PATIENTS.replace("p1", "p8"));
    let watching = Watching::start(&place, &format!("{WATCH} --retry --alert-command ./fail.sh"));
    until(&place, "done all the same", |book| count(book, "done") == 2 && count(book, "aside") == 1);
    watching.stop();
}

#[test]
fn rows_that_were_set_aside_and_alerts_that_nobody_got_are_told() {
    let place = place();
    place.write("tell.sh", "#!/bin/sh\ncat >> told.jsonl\n");
    fs::set_permissions(place.path("tell.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    place.write("incoming/monday/patients.csv", format!("{PATIENTS}p9,Uma Sand,soon,F\n"));
    place.write("incoming/monday/visits.csv", place.read("export/visits.csv"));
    let all = |book: &Value| count(book, "aside") == 1 && count(book, "done") == 1;
    let watching = Watching::start(&place, &format!("{WATCH} --alert-command ./tell.sh"));
    let book = until(&place, "all", all);
    let (_, _, said) = watching.stop();
    assert!(said.contains("`monday` is done") && said.contains("; 1 of 7 rows were set aside"), "{said}");
    let told = place.read("told.jsonl");
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let aside: Vec<&Value> = told.iter().filter(|alert| alert["event"] == "rows_set_aside").collect();
    assert_eq!((aside.len(), &aside[0]["rows_set_aside"], &aside[0]["status"]), (1, &1.into(), &0.into()));
    assert!(book["exports"].as_object().unwrap().values().any(|entry| entry["set_aside"] == serde_json::json!([1, 7])));

    let watching = Watching::start(&place, &format!("{WATCH} --retry --alert-command ./no-such-program"));
    let begun = Instant::now();
    until(&place, "all again", all);
    // It is tried for some seconds.
    while begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let (_, _, said) = watching.stop();
    assert!(said.contains("warning: an alert could not be sent by command: "), "{said}");
}

#[test]
fn a_folder_that_comes_back_is_watched_like_the_one_before() {
    let place = place();
    let watching = Watching::start(&place, WATCH);
    until(&place, "set aside", |book| count(book, "aside") == 1);
    for name in ["first", "second"] {
        fs::rename(place.path("incoming"), place.path(name)).unwrap();
        place.write("outside", "a change that wakes the watcher may stand anywhere");
        fs::write(place.path(&format!("{name}/waker")), "x").unwrap();
        std::thread::sleep(Duration::from_secs(2));
        fs::create_dir(place.path("incoming")).unwrap();
        std::thread::sleep(Duration::from_secs(11));
        place.write(&format!("incoming/{name}/patients.csv"), PATIENTS.replace("p1", name));
        let begun = Instant::now();
        until(&place, name, |book| count(book, "done") >= if name == "first" { 1 } else { 2 });
        assert!(begun.elapsed() < Duration::from_secs(40), "it was found by looking now and then");
    }
    let (_, _, said) = watching.stop();
    assert!(said.matches("cannot watch").count() == 2 && said.matches("watching again").count() == 2, "{said}");
}

#[test]
fn a_webhook_without_tls_that_leaves_the_machine_is_refused() {
    let place = place();
    let run = |address: &str| {
        let mut command = assert_cmd::Command::new(crate::place::PROGRAM);
        command.current_dir(place.path("")).args(WATCH.split_whitespace()).env("EHR_ALERT_WEBHOOK", address).assert()
    };
    for address in ["http://hooks.example/s3cr3t", "s3cr3t", "ftp://hooks.example/s3cr3t"] {
        let said = stderr(&run(address).code(2));
        assert!(said.contains("EHR_ALERT_WEBHOOK") && !said.contains("s3cr3t"), "{said}");
    }
}

fn get(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn prometheus_and_who_asks_after_health_are_answered() {
    let place = place();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let watching = Watching::start(&place, &format!("{WATCH} --poll 0.2 --listen {free}"));
    until(&place, "set aside", |book| count(book, "aside") == 1);
    assert!(get(&free, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    let metrics = get(&free, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    for line in ["ehr_exports{standing=\"aside\"} 1", "ehr_tries_total{standing=\"retry\"} 1", "ehr_try_seconds_count 2", "# EOF"] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    assert!(!metrics.contains("Reyes"), "{metrics}");
    assert!(get(&free, "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    assert!(get(&free, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    assert!(get(&free, "what\r\n\r\n").starts_with("HTTP/1.1 400"));
    assert!(!get(&free, "HEAD /metrics HTTP/1.1\r\n\r\n").contains("# EOF"));
    // The folder is gone: it cannot be watched, and goes on being looked for.
    fs::rename(place.path("incoming"), place.path("elsewhere")).unwrap();
    let begun = Instant::now();
    while !get(&free, "GET /healthz HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 503") {
        assert!(begun.elapsed() < Duration::from_secs(90), "it says that it is well");
        std::thread::sleep(Duration::from_millis(100));
    }
    let (code, _, said) = watching.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("cannot watch"), "{said}");
}

#[test]
fn status_shows_what_was_watched() {
    let place = place();
    place.write("incoming/monday/patients.csv", PATIENTS);
    place.write("incoming/half.json", "[1");
    let watching = Watching::start(&place, WATCH);
    until(&place, "all", |book| count(book, "aside") == 1 && count(book, "done") == 1 && book["waiting"]["half.json"].is_object());
    watching.stop();
    let said = crate::place::stdout(&place.ehr("status orders").code(0));
    for part in ["done", "acme/1", "set aside", "monday", "half.json", "waited for", "no known system"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    let json = crate::place::answer(&place.ehr("status orders --format json").code(0));
    assert_eq!(
        (json["orders"].as_array().map(Vec::len), json["watched"][0]["book"]["exports"].as_object().map(serde_json::Map::len)),
        (Some(1), Some(2))
    );
}
