//! A category and a table of the target may have one name, as `location` has: the rules of the target mean the category.
#![expect(clippy::unwrap_used, reason = "a test may")]

use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Rulebook;

const RULESET: &[(&str, &str)] = &[
    (
        "sources/small/1/schema.yaml",
        "{system: small, version: \"1\", title: Small, tables: {things: {file: things.csv, columns: {No: {type: integer, required: true}}}}}",
    ),
    ("sources/small/1/rules.yaml", "thing: {from: things, columns: {id: No}}"),
    ("categories/thing.yaml", "{category: thing, resource: Basic, summary: A thing., columns: {id: {type: integer, required: true}}}"),
    ("categories/place.yaml", "{category: place, resource: Location, summary: A place., columns: {name: text}}"),
    ("targets/out/schema.yaml", "{target: out, title: Out, tables: {place: {columns: {number: integer}}, seen: {columns: {name: text}}}}"),
    ("targets/out/rules.yaml", "place: {from: thing, columns: {number: id}}\nseen: {from: place, columns: {name: name}}"),
];

#[test]
fn a_category_that_nothing_makes_is_empty_and_not_the_table_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in RULESET {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (book, said) = Rulebook::load(&[folder.path().to_owned()]).unwrap();
    assert!(said.is_empty(), "{}", said.to_text());
    let path = folder.path().join("things.csv");
    std::fs::write(&path, "No\n1\n2\n").unwrap();
    let files = [InputFile { name: "things.csv".to_owned(), path, bytes: 7 }];
    let order = Order::new(folder.path().join("order"), chrono::NaiveDate::default());
    let job = book.start(&"small/1".parse().unwrap(), "out", &files, order).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    let converted = job.convert(&common).unwrap();
    let rows = |name: &str| converted.table(name).unwrap().rows;
    assert_eq!((rows("place"), rows("seen")), (2, 0));
    assert!(job.finish().unwrap().balanced);
}

/// What is unfolded from a column that identifies a person identifies them too, whatever it is called then.
#[test]
fn identifiers_are_followed_through_what_is_unfolded() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "sources/acme/1/schema.yaml",
        "system: acme\nversion: \"1\"\ntables:\n  people:\n    file: people.csv\n    columns:\n      LAST: {type: text, phi: name}\n      \
         PLACE: text\n      PHONES: {type: list(text), split: \";\", phi: phone}\n",
    );
    write(
        "targets/open/schema.yaml",
        "target: open\nsource: acme/1\nrelease: deidentified\ntables:\n  words:\n    columns: {word: text, of: text}\n  calls:\n    columns: \
         {call: text, nr: integer}\n",
    );
    write(
        "targets/open/rules.yaml",
        "words:\n  from: people\n  unpivot: {columns: [LAST, PLACE], name: what, value: word}\n  columns: {word: word, of: what}\ncalls:\n  from: \
         people\n  explode: {list: PHONES, as: call, position: nr}\n  columns: {call: call, nr: nr}\n",
    );
    let (_, said) = Rulebook::load(&[folder.path().to_path_buf()]).unwrap();
    let found: Vec<_> = said.iter().map(|one| (one.code, one.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("E0701", "`words.word` holds `name`, and `open` is released de-identified"),
            ("E0701", "`calls.call` holds `phone`, and `open` is released de-identified"),
        ],
        "{}",
        said.to_text()
    );
}
