//! Loading into `MariaDB`: what only such a server can do wrong.

use crate::maria::Maria;
use crate::maria::PASSWORD;
use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::stderr;
use crate::place::stdout;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

/// All of the data, as one number.
const ALL: &str = "SELECT CAST(coalesce(sum(crc32(concat_ws('|', person_id, coalesce(name, '-'), coalesce(birth_date, '-'), gender_code))), 0) \
                   + count(*) AS SIGNED) FROM person";
/// Tables of any kind.
const TABLES: &str = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'ehr'";

/// Starts loading the order.
fn loader(place: &Place, url: &str) -> Child {
    Command::new(PROGRAM)
        .current_dir(place.path(""))
        .args(["import", "order", "--create", "--to", url])
        .env("EHR_TO_PASSWORD", PASSWORD)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn tables_are_made_only_where_asked_for() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    let run = |more: &str| {
        place.ehr_with(PASSWORD, &format!("run export --target demo --out order --today 2024-06-01 --to {} {more}", server.url()))
    };
    let said = stderr(&run("").code(5));
    assert!(said.contains("has no table `person`, `visit`") && said.contains("--create"), "{said}");
    assert!(!place.has("order"), "a row was read all the same");
    assert_eq!(server.number(TABLES), 0);
    let said = stdout(&run("--create").code(0));
    assert!(said.contains("5 rows loaded into mysql://clinic@127.0.0.1"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM visit WHERE cost = 12.50 AND start = timestamp '2024-03-01 09:30:00'"), 1);
    assert_eq!(server.number("SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema = 'ehr'"), 1);
    assert_eq!(server.number("SELECT count(*) FROM person WHERE birth_date = date '1980-02-29'"), 1);
    let again = place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
    assert!(stdout(&again).contains("nothing was changed"));
}

#[test]
fn a_table_of_another_shape_is_refused_before_a_row_is_read() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    server.run(&[
        "CREATE TABLE person (person_id int PRIMARY KEY, name varchar(20) CHARACTER SET latin1, birth_date text, gender_code smallint, \
         clinic int NOT NULL) ENGINE=InnoDB",
        "CREATE TABLE visit (visit_id bigint, person_id bigint, start datetime) ENGINE=MyISAM",
    ]);
    let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {} --create", server.url())).code(5));
    for part in [
        "column `name` of table `person` is `varchar(20) in latin1`, which does not take text",
        "column `birth_date` of table `person` is `text in latin1`, which does not take date",
        "column `clinic` of table `person` needs a value",
        "table `visit` has no column `cost`",
        "table `visit` is kept by MyISAM, which knows no transactions",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!place.has("order"));
    assert_eq!(server.number(TABLES), 2);
}

#[test]
fn who_may_not_is_told_before_a_row_is_read() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    place.ehr_with(PASSWORD, &format!("run export --target demo --out first --to {} --create", server.url())).code(0);
    let password = PASSWORD.replace('\'', "''");
    server.run(&[&format!("CREATE USER reader IDENTIFIED BY '{password}'"), "GRANT SELECT ON ehr.* TO reader"]);
    let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {}", server.url_of("reader"))).code(5));
    for part in [
        "CREATE or SELECT on the database",
        "CREATE TEMPORARY TABLES on the database",
        "INSERT on table `visit`",
        "DELETE on table `person`",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("SELECT on table"), "{said}");
    let said = stderr(&place.ehr_with("wrong", &format!("run export --target demo --out order --to {}", server.url())).code(5));
    assert!(said.contains("refuses the user or the password") && !said.contains("wrong"), "{said}");
    let elsewhere = server.url().replace("/ehr", "/nowhere");
    let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {elsewhere}")).code(5));
    assert!(said.contains("there is no such database"), "{said}");
    // What a load needs, and nothing more.
    server.run(&["GRANT CREATE, CREATE TEMPORARY TABLES, INSERT, UPDATE, DELETE ON ehr.* TO reader"]);
    let undone = place.ehr_with(PASSWORD, &format!("undo first --to {}", server.url_of("reader"))).code(0);
    assert!(stdout(&undone).contains('5'), "{}", stdout(&undone));
    place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {}", server.url_of("reader"))).code(0);
    assert_eq!(server.number("SELECT count(*) FROM person"), 3);
}

#[test]
fn a_value_that_a_column_does_not_take_changes_nothing() {
    for more in ["--local-infile=1", "--local-infile=0"] {
        let place = Place::new();
        let Some(server) = Maria::start_with(&[more]) else { return };
        server.run(&[
            "CREATE TABLE person (person_id bigint PRIMARY KEY, name varchar(5) CHARACTER SET utf8mb4, birth_date date, gender_code integer)",
            "CREATE TABLE visit (visit_id bigint PRIMARY KEY, person_id bigint, start datetime, cost numeric(12,2) NOT NULL)",
        ]);
        let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {}", server.url())).code(4));
        assert!(said.contains("in table `person`") && !said.contains("Amal"), "{more}: {said}");
        assert_eq!(server.number(TABLES), 2, "{more}: what was made for the load is left behind");
        server.run(&["ALTER TABLE person MODIFY name text CHARACTER SET utf8mb4"]);
        let said = stderr(&place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(4));
        assert!(said.contains("in table `visit`") && said.contains("rows lack a required value"), "{more}: {said}");
        assert_eq!(server.number("SELECT count(*) FROM person"), 0, "{more}");
        server.run(&["ALTER TABLE visit MODIFY cost numeric(12,2)"]);
        place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
        assert_eq!(server.number("SELECT count(*) FROM person"), 3);
        assert_eq!(server.number("SELECT count(*) FROM visit WHERE cost IS NULL"), 1);
    }
}

#[test]
fn a_table_that_keeps_something_else_or_cannot_be_referred_to_is_refused() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    let columns = "birth_date date, gender_code integer) CHARACTER SET utf8mb4";
    server.run(&[&format!("CREATE TABLE person (person_id bigint PRIMARY KEY, name varchar(40) AS ('x') STORED, {columns}")]);
    let run = format!("run export --target demo --out order --create --to {}", server.url());
    let said = stderr(&place.ehr_with(PASSWORD, &run).code(5));
    assert!(said.contains("column `name` of table `person`") && said.contains("of its own making"), "{said}");
    server.run(&["DROP TABLE person", &format!("CREATE TABLE person (person_id bigint, name varchar(40), {columns}")]);
    let said = stderr(&place.ehr_with(PASSWORD, &run).code(5));
    assert!(said.contains("a reference between tables cannot be made there"), "{said}");
    assert_eq!((server.number("SELECT count(*) FROM person"), server.number(TABLES)), (0, 1));
}

#[test]
fn a_reference_to_nothing_changes_nothing() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    server.run(&[
        "CREATE TABLE clinic (gender_code int PRIMARY KEY)",
        "INSERT INTO clinic VALUES (8507)",
        "CREATE TABLE person (person_id bigint PRIMARY KEY, name text CHARACTER SET utf8mb4, birth_date date, gender_code integer, \
         FOREIGN KEY (gender_code) REFERENCES clinic (gender_code))",
    ]);
    let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --create --to {}", server.url())).code(4));
    assert!(said.contains("in table `person`") && said.contains("rows refer to nothing (2 rows)"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM person"), 0);
    assert_eq!(server.number(TABLES), 2);
    server.run(&["INSERT INTO clinic VALUES (0), (8532)"]);
    place.ehr_with(PASSWORD, &format!("import order --create --to {}", server.url())).code(0);
    assert_eq!(server.number("SELECT count(*) FROM person"), 3);
}

#[test]
fn rows_may_refer_to_rows_of_their_own_table_in_any_order() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    place.ehr("run export --target demo --out order --today 2024-06-01").code(0);
    place.replace("rulesets/targets/demo/schema.yaml", "gender_code: {type: integer, required: true}", "gender_code: {type: integer}");
    server.run(&[
        "CREATE TABLE person (person_id bigint PRIMARY KEY, name text CHARACTER SET utf8mb4, birth_date date, gender_code bigint, \
         FOREIGN KEY (gender_code) REFERENCES person (person_id))",
    ]);
    let load = || place.ehr_with(PASSWORD, &format!("import order --create --to {}", server.url()));
    // Codes are no persons.
    let said = stderr(&load().code(4));
    assert!(said.contains("3 rows of table `person`") && said.contains("refer to no row of `person`"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM person"), 0);
    let rows = place.read("order/converted/person.csv");
    let ids: Vec<&str> = rows.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    // The first refers to the last.
    let changed = rows.replacen(",8532\n", &format!(",{}\n", ids[2]), 1).replace(",8507\n", ",\n").replace(",0\n", ",\n");
    place.write("order/converted/person.csv", changed);
    load().code(0);
    assert_eq!(server.number("SELECT count(*) FROM person a JOIN person b ON a.gender_code = b.person_id"), 1);
    place.ehr_with(PASSWORD, &format!("undo order --to {}", server.url())).code(0);
    assert_eq!(server.number("SELECT count(*) FROM person"), 0);
}

#[test]
fn what_a_trigger_says_is_not_repeated() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    place.ehr_with(PASSWORD, &format!("run export --target demo --out first --to {} --create", server.url())).code(0);
    place.ehr_with(PASSWORD, &format!("undo first --to {}", server.url())).code(0);
    server.run(&["CREATE TRIGGER refuse BEFORE INSERT ON person FOR EACH ROW \
                  BEGIN DECLARE said TEXT DEFAULT concat('no ', NEW.name, ' here'); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = said; END"]);
    let refused = place.ehr_with(PASSWORD, &format!("import first --to {}", server.url()));
    let said = stderr(&refused);
    assert!(!said.contains("Amal") && !said.contains("no ") && said.contains("1644"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM person"), 0);
}

#[test]
fn a_server_that_is_gone_in_the_middle_is_said() {
    let place = Place::new();
    let Some(mut server) = Maria::start() else { return };
    place.grow(60_000);
    place.ehr("run export --target demo --out order --today 2024-06-01").code(0);
    let at_work = loader(&place, &server.url());
    for _ in 0..1000 {
        if server.number("SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'LOAD DATA%'") > 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    server.kill();
    let ended = at_work.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(5), "{said}");
    assert!(said.contains("loading into `mysql://clinic@127.0.0.1") && said.contains("nothing was changed"), "{said}");
    let said = stderr(&place.ehr_with(PASSWORD, &format!("import order --create --to {}", server.url())).code(5));
    assert!(said.contains("nobody answers there"), "{said}");
    server.kill_and_restart();
    assert_eq!(server.number("SELECT count(*) FROM person"), 0);
    place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
    assert_eq!(server.number("SELECT count(*) FROM person"), 60_000);
}

#[test]
fn a_killed_loader_or_server_leaves_all_or_nothing() {
    let place = Place::new();
    let Some(mut server) = Maria::start() else { return };
    place.grow(10_000);
    place.ehr("run export --target demo --out order --today 2024-06-01").code(0);
    place.ehr_with(PASSWORD, &format!("import order --create --to {}", server.url())).code(0);
    let whole = server.number(ALL);
    place.ehr_with(PASSWORD, &format!("undo order --to {}", server.url())).code(0);
    let none = server.number(ALL);
    assert_ne!(whole, none);
    let mut seen = [0, 0];
    for round in 0..9_u64 {
        let mut at_work = loader(&place, &server.url());
        std::thread::sleep(Duration::from_millis(round * 45));
        if round % 3 == 2 {
            server.kill_and_restart();
        } else {
            at_work.kill().unwrap();
        }
        at_work.wait().unwrap();
        let after = settled(&server);
        assert!(after == whole || after == none, "round {round}: neither before nor after");
        seen[usize::from(after == whole)] += 1;
        place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
        assert_eq!(server.number(ALL), whole, "round {round}");
        place.ehr_with(PASSWORD, &format!("undo order --to {}", server.url())).code(0);
        assert_eq!(server.number(ALL), none, "round {round}");
    }
    assert!(seen[0] > 0, "no kill came in time: {seen:?}");
}

#[test]
fn two_loaders_come_one_after_the_other() {
    let place = Place::new();
    let Some(server) = Maria::start() else { return };
    place.grow(5_000);
    place.ehr("run export --target demo --out order --today 2024-06-01").code(0);
    let loaders: Vec<Child> = (0..3).map(|_| loader(&place, &server.url())).collect();
    let said: Vec<String> = loaders
        .into_iter()
        .map(|loader| {
            let ended = loader.wait_with_output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
            String::from_utf8_lossy(&ended.stdout).into_owned()
        })
        .collect();
    assert_eq!(said.iter().filter(|said| said.contains("nothing was changed")).count(), 2, "{said:?}");
    assert_eq!(server.number("SELECT count(*) FROM person"), 5_000);
    assert_eq!(server.number("SELECT count(*) FROM _ehr_orders"), 1);
}

/// The data once no other connection is left.
fn settled(server: &Maria) -> i64 {
    let others = "SELECT count(*) FROM information_schema.processlist WHERE db = 'ehr' AND id <> connection_id()";
    for _ in 0..200 {
        if server.number(others) == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    server.number(ALL)
}
