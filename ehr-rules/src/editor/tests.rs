//! An editor over the sound ruleset of the diagnostics' tests: a document with the cursor at `|`, and what is said there.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::Asked;
use super::Completion;
use super::Editor;
use super::home::home;
use super::outline::outline;
use super::spot;
use super::spot::May;
use crate::forms::Holds;
use crate::load;
use std::path::Path;
use std::path::PathBuf;

const ENCOUNTER: &str = "sources/acme/1/encounter.yaml";
const PERSON: &str = "targets/warehouse/person.yaml";

fn base() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/base")
}

/// Rules that use every form of the language.
fn language() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language")
}

/// An editor in which a file holds a text, and where in it the cursor stands.
fn open(file: &str, text: &str) -> (Editor, PathBuf, usize) {
    open_in(base(), file, text)
}

fn open_in(folder: PathBuf, file: &str, text: &str) -> (Editor, PathBuf, usize) {
    let path = folder.join(file);
    let mut editor = Editor::new(vec![folder]);
    editor.adopt(Editor::check(editor.folders(), editor.overlay()).unwrap());
    let offset = text.find('|').unwrap();
    editor.set(path.clone(), text.replacen('|', "", 1));
    (editor, path, offset)
}

fn complete(file: &str, text: &str) -> Vec<Completion> {
    let (editor, path, offset) = open(file, text);
    let mut offered = editor.complete(&path, offset);
    offered.sort_by_key(|one| one.rank);
    offered
}

fn labels(file: &str, text: &str) -> Vec<String> {
    complete(file, text).into_iter().map(|one| one.label).collect()
}

/// What is offered among the rules that use every form, each with what it is.
fn among(file: &str, text: &str) -> Vec<(String, String)> {
    let (editor, path, offset) = open_in(language(), file, text);
    editor.complete(&path, offset).into_iter().map(|one| (one.label, one.detail)).collect()
}

/// The file after the completion of that label.
fn completed(file: &str, text: &str, label: &str) -> String {
    let (editor, path, offset) = open(file, text);
    let offered = editor.complete(&path, offset);
    let one = offered.iter().find(|one| one.label == label).unwrap();
    let mut text = editor.overlay().get(&path).unwrap().to_owned();
    text.replace_range(one.replace.clone(), &one.insert);
    text
}

/// The forms are those of the language: every key that is written anywhere is one of them.
#[test]
fn every_key_of_the_rulesets_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut unknown = Vec::new();
    let mut seen = 0;
    for folder in [root.join("../rulesets"), root.join("tests/language"), base()] {
        let folders = [folder];
        for (path, text) in load::texts(&folders, &super::Overlay::default()) {
            let home = home(&folders, &path).unwrap();
            let tree = outline(&text);
            spot::walk(&tree, home.holds(), &mut |spot| {
                seen += 1;
                let known = match &spot.may {
                    May::Key(forms, first) => !first && forms.iter().any(|form| form.key(spot.text).is_some()),
                    May::Param(function) => function.params.iter().any(|param| param.name == spot.text),
                    May::Hold(Holds::Words(words)) if !spot.key => words.contains(&spot.text),
                    May::Hold(_) => true,
                };
                if !known {
                    unknown.push(format!("{}: `{}`", path.display(), spot.text));
                }
            });
        }
    }
    assert!(seen > 1000, "{seen}");
    assert!(unknown.is_empty(), "keys that `forms` does not know:\n{}", unknown.join("\n"));
}

#[test]
fn keys_are_offered_where_they_are_missing() {
    assert_eq!(labels(ENCOUNTER, "encounter:\n  from: visits\n  wh|")[..4], ["columns", "explode", "unpivot", "join"]);
    assert!(!labels(ENCOUNTER, "encounter:\n  from: visits\n  |").contains(&"from".to_owned()));
    let beside = labels(ENCOUNTER, "encounter:\n  from: visits\n  columns:\n    id: {lookup: patients, |\n    start: START\n");
    assert_eq!(beside[..3], ["on", "take", "expect"]);
    let forms = labels(ENCOUNTER, "encounter:\n  from: visits\n  columns:\n    id: {|}\n");
    assert_eq!(forms[..3], ["from", "value", "join"]);
    assert_eq!(completed(ENCOUNTER, "encounter:\n  from: visits\n  colu|\n", "columns"), "encounter:\n  from: visits\n  columns: \n");
    assert!(
        labels("sources/acme/1/schema.yaml", "system: acme\nversion: '1'\ntables:\n  patients:\n    columns:\n      X: {ty|}\n")
            .contains(&"type".to_owned())
    );
}

#[test]
fn tables_and_columns_are_offered_by_their_names() {
    let tables = labels(ENCOUNTER, "encounter:\n  from: |\n");
    assert!(tables.contains(&"patients".to_owned()) && tables.contains(&"visits".to_owned()), "{tables:?}");
    let columns = complete("sources/acme/1/patient.yaml", "patient:\n  from: patients\n  columns:\n    birth_date: B|\n    id: Id\n");
    assert_eq!((columns[0].label.as_str(), columns[0].detail.as_str()), ("BIRTHDATE", "date?"), "what fits comes first");
    assert!(
        labels("sources/acme/1/patient.yaml", "patient:\n  from: patients\n  columns:\n    id: {lookup: visits, on: {Id: |")
            .contains(&"PATIENT".to_owned())
    );
    let joined =
        "patient:\n  from: visits\n  join:\n    p: {table: patients, on: {PATIENT: Id}, expect: one}\n  columns:\n    birth_date: p.|\n";
    assert!(labels("sources/acme/1/patient.yaml", joined).contains(&"p.BIRTHDATE".to_owned()));
}

#[test]
fn output_columns_are_offered_required_ones_first() {
    let offered = complete("sources/acme/1/patient.yaml", "patient:\n  from: patients\n  columns:\n    birth_date: BIRTHDATE\n    |\n");
    assert!(!offered.is_empty() && offered.iter().all(|one| one.label != "birth_date"));
    let required: Vec<bool> = offered.iter().map(|one| !one.detail.ends_with('?')).collect();
    assert!(required.is_sorted_by(|a, b| a >= b) && required[0], "{offered:?}");
    assert!(offered[0].insert.ends_with(": "));
}

#[test]
fn functions_and_their_parameters_are_offered() {
    let offered = complete(ENCOUNTER, "encounter:\n  from: visits\n  columns:\n    start: {from: START, do: [tr|]}\n");
    let trim = offered.iter().find(|one| one.label == "trim").unwrap();
    assert!(trim.detail.starts_with("trim(") && trim.documentation.contains('='), "{trim:?}");
    let params = labels(ENCOUNTER, "encounter:\n  from: visits\n  columns:\n    start: {from: START, do: [{replace: {|}}]}\n");
    assert!(!params.is_empty() && !params.contains(&"text".to_owned()), "{params:?}");
    let block = "encounter:\n  from: visits\n  columns:\n    start:\n      from: START\n      do:\n        - le|\n";
    assert!(labels(ENCOUNTER, block).contains(&"left".to_owned()));
}

#[test]
fn scripts_are_completed() {
    let patient = "sources/acme/1/patient.yaml";
    let offered = labels(patient, "patient:\n  from: patients\n  where: BIRTHDATE != () && |\n");
    assert!(["BIRTHDATE", "birth place", "age_at", "today"].iter().all(|name| offered.iter().any(|one| one == name)), "{offered:?}");
    assert_eq!(
        completed(patient, "patient:\n  from: patients\n  where: \"BIRTHDATE != () && bir|\"\n", "birth place"),
        "patient:\n  from: patients\n  where: \"BIRTHDATE != () && col(\\\"birth place\\\")\"\n"
    );
    assert_eq!(
        completed(patient, "patient:\n  from: patients\n  where: col(\"bi|\") != ()\n", "birth place"),
        "patient:\n  from: patients\n  where: col(\"birth place\") != ()\n"
    );
}

#[test]
fn checks_and_parameters_are_completed() {
    let schema = "system: acme\nversion: '1'\ntables:\n  patients:\n    checks:\n      - that: BIRTH|\n";
    assert!(labels("sources/acme/1/schema.yaml", schema).contains(&"BIRTHDATE".to_owned()));
    assert!(labels(ENCOUNTER, "encounter:\n  from: visits\n  columns:\n    start: {parameter: |}\n").contains(&"today".to_owned()));
    assert!(labels(ENCOUNTER, "encounter:\n  from: visits\n  where: START < parameter(\"|\")\n").contains(&"today".to_owned()));
    let nested = labels("sources/acme/1/schema.yaml", "tables:\n  patients:\n    columns:\n      X: {type: list, of: {|}}\n");
    assert_eq!(nested[..3], ["type", "of", "fields"]);
}

#[test]
fn names_that_a_rule_makes_are_offered() {
    const STOCK: &str = "sources/nested/1/stock.yaml";
    let offers = |text: &str, name: &str| among(STOCK, text).into_iter().find(|(label, _)| label == name).map(|(_, detail)| detail);
    let explode =
        "  explode:\n    - {list: Lots, as: lot, position: nr}\n    - {list: lot.boxes, as: box, position: box_nr, on_empty: keep}\n";
    let box_of = |rest: &str| format!("box:\n  from: stocks\n{explode}{rest}");
    let column = box_of("  columns:\n    stock: |\n");
    let made = [("nr", "integer"), ("box_nr", "integer?"), ("lot.code", "text?"), ("box.size", "integer?"), ("Place.geo.north", "float?")];
    for (name, ty) in made {
        assert_eq!(offers(&column, name).as_deref(), Some(ty), "{name}");
    }
    // A step sees what those before it made.
    let first = "box:\n  from: stocks\n  explode:\n    - {list: |, as: lot}\n    - {list: lot.boxes, as: box}\n";
    assert!(offers(first, "Lots").is_some_and(|ty| ty.starts_with("list")));
    assert!(offers(first, "lot").is_none() && offers(first, "box").is_none());
    let second = "box:\n  from: stocks\n  explode:\n    - {list: Lots, as: lot}\n    - {list: |, as: box}\n";
    assert!(offers(second, "lot.boxes").is_some() && offers(second, "box").is_none());
    // Wherever in the file the steps stand, and whatever is left out.
    let below = "tag:\n  from: stocks\n  columns:\n    tag: |\n  explode: {list: Tags}\n";
    assert_eq!(offers(below, "item").as_deref(), Some("text?"));

    let unpivot =
        "level:\n  from: stocks\n  unpivot: {columns: {Low: least, High: most}, name: what, value: reading}\n  columns: {what: |}\n";
    assert_eq!(offers(unpivot, "what").as_deref(), Some("text"));
    assert!(offers(unpivot, "reading").is_some_and(|ty| !ty.ends_with('?')));
    let inside = "level:\n  from: stocks\n  unpivot: {columns: [|], name: what, value: reading}\n";
    assert!(offers(inside, "Low").is_some() && offers(inside, "what").is_none() && offers(inside, "reading").is_none());

    let pivot =
        "pivoted:\n  from: reading\n  pivot: {by: [person], name: code, value: level, columns: {weight: w}}\n  columns: {person: |}\n";
    let pivoted: Vec<String> = among("targets/flat/pivots.yaml", pivot).into_iter().map(|(label, _)| label).collect();
    assert!(pivoted.contains(&"weight".to_owned()) && !pivoted.contains(&"code".to_owned()), "{pivoted:?}");
}

#[test]
fn fields_are_offered_in_scripts_behind_their_point() {
    let labels = |script: &str| {
        let text = format!("tag:\n  from: stocks\n  explode: {{list: Lots, as: lot}}\n  where: {script}\n");
        let columns = among("sources/nested/1/stock.yaml", &text).into_iter().filter(|(_, detail)| !detail.contains("->"));
        columns.map(|(label, _)| label).collect::<Vec<_>>()
    };
    assert_eq!(labels("Place.|"), ["town", "geo"]);
    assert_eq!(labels("lot.co| != ()")[0], "code");
    assert!(labels("|").contains(&"lot".to_owned()));
    let (editor, path, offset) =
        open_in(language(), "sources/nested/1/stock.yaml", "stock:\n  from: stocks\n  where: Place.geo.no|rth > 1\n");
    assert!(editor.hover(&path, offset).unwrap().text.contains("a field of `Place.geo`"));
}

#[test]
fn secrets_words_and_parameters_are_offered() {
    let rules = |step: &str| format!("papers:\n  from: papers\n  columns:\n    writer_code: {{from: Owner, do: [{step}]}}\n");
    let labels = |file: &str, text: &str| among(file, text).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
    let released = "targets/released/rules.yaml";
    for step in ["{pseudonym: |}", "{pseudonym: [|]}", "{pseudonym: {key: |}}", "{shift_date: {id: Owner, key: st|, days: 30}}"] {
        let offered = labels(released, &rules(step));
        assert!(offered.contains(&"research".to_owned()) && offered.contains(&"study-2".to_owned()), "{step}: {offered:?}");
    }
    assert!(!labels(released, &rules("{left: |}")).contains(&"research".to_owned()));
    assert!(labels(released, &rules("{round: {digits: 1, rule: |}}")).contains(&"half_even".to_owned()));

    let case = "- name: one\n  target: flat\n  set: {clinic: main, |}\n";
    let set = labels("sources/tiny/1/cases/rows.yaml", case);
    assert!(set.contains(&"width".to_owned()) && !set.contains(&"clinic".to_owned()) && !set.contains(&"today".to_owned()), "{set:?}");
    let check = "system: tiny\ntables:\n  people:\n    checks: [{that: 'Born >= parameter(\"|\")'}]\n";
    assert!(labels("sources/tiny/1/schema.yaml", check).contains(&"since".to_owned()));
}

#[test]
fn words_types_and_code_maps_are_offered() {
    assert_eq!(labels(ENCOUNTER, "encounter:\n  from: visits\n  join: {p: {expect: |}}\n")[..2], ["one", "at_most_one"]);
    assert!(labels("sources/acme/1/schema.yaml", "tables:\n  patients:\n    columns:\n      X: d|\n").contains(&"date".to_owned()));
    assert_eq!(
        completed("categories/patient.yaml", "columns:\n  x: {type: dec|}\n", "decimal(12,2)"),
        "columns:\n  x: {type: \"decimal(12,2)\"}\n"
    );
    assert!(!labels(PERSON, "person:\n  from: patient\n  columns:\n    x: {from: gender, codes: |}\n").is_empty());
    let words = labels("sources/acme/1/patient.yaml", "patient:\n  from: patients\n  columns:\n    gender: {from: GENDER, map: {M: |}}\n");
    assert!(words.contains(&"male".to_owned()), "{words:?}");
}

#[test]
fn what_stands_there_is_told() {
    let hover = |file: &str, text: &str| {
        let (editor, path, offset) = open(file, text);
        editor.hover(&path, offset).map(|hover| hover.text).unwrap_or_default()
    };
    let patient = "sources/acme/1/patient.yaml";
    assert!(hover(patient, "patient:\n  from: patients\n  columns:\n    x: BIRTH|DATE\n").contains("`date`, may be missing"));
    assert!(hover(patient, "patient:\n  from: patients\n  where: BIRTH|DATE != ()\n").contains("`date`"));
    assert!(hover(patient, "patient:\n  fr|om: patients\n").contains("driving table"));
    assert!(hover(patient, "patient:\n  from: pat|ients\n").contains("table of `acme/1`"));
    assert!(hover(patient, "patient:\n  from: patients\n  columns:\n    x: {from: Id, do: [{le|ft: 3}]}\n").contains("left("));
    assert!(hover(PERSON, "person:\n  from: patient\n  columns:\n    x: {from: gender, codes: ge|nder}\n").contains("approved: "));
    assert_eq!(hover(patient, "patient:\n  from: patients\n  columns:\n    x: NOT|HING\n"), "");
}

#[test]
fn a_schema_that_is_being_typed_is_that_of_before() {
    let (mut editor, path, offset) = open("sources/acme/1/patient.yaml", "patient:\n  from: patients\n  columns:\n    birth_date: B|\n");
    editor.set(base().join("sources/acme/1/schema.yaml"), "system: acme\nversion: '1'\ntables: {patients: {".to_owned());
    let said = editor.adopt(Editor::check(editor.folders(), editor.overlay()).unwrap());
    assert!(said.has_errors());
    assert!(editor.complete(&path, offset).iter().any(|one| one.label == "BIRTHDATE"));
}

#[test]
fn places_of_a_name_are_found() {
    let (editor, path, offset) =
        open("sources/acme/1/patient.yaml", "patient:\n  from: patients\n  columns:\n    birth_date: BIRTH|DATE\n");
    let place = editor.definition(&path, offset).unwrap();
    assert!(place.source.path.ends_with("sources/acme/1/schema.yaml"));
    assert_eq!(&place.source.text[place.span.clone()], "BIRTHDATE");
    let read = editor.references(&path, offset, false);
    assert!(
        read.iter().all(|place| &place.source.text[place.span.clone()] == "BIRTHDATE" && !place.source.path.ends_with("/1/schema.yaml"))
    );
    assert!(!read.is_empty());
    assert_eq!(editor.references(&path, offset, true).len(), read.len() + 1);
    let (editor, path, offset) = open(PERSON, "person:\n  from: patient\n  columns:\n    x: birth_da|te\n");
    assert!(editor.definition(&path, offset).unwrap().source.path.ends_with("categories/patient.yaml"));
    let made = editor.same(&path, offset, Asked::Making);
    assert!(made.iter().any(|place| place.source.path.ends_with("sources/acme/1/patient.yaml")), "{made:?}");
}

#[test]
fn names_that_a_rule_makes_are_declared_where_it_makes_them() {
    let explode = "  explode:\n    - {list: Lots, as: lot, position: nr}\n    - {list: lot.boxes, as: box}\n";
    for (asked, declared) in
        [("lo|t.code", "as: "), ("n|r", "position: "), ("bo|x.size", "as: lot, position: nr}\n    - {list: lot.boxes, as: ")]
    {
        let rule = format!("box:\n  from: stocks\n{explode}  columns:\n    tag: {asked}\n");
        let (editor, path, offset) = open_in(language(), "sources/nested/1/stock.yaml", &rule);
        let text = rule.replace('|', "");
        let place = editor.definition(&path, offset).unwrap();
        assert_eq!(place.span.start, text.find(declared).unwrap() + declared.len(), "{asked}: {:?}", &text[place.span.clone()]);
        assert!(place.source.path.ends_with("stock.yaml"));
        assert!(editor.references(&path, offset, true).iter().any(|found| found.span.contains(&(offset - 1))), "{asked}");
    }
}

#[test]
fn the_nearest_name_is_a_fix() {
    let mut editor = Editor::new(vec![base()]);
    let path = base().join("sources/acme/1/patient.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    for (right, wrong) in [
        ("birth_date: BIRTHDATE", "birth_date: BIRTHDAET"),
        ("[birth place, ZIP]", "[birthplace, ZIP]"),
        ("where: BIRTHDATE <=", "where: BIRTHDAT <="),
    ] {
        assert_eq!(text.matches(right).count(), 1, "{right}");
        editor.set(path.clone(), text.replace(right, wrong));
        let said = Editor::check(editor.folders(), editor.overlay()).unwrap().diagnostics;
        let fix = Editor::fix(said.iter().next().unwrap()).unwrap();
        let mut mended = fix.place.source.text.clone();
        mended.replace_range(fix.place.span, &fix.text);
        assert_eq!(mended, text);
    }
}
