//! Orders of people, told by their keys, and of notes, which have none.

use super::many;
use crate::cli::Cli;
use crate::context::Context;
use crate::destination::Changes;
use crate::destination::Destination;
use crate::destination::Loading;
use crate::error::Failure;
use crate::order::OrderFile;
use clap::Parser;
use ehr_rules::Rulebook;
use proptest::collection::btree_map;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

/// An order: people by their keys, and notes, which have no key, of some of them.
#[derive(Debug, Clone)]
struct Made {
    people: BTreeMap<u8, Option<char>>,
    notes: Vec<(u8, Option<char>)>,
}

/// What happens to an order.
#[derive(Debug, Clone, Copy)]
enum Step {
    Load(usize, Changes),
    Interrupt(usize),
    Undo(usize),
}

/// What a database should hold.
#[derive(Default)]
struct Model {
    /// Each person's values, the latest last, with the load that brought it.
    people: BTreeMap<u8, Vec<(usize, Option<char>)>>,
    /// The loads that brought each copy of a note.
    notes: BTreeMap<(u8, Option<char>), BTreeMap<usize, usize>>,
    /// Orders that are there.
    loaded: BTreeMap<usize, BTreeSet<usize>>,
}

impl Model {
    /// Whether the order is there afterwards.
    fn load(&mut self, at: usize, order: &Made, changes: Changes) -> bool {
        if self.loaded.contains_key(&at) {
            return true;
        }
        if changes == Changes::Refuse && order.people.iter().any(|(id, name)| self.top(*id).is_some_and(|(_, there)| there != *name)) {
            return false;
        }
        let mut basis = BTreeSet::new();
        for (id, name) in &order.people {
            let there = self.top(*id);
            basis.extend(there.map(|(owner, _)| owner));
            if there.is_none_or(|(_, there)| there != *name) {
                self.people.entry(*id).or_default().push((at, *name));
            }
        }
        let mut seen: BTreeMap<(u8, Option<char>), usize> = BTreeMap::new();
        for note in &order.notes {
            let copy = seen.entry(*note).or_default();
            match self.notes.entry(*note).or_default().entry(*copy) {
                std::collections::btree_map::Entry::Occupied(there) => drop(basis.insert(*there.get())),
                std::collections::btree_map::Entry::Vacant(free) => drop(free.insert(at)),
            }
            *copy += 1;
        }
        self.loaded.insert(at, basis);
        true
    }

    fn top(&self, id: u8) -> Option<(usize, Option<char>)> {
        self.people.get(&id)?.last().copied()
    }

    /// Whether it may be taken out.
    fn undo(&mut self, at: usize) -> bool {
        if self.loaded.values().any(|basis| basis.contains(&at)) {
            return false;
        }
        if self.loaded.remove(&at).is_some() {
            self.people.values_mut().for_each(|values| values.retain(|(owner, _)| *owner != at));
            self.people.retain(|_, values| !values.is_empty());
            self.notes.values_mut().for_each(|copies| copies.retain(|_, owner| *owner != at));
        }
        true
    }

    fn rows(&self) -> Vec<String> {
        let people = self.people.iter().filter_map(|(id, values)| Some(format!("person {id} {:?}", values.last()?.1)));
        let notes = self.notes.iter().flat_map(|((id, text), copies)| copies.iter().map(move |_| format!("note {id} {text:?}")));
        let mut rows: Vec<String> = people.chain(notes).collect();
        rows.sort();
        rows
    }
}

fn made() -> impl Strategy<Value = Made> {
    let letter = || prop_oneof![Just(None), Just(Some('a')), Just(Some('b'))];
    (btree_map(0..4_u8, letter(), 1..4), vec((0..4_usize, letter()), 0..4)).prop_map(|(people, notes)| {
        let ids: Vec<u8> = people.keys().copied().collect();
        Made { notes: notes.into_iter().map(|(at, text)| (ids[at % ids.len()], text)).collect(), people }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4_usize, prop_oneof![Just(Changes::Refuse), Just(Changes::Replace)]).prop_map(|(at, changes)| Step::Load(at, changes)),
        1 => (0..4_usize).prop_map(Step::Interrupt),
        3 => (0..4_usize).prop_map(Step::Undo),
    ]
}

const TARGET: &str = "
target: out
tables:
  person: {key: [person_id], columns: {person_id: {type: integer, required: true}, name: text}}
  note: {columns: {person_id: {type: integer, references: person.person_id}, text: text}}
";

fn write(folder: &Path, at: usize, made: &Made) -> OrderFile {
    let converted = folder.join("converted");
    fs::create_dir_all(&converted).unwrap();
    let letter = |letter: &Option<char>| letter.map(String::from).unwrap_or_default();
    let (mut people, mut notes) = ("person_id,name\n".to_owned(), "person_id,text\n".to_owned());
    made.people.iter().for_each(|(id, name)| writeln!(people, "{id},{}", letter(name)).unwrap());
    made.notes.iter().for_each(|(id, text)| writeln!(notes, "{id},{}", letter(text)).unwrap());
    fs::write(converted.join("person.csv"), people).unwrap();
    fs::write(converted.join("note.csv"), notes).unwrap();
    super::order_file(at)
}

/// The rows of the database, as the model tells them.
fn held(destination: &Destination) -> Vec<String> {
    let mut store = destination.open().unwrap();
    let mut rows = Vec::new();
    for (kind, sql) in [("person", "SELECT person_id, name FROM person"), ("note", "SELECT person_id, text FROM note")] {
        if store.columns(kind).unwrap().is_empty() {
            continue;
        }
        for row in store.ask(sql, &[]).unwrap() {
            let text = row[1].text().map(|text| text.chars().next().unwrap());
            rows.push(format!("{kind} {} {text:?}", row[0].count()));
        }
    }
    rows.sort();
    rows
}

pub(super) fn histories(cases: u32, destination: impl Fn(&Path) -> Destination) {
    let rules = tempfile::tempdir().unwrap();
    fs::create_dir_all(rules.path().join("targets/out")).unwrap();
    fs::write(rules.path().join("targets/out/schema.yaml"), TARGET).unwrap();
    let (book, said) = Rulebook::load(&[rules.path().to_path_buf()]).unwrap();
    assert!(!said.has_errors(), "{}", said.to_text());
    let target = book.targets()[0];
    let context = Context::new(&Cli::parse_from(["ehr-runner", "check"]).global);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(many(cases)) };
    let ran = TestRunner::new(config).run(&(vec(made(), 4), vec(step(), 1..10)), |(orders, steps)| {
        let place = tempfile::tempdir().unwrap();
        let destination = destination(place.path());
        let folder = |at: usize| place.path().join(at.to_string());
        let files: Vec<OrderFile> = orders.iter().enumerate().map(|(at, made)| write(&folder(at), at, made)).collect();
        let mut model = Model::default();
        for step in &steps {
            let load = |at: usize, changes| {
                destination.load(&context, target, &folder(at), &files[at], Loading { create: true, changes, ..Loading::default() })
            };
            match *step {
                Step::Load(at, changes) => {
                    let loaded = load(at, changes);
                    let wanted = model.load(at, &orders[at], changes);
                    prop_assert_eq!(loaded.is_ok(), wanted, "{:?}: {:?}", step, loaded.err().map(|failure| failure.to_string()));
                }
                Step::Interrupt(at) => {
                    context.cancel.store(true, Ordering::Relaxed);
                    let loaded = load(at, Changes::Replace);
                    context.cancel.store(false, Ordering::Relaxed);
                    let there = matches!(&loaded, Ok(load) if load.already);
                    prop_assert_eq!(there, model.loaded.contains_key(&at));
                    prop_assert!(there || matches!(loaded, Err(Failure::Interrupted(_))));
                }
                Step::Undo(at) => {
                    // Where nothing was ever loaded there is no database either.
                    if matches!(&destination, Destination::Sqlite(path) if !path.exists()) {
                        continue;
                    }
                    let undone = destination.undo(&context, target, &files[at]);
                    prop_assert_eq!(undone.is_ok(), model.undo(at), "{:?}: {:?}", step, undone.err().map(|failure| failure.to_string()));
                }
            }
            prop_assert_eq!(held(&destination), model.rows(), "after {:?}", step);
        }
        Ok(())
    });
    assert_eq!(ran.map_err(|error| error.to_string()), Ok(()));
}
