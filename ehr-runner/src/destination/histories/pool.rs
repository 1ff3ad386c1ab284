//! Orders whose rows are tracked: people, who share their keys with nobody, and stays, of which several of one person may stand side by side.
//! Both have rows of another table that are part of them. The orders are made by rules, many in one run: each is a tenant's.

use crate::context::Context;
use crate::destination::Decision;
use crate::order::Output;
use crate::sink;
use ehr_rules::Changed;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use proptest::collection::btree_map;
use proptest::collection::btree_set;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use tempfile::TempDir;

/// Where a row comes from: its table, the number of its load, its place in the order.
pub(super) type At = (usize, i64, u64);
/// A kind of change, the columns it is of (none for the last two, which are left), and what becomes of the rows.
pub(super) type Kind = (&'static str, &'static [&'static str], Changed);

/// A row as an order brings it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// What tells it from all other rows of its order, its key that of its table.
    pub(super) id: u64,
    key: u8,
    days: [Option<u8>; 2],
    /// What is compared, what is part of it as one text.
    pub(super) says: BTreeMap<&'static str, String>,
}

/// A conflict.
#[derive(Debug, Clone)]
pub(super) struct Clash {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) old: (At, Row),
    pub(super) new: (At, Row),
    pub(super) status: Decision,
}

impl Row {
    /// Whether two rows are one: of one key, their days meeting.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let [(a, b), (c, d)] = [self, other].map(|row| (row.days[0].unwrap_or(0), row.days[1].unwrap_or(u8::MAX)));
        self.key == other.key && a.min(b) <= c.max(d) && c.min(d) <= a.max(b)
    }

    /// The columns in which they differ.
    pub(super) fn differs(&self, other: &Self) -> Vec<&'static str> {
        self.says.keys().copied().filter(|name| self.says[name] != other.says[name]).collect()
    }
}

const SOURCE: &str = "
system: made
version: \"1\"
title: Orders that are made up
tables:
  people: {file: people.csv, columns: {batch: {type: text, required: true}, person: {type: integer, required: true}, name: text, ward: text, age: integer}}
  notes: {file: notes.csv, columns: {batch: {type: text, required: true}, person: {type: integer, required: true}, text: {type: text, required: true}}}
  stays:
    file: stays.csv
    columns: {batch: {type: text, required: true}, stay: {type: integer, required: true}, person: {type: integer, required: true},
      start: date, end: date, name: text, ward: text}
  items: {file: items.csv, columns: {batch: {type: text, required: true}, stay: {type: integer, required: true}, text: {type: text, required: true}}}
";
const TARGET: &str = "
target: out
title: Rows that come again
source: made/1
tenant: {from: batch}
tables:
  person:
    key: [person]
    columns: {person: {type: integer, required: true}, name: text, ward: text, age: integer}
    track: {key: [person], fingerprint: {columns: [name, ward, note], ignore: [age]}, on_changed: PERSON}
  note:
    key: [person, text]
    columns: {person: {type: integer, required: true, references: person.person}, text: {type: text, required: true}}
  stay:
    key: [stay]
    columns: {stay: {type: integer, required: true}, person: {type: integer, required: true}, start: date, end: date, name: text, ward: text}
    track: {key: [person], range: {start: start, end: end}, fingerprint: {columns: [name, ward, item], ignore: [stay]}, on_changed: STAY}
  item:
    key: [stay, text]
    columns: {stay: {type: integer, required: true, references: stay.stay}, text: {type: text, required: true}}
";
const RULES: &str = "
person: {from: people, columns: {person: person, name: name, ward: ward, age: age}}
note: {from: notes, columns: {person: person, text: text}}
stay: {from: stays, columns: {stay: stay, person: person, start: start, end: end, name: name, ward: ward}}
item: {from: items, columns: {stay: stay, text: text}}
";
/// Each table, what tells its rows apart, and the table of what is part of them.
pub(super) const TABLES: [(&str, &str, &str); 2] = [("person", "person", "note"), ("stay", "stay", "item")];

/// Whose stay it is, its days, a name, a ward, and its items.
type Stay = (u8, [Option<u8>; 2], String, String, String);
/// What is made up of an order: people with the notes of each, by turns of which one may come twice, and stays with their items.
type Made = (BTreeMap<u8, String>, Vec<(u8, String, String)>, Vec<Stay>);

fn made() -> impl Strategy<Value = Made> {
    let letter = || prop_oneof![Just(String::new()), Just("a".to_owned()), Just("b".to_owned())];
    let letters = || btree_set("[xy]", 0..3).prop_map(|some| some.into_iter().collect::<String>());
    let day = || proptest::option::weighted(0.8, 1..6_u8);
    let stay = (0..2_u8, [day(), day()], letter(), letter(), letters());
    (btree_map(0..2_u8, letters(), 2), vec((0..2_u8, letter(), letter()), 0..4), vec(stay, 0..4))
}

fn rows((notes, people, stays): &Made, first: u64) -> [Vec<Row>; 2] {
    let person = |(key, name, ward): &(u8, String, String)| Row {
        id: (*key).into(),
        key: *key,
        days: [None; 2],
        says: BTreeMap::from([("name", name.clone()), ("ward", ward.clone()), ("note", notes[key].clone())]),
    };
    let day = |day: Option<u8>| day.map(|day| day.to_string()).unwrap_or_default();
    let stay = |(at, (key, days, name, ward, items)): (usize, &Stay)| Row {
        id: first + at as u64,
        key: *key,
        days: *days,
        says: BTreeMap::from([
            ("name", name.clone()),
            ("ward", ward.clone()),
            ("item", items.clone()),
            ("start", day(days[0])),
            ("end", day(days[1])),
        ]),
    };
    [people.iter().map(person).collect(), stays.iter().enumerate().map(stay).collect()]
}

/// Orders that are made by rules, and what the rules do with changes.
pub(super) struct Pool {
    pub(super) folder: TempDir,
    pub(super) book: Rulebook,
    pub(super) kinds: [Vec<Kind>; 2],
    pub(super) orders: Vec<[Vec<Row>; 2]>,
}

impl Pool {
    pub(super) fn new(context: &Context, size: usize, runner: &mut TestRunner) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kinds = [false, true].map(|both| policies(both).new_tree(runner).unwrap().current());
        let mut target = TARGET.to_owned();
        for (word, kinds) in ["PERSON", "STAY"].iter().zip(&kinds) {
            let [named @ .., (_, _, left)] = kinds.as_slice() else { continue };
            let one = |(name, columns, then): &Kind| match columns {
                [] => format!("{name}: {{then: {}}}", then.word()),
                _ => format!("{name}: {{columns: [{}], then: {}}}", columns.join(", "), then.word()),
            };
            let named: Vec<String> = named.iter().map(one).collect();
            target = target.replace(word, &format!("{{then: {}, kinds: {{{}}}}}", left.word(), named.join(", ")));
        }
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("rules/sources/made/1/schema.yaml", SOURCE);
        write("rules/targets/out/schema.yaml", &target);
        write("rules/targets/out/rules.yaml", RULES);
        let orders: Vec<[Vec<Row>; 2]> = (0..size)
            .map(|at| {
                loop {
                    let made = rows(&made().new_tree(runner).unwrap().current(), at as u64 * 10);
                    if made.iter().any(|rows| !rows.is_empty()) {
                        break made;
                    }
                }
            })
            .collect();
        for (name, text) in files(&orders) {
            write(&format!("in/{name}"), &text);
        }
        let (book, said) = Rulebook::load(&[folder.path().join("rules")]).unwrap();
        assert!(!said.has_errors(), "{}", said.to_text());
        let pool = Self { folder, book, kinds, orders };
        pool.make(context);
        pool
    }

    /// Runs the rules.
    fn make(&self, context: &Context) {
        let at = |name: &str| self.folder.path().join(name);
        let files: Vec<InputFile> = ["people", "notes", "stays", "items"]
            .iter()
            .map(|name| {
                let path = at(&format!("in/{name}.csv"));
                InputFile { name: format!("{name}.csv"), bytes: path.metadata().unwrap().len(), path }
            })
            .collect();
        fs::create_dir_all(at("stage")).unwrap();
        let settings = Order::new(at("stage"), chrono::NaiveDate::from_ymd_opt(2024, 6, 1).unwrap());
        let job = self.book.start(&"made/1".parse().unwrap(), "out", &files, settings).unwrap();
        let converted = job.convert(&job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap()).unwrap();
        job.verify(&converted).unwrap();
        let kind = |table: &str, column: &str| job.target_kind(table, column);
        sink::write_tenants(context, &job, converted.tables(), &kind, &at("tenants"), Output::Csv).unwrap();
        sink::write_tracked_tenants(context, &job, &job.tracked(&converted).unwrap(), &kind, &at("tenants"), Output::Csv).unwrap();
    }
}

/// The files of a source that holds each order under the name of its place.
fn files(orders: &[[Vec<Row>; 2]]) -> [(&'static str, String); 4] {
    let heads = ["batch,person,name,ward,age\n", "batch,person,text\n", "batch,stay,person,start,end,name,ward\n", "batch,stay,text\n"];
    let [mut people, mut notes, mut stays, mut items] = heads.map(str::to_owned);
    let mut age = 0;
    for (at, [persons, stayed]) in orders.iter().enumerate() {
        let mut each = BTreeMap::new();
        for Row { id, says, .. } in persons {
            // What is ignored is never the same.
            age += 1;
            writeln!(people, "{at},{id},{},{},{age}", says["name"], says["ward"]).unwrap();
            each.insert(id, &says["note"]);
        }
        // Those of a person who comes twice are there once.
        for (id, all) in each {
            all.chars().for_each(|note| writeln!(notes, "{at},{id},{note}").unwrap());
        }
        for Row { id, key, days, says } in stayed {
            let [start, end] = days.map(|day| day.map(|day| format!("2024-01-0{day}")).unwrap_or_default());
            writeln!(stays, "{at},{id},{key},{start},{end},{},{}", says["name"], says["ward"]).unwrap();
            // Their order says nothing.
            says["item"].chars().rev().for_each(|item| writeln!(items, "{at},{id},{item}").unwrap());
        }
    }
    [("people.csv", people), ("notes.csv", notes), ("stays.csv", stays), ("items.csv", items)]
}

fn policies(both: bool) -> impl Strategy<Value = Vec<Kind>> {
    let mut known = vec![Changed::KeepOld, Changed::TakeNew, Changed::Quarantine];
    known.extend(both.then_some(Changed::KeepBoth));
    vec(proptest::sample::select(known), 4).prop_map(|then| {
        let kinds: [(&str, &[&str]); 4] =
            [("renamed", &["name"]), ("moved", &["ward"]), ("extraction_duplicate", &[]), ("data_changed", &[])];
        kinds.into_iter().zip(then).map(|((name, columns), then)| (name, columns, then)).collect()
    })
}
