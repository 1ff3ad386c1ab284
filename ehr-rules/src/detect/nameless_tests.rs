//! Files without names in them, or with names elsewhere than in a first line: known by values, delimiters and layouts.

use crate::detect::Verdict;
use crate::detect::tests::PATIENTS;
use crate::detect::tests::RECORDS_2;
use crate::detect::tests::column;
use crate::detect::tests::patients;
use crate::detect::tests::run;
use crate::detect::tests::said;
use crate::detect::tests::schema;
use crate::detect::tests::table;
use crate::detect::tests::two_versions;
use crate::ir::schema::Dialect;
use crate::ir::schema::JsonTable;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::schema::Width;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use std::collections::BTreeMap;

#[test]
fn a_table_without_a_header_is_known_by_its_files_name_and_its_values() {
    let mut bare = patients();
    bare.header = ["Id", "first name", "family name", "birth date", "phone", "fax"].map(str::to_owned).to_vec();
    let sources = [schema("1", vec![bare])];
    let rows = "1,Ada,Muster,1980-02-29,555,\n2,Ben,Beispiel,1971-12-01,,\n";
    assert_eq!(run(&sources, &[("patients.csv", rows)]).identified(), Some(("acme", "1")));
    // The values are of other kinds, the fields fewer, or the name is another's.
    let others = "Ada,Muster,x,y,555,1\nBen,Beispiel,y,z,6,1\n";
    for (name, text) in [("patients.csv", others), ("patients.csv", "1,Ada\n2,Ben\n"), ("people.csv", rows)] {
        assert_eq!(run(&sources, &[(name, text)]).identified(), None, "{name}: {text}");
    }
}

/// A catalogue of pictures: tabs, no header, and files that end as few others do.
fn pictures() -> SourceSchema {
    let required = |name: &str, kind: Kind| SourceColumn { ty: Type::required(kind.clone()), ..column(name, kind) };
    let taken = SourceColumn { formats: vec!["%m/%d/%Y".to_owned()], ..column("taken", Kind::Date) };
    let columns = vec![required("nr", Kind::Integer), required("patient", Kind::Uuid), taken, column("caption", Kind::Text)];
    let header = columns.iter().map(|column| column.name.clone()).collect();
    let pictures = table("pictures", columns);
    let pictures = SourceTable { file: "pictures*.tab".to_owned(), header, key: vec!["nr".to_owned()], ..pictures };
    let dialect = Dialect { delimiter: Some("\t".to_owned()), ..Dialect::default() };
    SourceSchema { system: "pictures".to_owned(), dialect, ..schema("1", vec![pictures]) }
}

#[test]
fn a_renamed_file_without_names_is_known_by_what_is_seldom_met() {
    let sources: Vec<SourceSchema> = two_versions().into_iter().chain([pictures()]).collect();
    let text = |nr: fn(u32) -> u32, between: &str| {
        let row = |row: u32| {
            [nr(row).to_string(), format!("00000000-0000-4000-8000-{row:012}"), format!("03/{row:02}/2019"), "left hand".to_owned()]
                .join(between)
        };
        (1..=20).map(row).collect::<Vec<_>>().join("\n") + "\n"
    };
    let whole = run(&sources, &[("dump 7.tab", &text(|row| row, "\t"))]);
    assert_eq!(whole.identified(), Some(("pictures", "1")), "{}", said(&whole));
    let evidence = [
        "one column that may hold no value twice: none of their sampled values stands there twice",
        "1 of 1 have the delimiter that is declared, which few systems write",
        "1 of 1 have the ending of that table's files, which is seldom met",
    ];
    for reason in evidence {
        assert!(whole.candidates[0].reasons_for.iter().any(|given| given == reason), "{reason}: {}", said(&whole));
    }

    // Each taken away leaves less of the answer, or none: a key that repeats, a common ending, fields between other marks.
    let without = [("dump 7.tab", text(|row| row % 3, "\t")), ("dump 7.txt", text(|row| row, "\t")), ("dump 7.tab", text(|row| row, ","))];
    for (name, text) in without {
        let found = run(&sources, &[(name, &text)]);
        let probability = found.candidates.iter().find(|one| one.system == "pictures").map_or(0.0, |one| one.probability);
        assert!(probability < whole.candidates[0].probability - 0.0001, "{name}: {probability} {}", said(&found));
    }
}

/// Version 2 has the phone elsewhere.
fn nested(version: &str) -> SourceSchema {
    let at =
        |path: &[&str], name: &str, kind| SourceColumn { path: path.iter().map(|name| (*name).to_owned()).collect(), ..column(name, kind) };
    let phone: &[&str] = if version == "1" { &["phone"] } else { &["contact", "phone"] };
    let columns = vec![
        at(&["prn"], "Patient", Kind::Integer),
        at(&["name", "family"], "Family name", Kind::Text),
        at(&["birth", "on"], "Born", Kind::Date),
        at(&["allergies"], "Allergies", Kind::List(Box::new(Kind::Text))),
        at(phone, "Phone", Kind::Text),
    ];
    let json = JsonTable { rows: vec!["data".to_owned(), "patients".to_owned()], missing: String::new() };
    let patients = SourceTable { file: "*.json".to_owned(), json: Some(json), ..table("patients", columns) };
    SourceSchema { system: "nest".to_owned(), ..schema(version, vec![patients]) }
}

#[test]
fn objects_are_told_by_the_names_in_them_and_nothing_in_a_named_one_is_beyond() {
    let sources: Vec<SourceSchema> = two_versions().into_iter().chain([nested("1"), nested("2")]).collect();
    let one = r#"{"prn": 1, "name": {"family": "Muster"}, "birth": {"on": "1980-02-29"}, "allergies": [{"what": "x"}], "contact": {"phone": "5"}}"#;
    let two = r#"{"prn": 2, "name": {"family": "Beispiel"}, "birth": {"on": null}, "allergies": null, "contact": null}"#;
    let export = format!("{{\"data\": {{\"patients\": [{one},\n{two}]}}}}");
    let detection = run(&sources, &[("visit 7.json", &export), ("more.csv", "a,b\n1,2\n")]);
    assert_eq!(detection.identified(), Some(("nest", "2")), "{}", said(&detection));
    assert!(detection.drift.is_empty(), "{:?}", detection.drift);
    assert_eq!(detection.candidates[0].tables, BTreeMap::from([("visit 7.json".to_owned(), "patients".to_owned())]));

    let changed =
        export.replace("\"family\":", "\"sex\": \"m\", \"family name\":").replace("\"prn\"", "\"seen\": {\"by\": 1, \"at\": 2}, \"prn\"");
    let detection = run(&sources, &[("visit 7.json", &changed)]);
    assert_eq!(detection.identified(), Some(("nest", "2")), "{}", said(&detection));
    assert_eq!(detection.drift.added, ["patients.name.sex", "patients.seen"]);
    assert_eq!(detection.drift.renamed, BTreeMap::from([("patients.Family name".to_owned(), "name.family name".to_owned())]));

    // Objects elsewhere, a page of errors and lines of text are nothing that is known.
    for (name, text) in [
        ("a.json", "{\"data\": [{\"prn\": 1}]}"),
        ("a.json", "<html><body>no</body></html>"),
        ("a.json", "prn,name.family,birth.on\n1,x,1980-02-29\n"),
        ("a.json", "{\"data\": {\"patients\": [{\"x\": 1, \"y\": 2}]}}"),
    ] {
        let detection = run(&sources, &[(name, text)]);
        assert_eq!(detection.verdict, Verdict::Unknown, "{text}: {}", said(&detection));
    }
}

#[test]
fn lines_of_fixed_widths_are_told_by_their_length_and_values() {
    let layout = |version: &str, fields: &[(&str, usize, usize)], kinds: &[Kind]| {
        let columns = fields.iter().zip(kinds).map(|((name, ..), kind)| column(name, kind.clone())).collect();
        let mut doses = table("doses", columns);
        doses.file = "doses*.txt".to_owned();
        doses.widths = fields.iter().map(|(name, from, to)| Width { name: (*name).to_owned(), from: *from, to: *to }).collect();
        SourceSchema { system: "columnar".to_owned(), ..schema(version, vec![doses]) }
    };
    let kinds = [Kind::Integer, Kind::Text, Kind::Date, Kind::Integer, Kind::Date];
    let one = layout("1", &[("No", 1, 6), ("Drug", 7, 20), ("From", 21, 30), ("Amount", 31, 36), ("To", 37, 46)], &kinds);
    let two = layout("2", &[("No", 1, 6), ("Drug", 7, 24), ("From", 25, 34), ("Amount", 35, 40), ("To", 41, 50)], &kinds);
    let sources: Vec<SourceSchema> = two_versions().into_iter().chain([one, two]).collect();
    let line =
        |nr: u32, wide: usize| format!("{nr:>6}{:<wide$}2024-02-{:02}{:>6}2024-03-{:02}\n", "Löffel, halb", 10 + nr, nr * 5, 10 + nr);
    for (wide, version) in [(14, "1"), (18, "2")] {
        let text: String = (1..9).map(|nr| line(nr, wide)).collect();
        for name in ["doses_2024.txt", "dump.dat"] {
            let detection = run(&sources, &[(name, &text)]);
            assert_eq!(detection.identified(), Some(("columnar", version)), "{name}: {}", said(&detection));
            assert_eq!(detection.candidates[0].tables[name], "doses");
        }
    }
    // Lines of another length, and of the same with other things on them.
    let other = format!("{:>46}\n", "a word").repeat(9);
    let longer: String = (1..9).map(|nr| line(nr, 16)).collect();
    for (name, text) in [("doses.txt", &longer), ("dump.dat", &longer), ("dump.dat", &other)] {
        let detection = run(&sources, &[(name, text)]);
        assert_eq!(detection.verdict, Verdict::Unknown, "{name}: {}", said(&detection));
    }
}

#[test]
fn what_is_no_table_is_said_to_be_what_it_is() {
    let page = "<!DOCTYPE html>\n<html><h1>502, Bad, Gateway</h1></html>\n";
    let detection = run(&two_versions(), &[("patients.csv", page), ("records.csv", "%PDF-1.7\n%x\n1 0 obj\n")]);
    let notes = [
        "none of the input's files is a table (2 in all)",
        "`patients.csv` is an HTML page, whatever its name says",
        "`records.csv` is a PDF document, whatever its name says",
    ];
    assert_eq!((detection.verdict, detection.notes.as_slice()), (Verdict::Unknown, notes.map(str::to_owned).as_slice()));
    let detection = run(&two_versions(), &[("patients.csv", PATIENTS), ("records.csv", RECORDS_2), ("more.csv", page)]);
    assert_eq!(detection.identified(), Some(("acme", "2")), "{}", said(&detection));
    assert_eq!(detection.notes, ["`more.csv` is an HTML page, whatever its name says"]);
}
