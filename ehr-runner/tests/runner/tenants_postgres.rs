//! Tenants in `PostgreSQL`: each login is asked for everything there is, and reaches its own tables only.

use crate::hostile::asked;
use crate::hostile::hostile;
use crate::hostile::hostile_order;
use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use crate::server::PASSWORD;
use crate::server::Server;
use crate::tenants::Base;
use crate::tenants::clinics;
use crate::tenants::closed_server;
use crate::tenants::order;
use crate::tenants::record;
use assert_cmd::assert::Assert;
use postgres::Client;
use postgres::Config;
use postgres::NoTls;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Every table, view and sequence outside of the catalogue that the one who asks may do anything with, and what.
const TABLES: &str = "
SELECT n.nspname || '.' || c.relname || ' ' || p FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
  unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (has_table_privilege(c.oid, p) OR (p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(c.oid, p)))
UNION ALL
SELECT 'sequence ' || c.relname FROM pg_class c WHERE CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'USAGE, SELECT, UPDATE') END
ORDER BY 1";
/// Everything else that is no table: what may be done in schemas and databases, functions of nobody's catalogue, roles it is one of,
/// what it owns, and tables of the catalogue that may be written.
const OTHERS: &str = "
SELECT 'schema ' || nspname || ' ' || p FROM pg_namespace, unnest(ARRAY['USAGE', 'CREATE']) p
WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND has_schema_privilege(oid, p)
UNION ALL
SELECT 'database ' || datname || ' ' || p FROM pg_database, unnest(ARRAY['CONNECT', 'CREATE']) p
WHERE datallowconn AND has_database_privilege(oid, p)
UNION ALL
SELECT 'function ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND has_function_privilege(p.oid, 'EXECUTE')
UNION ALL
SELECT 'role ' || rolname FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname <> current_user
UNION ALL
SELECT 'attribute' FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
UNION ALL
SELECT 'owns ' || objid FROM pg_shdepend WHERE deptype = 'o' AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
UNION ALL
SELECT 'tablespace ' || spcname FROM pg_tablespace WHERE has_tablespace_privilege(oid, 'CREATE')
UNION ALL
SELECT 'server ' || srvname FROM pg_foreign_server WHERE has_server_privilege(oid, 'USAGE')
UNION ALL
SELECT 'catalogue ' || relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') AND relname <> 'pg_settings'
  AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY 1";

fn log_in(server: &Server, user: &str, password: &str, database: &str) -> Result<Client, postgres::Error> {
    let mut config: Config = server.url_of(user).parse().unwrap();
    config.password(password).dbname(database).connect(NoTls)
}

fn list(client: &mut Client, sql: &str) -> Vec<String> {
    client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

/// Runs the program with a file for passwords.
fn with_passwords(place: &Place, server: &Server, arguments: &[&str]) -> Assert {
    let mut command = assert_cmd::Command::new(PROGRAM);
    command.current_dir(place.path("")).env("EHR_TO_PASSWORD", PASSWORD).env("EHR_TO", server.url());
    command.env("EHR_TENANT_PASSWORDS", place.path("passwords.jsonl")).args(arguments).assert()
}

/// The passwords that were written, the last for each login.
fn passwords(place: &Place) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let found: Value = serde_json::from_str(line).unwrap();
        (found["user"].as_str().unwrap().to_owned(), found["password"].as_str().unwrap().to_owned())
    };
    place.read("passwords.jsonl").lines().map(line).collect()
}

#[test]
fn each_login_reaches_its_own_tables_and_nothing_else() {
    let place = clinics();
    let Some(server) = closed_server() else { return };
    let hostile = hostile(asked(40));
    hostile_order(&place, &hostile);
    let said = with_passwords(&place, &server, &["import", "order"]).code(0);
    let known = passwords(&place);
    assert!(known.values().all(|password| !stdout(&said).contains(password) && !stderr(&said).contains(password)));
    let base = Base::Postgres(server);
    let places = base.places(&place);
    let Base::Postgres(server) = base else { return };
    assert_eq!(places.keys().collect::<BTreeSet<_>>(), hostile.iter().collect::<BTreeSet<_>>());
    let logins: BTreeSet<&String> = places.values().collect();
    assert_eq!(logins, known.keys().collect());

    let before = server.number("SELECT count(*) FROM pg_class");
    let another = |login: &str| logins.iter().find(|other| ***other != *login).unwrap().as_str();
    for (at, name) in hostile.iter().enumerate() {
        let login = &places[name];
        let mut client = log_in(&server, login, &known[login], "ehr").unwrap();
        let own = [format!("{login}.drugs SELECT"), format!("{login}.patients SELECT")];
        assert_eq!(list(&mut client, TABLES), own, "{name}");
        let others = ["database ehr CONNECT".to_owned(), format!("schema {login} USAGE"), "schema public USAGE".to_owned()];
        assert_eq!(list(&mut client, OTHERS), others, "{name}");
        // Its own it finds without naming a schema.
        let held = list(&mut client, "SELECT prn || name FROM patients");
        assert!(held.contains(&format!("P{at}{name}")), "{name}");
        assert_eq!(held.len(), places.values().filter(|place| *place == login).count());
        for attempt in [
            format!("SELECT * FROM {}.patients", another(login)),
            format!("INSERT INTO {}.patients VALUES ('x', 'x')", another(login)),
            format!("SET ROLE {}", another(login)),
            "SELECT * FROM public._ehr_tenants".to_owned(),
            "SELECT * FROM public._ehr_tenant_names".to_owned(),
            "SELECT * FROM _ehr_orders".to_owned(),
            "DELETE FROM patients".to_owned(),
            "CREATE TABLE t (x int)".to_owned(),
            "CREATE TABLE public.t (x int)".to_owned(),
            "CREATE SCHEMA s".to_owned(),
            "CREATE ROLE r".to_owned(),
            "COPY patients TO '/tmp/x'".to_owned(),
        ] {
            assert!(client.batch_execute(&attempt).is_err(), "{name}: {attempt}");
        }
        for database in ["postgres", "template1"] {
            assert!(log_in(&server, login, &known[login], database).is_err(), "{name}");
        }
    }
    assert!(log_in(&server, another(""), "wrong", "ehr").is_err());
    assert_eq!(server.number("SELECT count(*) FROM pg_class"), before);
}

#[test]
fn what_everybody_has_is_said_before_a_row_is_read_and_taken_away_where_that_is_asked_for() {
    let place = clinics();
    let Some(server) = Server::start() else { return };
    record(&place, "in/1.json", "A", "P1", "x", &[]);
    server.connect().batch_execute("CREATE TABLE public.prices (x int); GRANT SELECT ON public.prices TO PUBLIC").unwrap();
    let run = "run in --source clinics/1 --target clinics --out order";
    let said = stderr(&place.ehr_with(PASSWORD, &format!("{run} --to {}", server.url())).code(5));
    for part in ["public.prices", "CONNECT on the database postgres", "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC", "--revoke-public"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!place.has("order"));
    place.ehr_with(PASSWORD, &format!("{run} --to {} --revoke-public", server.url())).code(0);
    assert_eq!(
        server.number("SELECT count(*) FROM pg_database WHERE datallowconn AND has_database_privilege('public', oid, 'CONNECT')"),
        1
    );
    // What is opened afterwards keeps the next tenant out, and nothing of the order is loaded for it.
    server.connect().batch_execute("GRANT SELECT ON public.prices TO PUBLIC").unwrap();
    record(&place, "in/1.json", "B", "P1", "x", &[]);
    order(&place, "in", "second").code(0);
    let said = stderr(&place.ehr_with(PASSWORD, &format!("import second --to {}", server.url())).code(5));
    assert!(said.contains("public.prices"), "{said}");
    assert_eq!(server.number("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'ehr\\_%'"), 1);
    assert_eq!(server.number("SELECT count(*) FROM _ehr_tenants"), 1);
}

#[test]
fn who_may_not_make_logins_is_told_before_a_row_is_read() {
    let place = clinics();
    let Some(server) = closed_server() else { return };
    record(&place, "in/1.json", "A", "P1", "x", &[]);
    let sql = format!("CREATE ROLE loader LOGIN PASSWORD '{}'", PASSWORD.replace('\'', "''"));
    server.connect().batch_execute(&sql).unwrap();
    let run = format!("run in --source clinics/1 --target clinics --out order --to {}", server.url_of("loader"));
    let said = stderr(&place.ehr_with(PASSWORD, &run).code(5));
    assert!(said.contains("lacks CREATEROLE, CREATE on the database, CREATE on the schema"), "{said}");
    assert!(!place.has("order"));
    // Whoever has these rights, and no others, can.
    let sql = "ALTER ROLE loader CREATEROLE; GRANT CREATE ON DATABASE ehr TO loader; GRANT CREATE ON SCHEMA public TO loader";
    server.connect().batch_execute(sql).unwrap();
    place.ehr_with(PASSWORD, &run).code(0);
    assert_eq!(server.number("SELECT count(*) FROM _ehr_tenants"), 1);
}

#[test]
fn nobody_logs_in_before_a_person_lets_them() {
    let place = clinics();
    let Some(server) = closed_server() else { return };
    record(&place, "in/1.json", "Gary Wang", "P1", "x", &[]);
    order(&place, "in", "order").code(0);
    place.ehr_with(PASSWORD, &format!("import order --to {}", server.url())).code(0);
    assert_eq!(server.number("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ehr\\_%' AND NOT rolcanlogin"), 1);
    let login = ["tenants", "login", "gary wang"];
    let json = answer(&with_passwords(&place, &server, &["--format", "json", "tenants", "login", "GARY WANG"]).code(0));
    let user = json["identifier"].as_str().unwrap();
    assert_eq!(json["status"], "login");
    let first = passwords(&place)[user].clone();
    assert!(log_in(&server, user, &first, "ehr").is_ok());
    with_passwords(&place, &server, &login).code(0);
    let second = passwords(&place)[user].clone();
    assert!(log_in(&server, user, &first, "ehr").is_err() && log_in(&server, user, &second, "ehr").is_ok());
    std::fs::set_permissions(place.path("passwords.jsonl"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    assert!(stderr(&with_passwords(&place, &server, &login).code(2)).contains("chmod 600"));
    assert!(place.ehr_with(PASSWORD, &format!("tenants login nobody --to {}", server.url())).get_output().status.code() == Some(2));
}
