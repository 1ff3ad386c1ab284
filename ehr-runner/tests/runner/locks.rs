//! Who holds locks on the tables of a load delays it, and not for ever; it is said who that is, and nothing is half done.

use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::stderr;
use crate::server::PASSWORD;
use crate::tenants::Base;
use crate::tenants::clinics;
use crate::tenants::closed_maria;
use crate::tenants::closed_server;
use crate::tenants::order;
use crate::tenants::record;
use assert_cmd::assert::Assert;
use mysql::prelude::Queryable;
use postgres::NoTls;
use serde_json::Value;
use std::time::Duration;
use std::time::Instant;

/// How long a server may say nothing; half of that is how long a lock is waited for.
const SILENCE: u64 = 6;
/// How much longer a run may take on a machine that does much else.
const SLACK: Duration = Duration::from_mins(1);

fn ehr(place: &Place, base: &Base, arguments: &str) -> Assert {
    let mut command = assert_cmd::Command::new(PROGRAM);
    command.current_dir(place.path("")).env("EHR_TO_PASSWORD", PASSWORD).env("EHR_TO_SILENCE", SILENCE.to_string());
    command.env("EHR_TENANT_PASSWORDS", place.path("passwords.jsonl"));
    command.args(arguments.split_whitespace()).args(["--to", &base.url()]).assert()
}

/// A clinic with an order that is loaded, and one that has other values; its place, its login and the password.
fn two_orders(place: &Place, base: &Base) -> (String, String, String) {
    record(place, "in/1.json", "Ada", "P1", "one", &["a"]);
    order(place, "in", "first").code(0);
    ehr(place, base, "import first").code(0);
    record(place, "in/1.json", "Ada", "P1", "another", &["b"]);
    order(place, "in", "second").code(0);
    let line: Value = serde_json::from_str(place.read("passwords.jsonl").lines().last().unwrap()).unwrap();
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    (text("place"), text("user"), text("password"))
}

/// The second order is not loaded while somebody holds locks, and it is said who that is.
fn is_held_up(place: &Place, base: &Base, tenant: &str, who: &str) {
    let begun = Instant::now();
    let said = stderr(&ehr(place, base, "import second --changes replace").code(5));
    assert!(begun.elapsed() < Duration::from_secs(SILENCE) + SLACK, "{:?}", begun.elapsed());
    for part in ["holds locks on tables here", "in 3 seconds", &format!("`{who}`"), "nothing was changed", "help: wait until it is done"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(base.number(place, tenant, "SELECT count(*) FROM patients WHERE name = 'one'"), 1);
    assert_eq!(base.number(place, tenant, "SELECT count(*) FROM _ehr_orders"), 1);
}

fn is_loaded(place: &Place, base: &Base, tenant: &str) {
    ehr(place, base, "import second --changes replace").code(0);
    assert_eq!(base.number(place, tenant, "SELECT count(*) FROM patients WHERE name = 'another'"), 1);
}

#[test]
fn a_tenant_in_mariadb_who_locks_what_it_reads_is_named_and_holds_nobody_up_for_ever() {
    let Some(server) = closed_maria() else { return };
    let (place, base) = (clinics(), Base::Maria(server));
    let (tenant, user, password) = two_orders(&place, &base);
    let Base::Maria(server) = &base else { return };
    let mut reader = server.client(&user, Some(&password), &tenant).unwrap();
    // What is only read holds nobody up, even within a transaction.
    reader.query_drop("START TRANSACTION").unwrap();
    let locked = |reader: &mut mysql::Conn, how: &str| reader.query_drop(format!("SELECT * FROM patients {how}")).is_ok();
    assert!(locked(&mut reader, ""));
    let may: Vec<&str> = ["FOR UPDATE", "LOCK IN SHARE MODE"].into_iter().filter(|how| locked(&mut reader, how)).collect();
    reader.query_drop("ROLLBACK").unwrap();
    // The right to look is enough, in this server, for both.
    assert_eq!(may, ["FOR UPDATE", "LOCK IN SHARE MODE"]);
    for how in may {
        reader.query_drop("START TRANSACTION").unwrap();
        assert!(locked(&mut reader, how));
        is_held_up(&place, &base, &tenant, &user);
        reader.query_drop("ROLLBACK").unwrap();
    }
    reader.query_drop("START TRANSACTION").unwrap();
    assert!(locked(&mut reader, ""));
    is_loaded(&place, &base, &tenant);
}

#[test]
fn a_tenant_in_postgresql_holds_nobody_up_and_who_does_is_named() {
    let Some(server) = closed_server() else { return };
    let (place, base) = (clinics(), Base::Postgres(server));
    let (tenant, user, password) = two_orders(&place, &base);
    let Base::Postgres(server) = &base else { return };
    let mut config: postgres::Config = server.url_of(&user).parse().unwrap();
    let mut reader = config.password(&password).connect(NoTls).unwrap();
    for sql in ["SELECT * FROM patients FOR UPDATE", "SELECT * FROM patients FOR SHARE", "LOCK TABLE patients IN SHARE MODE"] {
        assert!(reader.batch_execute(&format!("BEGIN; {sql}")).is_err(), "{sql}");
        reader.batch_execute("ROLLBACK").unwrap();
    }
    let mut boss = server.connect();
    boss.batch_execute(&format!("BEGIN; LOCK TABLE \"{tenant}\".patients IN SHARE MODE")).unwrap();
    is_held_up(&place, &base, &tenant, "clinic");
    boss.batch_execute("ROLLBACK").unwrap();
    boss.batch_execute(&format!("BEGIN; LOCK TABLE \"{tenant}\".drugs IN ACCESS EXCLUSIVE MODE")).unwrap();
    is_held_up(&place, &base, &tenant, "clinic");
    boss.batch_execute("ROLLBACK").unwrap();
    // Any login may take any advisory lock, whatever it is called.
    let named = |place: &str| format!("SELECT pg_advisory_lock(hashtext('ehr-rules'), hashtext('{place}'))");
    reader.batch_execute(&format!("{}; {}", named(&tenant), named("public"))).unwrap();
    // All that a tenant may lock, and all it can read.
    reader.batch_execute("BEGIN; LOCK TABLE patients, drugs IN ACCESS SHARE MODE; SELECT * FROM patients").unwrap();
    is_loaded(&place, &base, &tenant);
}
