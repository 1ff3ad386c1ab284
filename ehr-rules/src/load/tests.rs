//! A small folder of rules, changed in one point at a time: what is merged, and what is said where.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::Loaded;
use super::fingerprint::fingerprint;
use super::load;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::overlay::Overlay;
use crate::ir::schema::CheckRule;
use crate::ir::types::Kind;
use std::path::Path;
use std::path::PathBuf;

const PARENT: &str = "\
system: acme
version: '1'
tables:
  patients:
    file: \"patients*.csv\"
    key: [ID]
    columns:
      ID: {type: uuid, required: true}
      NÄME: text
      BORN: {type: date, formats: [\"%d/%m/%Y\"]}
      OLD: text
    ignore: {SSN: not migrated, NOTE: empty}
  visits:
    file: visits.csv
    columns:
      PATIENT: uuid
      ON: {type: datetime, min: 1990-01-01}
    references: {PATIENT: patients.ID}
  gone: {file: gone.csv, columns: {A: text}}
";

const CHILD: &str = "\
system: acme
version: 2
inherits: 1
dialect: {delimiter: tab, quote: none}
missing: [NA]
drop_tables: [gone]
drop_rules: [visit]
tables:
  patients:
    rename: {ID: Id}
    drop: [OLD]
    columns:
      BORN: {type: date, required: true}
      NOTE: {type: text, max_length: 9}
      ACTIVE: {type: boolean, true: [\"1\", yes], false: [\"0\", no]}
    ignore: {FAX: not used}
";

const CATEGORY: &str = "category: patient\nresource: Patient\ncolumns:\n  id: {type: text, required: true, element: Patient.id}\n";

const TARGET: &str = "\
target: omop
code_maps:
  gender: {file: codes/gender.csv, target: integer}
  concept: {athena: {snomed: SNOMED}}
tables:
  place:
    key: [id]
    columns: {id: {type: integer, required: true}, part_of: {type: integer, references: place.id}}
  person:
    key: [id]
    columns:
      id: {type: integer, required: true}
      place: {type: integer, references: place.id}
      concept: {type: integer, references: concept.id}
      name: {type: text, max_length: 50}
  concept: {external: true, columns: {id: integer}}
";

const FILES: &[(&str, &str)] = &[
    ("sources/acme/1/schema.yaml", PARENT),
    ("sources/acme/1/patient.yaml", "patient: {from: patients}\n"),
    ("sources/acme/1/visit.yaml", "visit: {from: visits}\nstay: {from: visits}\n"),
    ("sources/acme/2/schema.yaml", CHILD),
    ("sources/acme/2/patient.yaml", "patient: {from: patients, columns: {}}\n"),
    ("sources/acme/2/cases/one.yaml", "- name: x\n"),
    ("categories/patient.yaml", CATEGORY),
    ("targets/omop/schema.yaml", TARGET),
    ("targets/omop/person.yaml", "person: {from: patient}\n"),
    ("targets/omop/codes/gender.csv", "source_code,target\n"),
];

/// Writes the files, one of them changed, and loads them.
fn changed(file: &str, from: &str, to: &str) -> (tempfile::TempDir, Loaded, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path_there = folder.path().join(path);
        std::fs::create_dir_all(path_there.parent().unwrap()).unwrap();
        let text = if *path == file {
            assert!(text.contains(from), "`{from}` is not in {file}");
            text.replacen(from, to, 1)
        } else {
            (*text).to_owned()
        };
        std::fs::write(path_there, text).unwrap();
    }
    let mut said = Diagnostics::default();
    let loaded = load(&[folder.path().to_owned()], &Overlay::default(), &mut said).unwrap();
    (folder, loaded, said)
}

/// Each diagnostic's code, line, column and the text at its place.
fn seen(said: &Diagnostics) -> Vec<String> {
    said.iter()
        .map(|one| {
            let (line, column) = one.place.line_column();
            format!("{} {line}:{column} {}", one.code, &one.place.source.text[one.place.span.clone()])
        })
        .collect()
}

fn parent(from: &str, to: &str) -> Vec<String> {
    seen(&changed("sources/acme/1/schema.yaml", from, to).2)
}

fn child(from: &str, to: &str) -> Vec<String> {
    seen(&changed("sources/acme/2/schema.yaml", from, to).2)
}

fn target(from: &str, to: &str) -> Vec<String> {
    seen(&changed("targets/omop/schema.yaml", from, to).2)
}

#[test]
fn a_child_has_what_its_parent_has_but_for_what_it_says() {
    let (_folder, loaded, said) = changed("", "", "");
    assert_eq!(seen(&said), [""; 0]);
    let ids: Vec<String> = loaded.sources.iter().map(|source| source.schema.id()).collect();
    assert_eq!(ids, ["acme/1", "acme/2"]);
    let child = &loaded.sources[1];
    assert_eq!(child.schema.dialect.delimiter.as_deref(), Some("\t"));
    assert_eq!(child.schema.dialect.quote, Some(None));
    assert_eq!((&child.schema.missing, &loaded.sources[0].schema.missing), (&vec!["NA".to_owned()], &vec![String::new()]));
    let names: Vec<&str> = child.schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["patients", "visits"]);
    let patients = child.schema.table("patients").unwrap();
    let columns: Vec<&str> = patients.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["Id", "NÄME", "BORN", "NOTE", "ACTIVE"]);
    assert_eq!((patients.file.as_str(), &patients.key), ("patients*.csv", &vec!["Id".to_owned()]));
    assert!(!patients.column("BORN").unwrap().ty.nullable && patients.column("BORN").unwrap().formats.is_empty());
    assert!(matches!(patients.column("NOTE").unwrap().checks[0].rule, CheckRule::MaxLength(9)));
    assert_eq!(patients.column("ACTIVE").unwrap().words.as_ref().unwrap().1, ["0", "no"]);
    assert_eq!(patients.ignore.keys().collect::<Vec<_>>(), ["FAX", "SSN"]);
    assert_eq!(child.schema.table("visits").unwrap().references[0].target, "Id");
    let place = |column| child.places.column("patients", column).unwrap();
    assert_eq!((place("Id").line_column(), place("BORN").line_column()), ((8, 7), (13, 7)));
    assert!(place("Id").source.path.ends_with("acme/1/schema.yaml") && place("BORN").source.path.ends_with("acme/2/schema.yaml"));
}

#[test]
fn a_child_inherits_rules_that_it_neither_makes_nor_drops() {
    let (_folder, loaded, _) = changed("", "", "");
    let rules: Vec<(&str, bool)> = loaded.sources[1].rules.iter().map(|rule| (rule.name.text.as_str(), rule.inherited)).collect();
    assert_eq!(rules, [("patient", false), ("stay", true)]);
    assert_eq!(loaded.sources[1].rules[1].changes.column("patients", "ID").unwrap().column, "Id");
    assert_eq!((loaded.sources[0].cases.len(), loaded.sources[1].cases.len()), (0, 1));
}

#[test]
fn categories_and_targets_are_read() {
    let (folder, loaded, _) = changed("", "", "");
    assert_eq!(loaded.categories[0].category.columns[0].element, "Patient.id");
    let omop = &loaded.targets[0];
    assert_eq!(omop.schema.table("person").unwrap().columns[1].references, Some(("place".to_owned(), "id".to_owned())));
    assert_eq!(omop.schema.code_maps.len(), 2);
    assert_eq!(omop.rules[0].name.text, "person");
    assert_eq!(omop.places.column("person", "name").unwrap().line_column(), (15, 7));
    let shown = folder.path().join("targets/omop/person.yaml");
    assert_eq!(omop.rules[0].name.place.source.path, shown.display().to_string().replace('\\', "/"));
}

#[test]
fn a_renamed_column_keeps_its_name_through_two_generations() {
    let (folder, _, _) = changed("", "", "");
    let third = folder.path().join("sources/acme/3");
    std::fs::create_dir_all(&third).unwrap();
    std::fs::write(third.join("schema.yaml"), "system: acme\nversion: '3'\ninherits: '2'\ntables: {patients: {rename: {Id: PID}}}\n")
        .unwrap();
    let mut said = Diagnostics::default();
    let loaded = load(&[folder.path().to_owned()], &Overlay::default(), &mut said).unwrap();
    assert_eq!(seen(&said), [""; 0]);
    let source = &loaded.sources[2];
    assert_eq!(source.schema.table("visits").unwrap().references[0].target, "PID");
    let now = |rule: &str, name: &str| {
        let rule = source.rules.iter().find(|one| one.name.text == rule).unwrap();
        rule.changes.column("patients", name).unwrap().column.clone()
    };
    assert_eq!((now("stay", "ID"), now("patient", "Id")), ("PID".to_owned(), "PID".to_owned()));
}

#[test]
fn what_is_wrong_with_a_column_is_said_where_it_stands() {
    assert_eq!(parent("NÄME: text", "NÄME: string"), ["E0109 9:13 string"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: \"decimal(4,5)\"}"), ["E0109 9:20 \"decimal(4,5)\""]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, pattern: '[a'}"), ["E0404 9:35 '[a'"]);
    assert_eq!(parent("%d/%m/%Y", "%Q"), ["E0405 10:36 \"%Q\""]);
    assert_eq!(parent("%d/%m/%Y", "dd/mm"), ["E0405 10:36 \"dd/mm\""]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: date, one_of: [a]}"), ["E0403 9:34 [a]"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, min: 1}"), ["E0403 9:31 1"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: integer, max_length: 1}"), ["E0403 9:41 1"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: integer, formats: ['%Y']}"), ["E0403 9:38 ['%Y']"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: integer, min: x}"), ["E0407 9:34 x"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: integer, min: 5, max: 4}"), ["E0407 9:42 4"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, one_of: []}"), ["E0407 9:34 []"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, one_of: [a, b, a]}"), ["E0407 9:41 a"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, max_length: 0}"), ["E0407 9:38 0"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: boolean, true: [y]}"), ["E0407 9:35 [y]"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: boolean, true: [y], false: [Y]}"), ["E0407 9:48 Y"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, on_error: wrn}"), ["E0013 9:36 wrn"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, requird: true}"), ["E0012 9:26 requird"]);
    assert_eq!(parent("NÄME: text", "NÄME: [text]"), ["E0010 9:13 [text]"]);
    assert_eq!(parent("NÄME: text", "NÄME: {type: text, also: [BORN]}"), ["E0410 9:7 NÄME"]);
}

#[test]
fn what_is_wrong_with_a_table_is_said_where_it_stands() {
    assert_eq!(parent("key: [ID]", "key: [Idd]")[0], "E0101 6:11 Idd");
    assert_eq!(parent("PATIENT: patients.ID", "PATIENT: patients.IDD")[0], "E0101 18:27 patients.IDD");
    assert_eq!(parent("PATIENT: patients.ID", "PATIENT: patient.ID")[0], "E0102 18:27 patient.ID");
    assert_eq!(parent("PATIENT: patients.ID", "PATIENT: patients")[0], "E0407 18:27 patients");
    assert_eq!(parent("PATIENT: patients.ID", "ON: patients.ID")[0], "E0403 18:22 patients.ID");
    assert_eq!(parent("PATIENT: patients.ID", "PATENT: {to: patients.ID}")[0], "E0101 18:18 PATENT");
    assert_eq!(parent("visits.csv", "\"visits[.csv\""), ["E0406 14:11 \"visits[.csv\""]);
    assert_eq!(parent("visits.csv", "in/visits.csv"), ["E0406 14:11 in/visits.csv"]);
    assert_eq!(parent("{SSN: not migrated", "{SSN: ''"), ["E0010 12:14 SSN"]);
    assert_eq!(parent("{SSN:", "{BORN:")[0], "E0410 12:14 BORN");
    assert_eq!(parent("{file: gone.csv, columns: {A: text}}", "{}"), ["E0011 19:3 gone", "E0011 19:3 gone"]);
    assert_eq!(parent("tables:", "drop_tables: [x]\ntables:"), ["E0411 3:15 x"]);
}

#[test]
fn what_is_wrong_with_inheriting_is_said_where_it_stands() {
    assert_eq!(child("inherits: 1", "inherits: 11"), ["E0108 3:11 11"]);
    assert_eq!(parent("version: '1'", "version: '1'\ninherits: 2")[0], "E0402 3:11 1");
    assert_eq!(child("[gone]", "[gon]"), ["E0102 6:15 gon"]);
    assert_eq!(child("[visit]", "[visits]"), ["E0102 7:14 visits"]);
    assert_eq!(child("{ID: Id}", "{IDD: Id}"), ["E0101 10:14 IDD"]);
    assert_eq!(child("{ID: Id}", "{ID: BORN}")[0], "E0410 10:18 BORN");
    assert_eq!(child("[OLD]", "[OLDER]"), ["E0101 11:12 OLDER"]);
    assert_eq!(child("[OLD]", "[Id]")[0], "E0101 11:12 Id");
    assert_eq!(child("version: 2", "version: 1")[1], "E0408 2:10 1");
    assert_eq!(child("system: acme", "system: acne")[0], "E0409 1:9 acne");
    assert_eq!(child("delimiter: tab", "delimiter: xx"), ["E0412 4:22 xx"]);
    assert_eq!(child("quote: none", "encoding: utf-61"), ["E0412 4:37 utf-61"]);
}

#[test]
fn what_is_wrong_with_a_target_or_category_is_said_where_it_stands() {
    assert_eq!(
        target("place: {type: integer, references: place.id}", "place: {type: integer, references: plce.id}"),
        ["E0102 13:42 plce.id"]
    );
    assert_eq!(
        target("place: {type: integer, references: place.id}", "place: {type: integer, references: place.idd}"),
        ["E0101 13:42 place.idd"]
    );
    assert_eq!(
        target("place: {type: integer, references: place.id}", "place: {type: text, references: place.id}"),
        ["E0403 13:39 place.id"]
    );
    assert_eq!(target("references: place.id}}", "references: person.id}}"), ["E0401 8:89 person.id"]);
    assert_eq!(target("codes/gender.csv", "codes/sex.csv"), ["E0503 3:18 codes/sex.csv"]);
    assert_eq!(target("target: integer", "target: date"), ["E0502 3:44 date"]);
    assert_eq!(target("{file: codes/gender.csv, target: integer}", "{}"), ["E0011 3:3 gender"]);
    assert_eq!(target("key: [id]", "key: [idd]"), ["E0101 7:11 idd"]);
    assert_eq!(target("target: omop", "target: omap"), ["E0409 1:9 omap"]);
    let category = |from, to| seen(&changed("categories/patient.yaml", from, to).2);
    assert_eq!(category("category: patient", "category: person"), ["E0409 1:11 person"]);
    assert_eq!(category("resource", "resurce"), ["E0012 2:1 resurce"]);
    assert_eq!(category(CATEGORY, "# nothing\n"), ["E0002 1:1 "]);
}

#[test]
fn a_folder_that_is_not_there_or_holds_no_rules_is_an_error() {
    let said = |path: PathBuf| load(&[path], &Overlay::default(), &mut Diagnostics::default()).unwrap_err().to_string();
    assert!(said(PathBuf::from("no/such/folder")).starts_with("opening the rules folder `no/such/folder`"));
    let empty = tempfile::tempdir().unwrap();
    assert!(said(empty.path().to_owned()).contains("is no folder of rules"));
    std::fs::create_dir_all(empty.path().join("sources/acme/1")).unwrap();
    let mut diagnostics = Diagnostics::default();
    assert!(load(&[empty.path().to_owned()], &Overlay::default(), &mut diagnostics).unwrap().sources.is_empty());
    assert_eq!(seen(&diagnostics), ["E0002 1:1 "]);
}

#[test]
fn a_file_that_is_not_utf_8_is_said_without_its_text() {
    let (folder, _, _) = changed("", "", "");
    std::fs::write(folder.path().join("sources/acme/1/patient.yaml"), b"q: 1\np: \xff\n").unwrap();
    let mut said = Diagnostics::default();
    load(&[folder.path().to_owned()], &Overlay::default(), &mut said).unwrap();
    assert_eq!(seen(&said), ["E0002 1:1 "]);
    let text = said.to_text();
    assert!(text.contains("patient.yaml:1:1") && text.contains("stands in line 2") && !text.contains("q: 1"), "{text}");
}

#[test]
fn folders_that_nobody_looks_into_are_said() {
    let (folder, _, _) = changed("", "", "");
    for path in ["Sources/acme/1", "source/acme/1", "sources/acme/1/patient2.yaml", "targets/omop/codes/old"] {
        std::fs::create_dir_all(folder.path().join(path)).unwrap();
    }
    std::fs::create_dir_all(folder.path().join("notes")).unwrap();
    let mut said = Diagnostics::default();
    load(&[folder.path().to_owned()], &Overlay::default(), &mut said).unwrap();
    let seen: Vec<String> = said.iter().map(|one| format!("{} {}", one.code, one.help.clone().unwrap_or_default())).collect();
    // A part that is there is not what another folder was meant to be.
    assert_eq!(seen, ["W0004 this is a folder; files of rules stand beside `schema.yaml`"]);
    std::fs::rename(folder.path().join("targets"), folder.path().join("Targets")).unwrap();
    let mut said = Diagnostics::default();
    load(&[folder.path().to_owned()], &Overlay::default(), &mut said).unwrap();
    assert!(said.to_text().contains("did you mean `targets`?"), "{}", said.to_text());
}

#[test]
fn the_fingerprint_is_of_the_rules_and_not_of_where_they_stand() {
    let of = |file, from, to| {
        let (folder, _, _) = changed(file, from, to);
        fingerprint(&[folder.path().to_owned()]).unwrap()
    };
    let first = of("", "", "");
    assert_eq!((first.len(), &first), (64, &of("", "", "")));
    assert_ne!(first, of("targets/omop/codes/gender.csv", "target", "target,status"));
}

#[test]
fn the_rules_of_this_repository_load() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
    let mut said = Diagnostics::default();
    let loaded = load(&[folder], &Overlay::default(), &mut said).unwrap();
    assert!(said.is_empty(), "{}", said.to_text());
    let wanted = loaded.sources.iter().find(|source| source.schema.id() == "synthea/2022").unwrap();
    assert_eq!(wanted.schema.table("patients").unwrap().column("Id").unwrap().ty.kind, Kind::Uuid);
}

/// What an editor holds counts before what is on disk, and a file that is only there is read as well.
#[test]
fn texts_are_laid_over_files() {
    let rulesets = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/base");
    let folders = std::slice::from_ref(&rulesets);
    let mut overlay = Overlay::default();
    let mut said = Diagnostics::default();
    let before = load(folders, &overlay, &mut said).unwrap();
    overlay.set(rulesets.join("categories/pet.yaml"), "category: pet\ncolumns: {name: text}\n".to_owned());
    let schema = rulesets.join("sources/acme/1/schema.yaml");
    overlay.set(schema.clone(), std::fs::read_to_string(&schema).unwrap().replacen("type: ", "typ: ", 1));
    let after = load(folders, &overlay, &mut said).unwrap();
    assert_eq!(after.categories.len(), before.categories.len() + 1);
    assert!(said.concern("sources/acme/1/schema.yaml"), "{}", said.to_text());
    overlay.remove(&schema);
    let mut said = Diagnostics::default();
    load(folders, &overlay, &mut said).unwrap();
    assert!(said.is_empty(), "{}", said.to_text());
}
