//! Orders of several tenants, whose places are made one after the other: wherever a load or an undo ends, nobody has half of what is theirs,
//! and going on gives everybody all of it, or takes it, once. What a person changes of names and passwords is changed, or is not.

use super::Dice;
use super::asked;
use super::points::ABORTED;
use super::points::counted;
use super::points::times;
use super::run::Ended;
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
const HELD: &str = "SELECT (SELECT count(*) FROM patients) * 10000 + (SELECT count(*) FROM drugs) * 100 + \
     (SELECT count(*) FROM _ehr_orders WHERE undone_at IS NULL)";
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

/// Tenants with an order, in the places that a destination gives them.
struct Tenants<'a> {
    place: Place,
    base: &'a Base,
    dice: Dice,
    kills: u32,
    /// Names that were given to the first of them.
    names: usize,
    /// Said of every failure.
    about: String,
}

/// What is done, what holds wherever it ends, and what goes on with it, looks whether all is well then, and brings back what was before.
struct Trial {
    does: fn(&Tenants<'_>) -> String,
    holds: fn(&Tenants<'_>, &str),
    finish: fn(&mut Tenants<'_>, &str),
}

const LOAD: Trial = Trial {
    does: |_| "import order".to_owned(),
    // Its tables may not all be there yet.
    holds: |tenants, told| tenants.all_hold(&[-1, 0, ALL], told),
    finish: |tenants, told| {
        tenants.run("import order", told);
        tenants.are_whole(told);
        wipe(&tenants.place, tenants.base);
    },
};

const UNDO: Trial = Trial {
    does: |_| "undo order".to_owned(),
    holds: |tenants, told| tenants.all_hold(&[0, ALL], told),
    finish: |tenants, told| {
        tenants.run("undo order", told);
        tenants.all_hold(&[0], told);
        assert_eq!(tenants.listed(), 0, "{}, {told}: the order's list of loads", tenants.about);
        tenants.run("import order", told);
        tenants.are_whole(told);
    },
};

/// The first tenant gets one more name: the registry has it, or is as before.
const MAP: Trial = Trial {
    does: |tenants| format!("tenants map Clinic0 Name{}", tenants.names),
    holds: |tenants, told| {
        let places = tenants.base.places(&tenants.place);
        let new = format!("Name{}", tenants.names);
        assert!(places.get(&new).is_none_or(|at| *at == places["Clinic0"]), "{}, {told}: {places:?}", tenants.about);
        assert_eq!(places.keys().filter(|name| **name != new).count(), 3 + tenants.names, "{}, {told}: {places:?}", tenants.about);
    },
    finish: |tenants, told| {
        tenants.run(&format!("tenants map Clinic0 Name{}", tenants.names), told);
        let places = tenants.base.places(&tenants.place);
        assert_eq!(places.get(&format!("Name{}", tenants.names)), Some(&places["Clinic0"]), "{}, {told}", tenants.about);
        tenants.names += 1;
        tenants.are_whole(told);
    },
};

/// The first tenant gets a new password: it, or the one before, is in the file and lets it in.
const LOGIN: Trial = Trial {
    does: |_| "tenants login Clinic0".to_owned(),
    holds: |tenants, told| assert!(tenants.enters(0) != tenants.enters(1), "{}, {told}: it cannot log in", tenants.about),
    finish: |tenants, told| {
        tenants.run("tenants login Clinic0", told);
        assert!(tenants.enters(0), "{}, {told}: it cannot log in", tenants.about);
        tenants.are_whole(told);
    },
};

impl<'a> Tenants<'a> {
    fn new(base: &'a Base, seed: u64) -> Self {
        let place = clinics();
        for at in 0..6 {
            record(&place, &format!("in/{at}.json"), &format!("Clinic{}", at / 2), &format!("P{at}"), "x", &["a", "b"]);
        }
        order(&place, "in", "order").code(0);
        let dice = Dice::new(seed);
        let about = format!("EHR_SEED={}, {}", dice.0, base.url().split(':').next().unwrap_or_default());
        Self { place, base, dice, kills: 0, names: 0, about }
    }

    fn start(&self, does: &str, failpoint: Option<&str>) -> Run {
        let passwords = self.place.path("passwords.jsonl");
        let variables = [("EHR_TENANT_PASSWORDS", passwords.to_str().unwrap())];
        Run::start_with(&self.place, &format!("{does} --to {}", self.base.url()), failpoint, &variables)
    }

    /// Runs the program to its end, which is good.
    fn run(&self, does: &str, told: &str) -> Ended {
        let ended = self.start(does, None).end();
        assert_eq!(ended.code, Some(0), "{}, {told}, `{does}`: {}", self.about, ended.said);
        ended
    }

    /// Everybody has all that is theirs, and the order's list says so.
    fn are_whole(&self, told: &str) {
        self.all_hold(&[ALL], told);
        assert_eq!(self.listed(), 3, "{}, {told}: the order's list of loads", self.about);
        assert_eq!(self.base.places(&self.place).len(), 3 + self.names, "{}, {told}", self.about);
    }

    /// How many loads the order's list has.
    fn listed(&self) -> usize {
        self.place.json("order/order.json")["imports"].as_array().map_or(0, Vec::len)
    }

    fn all_hold(&self, may: &[i64], told: &str) {
        for identifier in self.base.places(&self.place).values() {
            let held = self.base.number(&self.place, identifier, HELD);
            assert!(may.contains(&held), "{}, {told}: {identifier} holds {held}", self.about);
        }
    }

    /// Whether the first tenant can log in with a password that was written down for it, counted from the last.
    fn enters(&self, from_last: usize) -> bool {
        let places = self.base.places(&self.place);
        let text = self.place.read("passwords.jsonl");
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let own: Vec<Value> = lines.filter(|line| line["place"] == places["Clinic0"].as_str()).collect();
        let line = &own[own.len() - 1 - from_last];
        let [user, password] = ["user", "password"].map(|name| line[name].as_str().unwrap());
        match self.base {
            Base::Sqlite => false,
            Base::Postgres(server) => server.lets_in(user, password),
            Base::Maria(server) => server.client(user, Some(password), "").is_ok(),
        }
    }

    /// Ends the program at each place that it comes to, and kills it so often at random moments.
    fn torture(&mut self, trial: &Trial, often: u32) {
        let does = (trial.does)(self);
        let ended = self.run(&does, "undisturbed");
        (trial.finish)(self, "undisturbed");
        for (name, count) in counted(&ended) {
            let between = self.dice.of(count);
            // One time of each place, but where all are asked for; and between the two tables of the registry, where a database has made one.
            let tried = |time: &u64| asked().is_some() || *time == 1 + between || (name == "made" && *time == 1);
            for time in times(count, asked().is_some(), between).into_iter().filter(tried) {
                let (does, point) = ((trial.does)(self), format!("{name}:{time}"));
                let told = format!("`{does}` ended at {point}");
                let ended = self.start(&does, Some(&point)).end();
                assert_eq!(ended.signal, Some(ABORTED), "{}, {told}: {}", self.about, ended.said);
                self.go_on(trial, &told);
            }
        }
        for _ in 0..often {
            let (does, after) = ((trial.does)(self), ended.lasted.mul_f64(self.dice.part()));
            let mut run = self.start(&does, None);
            std::thread::sleep(after);
            run.kill();
            run.end();
            self.go_on(trial, &format!("`{does}` killed after {after:?}"));
        }
    }

    fn go_on(&mut self, trial: &Trial, told: &str) {
        self.kills += 1;
        (trial.holds)(self, told);
        (trial.finish)(self, told);
    }
}

fn torture(base: &Base, seed: u64) {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release has no places to end at");
    }
    let often = asked().map_or(1, |asked| asked / 50);
    let mut tenants = Tenants::new(base, seed);
    tenants.torture(&LOAD, often);
    let loads = tenants.kills;
    tenants.run("import order", "at last");
    tenants.torture(&UNDO, often);
    let undos = tenants.kills - loads;
    tenants.torture(&MAP, often);
    if !matches!(base, Base::Sqlite) {
        tenants.torture(&LOGIN, often);
    }
    let more = tenants.kills - loads - undos;
    let url = base.url();
    let name = url.split(':').next().unwrap_or_default();
    say(&format!("{name}: ended {loads} loads for tenants, {undos} undos, and {more} changes of names and passwords"));
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
