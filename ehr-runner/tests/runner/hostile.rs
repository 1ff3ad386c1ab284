//! Names that people and machines have been hurt by: each arrives as it is, in a place of its own, and reaches nothing else.
//!
//! `EHR_HOSTILE` says how many are tried, where it is set.

use crate::place::Place;
use crate::place::names;
use crate::place::stdout;
use crate::tenants::Base;
use crate::tenants::clinics;
use crate::tenants::closed_maria;
use crate::tenants::closed_server;
use crate::tenants::order;
use mysql::prelude::Queryable;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Names that people and machines have been hurt by, and one for each plane of Unicode.
pub(crate) fn hostile(count: usize) -> Vec<String> {
    let mut names: Vec<String> = [
        "'; DROP SCHEMA public CASCADE; --",
        "\"; DROP ROLE clinic; --",
        "\\'; SELECT 1; --",
        "../../etc/passwd",
        "..",
        ".",
        "/",
        "C:\\Windows",
        "CON",
        "pg_catalog",
        "PG Smith",
        "public",
        "postgres",
        "_ehr_tenants",
        "information_schema",
        "$user",
        "$$; --",
        "%s%n",
        "a\tb",
        "a\nb",
        "a,b",
        "\u{202e}drawkcab",
        "\u{200b}",
        "e\u{301}",
        "{{7*7}}",
        "-1",
        "true",
        "NULL",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend([format!("{}1", "long ".repeat(199)), format!("{}2", "long ".repeat(199)), "\u{1f9d1}".repeat(1000)]);
    names.extend((0_u32..17).filter_map(|plane| char::from_u32(plane * 0x1_0000 + 0x4e2d)).map(|sign| format!("Dr {sign}")));
    for at in names.len()..count {
        let chance = u32::try_from(at).unwrap().wrapping_mul(2_654_435_761);
        let signs: String = (0_u32..12).filter_map(|n| char::from_u32(chance.rotate_left(n * 5) % 0x11_0000)).collect();
        names.push(format!("{at} {}", signs.replace('\0', "'")));
    }
    names.truncate(count);
    names
}

/// How many hostile names are tried: some in passing, as many as `EHR_HOSTILE` says by hand.
pub(crate) fn asked(passing: usize) -> usize {
    std::env::var("EHR_HOSTILE").ok().and_then(|asked| asked.parse().ok()).unwrap_or(passing)
}

pub(crate) fn hostile_order(place: &Place, names: &[String]) {
    let records: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(at, name)| json!({"meta": {"provider": name}, "prn": format!("P{at}"), "name": name, "drugs": []}))
        .collect();
    place.write("in/all.json", Value::from(records).to_string());
    order(place, "in", "order").code(0);
}

/// Each name is registered, letter by letter, and its rows are in its place and nowhere else.
fn hostile_names_arrive(place: &Place, base: &Base, passing: usize) -> BTreeMap<String, String> {
    let hostile = hostile(asked(passing));
    hostile_order(place, &hostile);
    base.ehr(place, "import order").code(0);
    let places = base.places(place);
    assert_eq!(places.keys().collect::<BTreeSet<_>>(), hostile.iter().collect::<BTreeSet<_>>());
    let mut expected: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (at, name) in hostile.iter().enumerate() {
        // Names that are one tenant's, whatever their spelling, are in one place.
        expected.entry(&places[name]).or_default().insert(format!("P{at}{name}"));
    }
    base.patients(place, |tenant, held| assert_eq!(held, expected.remove(tenant).unwrap(), "{tenant}"), &places);
    assert_eq!(expected, BTreeMap::new());
    // The same order again changes nothing, and so everybody was found again.
    let said = stdout(&base.ehr(place, "import order").code(0));
    assert!(said.contains("nothing was changed"), "{said}");
    places
}

#[test]
fn hostile_names_arrive_unchanged_each_in_its_own_file() {
    let place = clinics();
    let places = hostile_names_arrive(&place, &Base::Sqlite, 300);
    // Nothing else came to be, there or anywhere near.
    let expected: BTreeSet<String> = places.values().map(|one| format!("{one}.db")).chain(["_ehr_tenants.db".to_owned()]).collect();
    assert_eq!(names(&place.path("clinics")).into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(names(&place.path("")), ["clinics", "export", "in", "order", "rulesets"]);
}

#[test]
fn hostile_names_arrive_unchanged_each_in_its_own_schema() {
    let Some(server) = closed_server() else { return };
    let base = Base::Postgres(server);
    let places = hostile_names_arrive(&clinics(), &base, 60);
    let Base::Postgres(server) = &base else { return };
    let sql = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')";
    let schemas: BTreeSet<String> = server.connect().query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(schemas, places.into_values().collect());
}

#[test]
fn hostile_names_arrive_unchanged_each_in_its_own_database() {
    let Some(server) = closed_maria() else { return };
    let base = Base::Maria(server);
    let places = hostile_names_arrive(&clinics(), &base, 40);
    let Base::Maria(server) = &base else { return };
    let sql = "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys', 'ehr')";
    let databases: BTreeSet<String> = server.connect().query(sql).unwrap().into_iter().collect();
    assert_eq!(databases, places.into_values().collect());
}
