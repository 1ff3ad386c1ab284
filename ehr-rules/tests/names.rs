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
