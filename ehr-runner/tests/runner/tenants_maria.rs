//! Tenants in `MariaDB`: each login is asked for everything there is, and reaches its own tables only.

use crate::hostile::asked;
use crate::hostile::hostile;
use crate::hostile::hostile_order;
use crate::maria::Maria;
use crate::maria::PASSWORD;
use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use crate::tenants::Base;
use crate::tenants::clinics;
use crate::tenants::closed_maria;
use crate::tenants::order;
use crate::tenants::record;
use assert_cmd::assert::Assert;
use mysql::Conn;
use mysql::Row;
use mysql::prelude::Queryable;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Databases of tenants.
const PLACES: &str = "SELECT count(*) FROM information_schema.schemata WHERE left(schema_name, 4) = 'ehr_'";
/// Logins of tenants.
const LOGINS: &str = "SELECT count(*) FROM mysql.user WHERE left(User, 4) = 'ehr_'";

fn list(client: &mut Conn, sql: &str) -> Vec<String> {
    client.query(sql).unwrap()
}

/// All that a query gives, as one text; `None` where it is refused.
fn all(client: &mut Conn, sql: &str) -> Option<String> {
    let rows: Vec<Row> = client.query(sql).ok()?;
    Some(rows.into_iter().flat_map(Row::unwrap).map(|value| value.as_sql(true)).collect::<Vec<_>>().join("\n"))
}

/// Runs the program with a file for passwords.
fn with_passwords(place: &Place, server: &Maria, arguments: &[&str]) -> Assert {
    let mut command = assert_cmd::Command::new(PROGRAM);
    command.current_dir(place.path("")).env("EHR_TO_PASSWORD", PASSWORD).env("EHR_TO", server.url());
    command.env("EHR_TENANT_PASSWORDS", place.path("passwords.jsonl")).args(arguments).assert()
}

/// The login and the password that were written last for each place.
fn passwords(place: &Place) -> BTreeMap<String, (String, String)> {
    let line = |line: &str| {
        let found: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        (text("place"), (text("user"), text("password")))
    };
    place.read("passwords.jsonl").lines().map(line).collect()
}

#[test]
fn each_login_reaches_its_own_tables_and_nothing_else() {
    let place = clinics();
    let Some(server) = closed_maria() else { return };
    let hostile = hostile(asked(36));
    hostile_order(&place, &hostile);
    let said = with_passwords(&place, &server, &["import", "order"]).code(0);
    let known = passwords(&place);
    assert!(known.values().all(|(_, password)| !stdout(&said).contains(password) && !stderr(&said).contains(password)));
    let base = Base::Maria(server);
    let places = base.places(&place);
    let Base::Maria(server) = base else { return };
    assert_eq!(places.keys().collect::<BTreeSet<_>>(), hostile.iter().collect::<BTreeSet<_>>());
    let identifiers: BTreeSet<&String> = places.values().collect();
    assert_eq!(identifiers, known.keys().collect());
    assert!(identifiers.iter().any(|identifier| identifier.len() > 60) && identifiers.iter().all(|identifier| identifier.len() <= 64));

    // Everything that the server has, in the eyes of who may see it all.
    let mut boss = server.connect();
    let tables: Vec<(String, String)> =
        boss.query("SELECT table_schema, table_name FROM information_schema.tables WHERE table_type <> 'SYSTEM VIEW'").unwrap();
    let views = list(&mut boss, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'information_schema'");
    assert!(tables.len() > 100 && views.len() > 50);
    let tells = format!("SELECT count(*) FROM mysql.global_priv WHERE Priv REGEXP '{}'", known.values().next().unwrap().1);
    assert_eq!(server.number(&tells), 0);

    for (at, name) in hostile.iter().enumerate() {
        let own = &places[name];
        let (login, password) = &known[own];
        let mut client = server.client(login, Some(password), own).unwrap();
        let granted = list(&mut client, "SHOW GRANTS");
        assert!(granted[0].starts_with("GRANT USAGE ON *.* TO "), "{name}: {granted:?}");
        let expected = ["drugs", "patients"].map(|table| format!("GRANT SELECT ON `{own}`.`{table}` TO `{login}`@`%`"));
        assert_eq!(granted[1..].iter().collect::<BTreeSet<_>>(), expected.iter().collect(), "{name}");
        for (what, seen) in [
            ("SELECT privilege_type FROM information_schema.user_privileges", vec!["USAGE"]),
            ("SELECT table_schema FROM information_schema.schema_privileges", vec![]),
            ("SELECT concat(table_schema, privilege_type) FROM information_schema.column_privileges", vec![]),
            ("SELECT role_name FROM information_schema.applicable_roles", vec![]),
            ("SELECT schema_name FROM information_schema.schemata WHERE schema_name <> 'information_schema'", vec![own.as_str()]),
            (
                "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'performance_schema') ORDER BY 1",
                vec!["drugs", "patients"],
            ),
            ("SELECT routine_name FROM information_schema.routines", vec![]),
        ] {
            assert_eq!(list(&mut client, what), seen, "{name}: {what}");
        }
        let held = list(&mut client, "SELECT concat(prn, name) FROM patients");
        assert!(held.contains(&format!("P{at}{name}")), "{name}");
        assert_eq!(held.len(), places.values().filter(|place| *place == own).count());

        // Wherever it looks, nobody else is to be seen.
        let others: Vec<&str> =
            known.iter().filter(|(place, _)| *place != own).flat_map(|(place, (user, _))| [place.as_str(), user]).collect();
        for view in &views {
            let seen = all(&mut client, &format!("SELECT * FROM information_schema.`{view}`")).unwrap_or_default();
            assert!(!others.iter().any(|other| seen.contains(other)), "{name} sees others in {view}");
        }
        for (schema, table) in &tables {
            let found = all(&mut client, &format!("SELECT * FROM `{schema}`.`{table}` LIMIT 100"));
            let may = schema == own && matches!(table.as_str(), "patients" | "drugs");
            match found {
                // Of itself the server tells everybody a little.
                Some(seen) if schema == "performance_schema" => {
                    assert!(!others.iter().any(|other| seen.contains(other)), "{name}: {table}");
                }
                found => assert_eq!(found.is_some(), may, "{name}: {schema}.{table}"),
            }
        }
        let another = identifiers.iter().find(|other| **other != own).unwrap();
        for attempt in [
            format!("USE `{another}`"),
            format!("SHOW TABLES FROM `{another}`"),
            format!("SHOW CREATE TABLE `{another}`.patients"),
            format!("INSERT INTO `{another}`.patients VALUES ('x', 'x')"),
            format!("DROP DATABASE `{another}`"),
            format!("SHOW GRANTS FOR '{}'", known[*another].0),
            format!("SET PASSWORD FOR '{}' = PASSWORD('x')", known[*another].0),
            "SELECT * FROM ehr._ehr_tenants".to_owned(),
            "DELETE FROM patients".to_owned(),
            "INSERT INTO patients VALUES ('x', 'x')".to_owned(),
            "DROP TABLE patients".to_owned(),
            "CREATE TABLE t (x int)".to_owned(),
            "CREATE TEMPORARY TABLE t (x int)".to_owned(),
            "CREATE DATABASE s".to_owned(),
            "CREATE VIEW v AS SELECT 1".to_owned(),
            "CREATE USER r".to_owned(),
            "GRANT SELECT ON patients TO clinic".to_owned(),
            "SET GLOBAL read_only = 1".to_owned(),
            "SELECT * FROM patients INTO OUTFILE '/tmp/ehr-out'".to_owned(),
            "SELECT load_file('/etc/passwd') + 1 FROM nowhere".to_owned(),
        ] {
            assert!(client.query_drop(&attempt).is_err(), "{name}: {attempt}");
        }
    }
    let (login, _) = known.values().next().unwrap();
    assert!(server.client(login, Some("wrong"), "").is_err() && server.client(login, None, "").is_err());
}

#[test]
fn what_everybody_has_is_said_before_a_row_is_read_and_taken_away_where_that_is_asked_for() {
    let place = clinics();
    let Some(server) = Maria::start() else { return };
    record(&place, "in/1.json", "A", "P1", "x", &[]);
    server.run(&[
        "CREATE DATABASE prices",
        "CREATE OR REPLACE USER ''@'front.desk'",
        "GRANT SELECT, INSERT ON prices.* TO PUBLIC WITH GRANT OPTION",
        "INSERT INTO mysql.db (Host, Db, User, Select_priv) VALUES ('%', 'test', '', 'Y')",
        "FLUSH PRIVILEGES",
    ]);
    let run = "run in --source clinics/1 --target clinics --out order";
    let said = stderr(&place.ehr_with(PASSWORD, &format!("{run} --to {}", server.url())).code(5));
    for part in [
        "the user without a name ''@'front.desk'",
        "SELECT, INSERT on `prices`.*",
        "REVOKE ALL PRIVILEGES ON `prices`.* FROM PUBLIC; REVOKE GRANT OPTION ON `prices`.* FROM PUBLIC",
        "rights in `test`, given to no name",
        "--revoke-public",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!place.has("order"));
    place.ehr_with(PASSWORD, &format!("{run} --to {} --revoke-public", server.url())).code(0);
    assert_eq!(server.number("SELECT count(*) FROM mysql.user WHERE User = ''"), 0);
    assert_eq!(server.number("SELECT count(*) FROM mysql.db WHERE User IN ('', 'PUBLIC')"), 0);
    // What is opened afterwards keeps the next tenant out, and nothing of the order is loaded for it.
    server.run(&["GRANT SELECT ON prices.* TO PUBLIC"]);
    record(&place, "in/1.json", "B", "P1", "x", &[]);
    order(&place, "in", "second").code(0);
    let said = stderr(&place.ehr_with(PASSWORD, &format!("import second --to {}", server.url())).code(5));
    assert!(said.contains("SELECT on `prices`.*"), "{said}");
    assert_eq!([server.number(PLACES), server.number(LOGINS), server.number("SELECT count(*) FROM _ehr_tenants")], [1, 1, 1]);
}

#[test]
fn who_may_not_make_logins_is_told_before_a_row_is_read() {
    let place = clinics();
    let Some(server) = closed_maria() else { return };
    record(&place, "in/1.json", "A", "P1", "x", &["a"]);
    let password = PASSWORD.replace('\'', "''");
    server.run(&[
        &format!("CREATE USER loader IDENTIFIED BY '{password}'"),
        "GRANT CREATE, CREATE TEMPORARY TABLES, SELECT, INSERT, UPDATE, DELETE ON ehr.* TO loader",
    ]);
    let run = format!("run in --source clinics/1 --target clinics --out order --to {}", server.url_of("loader"));
    let said = stderr(&place.ehr_with(PASSWORD, &run).code(5));
    let all = "CREATE, SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES, GRANT OPTION";
    let lacks = format!("the user lacks CREATE USER, {all} on the databases `ehr\\_%`, SELECT on the server's own database `mysql`");
    assert!(said.contains(&lacks), "{said}");
    assert!(!place.has("order"));
    // Whoever has these rights, and no others, can.
    server.run(&[
        "GRANT CREATE USER ON *.* TO loader",
        "GRANT SELECT ON mysql.* TO loader",
        "GRANT CREATE, CREATE TEMPORARY TABLES, SELECT, INSERT, UPDATE, DELETE ON `ehr\\_%`.* TO loader WITH GRANT OPTION",
    ]);
    place.ehr_with(PASSWORD, &run).code(0);
    assert_eq!([server.number(PLACES), server.number(LOGINS)], [1, 1]);
    place.ehr_with(PASSWORD, &format!("undo order --to {}", server.url_of("loader"))).code(0);
}

#[test]
fn nobody_logs_in_before_a_person_lets_them() {
    let place = clinics();
    let Some(server) = closed_maria() else { return };
    record(&place, "in/1.json", "Gary Wang", "P1", "x", &[]);
    order(&place, "in", "order").code(0);
    place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
    assert_eq!(
        server.number("SELECT count(*) FROM mysql.global_priv WHERE left(User, 4) = 'ehr_' AND json_value(Priv, '$.account_locked')"),
        1
    );
    let login = ["tenants", "login", "gary wang"];
    let json = answer(&with_passwords(&place, &server, &["--format", "json", "tenants", "login", "GARY WANG"]).code(0));
    let own = json["identifier"].as_str().unwrap();
    assert_eq!(json["status"], "login");
    let (user, first) = passwords(&place)[own].clone();
    assert!(user.len() <= 32);
    assert!(server.client(&user, Some(&first), own).is_ok());
    with_passwords(&place, &server, &login).code(0);
    let (_, second) = passwords(&place)[own].clone();
    assert!(server.client(&user, Some(&first), own).is_err() && server.client(&user, Some(&second), own).is_ok());
    assert!(place.ehr_with(PASSWORD, &format!("tenants login nobody --to {}", server.url())).get_output().status.code() == Some(2));
}

#[test]
fn a_place_that_a_kill_left_half_made_is_gone_on_with() {
    let place = clinics();
    let Some(server) = closed_maria() else { return };
    record(&place, "in/0.json", "Known", "P1", "x", &[]);
    order(&place, "in", "first").code(0);
    place.ehr_with(PASSWORD, &format!("import first --to {}", server.url())).code(0);
    // Entered; besides with a login that somebody has the password of; besides with a database.
    for (name, done) in [("A", 0), ("B", 1), ("C", 2)] {
        let own = ehr_rules::tenant_identifier(name, "");
        let identity = ehr_rules::tenant_identity(name);
        server.run(&[&format!("INSERT INTO _ehr_tenants (identifier, name, identity, created_at, status) VALUES ('{own}', '{name}', '{identity}', 'then', 'being made')")]);
        if done > 0 {
            server.run(&[&format!("CREATE USER '{own}' IDENTIFIED BY 'known to somebody'")]);
        }
        if done > 1 {
            server.run(&[&format!("CREATE DATABASE `{own}`")]);
        }
        record(&place, &format!("in/{name}.json"), name, "P1", name, &["a"]);
    }
    let listed = stdout(&place.ehr_with(PASSWORD, &format!("tenants list --to {}", server.url())).code(0));
    assert!(listed.contains("Known") && !listed.contains(&ehr_rules::tenant_identifier("C", "")), "{listed}");
    order(&place, "in", "second").code(0);
    let import = ["import", "second"];
    with_passwords(&place, &server, &import).code(0);
    assert_eq!([server.number(PLACES), server.number(LOGINS), server.number("SELECT count(*) FROM _ehr_tenants")], [4, 4, 4]);
    let look = |name: &str| {
        let own = ehr_rules::tenant_identifier(name, "");
        let (user, password) = passwords(&place)[&own].clone();
        assert!(server.client(&user, Some("known to somebody"), "").is_err());
        server
            .client(&user, Some(&password), &own)
            .ok()?
            .query_first::<String, _>("SELECT concat(name, drug) FROM patients JOIN drugs USING (prn)")
            .ok()?
    };
    for name in ["A", "B", "C"] {
        assert_eq!(look(name), Some(format!("{name}a")));
    }
    // A load that was killed between making a table and letting its tenant look at it.
    let own = ehr_rules::tenant_identifier("C", "");
    place.ehr_with(PASSWORD, &format!("undo second --to {}", server.url())).code(0);
    server.run(&[&format!("REVOKE SELECT ON `{own}`.drugs FROM '{own}'")]);
    assert_eq!(look("C"), None);
    with_passwords(&place, &server, &import).code(0);
    assert_eq!(look("C"), Some("Ca".to_owned()));
}

/// A login may take any lock whose name it knows.
#[test]
fn a_tenant_cannot_keep_loaders_waiting() {
    let place = clinics();
    let Some(server) = closed_maria() else { return };
    hostile_order(&place, &["Ada Marsh".to_owned(), "Bo Reyes".to_owned()]);
    with_passwords(&place, &server, &["import", "order"]).code(0);
    let known = passwords(&place);
    let mut clients = Vec::new();
    for (own, (login, password)) in &known {
        let mut client = server.client(login, Some(password), own).unwrap();
        // What can be guessed, and every comment that it can read.
        let mut names: Vec<String> = vec!["ehr".to_owned(), own.clone()];
        names.extend(list(&mut client, "SELECT DISTINCT table_comment FROM information_schema.tables WHERE table_comment <> ''"));
        for name in names {
            let sql = "SELECT GET_LOCK(CONCAT('ehr-rules ', MD5(?)), 0)";
            let got: Option<Option<i64>> = client.exec_first(sql, (&name,)).unwrap();
            assert!(got.is_some(), "{login}: {name}");
        }
        assert!(
            client
                .query_first::<String, _>("SELECT table_comment FROM information_schema.tables WHERE table_name = '_ehr_orders'")
                .unwrap()
                .is_none()
        );
        clients.push(client);
    }
    let again = with_passwords(&place, &server, &["import", "order"]).code(0);
    assert!(stdout(&again).contains("nothing was changed"), "{}", stdout(&again));
    with_passwords(&place, &server, &["undo", "order"]).code(0);
}
