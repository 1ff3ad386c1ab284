//! Once, whatever happens: processes, connections and servers are killed at every step and at random moments, disks are full; what a database
//! holds is as before or as after, by a fingerprint that the database itself makes, and going on makes it what it would have been.
//!
//! `EHR_KILLS=5000 cargo test --workspace --test runner kills::` kills as often as it says at random moments, and at every place in
//! place of some; `EHR_SEED` repeats a run that failed. What is killed is a build with debug assertions: a release has no such places.

#![expect(clippy::panic, reason = "what is found is said where it is found")]

mod bed;
mod cut;
mod full;
mod orders;
mod points;
mod print;
mod random;
mod run;
mod silent;
mod tenants;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Where a place is come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Every load, undo and decision.
    Base,
    /// Loads into databases that make tables at once.
    MariaDb,
    /// Orders that are made.
    Order,
    /// Watching.
    Watch,
}

/// Every place at which the program may be told to end itself.
const PLACES: [(&str, Way); 29] = [
    ("amended", Way::Base),
    ("amending", Way::Base),
    ("begun", Way::Base),
    ("book_renamed", Way::Watch),
    ("book_written", Way::Watch),
    ("cleared", Way::Order),
    ("clearing", Way::Order),
    ("committed", Way::Base),
    ("committing", Way::Base),
    ("ended", Way::Order),
    ("entering", Way::Base),
    ("filled", Way::Base),
    ("filling", Way::Base),
    ("folder_made", Way::Order),
    ("made", Way::MariaDb),
    ("made_way", Way::Order),
    ("moved", Way::Base),
    ("moving", Way::Base),
    ("order_renamed", Way::Base),
    ("order_written", Way::Base),
    ("placed", Way::Order),
    ("placing", Way::Order),
    ("published", Way::Order),
    ("renamed", Way::Order),
    ("stage_kept", Way::Order),
    ("stage_worked", Way::Order),
    ("statement", Way::Base),
    ("striking", Way::Base),
    ("taken_out", Way::Base),
];

/// Those that are come to on these ways.
fn places(ways: &[Way]) -> BTreeSet<&'static str> {
    PLACES.iter().filter(|(_, way)| ways.contains(way)).map(|(name, _)| *name).collect()
}

/// How many kills are asked for; `None` where as many as every run of the tests has time for.
fn asked() -> Option<u32> {
    std::env::var("EHR_KILLS").ok().and_then(|asked| asked.parse().ok())
}

/// Says something that is read even where all is well.
fn say(text: &str) {
    drop(std::io::stderr().write_all(format!("{text}\n").as_bytes()));
}

/// Chance that can be repeated.
#[derive(Debug, Clone, Copy)]
struct Dice(u64);

impl Dice {
    /// By `EHR_SEED`, or the same for each run of a test.
    fn new(own: u64) -> Self {
        let asked: Option<u64> = std::env::var("EHR_SEED").ok().and_then(|asked| asked.parse().ok());
        Self(asked.unwrap_or(own).max(1))
    }

    /// One of so many, from 0.
    fn of(&mut self, sides: u64) -> u64 {
        // xorshift
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides.max(1)
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        f64::from(u32::try_from(self.of(10_000)).unwrap()) / 10_000.0
    }
}

/// The places that the program's text names.
fn named(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("failpoint::reached(").skip(1) {
            let name = part.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (name, rest) = name.unwrap_or_else(|| panic!("{}: a place without a name", path.display()));
            assert!(rest.starts_with(')'), "{}: {name}", path.display());
            found.insert(name.to_owned());
        }
    }
}

#[test]
fn every_place_is_known_here() {
    let mut found = BTreeSet::new();
    named(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let known: Vec<&str> = PLACES.iter().map(|(name, _)| *name).collect();
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), known, "`PLACES` is sorted, and has every place of the program");
}
