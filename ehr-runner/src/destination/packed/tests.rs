//! Packed books beside programs that know nothing of them, and beside what went wrong with them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its place up has nothing to say")]

use super::super::Changes;
use super::super::Destination;
use super::super::Load;
use super::super::Loading;
use super::HEADS;
use super::PARTS;
use crate::cli::Cli;
use crate::context::Context;
use crate::error::Failure;
use crate::order::OrderFile;
use clap::Parser;
use ehr_rules::Rulebook;
use ehr_rules::TargetSchema;
use serde_json::json;
use std::fmt::Write;
use std::fs;
use tempfile::TempDir;

const TARGET: &str = "
target: out
tables:
  person: {key: [person_id], columns: {person_id: {type: integer, required: true}, name: text}}
  note: {columns: {text: text}}
";

/// A database file, and orders for it.
struct Place {
    folder: TempDir,
    book: Rulebook,
    context: Context,
    destination: Destination,
}

fn order_file(name: &str) -> OrderFile {
    serde_json::from_value(json!({
        "id": name, "status": "done", "program": "test", "source": "s", "version": "1", "target": "out",
        "today": "2024-01-01", "output": "csv", "limit": null, "vocabulary": null, "rules": "r", "input": [], "stages": [],
    }))
    .unwrap()
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("rules/targets/out")).unwrap();
        fs::write(folder.path().join("rules/targets/out/schema.yaml"), TARGET).unwrap();
        let (book, said) = Rulebook::load(&[folder.path().join("rules")]).unwrap();
        assert!(!said.has_errors(), "{}", said.to_text());
        let context = Context::new(&Cli::parse_from(["ehr-runner", "check"]).global);
        let destination = Destination::Sqlite(folder.path().join("clinic.db"));
        Self { folder, book, context, destination }
    }

    fn target(&self) -> &TargetSchema {
        self.book.targets()[0]
    }

    /// Loads people of these names, numbered from 0; how many were added, replaced and there already.
    fn load(&self, order: &str, names: &[&str]) -> (u64, u64, u64) {
        let mut people = "person_id,name\n".to_owned();
        for (id, name) in names.iter().enumerate() {
            writeln!(people, "{id},{name}").unwrap();
        }
        let Load { rows, added, replaced, .. } = self.try_load(order, "person.csv", &people).unwrap();
        (added, replaced, rows - added - replaced)
    }

    /// Loads an order that is this file alone.
    fn try_load(&self, order: &str, name: &str, text: &str) -> Result<Load, Failure> {
        let folder = self.folder.path().join(order);
        fs::create_dir_all(folder.join("converted")).unwrap();
        fs::write(folder.join("converted").join(name), text).unwrap();
        let loading = Loading { create: true, changes: Changes::Replace, ..Loading::default() };
        self.destination.load(&self.context, self.target(), &folder, &order_file(order), loading)
    }

    fn undo(&self, order: &str) {
        self.destination.undo(&self.context, self.target(), &order_file(order)).unwrap().unwrap();
    }

    fn run(&self, statements: &[String]) {
        let mut store = self.destination.open().unwrap();
        store.begin().unwrap();
        for sql in statements {
            store.run(sql, &[]).unwrap();
        }
        store.commit().unwrap();
    }

    /// What an older program does: it knows nothing of packed books, and leaves them as they are.
    fn by_older(&self, what: impl FnOnce()) {
        self.run(&[HEADS, PARTS].map(|table| format!("CREATE TABLE was{table} AS SELECT * FROM {table}")));
        what();
        let back = |table: &str| {
            let forget = format!("DELETE FROM {table}");
            [forget, format!("INSERT INTO {table} SELECT * FROM was{table}"), format!("DROP TABLE was{table}")]
        };
        self.run(&[HEADS, PARTS].map(back).concat());
    }

    fn names(&self) -> String {
        let mut store = self.destination.open().unwrap();
        let rows = store.ask("SELECT name FROM person ORDER BY person_id", &[]).unwrap();
        rows.iter().map(|row| row[0].text().unwrap()).collect()
    }

    fn number(&self, sql: &str) -> u64 {
        self.destination.open().unwrap().ask(sql, &[]).unwrap()[0][0].count()
    }
}

#[test]
fn a_book_is_packed_once_and_then_only_what_differs() {
    let place = Place::new();
    assert_eq!(place.load("first", &["a", "b", "c", "d", "e"]), (5, 0, 0));
    assert_eq!(place.number("SELECT count(*) FROM _ehr_parts"), 3);
    assert_eq!(place.load("second", &["a", "x", "c", "d", "e", "f"]), (1, 1, 4));
    assert_eq!(place.number("SELECT count(*) FROM _ehr_parts WHERE patch = 0"), 4);
    assert_eq!(place.number("SELECT count(*) FROM _ehr_parts WHERE patch = 1"), 1);
    assert_eq!(place.number("SELECT count(*) FROM _ehr_packed"), 1);
    // What a row was before is not what it is.
    assert_eq!(place.load("third", &["a", "b", "c", "d", "e", "f"]), (0, 1, 5));
    assert_eq!(place.names(), "abcdef");
    assert_eq!(place.load("fourth", &["a", "b"]), (0, 0, 2));
}

#[test]
fn what_is_packed_is_taken_back_with_its_order() {
    let place = Place::new();
    let packed = || {
        let parts = "SELECT group_concat(table_name || patch || part || hex(bytes), ' ') FROM (SELECT * FROM _ehr_parts ORDER BY part)";
        let head = "SELECT group_concat(table_name || stamp, ' ') FROM _ehr_packed";
        [parts, head].map(|sql| place.destination.open().unwrap().ask(sql, &[]).unwrap()[0][0].clone())
    };
    place.load("first", &["a", "b", "c"]);
    let first = packed();
    place.load("second", &["a", "x", "c", "d"]);
    let second = packed();
    place.load("third", &["y", "x", "c", "d"]);
    assert!(first != second && second != packed());
    place.undo("third");
    assert_eq!(packed(), second);
    place.undo("second");
    assert_eq!(packed(), first);
    assert_eq!(place.load("fourth", &["a", "x", "c", "d"]), (1, 1, 2));
    place.undo("fourth");
    place.undo("first");
    assert_eq!(place.number("SELECT count(*) FROM _ehr_parts") + place.number("SELECT count(*) FROM _ehr_packed"), 0);
}

#[test]
fn an_order_that_goes_from_under_others_ends_what_is_packed_behind_it() {
    let place = Place::new();
    place.load("first", &["a", "b"]);
    place.run(&["DELETE FROM _ehr_parts".to_owned()]);
    // It holds what the first one brought, too.
    assert_eq!(place.try_load("second", "person.csv", "person_id,name\n7,h\n").unwrap().added, 1);
    place.undo("first");
    assert_eq!(place.load("third", &["a", "x"]), (2, 0, 0));
    assert_eq!(place.try_load("fourth", "person.csv", "person_id,name\n9,j\n").unwrap().added, 1);
    assert_eq!(place.try_load("fifth", "person.csv", "person_id,name\n8,i\n").unwrap().added, 1);
    place.undo("fourth");
    assert_eq!(place.try_load("sixth", "person.csv", "person_id,name\n0,a\n9,k\n8,i\n").unwrap().added, 1);
    assert_eq!(place.names(), "axhik");
}

#[test]
fn what_an_older_program_did_meanwhile_is_seen() {
    let place = Place::new();
    place.load("first", &["a", "b", "c"]);
    place.by_older(|| assert_eq!(place.load("second", &["a", "x", "c", "d"]), (1, 1, 2)));
    assert_eq!(place.load("third", &["a", "b", "c", "e"]), (0, 2, 2));
    assert_eq!(place.names(), "abce");

    let place = Place::new();
    place.load("first", &["a", "b", "c"]);
    place.load("second", &["a", "x", "c", "d"]);
    place.by_older(|| place.undo("second"));
    assert_eq!(place.names(), "abc");
    assert_eq!(place.load("third", &["a", "x", "c", "d"]), (1, 1, 2));
    assert_eq!(place.names(), "axcd");
}

#[test]
fn what_another_version_packed_is_packed_anew() {
    let place = Place::new();
    place.load("first", &["a", "b"]);
    // As the one before made them.
    place.run(&[
        "ALTER TABLE _ehr_packed DROP COLUMN seed".to_owned(),
        "UPDATE _ehr_packed SET form = 1".to_owned(),
        "ALTER TABLE _ehr_parts DROP COLUMN written".to_owned(),
    ]);
    place.by_older(|| ());
    assert_eq!(place.load("second", &["a", "x", "c"]), (1, 1, 1));
    assert_eq!(place.number("SELECT count(*) FROM _ehr_packed WHERE form = 2 AND length(seed) = 64"), 1);
    assert_eq!(place.number("SELECT count(*) FROM _ehr_parts WHERE load_number = 2 AND written IS NULL"), 0);
    assert_eq!(place.load("third", &["a", "x", "z"]), (0, 1, 2));
    place.undo("third");
    place.undo("second");
    assert_eq!(place.names(), "ab");
}

#[test]
fn each_packed_book_has_a_key_of_its_own() {
    let written = || {
        let place = Place::new();
        place.load("first", &["a", "b"]);
        let mut store = place.destination.open().unwrap();
        store.ask("SELECT bytes, written FROM _ehr_parts", &[]).unwrap().remove(0)
    };
    let (one, other) = (written(), written());
    assert_eq!(one[0], other[0]);
    assert_ne!(one[1], other[1]);
}

#[test]
fn a_packed_book_that_is_not_as_it_was_written_is_not_believed() {
    for damage in [
        "DELETE FROM _ehr_parts WHERE part = 1",
        "DELETE FROM _ehr_parts WHERE part = 2",
        "UPDATE _ehr_parts SET bytes = substr(bytes, 2)",
        "UPDATE _ehr_parts SET bytes = NULL WHERE part = 0",
        "UPDATE _ehr_packed SET form = 7",
        "UPDATE _ehr_packed SET told = 'name: Text'",
        "UPDATE _ehr_parts SET row_count = 3",
        "UPDATE _ehr_parts SET patch = 1 WHERE part = 0",
        "DELETE FROM _ehr_parts",
    ] {
        let place = Place::new();
        place.load("first", &["a", "b", "c"]);
        place.load("second", &["a", "b", "y"]);
        place.run(&[damage.to_owned()]);
        assert_eq!(place.load("third", &["x", "b", "y", "d"]), (1, 1, 2), "{damage}");
        assert_eq!(place.load("fourth", &["x", "b", "z", "d"]), (0, 1, 3), "{damage}");
        assert_eq!(place.names(), "xbzd", "{damage}");
    }
}

#[test]
fn rows_without_a_key_of_which_less_is_known_are_not_compared_and_can_be_taken_out() {
    let place = Place::new();
    let load = |order: &str, text: &str| place.try_load(order, "note.csv", text).map(|load| load.added).map_err(|said| said.to_string());
    assert_eq!(load("first", "text\na\na\nb\n"), Ok(3));
    assert_eq!(load("second", "text\nb\na\na\na\n"), Ok(1));
    // As another version of this program made it.
    place.run(&["ALTER TABLE _ehr_rows_note DROP COLUMN _ehr_print_more".to_owned()]);
    let said = load("third", "text\na\n").unwrap_err();
    assert!(said.contains("rows of table `note`") && said.contains("undo their orders"), "{said}");
    place.undo("second");
    place.undo("first");
    assert_eq!(load("third", "text\na\n"), Ok(1));
}

#[test]
fn a_book_that_is_not_as_it_is_packed_fails_the_load() {
    let place = Place::new();
    place.load("first", &["a", "b", "c"]);
    place.run(&["DELETE FROM _ehr_rows_person WHERE person_id = 1".to_owned()]);
    let said = place.try_load("second", "person.csv", "person_id,name\n0,a\n1,x\n2,c\n").unwrap_err().to_string();
    assert!(said.contains("somebody changed what") && said.contains("table `person`"), "{said}");
    assert_eq!(place.names(), "abc");
}
