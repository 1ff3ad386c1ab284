//! Each tenant's rows in a place of its own: whatever its name, whatever becomes of the others.

use crate::maria::Maria;
use crate::place::Place;
use crate::place::answer;
use crate::place::names;
use crate::place::stderr;
use crate::place::stdout;
use crate::server::PASSWORD;
use crate::server::Server;
use assert_cmd::assert::Assert;
use mysql::prelude::Queryable;
use rusqlite::Connection;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

const SOURCE: &str = r#"
system: clinics
version: "1"
title: A file a patient
tables:
  records:
    file: "*.json"
    format: json
    required: true
    columns:
      provider: {type: text, required: true, path: meta.provider}
      prn: {type: text, required: true}
      name: text
      drugs: {type: list, of: text}
"#;
const TARGET: &str = "
target: clinics
title: Records of one clinic
source: clinics/1
tenant: {from: provider}
tables:
  patients:
    key: [prn]
    columns: {prn: {type: text, required: true}, name: text}
  drugs:
    key: [prn, nr]
    columns: {prn: {type: text, required: true, references: patients.prn}, nr: {type: integer, required: true}, drug: text}
";
const RULES: &str = "
patients: {from: records, columns: {prn: prn, name: name}, dedupe: {by: [prn], keep: first}}
drugs: {from: records, explode: {list: drugs, as: drug, position: nr}, columns: {prn: prn, nr: nr, drug: drug}}
";

/// Where tenants have their places.
pub(crate) enum Base {
    Sqlite,
    Postgres(Server),
    Maria(Maria),
}

impl Base {
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite => "sqlite:clinics/".to_owned(),
            Self::Postgres(server) => server.url(),
            Self::Maria(server) => server.url(),
        }
    }

    pub(crate) fn ehr(&self, place: &Place, arguments: &str) -> Assert {
        place.ehr_with(PASSWORD, &format!("{arguments} --to {}", self.url()))
    }

    /// Runs the program on it for one tenant, whose name may hold blanks.
    pub(crate) fn of(&self, place: &Place, tenant: &str, arguments: &[&str]) -> Assert {
        let mut command = assert_cmd::Command::new(crate::place::PROGRAM);
        command.current_dir(place.path("")).env("EHR_TO_PASSWORD", PASSWORD).env("EHR_TENANT", tenant).args(arguments);
        command.args(["--to", &self.url()]).assert()
    }

    /// One number from a tenant's place.
    pub(crate) fn number(&self, place: &Place, tenant: &str, sql: &str) -> i64 {
        match self {
            Self::Sqlite => {
                let connection = Connection::open(place.path(&format!("clinics/{tenant}.db"))).unwrap();
                connection.query_row(sql, [], |row| row.get(0)).unwrap_or(-1)
            }
            Self::Postgres(server) => {
                let mut client = server.connect();
                client.batch_execute(&format!("SET search_path = \"{tenant}\"")).unwrap();
                client.query_one(sql, &[]).map_or(-1, |row| row.get(0))
            }
            Self::Maria(server) => {
                let mut connection = server.connect();
                connection.query_drop(format!("USE `{tenant}`")).unwrap();
                connection.query_first(sql).ok().flatten().unwrap_or(-1)
            }
        }
    }

    /// Gives the patients of each place, number and name as one.
    pub(crate) fn patients(&self, place: &Place, mut each: impl FnMut(&str, BTreeSet<String>), places: &BTreeMap<String, String>) {
        let all: BTreeSet<&String> = places.values().collect();
        match self {
            Self::Sqlite => {
                for one in all {
                    let connection = Connection::open(place.path(&format!("clinics/{one}.db"))).unwrap();
                    let mut query = connection.prepare("SELECT prn || name FROM patients").unwrap();
                    each(one, query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect());
                }
            }
            Self::Postgres(server) => {
                let mut client = server.connect();
                for one in all {
                    let rows = client.query(&format!("SELECT prn || name FROM \"{one}\".patients"), &[]).unwrap();
                    each(one, rows.iter().map(|row| row.get(0)).collect());
                }
            }
            Self::Maria(server) => {
                let mut connection = server.connect();
                for one in all {
                    let rows: Vec<String> = connection.query(format!("SELECT concat(prn, name) FROM `{one}`.patients")).unwrap();
                    each(one, rows.into_iter().collect());
                }
            }
        }
    }

    /// Who is registered: each name, with the place of who has it.
    pub(crate) fn places(&self, place: &Place) -> BTreeMap<String, String> {
        let listed = answer(&self.ehr(place, "--format json tenants list").code(0));
        let tenants = listed["tenants"].as_array().unwrap().clone();
        let of = |tenant: &Value| -> Vec<(String, String)> {
            let own = tenant["names"].as_array().unwrap().iter();
            own.map(|name| (name.as_str().unwrap().to_owned(), tenant["identifier"].as_str().unwrap().to_owned())).collect()
        };
        tenants.iter().flat_map(of).collect()
    }
}

pub(crate) fn in_each(scenario: impl Fn(&Place, &Base)) {
    scenario(&clinics(), &Base::Sqlite);
    if let Some(server) = closed_server() {
        scenario(&clinics(), &Base::Postgres(server));
    }
    if let Some(server) = closed_maria() {
        scenario(&clinics(), &Base::Maria(server));
    }
}

/// A server in which everybody has nothing.
pub(crate) fn closed_server() -> Option<Server> {
    let server = Server::start()?;
    let sql = "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC";
    server.connect().batch_execute(sql).unwrap();
    Some(server)
}

/// The same of `MariaDB`, which comes with users that have no name.
pub(crate) fn closed_maria() -> Option<Maria> {
    let server = Maria::start()?;
    let mut connection = server.connect();
    let hosts: Vec<String> = connection.query("SELECT Host FROM mysql.user WHERE User = ''").unwrap();
    for host in hosts {
        connection.query_drop(format!("DROP USER ''@'{host}'")).unwrap();
    }
    Some(server)
}

pub(crate) fn clinics() -> Place {
    let place = Place::new();
    place.write("rulesets/sources/clinics/1/schema.yaml", SOURCE);
    place.write("rulesets/targets/clinics/schema.yaml", TARGET);
    place.write("rulesets/targets/clinics/rules.yaml", RULES);
    place
}

pub(crate) fn record(place: &Place, file: &str, provider: &str, prn: &str, name: &str, drugs: &[&str]) {
    place.write(file, json!({"meta": {"provider": provider}, "prn": prn, "name": name, "drugs": drugs}).to_string());
}

pub(crate) fn order(place: &Place, input: &str, name: &str) -> Assert {
    place.ehr(&format!("run {input} --source clinics/1 --target clinics --out {name} --today 2024-06-01"))
}

#[test]
fn names_that_collide_are_told_apart_and_an_order_is_taken_out_of_each() {
    in_each(|place, base| {
        let long = "a name that is equal to another in far more than its first fifty characters: ";
        let (one, other) = (format!("{long}1"), format!("{long}2"));
        for (at, provider) in ["Gary Wang", "gary-wang", "GARY  WANG", &one, &other].into_iter().enumerate() {
            // The third is the first in another spelling.
            let prn = if at == 2 { "P2" } else { "P1" };
            record(place, &format!("in/{at}.json"), provider, prn, &format!("patient {at}"), &["a", "b"]);
        }
        order(place, "in", "order").code(0);
        let said = stdout(&base.ehr(place, "import order").code(0));
        assert!(said.contains("for 4 tenants"), "{said}");
        let places = base.places(place);
        assert_eq!(places["Gary Wang"], places["GARY  WANG"]);
        assert_eq!(places.values().collect::<BTreeSet<_>>().len(), 4);
        for (name, patient) in [("Gary Wang", 0), ("gary-wang", 1), (one.as_str(), 3), (other.as_str(), 4)] {
            let sql = format!("SELECT count(*) FROM patients WHERE prn = 'P1' AND name = 'patient {patient}'");
            assert_eq!(base.number(place, &places[name], &sql), 1, "{name}");
            let patients = if name == "Gary Wang" { 2 } else { 1 };
            assert_eq!(base.number(place, &places[name], "SELECT count(*) FROM patients"), patients, "{name}");
            assert_eq!(base.number(place, &places[name], "SELECT count(*) FROM drugs"), 2 * patients, "{name}");
        }
        let said = stdout(&base.ehr(place, "import order").code(0));
        assert!(said.contains("nothing was changed"), "{said}");
        let listed = stdout(&base.ehr(place, "tenants list").code(0));
        assert!(listed.contains("alike: ") && listed.contains("`map`"), "{listed}");

        base.ehr(place, "undo order --tenant gary-wang").code(0);
        assert_eq!(base.number(place, &places["gary-wang"], "SELECT count(*) FROM patients"), 0);
        assert_eq!(base.number(place, &places["Gary Wang"], "SELECT count(*) FROM patients"), 2);
        let json = answer(&base.ehr(place, "--format json import order").code(0));
        assert_eq!((&json["imported"]["added"], &json["imported"]["already"]), (&3.into(), &false.into()), "{json}");
        let said = stdout(&base.ehr(place, "undo order").code(0));
        assert!(said.contains("15 rows removed") && said.contains("for 4 tenants"), "{said}");
        assert_eq!(place.json("order/order.json")["imports"], json!([]));
    });
}

#[test]
fn a_tenant_whose_rows_do_not_fit_keeps_nobody_else_from_being_loaded() {
    in_each(|place, base| {
        for provider in ["A", "B", "C"] {
            record(place, &format!("in/{provider}.json"), provider, "P1", "x", &[]);
        }
        order(place, "in", "first").code(0);
        base.ehr(place, "import first").code(0);
        let places = base.places(place);
        record(place, "in/B.json", "B", "P1", "otherwise", &[]);
        record(place, "in/C.json", "C", "P2", "x", &[]);
        order(place, "in", "second").code(0);
        let said = stderr(&base.ehr(place, "import second").code(4));
        assert!(
            said.contains("1 of 3 tenants were left as they were") && said.contains(&places["B"]) && !said.contains("otherwise"),
            "{said}"
        );
        // Each tenant of both orders is listed, and that one of them is not loaded.
        let listed = stdout(&place.ehr("status first second").code(0));
        assert_eq!((listed.matches(" (loaded)").count(), listed.matches(&places["B"]).count()), (5, 2), "{listed}");
        assert_eq!(base.number(place, &places["C"], "SELECT count(*) FROM patients"), 2);
        assert_eq!(base.number(place, &places["B"], "SELECT count(*) FROM patients WHERE name = 'x'"), 1);
        let json = answer(&base.ehr(place, "--format json import second --changes replace").code(0));
        assert_eq!((&json["imported"]["added"], &json["imported"]["replaced"]), (&0.into(), &1.into()), "{json}");
        assert_eq!(base.number(place, &places["B"], "SELECT count(*) FROM patients WHERE name = 'otherwise'"), 1);
    });
}

#[test]
fn a_renamed_tenant_is_mapped_by_a_person() {
    in_each(|place, base| {
        record(place, "in/1.json", "Gary Wang", "P1", "x", &[]);
        order(place, "in", "first").code(0);
        base.ehr(place, "import first").code(0);
        record(place, "in/1.json", "Wang Clinic", "P2", "y", &[]);
        order(place, "in", "second").code(0);
        let map = |old: &str, new: &str| {
            let mut command = assert_cmd::Command::new(crate::place::PROGRAM);
            command.current_dir(place.path("")).env("EHR_TO_PASSWORD", PASSWORD).env("EHR_TO", base.url());
            command.args(["tenants", "map", old, new]).assert()
        };
        map("nobody", "Wang Clinic").code(2);
        map("gary wang", "Wang Clinic").code(0);
        base.ehr(place, "import second").code(0);
        let places = base.places(place);
        assert_eq!(places["Gary Wang"], places["Wang Clinic"]);
        assert_eq!(base.number(place, &places["Wang Clinic"], "SELECT count(*) FROM patients"), 2);
        // Two that have data of their own are not made one in passing.
        record(place, "in/1.json", "Somebody", "P3", "z", &[]);
        order(place, "in", "third").code(0);
        base.ehr(place, "import third").code(0);
        let said = stderr(&map("Gary Wang", "Somebody").code(4));
        assert!(said.contains("both names are tenants with data of their own"), "{said}");
        base.ehr(place, "undo third").code(0);
        map("Gary Wang", "Somebody").code(0);
        base.ehr(place, "import third").code(0);
        assert_eq!(base.number(place, &places["Gary Wang"], "SELECT count(*) FROM patients"), 3);
    });
}

#[test]
fn an_order_of_tenants_goes_on_where_it_was_left() {
    in_each(|place, base| {
        for at in 0..8 {
            record(place, &format!("in/{at}.json"), &format!("Clinic {}", at / 2), &format!("P{at}"), "x", &["a", "b"]);
        }
        order(place, "in", "whole").code(0);
        place.ehr("run in --source clinics/1 --target clinics --out order --today 2024-06-01 --until categorize").code(0);
        let to = base.url();
        for wait in [60, 150, 300, 600] {
            let mut command = std::process::Command::new(crate::place::PROGRAM);
            command.current_dir(place.path("")).args(["resume", "order", "--to", &to]).env("EHR_TO_PASSWORD", PASSWORD);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        base.ehr(place, "resume order").code(0);
        assert_eq!(place.json("order/order.json")["tenants"], place.json("whole/order.json")["tenants"]);
        let places = base.places(place);
        assert_eq!(places.len(), 4);
        for (name, identifier) in &places {
            assert_eq!(base.number(place, identifier, "SELECT count(*) FROM patients"), 2, "{name}");
            assert_eq!(base.number(place, identifier, "SELECT count(*) FROM drugs"), 4, "{name}");
        }
        // It is the order that it would have been at once.
        let said = stdout(&base.ehr(place, "import whole").code(0));
        assert!(said.contains("nothing was changed"), "{said}");
    });
}

#[test]
fn a_file_that_claims_another_folder_is_set_aside_and_said() {
    let place = clinics();
    place.replace("rulesets/targets/clinics/schema.yaml", "tenant: {from: provider}", "tenant: {from: provider, folder: letters}");
    record(&place, "Results/gary-wang/1.json", "Gary Wang", "P1", "x", &[]);
    record(&place, "Results/ada-marsh/2.json", "Gary Wang", "P2", "x", &[]);
    let said = place.ehr("run Results --source clinics/1 --target clinics --out order --to sqlite:clinics/");
    let said = said.code(4);
    assert!(stderr(&said).contains("R0601") && stdout(&said).contains("1 row loaded"), "{}", stdout(&said));
    let rejects = place.read("order/rejects/records.csv");
    assert!(rejects.contains("ada-marsh/2.json") && rejects.contains("R0601") && !rejects.contains("gary-wang/1.json"), "{rejects}");
    // A file by itself lies in its folder all the same.
    place.ehr("run Results/ada-marsh/2.json --source clinics/1 --target clinics --out alone").code(4);
    place.ehr("run Results/gary-wang/1.json --source clinics/1 --target clinics --out own").code(0);
    // So do those of a provider's folder by itself.
    place.ehr("run Results/gary-wang --source clinics/1 --target clinics --out folder").code(0);
    // Whoever says whose it is, is believed of files without a folder, and of no others.
    place.ehr("run Results/ada-marsh/2.json --source clinics/1 --target clinics --out said --tenant GARY_WANG").code(4);
    let mut command = assert_cmd::Command::new(crate::place::PROGRAM);
    command.current_dir(place.path("")).args([
        "run",
        "Results/ada-marsh/2.json",
        "--source",
        "clinics/1",
        "--target",
        "clinics",
        "--out",
        "told",
    ]);
    command.args(["--tenant", "gary WANG"]).assert().code(0);
    assert_eq!(names(&place.path("told/tenants")).len(), 1);
}
