//! Watching: each export once, by its content; waited for until it is whole; tried again; set aside; never touched.

use crate::place::PATIENTS;
use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::answer;
use crate::place::names;
use crate::place::stderr;
use rusqlite::Connection;
use serde_json::Value;
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::process::Child;
use std::process::ChildStderr;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

const VISITS: &str = "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n";
const WATCH: &str = "watch incoming --target demo --out orders --settle 0.3 --wait 0.2 --tries 2";

/// A place with an empty folder to watch.
fn place() -> Place {
    let place = Place::new();
    fs::create_dir(place.path("incoming")).unwrap();
    place
}

/// An export as a folder.
fn arrive(place: &Place, name: &str, patients: &str) {
    place.write(&format!("incoming/{name}/patients.csv"), patients);
    place.write(&format!("incoming/{name}/visits.csv"), VISITS);
}

/// A watcher at work; killed where a test fails.
pub(crate) struct Watching(Child, BufReader<ChildStderr>);

impl Watching {
    pub(crate) fn start(place: &Place, arguments: &str) -> Self {
        Self::start_with(place, arguments, &[])
    }

    pub(crate) fn start_with(place: &Place, arguments: &str, variables: &[(&str, &str)]) -> Self {
        let child = Command::new(PROGRAM)
            .current_dir(place.path(""))
            .args(arguments.split_whitespace())
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        // It heeds signals once it says that it watches.
        let (mut line, mut all) = (String::new(), String::new());
        while !line.starts_with("watching") {
            line.clear();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "it ended before it watched: {all}");
            all.push_str(&line);
        }
        Self(child, said)
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap().success());
    }

    /// Asks it to stop; gives its status, and what it said on stdout and stderr.
    pub(crate) fn stop(mut self) -> (Option<i32>, String, String) {
        self.signal("-TERM");
        self.end()
    }

    /// Waits until it ends by itself; gives its status, if it has one.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.end().0
    }

    fn end(&mut self) -> (Option<i32>, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        self.0.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.1.read_to_string(&mut err).unwrap();
        (self.0.wait().unwrap().code(), out, err)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Waits until something holds of the watcher's book.
pub(crate) fn until(place: &Place, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(place.path("orders/watch.json")).unwrap_or_default();
        let book: Value = serde_json::from_str(&text).unwrap_or_default();
        if holds(&book) {
            return book;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "never {what}: {text}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many exports stand so.
pub(crate) fn count(book: &Value, standing: &str) -> usize {
    entries(book).filter(|entry| entry["standing"] == standing).count()
}

fn entries(book: &Value) -> impl Iterator<Item = &Value> {
    book["exports"].as_object().into_iter().flat_map(|exports| exports.values())
}

fn orders(place: &Place) -> Vec<String> {
    names(&place.path("orders")).into_iter().filter(|name| place.has(&format!("orders/{name}/order.json"))).collect()
}

#[test]
fn each_export_is_run_once_whatever_it_is_called() {
    let place = place();
    arrive(&place, "monday", PATIENTS);
    let before = fs::metadata(place.path("incoming/monday/patients.csv")).unwrap().modified().unwrap();
    let watching = Watching::start(&place, &format!("{WATCH} --to sqlite:clinic.db"));
    until(&place, "done", |book| count(book, "done") == 1);
    arrive(&place, "monday-again", PATIENTS);
    let book = until(&place, "known", |book| entries(book).any(|entry| entry["names"].as_array().is_some_and(|names| names.len() == 2)));
    assert_eq!((entries(&book).count(), entries(&book).next().unwrap()["tries"].as_u64()), (1, Some(1)));
    arrive(&place, "tuesday", &format!("{PATIENTS}p4,Dee,1991-02-20,F\n"));
    until(&place, "two done", |book| count(book, "done") == 2);
    let (code, out, said) = watching.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(out.contains("2 done, 0 set aside, 0 open"), "{out}");
    assert!(said.contains("`monday-again` is known already"), "{said}");
    assert_eq!(orders(&place).len(), 2);
    let rows: i64 =
        Connection::open(place.path("clinic.db")).unwrap().query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 4);
    // Nothing was moved or changed.
    assert_eq!(names(&place.path("incoming")), ["monday", "monday-again", "tuesday"]);
    assert_eq!(fs::metadata(place.path("incoming/monday/patients.csv")).unwrap().modified().unwrap(), before);

    // A watcher that starts anew knows them.
    let made = |name: &str| fs::metadata(place.path(&format!("orders/{name}/order.json"))).unwrap().modified().unwrap();
    let made_before: Vec<_> = orders(&place).iter().map(|name| made(name)).collect();
    let watching = Watching::start(&place, WATCH);
    arrive(&place, "wednesday", PATIENTS);
    until(&place, "known again", |book| entries(book).any(|entry| entry["names"].as_array().is_some_and(|names| names.len() == 3)));
    watching.stop();
    assert_eq!(orders(&place).iter().map(|name| made(name)).collect::<Vec<_>>(), made_before);
}

#[test]
fn what_is_not_whole_is_waited_for() {
    let place = place();
    place.write("incoming/a.json", "[{\"id\": 1}, {\"id\": ");
    place.write("incoming/b.zip", "PK\u{3}\u{4} and no more");
    place.write("incoming/c.csv", "");
    place.write("incoming/d.csv.part", PATIENTS);
    let watching = Watching::start(&place, &format!("{WATCH} --poll 0.1"));
    let why = |book: &Value, name: &str| book["waiting"][name]["why"].as_str().unwrap_or("").to_owned();
    let book = until(&place, "seen to be half", |book| {
        why(book, "a.json").contains("does not end")
            && why(book, "b.zip").contains("cannot be read")
            && why(book, "c.csv").contains("empty")
    });
    assert_eq!((entries(&book).count(), &book["waiting"]["d.csv.part"]), (0, &Value::Null));
    place.write("incoming/a.json", "[{\"id\": 1}, {\"id\": 2}]");
    // It is whole now, and of no system that is known.
    let book = until(&place, "set aside", |book| count(book, "aside") == 1);
    assert_eq!(entries(&book).next().unwrap()["error"]["status"], 3);
    fs::rename(place.path("incoming/d.csv.part"), place.path("incoming/d.csv")).unwrap();
    until(&place, "tried", |book| entries(book).count() == 2);
    let (_, out, _) = watching.stop();
    assert!(out.contains("2 open") || out.contains("3 open"), "{out}");
}

#[test]
fn a_writer_that_is_slow_is_waited_for() {
    let place = place();
    let watching = Watching::start(&place, &WATCH.replace("--settle 0.3", "--settle 1"));
    place.write("incoming/slow/visits.csv", VISITS);
    for line in 0..8 {
        let text = format!("{}\n", PATIENTS.lines().take(1 + line / 2).collect::<Vec<_>>().join("\n"));
        place.write("incoming/slow/patients.csv", text);
        std::thread::sleep(Duration::from_millis(250));
    }
    until(&place, "done", |book| count(book, "done") == 1);
    watching.stop();
    assert_eq!(orders(&place).len(), 1);
    let order = format!("orders/{}/ledger.json", orders(&place)[0]);
    assert_eq!(place.json(&order)["tables"][0]["read"], 3);
}

#[test]
fn a_failure_is_tried_again_and_then_set_aside() {
    let place = place();
    place.write("incoming/strange.csv", "a,b\n1,2\n");
    let watching = Watching::start(&place, WATCH);
    let book = until(&place, "set aside", |book| count(book, "aside") == 1);
    let entry = entries(&book).next().unwrap();
    assert_eq!((&entry["tries"], &entry["error"]["status"]), (&2.into(), &3.into()));
    let (_, _, said) = watching.stop();
    assert!(said.contains("failed (1 of 2 tries), next at") && said.contains("is set aside after 2 tries"), "{said}");
    assert!(place.has("incoming/strange.csv") && orders(&place).is_empty());
    // Set aside it stays, until somebody asks for it.
    let watching = Watching::start(&place, WATCH);
    arrive(&place, "good", PATIENTS);
    let book = until(&place, "done", |book| count(book, "done") == 1);
    assert_eq!(count(&book, "aside"), 1);
    watching.stop();
    fs::remove_file(place.path("incoming/strange.csv")).unwrap();
    place.write("incoming/strange/patients.csv", PATIENTS.replace("p1", "p7"));
    let watching = Watching::start(&place, &format!("{WATCH} --retry"));
    until(&place, "done", |book| count(book, "done") == 2);
    watching.stop();
}

#[test]
fn data_that_falls_short_is_set_aside_at_once() {
    let place = place();
    place.replace("rulesets/targets/demo/schema.yaml", "max_length: 20", "max_length: 5");
    arrive(&place, "long", PATIENTS);
    let watching = Watching::start(&place, WATCH);
    let book = until(&place, "set aside", |book| count(book, "aside") == 1);
    let entry = entries(&book).next().unwrap();
    assert_eq!((&entry["tries"], &entry["error"]["status"]), (&1.into(), &4.into()));
    watching.stop();
    assert_eq!(place.json(&format!("orders/{}/order.json", orders(&place)[0]))["status"], "failed");
}

#[test]
fn a_load_that_fails_is_tried_again_alone() {
    let place = place();
    arrive(&place, "monday", PATIENTS);
    // No database, but a folder in its place.
    fs::create_dir(place.path("clinic.db")).unwrap();
    let watching = Watching::start(&place, &format!("{} --to sqlite:clinic.db", WATCH.replace("--tries 2", "--tries 9")));
    until(&place, "failed", |book| count(book, "retry") == 1);
    let order = orders(&place)[0].clone();
    let log = place.read(&format!("orders/{order}/log.jsonl"));
    fs::remove_dir(place.path("clinic.db")).unwrap();
    until(&place, "done", |book| count(book, "done") == 1);
    watching.stop();
    assert_eq!(place.read(&format!("orders/{order}/log.jsonl")), log, "the order was made again");
}

#[test]
fn a_watcher_that_is_stopped_or_killed_goes_on_where_it_was() {
    let place = place();
    place.grow(60_000);
    fs::rename(place.path("export"), place.path("incoming/large")).unwrap();
    for signal in ["-TERM", "-KILL", "-TERM"] {
        let mut watching = Watching::start(&place, WATCH);
        let begun = Instant::now();
        until(&place, "running", |book| count(book, "running") + count(book, "done") == 1);
        while begun.elapsed() < Duration::from_mins(1) && !names(&place.path("orders")).iter().any(|name| name.contains("partial")) {
            std::thread::sleep(Duration::from_millis(5));
        }
        watching.signal(signal);
        let (code, ..) = watching.end();
        assert_eq!(code, (signal == "-TERM").then_some(0));
    }
    let watching = Watching::start(&place, WATCH);
    let book = until(&place, "done", |book| count(book, "done") == 1);
    watching.stop();
    assert_eq!(entries(&book).next().unwrap()["tries"], 1);
    let log = place.read(&format!("orders/{}/log.jsonl", orders(&place)[0]));
    assert_eq!(log.lines().filter(|line| line.contains("\"read\"") && line.contains("\"done\"")).count(), 1, "{log}");
    assert!(!names(&place.path("orders")).iter().any(|name| name.contains("partial")));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let place = place();
    place.ehr("watch nowhere --target demo --out orders").code(2);
    place.ehr("watch incoming --target demmo --out orders").code(2);
    place.ehr("watch incoming --target demo --out orders --settle soon").code(2);
    let said = stderr(&place.ehr("watch incoming --target demo --out incoming/orders").code(2));
    assert!(said.contains("lie in one another"), "{said}");
    fs::remove_dir_all(place.path("incoming/orders")).unwrap();
    let watching = Watching::start(&place, WATCH);
    until(&place, "at work", Value::is_object);
    let said = answer(&place.ehr(&format!("{WATCH} --format json")).code(2));
    assert!(said["error"]["message"].as_str().unwrap().contains("another process watches"), "{said}");
    watching.stop();
}
