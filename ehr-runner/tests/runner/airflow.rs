//! The example `examples/airflow`, run by a real Airflow: `EHR_AIRFLOW` names its program.

use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::names;
use crate::private::skipped;
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The program, or a word that this was skipped: Airflow is no package of Debian's, and takes minutes to install.
fn airflow() -> Option<String> {
    let program = std::env::var("EHR_AIRFLOW").ok().filter(|program| !program.is_empty());
    program.or_else(|| skipped("examples/airflow was not tested, since `EHR_AIRFLOW` names no Airflow"))
}

fn run(place: &Place, program: &str, arguments: &[&str]) -> (bool, String) {
    let dags = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/airflow/dags").canonicalize().unwrap();
    let path = |name: &str| place.path(name).display().to_string();
    let ended = Command::new(program)
        .args(arguments)
        .current_dir(place.path(""))
        .env("AIRFLOW_HOME", path("airflow"))
        .env("AIRFLOW__CORE__DAGS_FOLDER", dags)
        .env("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("EHR_RUNNER", PROGRAM)
        .env("EHR_RULES", path("rulesets"))
        .env("EHR_EXPORTS", path("exports"))
        .env("EHR_ORDERS", path("orders"))
        .env("EHR_TARGET", "demo")
        .env("EHR_TODAY", "2024-06-01")
        .env("EHR_TO", format!("sqlite:{}", path("clinic.db")))
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    (ended.status.success(), said)
}

#[test]
fn many_orders_go_through_airflow_stage_by_stage() {
    let Some(program) = airflow() else { return };
    let place = Place::new();
    fs::create_dir(place.path("exports")).unwrap();
    fs::rename(place.path("export"), place.path("exports/monday")).unwrap();
    let read = |name: &str| place.read(&format!("exports/monday/{name}"));
    place.write("exports/tuesday/patients.csv", read("patients.csv").replace("p1", "p8").replace("p2", "p9").replace("p3", "p10"));
    place.write("exports/tuesday/visits.csv", "Id,PATIENT,START,COST\nv9,p8,2024-03-01 09:30:00,12.50\n");
    place.write("exports/strange.csv", "a,b\n1,2\n");
    let (ok, said) = run(&place, &program, &["db", "migrate"]);
    assert!(ok, "{said}");

    // An export of no known system fails its own order, and no other.
    let (ok, said) = run(&place, &program, &["dags", "test", "ehr_orders"]);
    assert!(!ok && said.contains("status 3: no known system made this export"), "{said}");
    assert_eq!(names(&place.path("orders")), ["monday", "tuesday"]);
    for order in ["monday", "tuesday"] {
        assert_eq!(place.json(&format!("orders/{order}/order.json"))["status"], "done", "{said}");
    }
    let people = || -> i64 {
        Connection::open(place.path("clinic.db")).unwrap().query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(people(), 6);
    let before = place.read("orders/monday/order.json");

    // Once more, without it: what is done is not done again.
    fs::remove_file(place.path("exports/strange.csv")).unwrap();
    let (ok, said) = run(&place, &program, &["dags", "test", "ehr_orders"]);
    assert!(ok, "{said}");
    assert_eq!((place.read("orders/monday/order.json"), people()), (before, 6));
    // The same as in one go.
    place.ehr("run exports/monday --target demo --out whole --today 2024-06-01").code(0);
    assert_eq!(place.read("whole/converted/person.csv"), place.read("orders/monday/converted/person.csv"));
}
