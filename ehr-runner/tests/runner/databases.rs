//! What holds of every destination: each row once, only the difference moves, an order can be taken out again.

use crate::hostile::asked;
use crate::hostile::hostile;
use crate::maria::Maria;
use crate::place::PATIENTS;
use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use crate::server::PASSWORD;
use crate::server::Server;
use crate::tenants;
use crate::tenants::clinics;
use assert_cmd::assert::Assert;
use mysql::prelude::Queryable;
use rusqlite::Connection;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A destination that starts empty.
pub(crate) enum Base {
    Sqlite,
    Postgres(Server),
    Maria(Maria),
}

impl Base {
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite => "sqlite:clinic.db".to_owned(),
            Self::Postgres(server) => server.url(),
            Self::Maria(server) => server.url(),
        }
    }

    pub(crate) fn number(&self, place: &Place, sql: &str) -> i64 {
        match self {
            Self::Sqlite => Connection::open(place.path("clinic.db")).unwrap().query_row(sql, [], |row| row.get(0)).unwrap_or(-1),
            Self::Postgres(server) => server.number(sql),
            Self::Maria(server) => server.number(sql),
        }
    }

    /// Rows of two texts.
    fn texts(&self, place: &Place, sql: &str) -> Vec<(String, String)> {
        match self {
            Self::Sqlite => {
                let connection = Connection::open(place.path("clinic.db")).unwrap();
                let mut query = connection.prepare(sql).unwrap();
                query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
            }
            Self::Postgres(server) => server.connect().query(sql, &[]).unwrap().iter().map(|row| (row.get(0), row.get(1))).collect(),
            Self::Maria(server) => server.connect().query(sql).unwrap(),
        }
    }

    pub(crate) fn ehr(&self, place: &Place, arguments: &str) -> Assert {
        place.ehr_with(PASSWORD, &format!("{arguments} --to {}", self.url()))
    }
}

/// The scenario, in a place of its own for each of them.
pub(crate) fn in_each(scenario: impl Fn(&Place, &Base)) {
    scenario(&Place::new(), &Base::Sqlite);
    if let Some(server) = Server::start() {
        scenario(&Place::new(), &Base::Postgres(server));
    }
    if let Some(server) = Maria::start() {
        scenario(&Place::new(), &Base::Maria(server));
    }
}

/// What is said of a table, and of a column of it, in the database that they were made in.
fn comments(place: &Place, base: &Base, table: &str, column: &str) -> (String, String) {
    match base {
        Base::Sqlite => {
            let sql: String = Connection::open(place.path("clinic.db"))
                .unwrap()
                .query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))
                .unwrap();
            let after = |mark: &str| {
                let (_, said) = sql.split_once(mark).unwrap().1.split_once("/* ").unwrap();
                said.split_once(" */").unwrap().0.to_owned()
            };
            (after("("), after(&format!("\"{column}\"")))
        }
        Base::Postgres(server) => {
            let sql = "SELECT obj_description($1::text::regclass), col_description($1::text::regclass, attnum) \
                       FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2";
            let row = server.connect().query_one(sql, &[&table, &column]).unwrap();
            (row.get(0), row.get(1))
        }
        Base::Maria(server) => {
            let sql = "SELECT table_comment, column_comment FROM information_schema.columns JOIN information_schema.tables \
                       USING (table_schema, table_name) WHERE table_schema = 'ehr' AND table_name = ? AND column_name = ?";
            server.connect().exec_first(sql, (table, column)).unwrap().unwrap()
        }
    }
}

#[test]
fn what_the_schema_says_of_tables_and_columns_stands_in_the_database() {
    const HOSTILE: &str = r"it's a \\ name; DROP TABLE visit; -- é 😀 \' $1 ? {}";
    in_each(|place, base| {
        let schema = "rulesets/targets/demo/schema.yaml";
        let yaml = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('\n', "\\n"));
        place.replace(schema, "  person:\n", &format!("  person:\n    summary: {}\n", yaml(HOSTILE)));
        place.replace(schema, "name: {type: text,", &format!("name: {{summary: {}, type: text,", yaml(&format!("{HOSTILE}\n  {HOSTILE}"))));
        place.replace(
            schema,
            "gender_code: {type: integer,",
            "gender_code: {type: integer, references: words.word, concept: {domain: [Gender, Sex]},",
        );
        let words = "  words: {external: true, athena: CONCEPT.csv, key: [word], columns: {word: {type: integer, required: true}}}\n";
        place.replace(schema, "tables:\n", &format!("tables:\n{words}"));
        order(place, "first");
        base.ehr(place, "import first --create").code(0);
        let (table, column) = comments(place, base, "person", "name");
        // MariaDB keeps no such letters in comments.
        let kept = if matches!(base, Base::Maria(_)) { HOSTILE.replace('😀', "\u{FFFD}") } else { HOSTILE.to_owned() };
        assert_eq!(table, format!("A demonstration: {kept}"));
        assert_eq!(column, format!("{kept} {kept}"));
        let (_, concept) = comments(place, base, "person", "gender_code");
        assert_eq!(concept, "A concept of the domain Gender or Sex (words.word).");
        assert_eq!(base.number(place, "SELECT count(*) FROM visit"), 2);
    });
}

/// Converts the export as it is now into an order of that name.
fn order(place: &Place, name: &str) {
    place.ehr(&format!("run export --target demo --out {name} --today 2024-06-01")).code(0);
}

#[test]
fn a_second_export_brings_only_its_difference_and_each_can_be_taken_out() {
    in_each(|place, base| {
        order(place, "first");
        base.ehr(place, "import first --create").code(0);
        place.write("export/patients.csv", format!("{}p9,Zoe,1990-01-01,F\n", PATIENTS.replace("Amal", "Amalia")));
        order(place, "second");

        let said = stderr(&base.ehr(place, "import second").code(4));
        assert!(
            said.contains("1 rows of table `person`") && said.contains("(acme/1, loaded ") && said.contains("--changes replace"),
            "{said}"
        );
        assert!(!said.contains("Amal"), "{said}");
        assert_eq!(base.number(place, "SELECT count(*) FROM person"), 3);

        let json = answer(&base.ehr(place, "import second --changes replace --format json").code(0));
        let imported = &json["imported"];
        assert_eq!((&imported["rows"], &imported["added"], &imported["replaced"]), (&6.into(), &1.into(), &1.into()));
        assert_eq!(base.number(place, "SELECT count(*) FROM person WHERE name = 'Amalia Reyes'"), 1);
        assert_eq!(base.number(place, "SELECT count(*) FROM visit"), 2);

        let said = stderr(&base.ehr(place, "undo first").code(4));
        assert!(said.contains("later orders found rows of it there") && said.contains("undo those first"), "{said}");

        let json = answer(&base.ehr(place, "undo second --format json").code(0));
        assert_eq!((&json["removed"], &json["restored"]), (&1.into(), &1.into()));
        assert_eq!(base.number(place, "SELECT count(*) FROM person WHERE name = 'Amal Reyes'"), 1);
        assert_eq!(base.number(place, "SELECT count(*) FROM person"), 3);
        assert!(stdout(&base.ehr(place, "undo second").code(0)).contains("not in"));

        base.ehr(place, "undo first").code(0);
        assert_eq!(base.number(place, "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM visit)"), 0);
        base.ehr(place, "import second").code(0);
        assert_eq!(base.number(place, "SELECT count(*) FROM person"), 4);
        assert_eq!(base.number(place, "SELECT count(*) FROM _ehr_orders WHERE undone_at IS NOT NULL"), 2);
    });
}

/// An export of patients of these numbers, each with a name.
fn patients(place: &Place, ids: impl Iterator<Item = usize>, name: impl Fn(usize) -> String) {
    let mut text = String::from("Id,NAME,BIRTHDATE,GENDER\n");
    for id in ids {
        writeln!(text, "p{id},{},1970-01-01,M", name(id)).unwrap();
    }
    place.write("export/patients.csv", text);
    place.write("export/visits.csv", "Id,PATIENT,START,COST\nv1,p500,2024-03-01 09:30:00,12.50\n");
}

#[test]
fn rows_are_found_again_wherever_they_stand() {
    in_each(|place, base| {
        let named = |id: usize| format!("Casey Number{id}");
        let load = |name: &str| {
            order(place, name);
            let json = answer(&base.ehr(place, &format!("import {name} --create --changes replace --format json")).code(0));
            let imported = &json["imported"];
            ["rows", "added", "replaced"].map(|what| imported[what].as_u64().unwrap())
        };
        let held = |name: &str| base.number(place, &format!("SELECT count(*) FROM person WHERE name LIKE '{name}%'"));
        patients(place, 0..2000, named);
        assert_eq!(load("first"), [2001, 2001, 0]);
        // Some went, some came, some changed, in the order that was.
        let changed = |id: usize| if id % 50 == 3 { format!("Robin Number{id}") } else { named(id) };
        patients(place, (10..2000).chain(3000..3020).filter(|id| id % 100 != 7), changed);
        assert_eq!(load("second"), [1991, 19, 39]);
        assert_eq!((held("Casey"), held("Robin")), (1979, 40));
        // As it was at first, but the other way round.
        patients(place, (0..2000).rev(), named);
        assert_eq!(load("third"), [2001, 0, 39]);
        assert_eq!((held("Casey"), held("Robin")), (2018, 1));
        base.ehr(place, "undo third").code(0);
        assert_eq!((held("Casey"), held("Robin")), (1979, 40));
        // What was taken out is brought again, and all of it is known.
        patients(place, (0..2000).rev(), |id| if id == 77 { "Noor".to_owned() } else { changed(id) });
        assert_eq!(load("fourth"), [2001, 0, 2]);
        patients(place, 0..2000, |id| if id == 78 { "Noor".to_owned() } else { changed(id) });
        assert_eq!(load("fifth"), [2001, 0, 2]);
        assert_eq!((held("Casey"), held("Robin"), held("Noor")), (1977, 41, 1));
    });
}

#[test]
fn an_order_that_others_refer_to_is_not_taken_out() {
    in_each(|place, base| {
        place.write("export/visits.csv", "Id,PATIENT,START,COST\n");
        order(place, "people");
        base.ehr(place, "import people --create").code(0);
        // A row of nobody's that refers to a person of the order.
        let sql = "INSERT INTO visit (visit_id, person_id, start) SELECT 1, min(person_id), '2024-01-01 10:00:00' FROM person";
        match base {
            Base::Sqlite => drop(Connection::open(place.path("clinic.db")).unwrap().execute(sql, [])),
            Base::Postgres(server) => drop(server.connect().execute(sql, &[])),
            Base::Maria(server) => drop(server.connect().query_drop(sql)),
        }
        assert_eq!(base.number(place, "SELECT count(*) FROM visit"), 1);
        let said = stderr(&base.ehr(place, "undo people").code(4));
        assert!(said.contains("1 rows of table `visit`, which no order brought, refer to rows of it"), "{said}");
        assert_eq!(base.number(place, "SELECT count(*) FROM person"), 3);
    });
}

#[test]
fn rows_without_a_key_come_as_often_as_they_are_there() {
    in_each(|place, base| {
        let keyed = "  visit:\n    key: [visit_id]\n    columns:\n      visit_id: {type: integer, required: true}\n";
        place.replace("rulesets/targets/demo/schema.yaml", keyed, "  visit:\n    columns:\n");
        place.replace("rulesets/targets/demo/rules.yaml", "    visit_id: {key: [id], space: encounter}\n", "");
        let visits =
            "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\nv2,p1,2024-03-01 09:30:00,12.50\nv3,p1,2024-03-02 10:00:00,\n";
        place.write("export/visits.csv", visits);
        order(place, "first");
        base.ehr(place, "import first --create").code(0);
        assert_eq!(base.number(place, "SELECT count(*) FROM visit"), 3);
        place.write("export/visits.csv", format!("{visits}v4,p1,2024-03-01 09:30:00,12.50\nv5,p1,2024-03-02 10:00:00,\n"));
        order(place, "second");
        let json = answer(&base.ehr(place, "import second --format json").code(0));
        assert_eq!(json["imported"]["added"], 2);
        assert_eq!(base.number(place, "SELECT count(*) FROM visit WHERE cost = 12.5"), 3);
        assert_eq!(base.number(place, "SELECT count(*) FROM visit WHERE cost IS NULL"), 2);
        base.ehr(place, "undo second").code(0);
        assert_eq!(base.number(place, "SELECT count(*) FROM visit WHERE cost = 12.5"), 2);
        assert_eq!(base.number(place, "SELECT count(*) FROM visit WHERE cost IS NULL"), 1);
    });
}

#[test]
fn values_arrive_as_they_were() {
    in_each(|place, base| {
        let names = ["O'Hara; DROP--", "back\\slash\\n", "{\"a\": 1}", "tab\there", "🩺 Ümläut 大", "\\N", "NULL", "$1 ?1 %s", " blank "];
        let mut patients = "Id,NAME,BIRTHDATE,GENDER\n".to_owned();
        for (at, name) in names.iter().enumerate() {
            writeln!(patients, "p{at},\"{}\",1980-02-29,F", name.replace('"', "\"\"")).unwrap();
        }
        place.write("export/patients.csv", patients);
        place.write("export/visits.csv", "Id,PATIENT,START,COST\n");
        order(place, "first");
        base.ehr(place, "import first --create").code(0);
        assert_eq!(base.number(place, "SELECT count(*) FROM person"), 9);
        for name in names.iter().filter(|name| !name.starts_with(' ')) {
            let sql = format!("SELECT count(*) FROM person WHERE name = '{}'", name.replace('\'', "''"));
            assert_eq!(base.number(place, &sql), 1, "{name}");
        }
    });
}

/// Every value comes as it was, is replaced as a whole, and comes back.
#[test]
fn hostile_values_arrive_unchanged_are_replaced_and_come_back() {
    in_each(|_, base| {
        let place = &clinics();
        place.replace("rulesets/targets/clinics/schema.yaml", "tenant: {from: provider}\n", "");
        place.replace("rulesets/sources/clinics/1/schema.yaml", "      provider: {type: text, required: true, path: meta.provider}\n", "");
        let values = hostile(asked(300));
        let bring = |shift: usize, name: &str, more: &str| {
            let one = |at: usize| json!({"prn": format!("P{at}"), "name": values[(at + shift) % values.len()], "drugs": []});
            place.write("in/all.json", (0..values.len()).map(one).collect::<Value>().to_string());
            tenants::order(place, "in", name).code(0);
            base.ehr(place, &format!("import {name} {more}")).code(0);
        };
        let held = || -> BTreeMap<String, String> { base.texts(place, "SELECT prn, name FROM patients").into_iter().collect() };
        let shifted = |by: usize| -> BTreeMap<String, String> {
            (0..values.len()).map(|at| (format!("P{at}"), values[(at + by) % values.len()].clone())).collect()
        };
        bring(0, "first", "--create");
        assert_eq!(held(), shifted(0));
        bring(1, "second", "--changes replace");
        assert_eq!(held(), shifted(1));
        base.ehr(place, "undo second").code(0);
        assert_eq!(held(), shifted(0));
        base.ehr(place, "undo first").code(0);
        assert_eq!(held(), BTreeMap::new());
    });
}

/// A database may take rows and keep none of them, without a word: that is no load.
#[test]
fn rows_that_a_trigger_holds_back_are_missed() {
    in_each(|place, base| {
        order(place, "order");
        base.ehr(place, "import order --create").code(0);
        base.ehr(place, "undo order").code(0);
        match base {
            Base::Sqlite => Connection::open(place.path("clinic.db"))
                .unwrap()
                .execute_batch("CREATE TRIGGER t BEFORE INSERT ON visit BEGIN SELECT RAISE(IGNORE); END")
                .unwrap(),
            Base::Postgres(server) => server
                .connect()
                .batch_execute(
                    "CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
                     CREATE TRIGGER t BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION keep_out()",
                )
                .unwrap(),
            // A trigger there lets a row pass or fails.
            Base::Maria(_) => return,
        }
        let said = stderr(&base.ehr(place, "import order").code(5));
        assert!(said.contains("for table `visit`") && said.contains("a trigger or a rule"), "{said}");
        assert_eq!((base.number(place, "SELECT count(*) FROM person"), base.number(place, "SELECT count(*) FROM visit")), (0, 0));
        assert!(stdout(&base.ehr(place, "undo order").code(0)).contains("not in"));

        // Nor is it one where what is replaced stays as it was.
        let update = match base {
            Base::Sqlite => "DROP TRIGGER t; CREATE TRIGGER u BEFORE UPDATE ON visit BEGIN SELECT RAISE(IGNORE); END",
            _ => "DROP TRIGGER t ON visit; CREATE TRIGGER u BEFORE UPDATE ON visit FOR EACH ROW EXECUTE FUNCTION keep_out()",
        };
        match base {
            Base::Sqlite => Connection::open(place.path("clinic.db")).unwrap().execute_batch(update).unwrap(),
            Base::Postgres(server) => server.connect().batch_execute(update).unwrap(),
            Base::Maria(_) => {}
        }
        base.ehr(place, "import order").code(0);
        place.replace("export/visits.csv", "12.50", "13.50");
        order(place, "second");
        let (code, why) = if matches!(base, Base::Sqlite) { (5, "a trigger or a rule") } else { (4, "are no longer in") };
        let said = stderr(&base.ehr(place, "import second --changes replace").code(code));
        assert!(said.contains("table `visit`") && said.contains(why), "{said}");
    });
}
