//! What a target declares that an order must come to holds the order back from a database, until somebody says otherwise.

use crate::place::Place;
use crate::place::stderr;
use crate::place::stdout;
use crate::watch::Watching;
use crate::watch::count;
use crate::watch::until;
use rusqlite::Connection;
use serde_json::json;

const SCHEMA: &str = "rulesets/targets/demo/schema.yaml";
const WATCH: &str = "watch incoming --target demo --out orders --settle 0.3 --to sqlite:clinic.db";

/// One of three patients has a gender without a code.
fn place(limit: &str) -> Place {
    let place = Place::new();
    place.replace(SCHEMA, "title: A demonstration", &format!("title: A demonstration\nfeasibility: {{{limit}}}"));
    place
}

fn people(place: &Place) -> i64 {
    let people = Connection::open(place.path("clinic.db")).unwrap();
    people.query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap()
}

#[test]
fn what_the_target_declares_holds_a_load_back_until_somebody_says_otherwise() {
    let place = place("unmapped: at most 33%");
    let ended = place.convert("--to sqlite:clinic.db").code(4);
    let (out, err) = (stdout(&ended), stderr(&ended));
    let limit = "rows with a code without a mapping 1 of 3 (33.3 %), at most 33%";
    assert!(out.contains(&format!("no go     {limit}\n")), "{out}");
    assert!(err.contains(&format!("no go: `demo` declares what an order must come to, and `order` does not: {limit}\n")), "{err}");
    assert!(err.contains("`--despite-no-go`"), "{err}");
    assert!(!place.has("clinic.db"));
    // The order is whole, and says so itself.
    let order = place.json("order/order.json");
    assert_eq!((&order["status"], &order["no_go"]), (&json!("done"), &json!([limit])));
    for command in ["resume order", "resume order --to sqlite:clinic.db", "import order --to sqlite:clinic.db"] {
        assert!(stderr(&place.ehr(command).code(4)).contains(limit), "{command}");
        assert!(!place.has("clinic.db"), "{command}");
    }
    // Where it was to go stands in the order.
    place.ehr("resume order --despite-no-go").code(0);
    assert_eq!(people(&place), 3);
    place.ehr("run export --target demo --out again --today 2024-06-02 --to sqlite:clinic.db --despite-no-go").code(0);
    place.ehr("import order --to sqlite:other.db --despite-no-go").code(0);
}

#[test]
fn without_a_database_the_status_says_it_too() {
    let place = place("unmapped: at most 33%");
    place.ehr("run export --target demo --today 2024-06-01 --dry-run").code(4);
    place.convert("--until convert").code(4);
    place.ehr("resume order").code(4);
    // There is nothing to be done, and nothing was asked for that it does not come to.
    place.ehr("resume order").code(0);
}

#[test]
fn a_limit_that_nobody_declared_is_said_and_holds_nothing_back() {
    let place = place("converted: at least 90%");
    let out = stdout(&place.convert("--to sqlite:clinic.db").code(0));
    assert!(
        out.contains("short     rows with a code without a mapping 1 of 3 (33.3 %), at most 5% (default)\n") && !out.contains("no go"),
        "{out}"
    );
    assert_eq!(people(&place), 3);
    assert_eq!(place.json("order/order.json")["no_go"], json!(null));
}

#[test]
fn a_watcher_sets_it_aside_also_where_a_kill_came_between() {
    for limit in ["unmapped: at most 33%", "unmapped: at most 100%"] {
        for point in [None, Some(("EHR_FAILPOINT", "stage_kept:4"))] {
            let place = place(limit);
            // Under the second limit it is the check of the table that the export does not pass.
            if limit.contains("100") {
                place.replace(SCHEMA, "max_length: 20", "max_length: 5");
            }
            std::fs::create_dir(place.path("incoming")).unwrap();
            std::fs::rename(place.path("export"), place.path("incoming/export")).unwrap();
            if let Some(point) = point.filter(|_| cfg!(debug_assertions)) {
                let watching = Watching::start_with(&place, WATCH, &[point]);
                assert_eq!(watching.wait(), None, "{limit}");
            }
            let watching = Watching::start(&place, WATCH);
            let book = until(&place, "set aside", |book| count(book, "aside") + count(book, "done") == 1);
            assert_eq!(count(&book, "aside"), 1, "{limit} {point:?}: {book}");
            drop(watching.stop());
            assert!(!place.has("clinic.db"), "{limit} {point:?}");
        }
    }
}
