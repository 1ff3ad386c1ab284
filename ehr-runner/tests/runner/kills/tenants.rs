//! Orders of several tenants, whose places are made one after the other: wherever the program ends, nobody has half of what is theirs, and
//! going on gives everybody all of it, once.

use super::Dice;
use super::asked;
use super::points::ABORTED;
use super::points::counted;
use super::points::times;
use super::run::Run;
use super::say;
use crate::place::Place;
use crate::tenants::Base;
use crate::tenants::clinics;
use crate::tenants::closed_maria;
use crate::tenants::closed_server;
use crate::tenants::order;
use crate::tenants::record;
use mysql::prelude::Queryable;
use serde_json::Value;
use std::fs;

/// What a place holds: two patients, four drugs, one order.
const HELD: &str =
    "SELECT (SELECT count(*) FROM patients) * 10000 + (SELECT count(*) FROM drugs) * 100 + (SELECT count(*) FROM _ehr_orders)";
const ALL: i64 = 20_401;

/// Leaves no place, no login and no registry.
fn wipe(place: &Place, base: &Base) {
    let mut order = place.json("order/order.json");
    order["imports"] = Value::Array(Vec::new());
    place.write("order/order.json", order.to_string());
    match base {
        Base::Sqlite => drop(fs::remove_dir_all(place.path("clinics"))),
        Base::Postgres(server) => {
            let mut client = server.connect();
            let sql = "SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname LIKE 'ehr\\_%' \
                       UNION ALL SELECT 'DROP SCHEMA public CASCADE' UNION ALL SELECT 'CREATE SCHEMA public' \
                       UNION ALL SELECT format('DROP OWNED BY %I', rolname) FROM pg_roles WHERE rolname LIKE 'ehr\\_%' \
                       UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname LIKE 'ehr\\_%'";
            let statements: Vec<String> = client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
            client.batch_execute(&statements.join("; ")).unwrap();
        }
        Base::Maria(server) => {
            let mut connection = server.connect();
            let sql = "SELECT concat('DROP DATABASE `', schema_name, '`') FROM information_schema.schemata WHERE left(schema_name, 4) = 'ehr_' \
                       UNION ALL SELECT concat('DROP USER `', User, '`@`', Host, '`') FROM mysql.user WHERE left(User, 4) = 'ehr_'";
            let mut statements: Vec<String> = connection.query(sql).unwrap();
            statements.extend(["DROP DATABASE ehr".to_owned(), "CREATE DATABASE ehr CHARACTER SET latin1".to_owned()]);
            for sql in statements {
                connection.query_drop(sql).unwrap();
            }
        }
    }
}

fn torture(base: &Base, seed: u64) {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release has no places to end at");
    }
    let place = clinics();
    for at in 0..6 {
        record(&place, &format!("in/{at}.json"), &format!("Clinic {}", at / 2), &format!("P{at}"), "x", &["a", "b"]);
    }
    order(&place, "in", "order").code(0);
    let start = |failpoint: Option<&str>| Run::start(&place, &format!("import order --to {}", base.url()), failpoint).end();
    let whole = |told: &str| {
        let places = base.places(&place);
        assert_eq!(places.len(), 3, "{told}: {places:?}");
        for identifier in places.values() {
            assert_eq!(base.number(&place, identifier, HELD), ALL, "{told}: {identifier}");
        }
        let imports = place.json("order/order.json")["imports"].as_array().map_or(0, Vec::len);
        assert_eq!(imports, 3, "{told}: the order's list of loads");
    };
    let ended = start(None);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    whole("undisturbed");
    wipe(&place, base);
    let mut dice = Dice::new(seed);
    let (seed, mut kills) = (dice.0, 0);
    for (name, count) in counted(&ended) {
        let between = dice.of(count);
        // One time of each place, but where all are asked for; and between the two tables of the registry, where a database has made one.
        let tried = |time: &u64| asked().is_some() || *time == 1 + between || (name == "made" && *time == 1);
        for time in times(count, asked().is_some(), between).into_iter().filter(tried) {
            let told = format!("EHR_SEED={seed}, {name}:{time}");
            let ended = start(Some(&format!("{name}:{time}")));
            assert_eq!(ended.signal, Some(ABORTED), "{told}: {}", ended.said);
            kills += 1;
            for identifier in base.places(&place).values() {
                let held = base.number(&place, identifier, HELD);
                // Its tables may not all be there yet.
                assert!([-1, 0, ALL].contains(&held), "{told}: {identifier} holds {held}");
            }
            let ended = start(None);
            assert_eq!(ended.code, Some(0), "{told}: {}", ended.said);
            whole(&told);
            wipe(&place, base);
        }
    }
    let url = base.url();
    say(&format!("{}: ended at {kills} places of loads for tenants", url.split(':').next().unwrap_or_default()));
}

#[test]
fn everybody_has_all_or_nothing_wherever_it_ends() {
    torture(&Base::Sqlite, 0x5EED_0001);
}

#[test]
fn everybody_has_all_or_nothing_in_postgresql_wherever_it_ends() {
    if let Some(server) = closed_server() {
        torture(&Base::Postgres(server), 0x5EED_0002);
    }
}

#[test]
fn everybody_has_all_or_nothing_in_mariadb_wherever_it_ends() {
    if let Some(server) = closed_maria() {
        torture(&Base::Maria(server), 0x5EED_0003);
    }
}
