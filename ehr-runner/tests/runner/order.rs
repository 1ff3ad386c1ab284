//! The order's folder: whole or not there, and the same each time.

use crate::place::Place;
use crate::place::answer;
use crate::place::names;
use crate::place::stderr;
use crate::place::stdout;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

/// Rows that take a debug build a few seconds.
const MANY: u32 = 200_000;

/// Every file under a folder with its bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            found.extend(bytes(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, fs::read(path).unwrap_or_default());
        }
    }
    found
}

#[test]
fn an_order_holds_what_it_promises() {
    let place = Place::new();
    let summary = stdout(&place.convert("").code(0));
    assert!(summary.contains("patients") && summary.contains("person") && summary.contains("gender"), "{summary}");
    let wanted =
        ["categorized", "converted", "ledger.json", "log.jsonl", "order.json", "rejects", "report.html", "report.json", "unmapped.csv"];
    assert_eq!(names(&place.path("order")), wanted);
    let order = place.json("order/order.json");
    assert_eq!((&order["status"], &order["source"], &order["version"]), (&"done".into(), &"acme".into(), &"1".into()));
    assert_eq!(order["today"], "2024-06-01");
    assert_eq!(order["input"].as_array().map(Vec::len), Some(2));
    let stages: Vec<&str> = order["stages"].as_array().into_iter().flatten().filter_map(|stage| stage["stage"].as_str()).collect();
    assert_eq!(stages, ["detect", "read", "assess", "categorize", "convert", "verify", "finish"]);
    for line in place.read("order/log.jsonl").lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
    assert_eq!(place.json("order/report.json")["unmapped"]["codes"], 1);
    assert!(place.partials().is_empty());
}

#[test]
fn rows_cut_otherwise_than_written_stand_in_the_order_as_they_were() {
    let place = Place::new();
    place.write("export/patients.csv", format!("{}p4,Dee,1991-02-28,F,,\n", crate::place::PATIENTS));
    place.convert("").code(0);
    let repaired = place.read("order/repaired/patients.csv");
    assert!(repaired.contains("p4,Dee,1991-02-28,F,,") && repaired.contains("R0213"), "{repaired}");
    assert!(place.read("order/categorized/patient.csv").contains("Dee"));
    // Taken up in another process after the rows were read, they are there all the same, once.
    place.ehr("run export --target demo --out steps --until read --today 2024-06-01").code(0);
    place.ehr("resume steps").code(0);
    assert_eq!(place.read("steps/repaired/patients.csv"), repaired);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let place = Place::new();
    place.write("export/patients.csv", format!("{}p4,Dee,1991-02-30,F\n", crate::place::PATIENTS));
    for output in ["csv", "parquet"] {
        place.ehr(&format!("run export --target demo --out one-{output} --today 2024-06-01 --output {output}")).code(0);
        place.ehr(&format!("run export --target demo --out two-{output} --today 2024-06-01 --output {output}")).code(0);
        let mut one = bytes(&place.path(&format!("one-{output}")));
        let mut two = bytes(&place.path(&format!("two-{output}")));
        for name in ["order.json", "log.jsonl"] {
            assert!(one.remove(name).is_some() && two.remove(name).is_some());
        }
        assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
        let differ: Vec<&String> = one.keys().filter(|name| one[*name] != two[*name]).collect();
        assert!(differ.is_empty(), "{differ:?} differ");
    }
    let id = |order: &str| place.json(&format!("{order}/order.json"))["id"].clone();
    assert_eq!(id("one-csv"), id("two-csv"));
}

#[test]
fn a_parameter_is_part_of_an_order() {
    let place = Place::new();
    let (schema, rules) = ("rulesets/sources/acme/1/schema.yaml", "rulesets/sources/acme/1/rules.yaml");
    let declared = "parameters:\n  rest: {type: text, default: other, one_of: [other, female]}\ntables:";
    place.write(schema, place.read(schema).replace("tables:", declared));
    place.write(rules, place.read(rules).replace("otherwise: other", "otherwise: {parameter: rest}"));
    place.ehr("run export --target demo --out one").code(0);
    place.ehr("run export --target demo --out two --set rest=other").code(0);
    place.ehr("run export --target demo --out three --set rest=female").code(0);
    let order = |name: &str| place.json(&format!("{name}/order.json"));
    assert_eq!((&order("one")["parameters"]["rest"], &order("three")["parameters"]["rest"]), (&"other".into(), &"female".into()));
    assert_eq!(order("one")["id"], order("two")["id"]);
    assert_ne!(order("one")["id"], order("three")["id"]);
    assert_ne!(place.read("one/categorized/patient.csv"), place.read("three/categorized/patient.csv"));
    let said = stderr(&place.ehr("run export --target demo --out four --set rest=none").code(2));
    assert!(said.contains("the parameter `rest` cannot be `none`") && !place.has("four"), "{said}");
    place.ehr("run export --target demo --out four --set rest").code(2);
    place.ehr("run export --target demo --out four --set rest=other --set rest=female").code(2);
}

#[test]
fn an_order_that_exists_is_never_written_over() {
    let place = Place::new();
    place.write("order/precious.txt", "mine");
    let said = stderr(&place.convert("").code(2));
    assert!(said.contains("exists already"), "{said}");
    assert_eq!(names(&place.path("order")), ["precious.txt"]);
}

#[test]
fn an_order_inside_its_input_is_refused() {
    let place = Place::new();
    place.ehr("run export --target demo --out export/order").code(2);
    assert!(!place.has("export/order"));
}

#[test]
fn a_dry_run_leaves_nothing() {
    let place = Place::new();
    let json = answer(&place.convert("--dry-run --to sqlite:clinic.db --format json").code(0));
    assert_eq!((&json["status"], &json["order"]), (&"dry_run".into(), &serde_json::Value::Null));
    assert_eq!(json["ledger"]["balanced"], true);
    place.ehr("run export --target demo --dry-run").code(0);
    assert_eq!(names(&place.path("")), ["export", "rulesets"]);
}

#[test]
fn a_run_stops_where_it_is_told() {
    let place = Place::new();
    for (stage, has) in
        [("read", "rejects"), ("assess", "rejects"), ("categorize", "categorized"), ("convert", "converted"), ("verify", "ledger.json")]
    {
        let json = answer(&place.ehr(&format!("run export --target demo --out {stage} --until {stage} --format json")).code(0));
        assert_eq!(json["status"], if stage == "verify" { "done" } else { "stopped" }, "{stage}");
        assert!(place.has(&format!("{stage}/{has}")), "{stage} has no {has}");
    }
    assert!(!place.has("read/categorized") && !place.has("categorize/converted"));
    let said = stderr(&place.ehr("import categorize --to sqlite:clinic.db").code(4));
    assert!(said.contains("stopped"), "{said}");
    assert!(!place.has("clinic.db"));
}

#[test]
fn an_order_whose_target_falls_short_is_kept_but_failed() {
    let place = Place::new();
    place.replace("rulesets/targets/demo/schema.yaml", "max_length: 20", "max_length: 5");
    let json = answer(&place.convert("--to sqlite:clinic.db --format json").code(4));
    assert_eq!(json["status"], "failed");
    assert_eq!(place.json("order/order.json")["status"], "failed");
    assert!(!place.has("clinic.db"));
    place.ehr("import order --to sqlite:clinic.db").code(4);
}

#[test]
fn sigint_stops_a_run_and_leaves_nothing() {
    let place = Place::new();
    place.grow(MANY);
    let run = place.start();
    assert!(Command::new("kill").args(["-INT", &run.id().to_string()]).status().is_ok_and(|status| status.success()));
    let ended = run.wait_with_output();
    let (code, said) =
        ended.map_or((None, String::new()), |ended| (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()));
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted; nothing was written"), "{said}");
    assert!(!place.has("order") && place.partials().is_empty(), "{:?}", place.partials());
}

#[test]
fn after_sigkill_the_same_command_works() {
    let place = Place::new();
    place.grow(MANY);
    let mut run = place.start();
    assert!(run.kill().is_ok());
    assert_eq!(run.wait().ok().and_then(|status| status.signal()), Some(9));
    assert!(!place.has("order"));
    assert_eq!(place.partials().len(), 1, "a killed process cannot clean up");
    place.write("export/patients.csv", crate::place::PATIENTS);
    place.convert("").code(0);
    assert!(place.partials().is_empty());
}

#[test]
fn a_run_at_work_is_not_taken_for_a_dead_one() {
    let place = Place::new();
    place.grow(MANY);
    let mut run = place.start();
    place.write("other/patients.csv", crate::place::PATIENTS);
    place.write("other/visits.csv", "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n");
    place.ehr("run other --target demo --out order --today 2024-06-01").code(0);
    assert_eq!(place.partials().len(), 1, "the other run lost its folder");
    // The slower of the two finds its place taken, and takes nothing away.
    assert_eq!(run.wait().ok().and_then(|status| status.code()), Some(2));
    assert_eq!(place.json("order/ledger.json")["tables"][0]["read"], 3);
}

#[test]
fn a_file_removed_while_it_is_read_fails_the_run() {
    let place = Place::new();
    place.grow(MANY);
    let run = place.start();
    assert!(fs::remove_file(place.path("export/visits.csv")).is_ok());
    let ended = run.wait_with_output();
    let (code, said) =
        ended.map_or((None, String::new()), |ended| (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()));
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("visits.csv"), "{said}");
    assert!(!place.has("order") && place.partials().is_empty());
}

/// A limit on the size of a file stands for a full disk: both are an error of a write.
#[test]
fn a_full_disk_fails_the_run() {
    let place = Place::new();
    place.grow(20_000);
    for blocks in [1, 64, 512] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run export --target demo --out order --today 2024-06-01");
        let ended = Command::new("sh").args(["-c", &script, crate::place::PROGRAM]).current_dir(place.path("")).output();
        let (code, said) =
            ended.map_or((None, String::new()), |ended| (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()));
        assert_eq!(code, Some(5), "{said}");
        assert!(said.contains("File too large") && !said.contains("bug"), "{said}");
        assert!(!place.has("order") && place.partials().is_empty());
    }
}

#[test]
fn status_says_where_orders_stand() {
    let place = Place::new();
    assert!(stdout(&place.ehr("status").code(0)).contains("no orders"));
    place.convert("").code(0);
    let said = stdout(&place.ehr("status").code(0));
    assert!(said.contains("order") && said.contains("done") && said.contains("acme/1"), "{said}");
    let json = answer(&place.ehr("status order --format json").code(0));
    assert_eq!(json[0]["details"]["status"], "done");
    place.ehr("status export").code(5);
}
