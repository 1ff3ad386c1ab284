//! Loading into `SQLite`: all of an order or nothing, once.

use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use rusqlite::Connection;

/// One number from a database.
fn number(place: &Place, query: &str) -> i64 {
    let connection = Connection::open(place.path("clinic.db"));
    connection.and_then(|connection| connection.query_row(query, [], |row| row.get(0))).unwrap_or(-1)
}

#[test]
fn an_order_is_loaded_once() {
    let place = Place::new();
    let json = answer(&place.convert("--to sqlite:clinic.db --format json").code(0));
    assert_eq!((&json["imported"]["rows"], &json["imported"]["already"]), (&5.into(), &false.into()));
    assert_eq!(number(&place, "SELECT count(*) FROM person"), 3);
    assert_eq!(number(&place, "SELECT count(*) FROM visit v JOIN person p USING (person_id) WHERE p.name = 'Amal Reyes'"), 2);
    assert_eq!(number(&place, "SELECT count(*) FROM visit WHERE cost = 12.5 AND start = '2024-03-01 09:30:00'"), 1);
    assert_eq!(number(&place, "SELECT count(*) FROM person WHERE name IS NULL"), 1);
    let again = place.ehr("import order --to sqlite:clinic.db").code(0);
    assert!(stdout(&again).contains("nothing was changed"), "{}", stdout(&again));
    assert_eq!(number(&place, "SELECT count(*) FROM person"), 3);
    assert_eq!(number(&place, "SELECT added FROM _ehr_orders"), 5);
    assert_eq!(place.json("order/order.json")["imports"].as_array().map(Vec::len), Some(1));
}

#[test]
fn parquet_is_loaded_as_csv_is() {
    let place = Place::new();
    place.ehr("run export --target demo --out a --today 2024-06-01 --to sqlite:a.db").code(0);
    place.ehr("run export --target demo --out b --today 2024-06-01 --output parquet --to sqlite:b.db").code(0);
    let connection = Connection::open(place.path("a.db")).unwrap();
    assert!(connection.execute("ATTACH ?1 AS b", [place.path("b.db").to_string_lossy()]).is_ok());
    for table in ["person", "visit"] {
        let query = format!("SELECT count(*) FROM (SELECT * FROM {table} EXCEPT SELECT * FROM b.{table})");
        assert_eq!(connection.query_row(&query, [], |row| row.get::<_, i64>(0)), Ok(0), "{table}");
    }
}

#[test]
fn a_key_that_no_order_brought_is_not_touched() {
    let place = Place::new();
    place.convert("--to sqlite:clinic.db").code(0);
    let connection = Connection::open(place.path("clinic.db")).unwrap();
    // Somebody else's database, in which one of the rows happens to be.
    for statement in ["DELETE FROM visit", "DELETE FROM person WHERE name IS NULL", "DROP TABLE _ehr_orders", "DROP TABLE _ehr_rows_person"]
    {
        connection.execute_batch(statement).unwrap();
    }
    let said = stderr(&place.ehr("import order --to sqlite:clinic.db").code(4));
    assert!(said.contains("`person`") && said.contains("2 rows have a key that is there already, and no order brought those"), "{said}");
    assert_eq!(number(&place, "SELECT count(*) FROM person"), 2);
    assert_eq!(number(&place, "SELECT count(*) FROM visit"), 0);
}

#[test]
fn a_constraint_of_the_database_rolls_everything_back() {
    let place = Place::new();
    let make = "CREATE TABLE visit (visit_id INTEGER PRIMARY KEY, person_id INTEGER, start TEXT, cost NUMERIC NOT NULL)";
    assert!(Connection::open(place.path("clinic.db")).is_ok_and(|connection| connection.execute_batch(make).is_ok()));
    let said = stderr(&place.convert("--to sqlite:clinic.db").code(4));
    assert!(said.contains("`visit`") && said.contains("1 rows lack a required value"), "{said}");
    assert_eq!(number(&place, "SELECT count(*) FROM sqlite_schema WHERE name IN ('person', '_ehr_orders')"), 0);
    assert_eq!(number(&place, "SELECT count(*) FROM visit"), 0);
}

#[test]
fn a_database_that_cannot_be_written_is_found_before_a_row_is_read() {
    let place = Place::new();
    place.write("clinic.db", "this is no database, however long one looks at it");
    place.convert("--to sqlite:clinic.db").code(5);
    place.convert("--to sqlite:nowhere/clinic.db").code(5);
    let other = "CREATE TABLE person (id INTEGER)";
    assert!(Connection::open(place.path("other.db")).is_ok_and(|connection| connection.execute_batch(other).is_ok()));
    let said = stderr(&place.convert("--to sqlite:other.db").code(5));
    assert!(said.contains("`person`") && said.contains("no column `person_id`"), "{said}");
    assert!(!place.has("order"));
}

#[test]
fn a_full_disk_rolls_everything_back() {
    let place = Place::new();
    place.grow(20_000);
    place.convert("").code(0);
    let script = "trap '' XFSZ; ulimit -f 256; exec \"$0\" import order --to sqlite:clinic.db";
    let ended = std::process::Command::new("sh").args(["-c", script, crate::place::PROGRAM]).current_dir(place.path("")).output();
    let (code, said) =
        ended.map_or((None, String::new()), |ended| (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()));
    assert_eq!(code, Some(5), "{said}");
    assert!(!place.has("clinic.db"), "a database that nobody had before is left behind");
    place.ehr("import order --to sqlite:clinic.db").code(0);
    assert_eq!(number(&place, "SELECT count(*) FROM person"), 20_000);
}

#[test]
fn an_order_from_before_its_rows_were_tracked_is_made_again() {
    let place = Place::new();
    place.convert("").code(0);
    let track = "  person:\n    track: {key: person_id, fingerprint: {columns: [name, birth_date], ignore: gender_code}}\n";
    place.replace("rulesets/targets/demo/schema.yaml", "  person:\n", track);
    let said = stderr(&place.ehr("import order --to sqlite:clinic.db").code(4));
    assert!(said.contains("`order` was made before the rules tracked `person`; run the order again"), "{said}");
    assert!(!place.has("clinic.db"));
    let told = stdout(&place.ehr("explain demo.person").code(0));
    assert!(
        told.contains("\ntrack: by person_id; the same if name, birth_date are, whatever gender_code; if changed, keep_old\n"),
        "{told}"
    );
}

#[test]
fn other_destinations_are_refused_without_their_password() {
    let place = Place::new();
    let said = stderr(&place.convert("--to oracle://ada:secret@host/clinic").code(2));
    assert!(said.contains("`oracle` is not supported") && said.contains("sqlite:PATH") && !said.contains("secret"), "{said}");
    let said = stderr(&place.convert("--to postgres://ada:secret@host/clinic").code(2));
    assert!(said.contains("EHR_TO_PASSWORD") && !said.contains("secret"), "{said}");
    assert!(!place.has("order"));
}
