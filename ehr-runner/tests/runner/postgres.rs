//! Loading into `PostgreSQL`: what only a server can do wrong.

use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::stderr;
use crate::place::stdout;
use crate::server::PASSWORD;
use crate::server::Server;
use std::fmt::Write;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

/// All of the data, as one number.
const ALL: &str = "SELECT coalesce(sum(hashtext(t::text)::bigint), 0)::bigint + count(*) FROM person t";

#[test]
fn tables_are_made_only_where_asked_for() {
    let place = Place::new();
    let Some(server) = Server::start() else { return };
    let run = |more: &str| {
        place.ehr_with(PASSWORD, &format!("run export --target demo --out order --today 2024-06-01 --to {} {more}", server.url()))
    };
    let said = stderr(&run("").code(5));
    assert!(said.contains("has no table `person`, `visit`") && said.contains("--create"), "{said}");
    assert!(!place.has("order"), "a row was read all the same");
    let said = stdout(&run("--create").code(0));
    assert!(said.contains("5 rows loaded into postgres://clinic@127.0.0.1"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM visit WHERE cost = 12.50 AND start = timestamp '2024-03-01 09:30:00'"), 1);
    assert_eq!(server.number("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"), 1);
    assert_eq!(server.number("SELECT count(*) FROM person WHERE birth_date = date '1980-02-29'"), 1);
    let again = place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
    assert!(stdout(&again).contains("nothing was changed"));
}

#[test]
fn a_table_of_another_shape_is_refused_before_a_row_is_read() {
    let place = Place::new();
    let Some(server) = Server::start() else { return };
    let sql =
        "CREATE TABLE person (person_id integer PRIMARY KEY, name varchar(20), birth_date text, gender_code smallint, clinic int NOT NULL);
               CREATE TABLE visit (visit_id bigint, person_id bigint, start timestamp)";
    server.connect().batch_execute(sql).unwrap();
    let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {} --create", server.url())).code(5));
    for part in [
        "column `birth_date` of table `person` is `text`, which does not take date",
        "column `clinic` of table `person` needs a value",
        "table `visit` has no column `cost`",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!place.has("order"));
    assert_eq!(server.number("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_ehr%'"), 0);
}

#[test]
fn who_may_not_is_told_before_a_row_is_read() {
    let place = Place::new();
    let Some(server) = Server::start() else { return };
    let sql = format!("CREATE ROLE reader LOGIN PASSWORD '{}'; REVOKE CREATE ON SCHEMA public FROM PUBLIC", PASSWORD.replace('\'', "''"));
    server.connect().batch_execute(&sql).unwrap();
    place.ehr_with(PASSWORD, &format!("run export --target demo --out first --to {} --create", server.url())).code(0);
    let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {}", server.url_of("reader"))).code(5));
    assert!(said.contains("CREATE on the schema") && said.contains("INSERT on table `visit`"), "{said}");
    assert!(said.contains("UPDATE on table `_ehr_orders`"), "{said}");
    let said = stderr(&place.ehr_with("wrong", &format!("run export --target demo --out order --to {}", server.url())).code(5));
    assert!(said.contains("refuses the user or the password") && !said.contains("wrong"), "{said}");
    assert!(!place.has("order"));
}

#[test]
fn a_value_that_a_column_does_not_take_changes_nothing() {
    let place = Place::new();
    let Some(server) = Server::start() else { return };
    let sql = "CREATE TABLE person (person_id bigint PRIMARY KEY, name varchar(5), birth_date date, gender_code integer);
               CREATE TABLE visit (visit_id bigint PRIMARY KEY, person_id bigint REFERENCES person, start timestamp, cost numeric(12,2))";
    server.connect().batch_execute(sql).unwrap();
    let said = stderr(&place.ehr_with(PASSWORD, &format!("run export --target demo --out order --to {}", server.url())).code(4));
    assert!(said.contains("a text is longer than its column") && said.contains("`person`") && !said.contains("Amal"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_ehr%'"), 0);
    server.connect().batch_execute("ALTER TABLE person ALTER name TYPE text").unwrap();
    place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
    assert_eq!(server.number("SELECT count(*) FROM person"), 3);
}

#[test]
fn what_a_trigger_says_is_not_repeated() {
    let place = Place::new();
    let Some(server) = Server::start() else { return };
    place.ehr_with(PASSWORD, &format!("run export --target demo --out first --to {} --create", server.url())).code(0);
    place.ehr_with(PASSWORD, &format!("undo first --to {}", server.url())).code(0);
    let sql = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % here', NEW.name; END $$;
               CREATE TRIGGER refuse BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION refuse()";
    server.connect().batch_execute(sql).unwrap();
    let said = stderr(&place.ehr_with(PASSWORD, &format!("import first --to {}", server.url())).code(5));
    assert!(said.contains("the database refuses (SQLSTATE P0001)") && !said.contains("Amal"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM person"), 0);
}

#[test]
fn a_killed_loader_or_server_leaves_all_or_nothing() {
    let place = Place::new();
    let Some(mut server) = Server::start() else { return };
    place.grow(10_000);
    place.ehr("run export --target demo --out order --today 2024-06-01").code(0);
    place.ehr_with(PASSWORD, &format!("import order --create --to {}", server.url())).code(0);
    let whole = server.number(ALL);
    place.ehr_with(PASSWORD, &format!("undo order --to {}", server.url())).code(0);
    let none = server.number(ALL);
    assert_ne!(whole, none);
    let mut seen = [0, 0];
    for round in 0..9_u64 {
        let mut loader = Command::new(PROGRAM)
            .current_dir(place.path(""))
            .args(["import", "order", "--to", &server.url()])
            .env("EHR_TO_PASSWORD", PASSWORD)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(round * 45));
        if round % 3 == 2 {
            server.kill_and_restart();
        } else {
            loader.kill().unwrap();
        }
        loader.wait().unwrap();
        // A backend whose loader is gone ends by itself, and its lock with it.
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
    let Some(server) = Server::start() else { return };
    place.grow(5_000);
    place.ehr("run export --target demo --out order --today 2024-06-01").code(0);
    let loaders: Vec<_> = (0..3)
        .map(|_| {
            let mut loader = Command::new(PROGRAM);
            loader.current_dir(place.path("")).args(["import", "order", "--create", "--to", &server.url()]);
            loader.env("EHR_TO_PASSWORD", PASSWORD).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
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

/// People of whom each whose number is so many behind a hundred has another name, as an order of this name.
fn renamed(place: &Place, order: &str, behind: u32, name: &str) {
    let mut text = String::from("Id,NAME,BIRTHDATE,GENDER\n");
    for row in 0..3_000 {
        let name = if row % 100 == behind { name } else { "Casey Number" };
        writeln!(text, "p{row},{name}{row},1970-01-01,M").unwrap();
    }
    place.write("export/patients.csv", text);
    place.ehr(&format!("run export --target demo --out {order} --today 2024-06-01")).code(0);
}

#[test]
fn a_few_changed_rows_are_found_without_a_look_at_all_of_the_book() {
    let place = Place::new();
    let Some(server) = Server::start() else { return };
    // The last one's bring back what those before it renamed.
    let orders =
        [("first", 100, "", 3_000), ("second", 7, "Casey Other", 30), ("third", 7, "Casey Third", 30), ("fourth", 0, "Casey Fourth", 60)];
    let looked_at = || {
        settled(&server);
        server.number("SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_user_tables WHERE relname = '_ehr_rows_person'")
    };
    let (mut all, mut looked) = (vec![0], Vec::new());
    for (order, behind, name, rows) in orders {
        renamed(&place, order, behind, name);
        let before = looked_at();
        place.ehr_with(PASSWORD, &format!("import {order} --create --changes replace --to {}", server.url())).code(0);
        looked.push(looked_at() - before);
        all.push(server.number(ALL));
        let latest = "SELECT count(*) FROM person JOIN _ehr_rows_person USING (person_id) \
             WHERE _ehr_order = (SELECT max(number) FROM _ehr_orders)";
        assert_eq!(server.number(latest), rows, "{order}");
    }
    // Those that were changed before stand elsewhere.
    assert!(looked[1] < 3_000 && looked[2] >= 3_000, "{looked:?}");
    for (at, (order, ..)) in orders.iter().enumerate().rev() {
        place.ehr_with(PASSWORD, &format!("undo {order} --to {}", server.url())).code(0);
        assert_eq!(server.number(ALL), all[at], "{order}");
    }
}

#[test]
fn what_somebody_writes_into_a_row_that_is_being_replaced_is_not_lost() {
    let place = Place::new();
    let Some(server) = Server::start() else { return };
    renamed(&place, "first", 100, "");
    renamed(&place, "second", 7, "Casey Other");
    let import = |order: &str| format!("import {order} --create --changes replace --to {}", server.url());
    place.ehr_with(PASSWORD, &import("first")).code(0);
    let mut somebody = server.connect();
    let mut work = somebody.transaction().unwrap();
    work.execute("UPDATE person SET name = 'Casey Mine' WHERE name = 'Casey Number107'", &[]).unwrap();
    let said = std::thread::scope(|scope| {
        let loader = scope.spawn(|| stderr(&place.ehr_with(PASSWORD, &import("second")).code(4)));
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        for _ in 0..500 {
            if server.number(waits) == 1 {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        work.commit().unwrap();
        loader.join().unwrap()
    });
    assert!(said.contains("nothing was loaded: 1 rows of table `person`") && !said.contains("Casey"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM person WHERE name = 'Casey Mine'"), 1);
    assert_eq!(server.number("SELECT count(*) FROM person WHERE name LIKE 'Casey Other%'"), 0);
}

/// The data once no other connection is left.
fn settled(server: &Server) -> i64 {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'ehr' AND pid <> pg_backend_pid()";
    for _ in 0..200 {
        if server.number(others) == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    server.number(ALL)
}
