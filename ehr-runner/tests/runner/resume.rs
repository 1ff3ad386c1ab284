//! Orders that are made step by step, or taken up where a kill left them: the same as if nothing had happened.

use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::answer;
use crate::place::names;
use crate::place::stderr;
use crate::place::stdout;
use rusqlite::Connection;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

/// Every file of an order with its bytes, `order.json` without its times, and the log left out.
pub(crate) fn content(folder: &Path, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for name in names(folder) {
        let (path, shown) = (folder.join(&name), format!("{prefix}{name}"));
        if path.is_dir() {
            found.extend(content(&path, &format!("{shown}/")));
        } else if name == "order.json" {
            let mut order: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            for stage in order["stages"].as_array_mut().into_iter().flatten() {
                stage["started"] = Value::Null;
                stage["finished"] = Value::Null;
            }
            for import in order["imports"].as_array_mut().into_iter().flatten() {
                import["at"] = Value::Null;
            }
            found.insert(shown, serde_json::to_vec(&order).unwrap());
        } else if name != "log.jsonl" {
            found.insert(shown, fs::read(path).unwrap());
        }
    }
    found
}

fn assert_same(place: &Place, one: &str, other: &str) {
    let (one, other) = (content(&place.path(one), ""), content(&place.path(other), ""));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = one.keys().filter(|name| one[*name] != other[*name]).collect();
    assert!(differ.is_empty(), "{differ:?} differ");
}

/// An export in which rows are set aside in every stage that sets rows aside.
pub(crate) fn with_rejects(place: &Place) {
    place.write("export/patients.csv", format!("{PATIENTS}p4,Dee,1991-02-30,F\np1,Again,1980-01-01,M\n"));
    place.write(
        "export/visits.csv",
        "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\nv2,p9,2024-03-02 10:00:00,\nv3,p2,,3.00\nv4,p2,never,\n",
    );
}

fn stages(place: &Place) -> Vec<String> {
    let order = place.json("order/order.json");
    order["stages"].as_array().unwrap().iter().map(|stage| stage["stage"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn step_by_step_is_the_same_as_all_at_once() {
    let place = Place::new();
    with_rejects(&place);
    place.ehr("run export --target demo --out whole --today 2024-06-01").code(0);
    place.ehr("run export --target demo --out order --today 2024-06-01 --until detect").code(0);
    assert_eq!(stages(&place), ["detect", "finish"]);
    for (stage, has) in [("read", "rejects/patients.csv"), ("assess", "rejects/visits.csv"), ("categorize", "categorized")] {
        let json = answer(&place.ehr(&format!("resume order --until {stage} --format json")).code(0));
        assert_eq!(json["status"], "stopped", "{stage}");
        assert!(place.has(&format!("order/{has}")), "{stage} has no {has}");
        assert_eq!(stages(&place).iter().rev().nth(1).map(String::as_str), Some(stage));
    }
    // What is done is not done again, and nothing is changed by asking for it.
    let before = place.read("order/order.json");
    assert!(stdout(&place.ehr("resume order --until assess").code(0)).contains("nothing to do"));
    assert_eq!(place.read("order/order.json"), before);
    place.ehr("resume order").code(0);
    assert_same(&place, "whole", "order");
    assert!(stdout(&place.ehr("resume order").code(0)).contains("nothing to do"));
}

#[test]
fn each_stage_is_done_once() {
    let place = Place::new();
    place.ehr("run export --target demo --out order --today 2024-06-01 --until assess").code(0);
    place.ehr("resume order --until convert").code(0);
    place.ehr("resume order").code(0);
    let log = place.read("order/log.jsonl");
    for stage in ["read", "assess", "categorize", "convert", "verify"] {
        let lines = log.lines().filter(|line| line.contains(&format!("\"stage\":\"{stage}\"")) && line.contains("\"started\"")).count();
        assert_eq!(lines, 1, "{stage}: {log}");
    }
}

#[test]
fn what_was_left_and_changed_is_done_again() {
    let place = Place::new();
    with_rejects(&place);
    place.ehr("run export --target demo --out whole --today 2024-06-01").code(0);
    place.ehr("run export --target demo --out order --today 2024-06-01 --until categorize").code(0);
    place.write("order/categorized/patient.csv", "id\nmallory\n");
    let said = stderr(&place.ehr("resume order").code(0));
    assert!(said.contains("`categorize`"), "{said}");
    assert_same(&place, "whole", "order");
    place.write("order/converted/person.csv", "person_id\n1\n");
    let said = stderr(&place.ehr("resume order --to sqlite:clinic.db").code(5));
    assert!(said.contains("no longer what it wrote") && !place.has("clinic.db"), "{said}");
}

#[test]
fn another_input_or_other_rules_are_refused_and_named() {
    let place = Place::new();
    place.ehr("run export --target demo --out order --until assess").code(0);
    let before = content(&place.path("order"), "");
    place.write("export/patients.csv", format!("{PATIENTS}p4,Dee,1991-02-20,F\n"));
    let said = stderr(&place.ehr("resume order").code(2));
    assert!(said.contains("the input has changed") && said.contains("`patients.csv` is another one"), "{said}");
    place.write("export/patients.csv", PATIENTS);
    place.write("export/patients2.csv", PATIENTS);
    let said = stderr(&place.ehr("resume order").code(2));
    assert!(said.contains("`patients2.csv` was not there then"), "{said}");
    fs::remove_file(place.path("export/patients2.csv")).unwrap();
    place.replace("rulesets/targets/demo/rules.yaml", "otherwise: 0", "otherwise: 1");
    let said = stderr(&place.ehr("resume order").code(2));
    assert!(said.contains("the rules have changed"), "{said}");
    place.replace("rulesets/targets/demo/rules.yaml", "otherwise: 1", "otherwise: 0");
    assert_eq!(content(&place.path("order"), ""), before);
    place.ehr("resume order").code(0);
}

#[test]
fn an_order_that_failed_or_is_none_does_not_go_on() {
    let place = Place::new();
    let said = stderr(&place.ehr("resume order").code(2));
    assert!(said.contains("there is no order `order`"), "{said}");
    place.ehr("resume export").code(2);
    place.replace("rulesets/targets/demo/schema.yaml", "max_length: 20", "max_length: 5");
    place.convert("").code(4);
    let said = stderr(&place.ehr("resume order --to sqlite:clinic.db").code(4));
    assert!(said.contains("its data falls short") && !place.has("clinic.db"), "{said}");
    place.ehr("run export --target demo --out two --until convert --to sqlite:clinic.db").code(2);
    place.ehr("run export --target demo --out two --until import").code(2);
    assert!(!place.has("two"));
}

#[test]
fn after_a_load_that_failed_only_the_load_is_done() {
    let place = Place::new();
    place.convert("--until verify").code(0);
    assert_eq!(place.json("order/order.json")["status"], "done");
    let said = stdout(&place.ehr("resume order").code(0));
    assert!(said.contains("nothing to do"), "{said}");
    // The input is not needed any more.
    fs::remove_dir_all(place.path("export")).unwrap();
    let log = place.read("order/log.jsonl");
    let said = stdout(&place.ehr("resume order --to sqlite:other.db").code(0));
    assert!(said.contains("rows loaded into sqlite:"), "{said}");
    assert_eq!(place.read("order/log.jsonl"), log);
    let said = stdout(&place.ehr("resume order --until import --to sqlite:other.db").code(0));
    assert!(said.contains("already"), "{said}");
    let rows: i64 =
        Connection::open(place.path("other.db")).unwrap().query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 3);
}

/// Starts the program, and kills it after this long; false where it ended before.
fn kill_after(place: &Place, arguments: &str, wait: Duration) -> bool {
    let mut child = Command::new(crate::place::PROGRAM)
        .current_dir(place.path(""))
        .args(arguments.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(wait);
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    !ended
}

/// Kills at random moments, of the run and of what takes it up, as often as `EHR_KILLS` says.
#[test]
fn a_kill_at_any_moment_leaves_an_order_that_goes_on_or_none() {
    let kills: u32 = std::env::var("EHR_KILLS").ok().and_then(|asked| asked.parse().ok()).unwrap_or(25);
    let place = Place::new();
    place.grow(3_000);
    let patients = place.read("export/patients.csv");
    place.write("export/patients.csv", format!("{patients}p4,Dee,1991-02-30,F\np1,Again,1980-01-01,M\n"));
    place.write("export/visits.csv", "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\nv2,q9,2024-03-02 10:00:00,\n");
    let began = Instant::now();
    let run = "run export --target demo --out order --today 2024-06-01 --to sqlite:clinic.db";
    place.ehr(&run.replace("--out order", "--out whole").replace("clinic.db", "whole.db")).code(0);
    let lasts = began.elapsed();
    let (mut done, mut taken_up, mut seed) = (0, 0, 0x2545_F491_4F6C_DD1D_u64);
    let mut moment = || {
        // xorshift: a moment that differs each time, and is the same in each test run.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        lasts.mul_f64(f64::from(u32::try_from(seed % 1000).unwrap()) / 1000.0)
    };
    while done < kills {
        let mut command = run.to_owned();
        loop {
            if done >= kills || !kill_after(&place, &command, moment()) {
                break;
            }
            done += 1;
            let left = place.has("order") || place.partials().iter().any(|name| place.has(&format!("{name}/order.json")));
            command = if left { "resume order".to_owned() } else { run.to_owned() };
            taken_up += u32::from(left);
        }
        if !place.has("order") || place.json("order/order.json")["imports"] == serde_json::json!([]) {
            place.ehr(if command == run && place.has("order") { "resume order" } else { &command }).code(0);
        }
        let mut whole = content(&place.path("whole"), "");
        let mut order = content(&place.path("order"), "");
        for content in [&mut whole, &mut order] {
            let text = String::from_utf8(content.remove("order.json").unwrap()).unwrap();
            let here = format!("sqlite:{}/", place.path("").canonicalize().unwrap().display());
            content.insert("order.json".to_owned(), text.replace("whole.db", "clinic.db").replace(&here, "sqlite:").into_bytes());
        }
        let differ: Vec<&String> = whole.keys().chain(order.keys()).filter(|name| whole.get(*name) != order.get(*name)).collect();
        assert!(differ.is_empty(), "after {done} kills {differ:?} differ");
        assert!(place.partials().is_empty(), "{:?}", place.partials());
        let rows = |sql: &str| Connection::open(place.path("clinic.db")).unwrap().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((rows("SELECT count(*) FROM person"), rows("SELECT count(*) FROM visit")), (3_000, 1));
        fs::remove_dir_all(place.path("order")).unwrap();
        for name in names(&place.path("")).iter().filter(|name| name.starts_with("clinic.db")) {
            fs::remove_file(place.path(name)).unwrap();
        }
    }
    assert!(taken_up > 0, "no kill left anything to go on with");
}
