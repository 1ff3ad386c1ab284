//! A database and two orders that go into it and out again, step by step, with what each step makes of it where nothing disturbs it.

use super::Dice;
use super::print::Link;
use super::print::Print;
use super::run::Ended;
use super::run::Run;
use crate::databases::Base;
use crate::place::Place;
use serde_json::Value;
use std::fmt::Write;
use std::time::Duration;

/// A step, and what brings back what was before it.
pub(super) struct Step {
    /// What is run.
    pub(super) does: &'static str,
    /// What undoes it; nothing where everything is to go.
    pub(super) back: &'static [&'static str],
    /// The order whose list of loads it changes, and whether it is loaded then.
    order: Option<(&'static str, bool)>,
}

/// Once around, from a database without tables, and later from one without rows.
pub(super) const STEPS: [Step; 8] = [
    Step { does: "import first --create", back: &[], order: Some(("first", true)) },
    Step { does: "import second --changes replace", back: &["undo second"], order: Some(("second", true)) },
    Step { does: "conflicts accept 1 --by Ada", back: &["conflicts reopen 1"], order: None },
    Step { does: "conflicts reject 1 --by Bo --note same", back: &["conflicts accept 1 --by Ada"], order: None },
    Step { does: "conflicts reopen 1", back: &["conflicts reject 1 --by Bo --note same"], order: None },
    // Twice, so that what is taken out next is an order with a row that somebody let stand.
    Step { does: "conflicts accept 1 --by Ada", back: &["conflicts reopen 1"], order: None },
    Step { does: "undo second", back: &["import second --changes replace", "conflicts accept 1 --by Ada"], order: Some(("second", false)) },
    Step { does: "undo first", back: &["import first"], order: Some(("first", false)) },
];

impl Step {
    /// Whether it is a load or an undo, and no decision.
    pub(super) fn moves_orders(&self) -> bool {
        self.order.is_some()
    }
}

/// How long a step takes that nothing disturbs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lasting {
    /// From start to end.
    pub(super) whole: Duration,
    /// From the beginning of the transaction to its end.
    pub(super) inside: Duration,
}

/// What is tortured.
pub(super) struct Bed {
    pub(super) place: Place,
    pub(super) base: Base,
    pub(super) link: Link,
    pub(super) dice: Dice,
    /// What each step leaves.
    pub(super) after: Vec<Print>,
    /// How long each step takes.
    pub(super) lasting: Vec<Lasting>,
    /// Where the program finds the database.
    url: String,
    /// Said of every failure.
    about: String,
}

/// A place whose target has a table that is tracked, one with a key that refers to it, and one without a key.
pub(super) fn tracked() -> Place {
    let place = Place::new();
    let track = "  person:\n    track: {key: person_id, fingerprint: {columns: [name, birth_date], ignore: gender_code}}\n";
    place.replace("rulesets/targets/demo/schema.yaml", "  person:\n", track);
    let add = |file: &str, more: &str| place.write(file, format!("{}{more}", place.read(file)));
    add(
        "rulesets/targets/demo/schema.yaml",
        "  stay:\n    columns:\n      start: {type: datetime, required: true}\n      cost: {type: \"decimal(12,2)\"}\n",
    );
    add("rulesets/targets/demo/rules.yaml", "stay:\n  from: encounter\n  columns:\n    start: start\n    cost: cost\n");
    place
}

/// Such a place with two orders, the second of which has other rows in each of the tables, and more.
fn orders(rows: u32) -> Place {
    let place = tracked();
    for (name, rows, second) in [("first", rows, false), ("second", rows + rows / 10, true)] {
        let mut patients = String::from("Id,NAME,BIRTHDATE,GENDER\n");
        let mut visits = String::from("Id,PATIENT,START,COST\n");
        for row in 0..rows {
            let name = if second && row % 100 == 3 { "Casey Renamed" } else { "Casey Number" };
            writeln!(patients, "p{row},{name}{row},1970-01-01,{}", if row % 2 == 0 { "M" } else { "F" }).unwrap();
            let cost = if second && row % 20 == 5 { "7.25".to_owned() } else { format!("{}.50", row % 90) };
            let cost = if row % 7 == 0 { "" } else { &cost };
            writeln!(visits, "v{row},p{row},2024-03-{:02} 09:30:00,{cost}", row % 28 + 1).unwrap();
        }
        place.write("export/patients.csv", patients);
        place.write("export/visits.csv", visits);
        place.ehr(&format!("run export --target demo --out {name} --today 2024-06-01")).code(0);
    }
    place
}

impl Bed {
    /// Goes once around undisturbed.
    pub(super) fn new(rows: u32, base: Base, seed: u64, url: Option<String>) -> Self {
        let place = orders(rows);
        let (link, dice) = (Link::to(&place, &base), Dice::new(seed));
        let url = url.unwrap_or_else(|| base.url());
        let about = format!("EHR_SEED={}, {}", dice.0, url.split(':').next().unwrap_or_default());
        let mut bed = Self { place, base, link, dice, after: Vec::new(), lasting: Vec::new(), url, about };
        for step in &STEPS {
            let mut run = bed.start(step.does, None);
            let begun = run.until("begun").unwrap();
            let committed = run.until("committed").unwrap();
            let ended = run.end();
            assert_eq!(ended.code, Some(0), "{}: {}", step.does, ended.said);
            bed.lasting.push(Lasting { whole: ended.lasted, inside: committed.saturating_sub(begun) });
            let print = bed.link.print();
            bed.after.push(print);
            bed.link.forget();
        }
        let kinds = ["_ehr_conflicts", "_ehr_past_person", "_ehr_past_visit", "_ehr_basis", "_ehr_rows_stay", "stay", "person", "visit"];
        let lacking: Vec<&&str> = kinds.iter().filter(|table| !bed.after[1].rows.contains_key(**table)).collect();
        assert!(lacking.is_empty(), "the second order says nothing of {lacking:?}");
        bed
    }

    /// Says of which run something is true.
    pub(super) fn told(&self, step: &Step, how: &str) -> String {
        format!("{}, `{}`, {how}", self.about, step.does)
    }

    /// Starts the program.
    pub(super) fn start(&self, does: &str, failpoint: Option<&str>) -> Run {
        Run::start(&self.place, &format!("{does} --to {}", self.url), failpoint)
    }

    /// The same with more in its environment.
    pub(super) fn start_with(&self, does: &str, variables: &[(&str, &str)]) -> Run {
        Run::start_with(&self.place, &format!("{does} --to {}", self.url), None, variables)
    }

    /// Runs it to its end, which is good.
    pub(super) fn run(&self, does: &str) -> Ended {
        let ended = self.start(does, None).end();
        assert_eq!(ended.code, Some(0), "{}, `{does}`: {}", self.about, ended.said);
        ended
    }

    /// Whether the database is as after the step, and not as before; fails where it is neither.
    pub(super) fn is_after(&mut self, at: usize, before: &Print, how: &str) -> bool {
        let now = self.link.print();
        // What makes a table there ends a transaction, so tables may be left, without rows.
        let bare = matches!(self.base, Base::Maria(_)) && before.shape.is_empty();
        let same = now == *before || (bare && now.rows.is_empty());
        if same || now == self.after[at] {
            return !same;
        }
        panic!(
            "{}: neither as before nor as after: {:?}\nbefore {:?}\nafter {:?}",
            self.told(&STEPS[at], how),
            now,
            before,
            self.after[at]
        );
    }

    /// Does a step to its end, whatever was before; what is there then is what is there where nothing disturbs it.
    pub(super) fn finish(&mut self, at: usize, how: &str) -> Ended {
        let step = &STEPS[at];
        let ended = self.run(step.does);
        assert_eq!(self.link.print(), self.after[at], "{}, and gone on with", self.told(step, how));
        if let Some((order, loaded)) = step.order {
            let imports = self.place.json(&format!("{order}/order.json"))["imports"].as_array().map_or(0, Vec::len);
            assert_eq!(imports, usize::from(loaded), "{}: the order's list of loads", self.told(step, how));
            assert!(!self.place.has(&format!("{order}/.order.json.new")), "{}: half an order.json is left", self.told(step, how));
        }
        ended
    }

    /// Brings back what was before a step.
    pub(super) fn back(&mut self, at: usize) {
        if STEPS[at].back.is_empty() {
            self.link.empty();
            let file = format!("{}/order.json", STEPS[at].order.unwrap().0);
            let mut order = self.place.json(&file);
            order["imports"] = Value::Array(Vec::new());
            self.place.write(&file, order.to_string());
            return;
        }
        self.link.forget();
        for does in STEPS[at].back {
            self.run(does);
        }
        self.link.forget();
    }
}
