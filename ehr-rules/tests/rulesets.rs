//! The shipped rulesets: they compile without a word, their cases pass, and they say what is said here.
#![expect(clippy::unwrap_used, reason = "a test may")]

use ehr_rules::ColumnRef;
use ehr_rules::Graph;
use ehr_rules::InputFile;
use ehr_rules::Layer;
use ehr_rules::Order;
use ehr_rules::Outcome;
use ehr_rules::Rulebook;
use ehr_rules::SourceId;
use std::path::Path;
use std::path::PathBuf;

fn rulesets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("rulesets")
}

fn book() -> Rulebook {
    let (book, said) = Rulebook::load(&[rulesets()]).unwrap();
    assert!(said.is_empty(), "{}", said.to_text());
    book
}

#[test]
fn they_compile_without_a_word() {
    let book = book();
    let sources: Vec<String> = book.sources().iter().map(SourceId::to_string).collect();
    assert_eq!(
        sources,
        [
            "clif/2.1",
            "daily-notes/1",
            "i2b2/1.7",
            "image-catalogue/1",
            "mimic-iv/2.2",
            "omop/5.3",
            "omop/5.4",
            "openemr/2026-08",
            "patient-documents/1",
            "pcornet/3",
            "pcornet/3.1",
            "pcornet/4",
            "pcornet/4.1",
            "pcornet/5.0",
            "pcornet/5.1",
            "provider-results/1",
            "synthea/2017",
            "synthea/2022",
            "system-1/1",
            "system-1/2",
            "system-2/1",
            "system-2/2"
        ]
    );
    let targets: Vec<&str> = book.targets().iter().map(|target| target.name.as_str()).collect();
    assert_eq!(targets, ["clinic", "omop-5.4", "patient-folders", "patient-images", "provider-records", "research-notes"]);
}

#[test]
fn their_cases_pass() {
    let report = book().test(None).unwrap();
    let failed: Vec<_> = report.cases.iter().filter(|case| !case.differences.is_empty()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(report.cases.len() >= 50, "{} cases were found", report.cases.len());
}

#[test]
fn a_column_is_explained_from_target_to_source() {
    let source = "synthea/2022".parse().unwrap();
    let text = book().explain("omop-5.4.person.gender_concept_id", Some(&source)).unwrap();
    insta::assert_snapshot!(text.replace(rulesets().to_str().unwrap(), "rulesets"));
}

#[test]
fn a_table_prints_as_one_plan() {
    let source = "synthea/2022".parse().unwrap();
    let text = book().explain("omop-5.4.visit_occurrence", Some(&source)).unwrap();
    insta::assert_snapshot!(text.replace(rulesets().to_str().unwrap(), "rulesets"));
}

/// Every column of every target, from every source: what is read is found again, and the same is drawn twice.
#[test]
fn every_column_has_its_way_back_to_the_files() {
    let book = book();
    for target in book.targets() {
        for table in target.tables.iter().filter(|table| !table.external) {
            let way = book.lineage(&format!("{}.{}", target.name, table.name), None).unwrap();
            let makes = |read: &ColumnRef| match read.layer {
                Layer::File => {
                    way.files.iter().any(|file| file.source == read.level && file.table == read.table && file.column == read.column)
                }
                _ => {
                    let made = way.rules.iter().filter(|rule| rule.level == read.level && rule.table == read.table);
                    // A version need not make every category, nor every column of one.
                    made.clone().count() == 0
                        || read.layer == Layer::Category
                        || made.flat_map(|rule| &rule.columns).any(|column| column.name == read.column)
                }
            };
            for rule in &way.rules {
                let reads = rule.columns.iter().flat_map(|column| &column.reads).chain(&rule.decided_by);
                let lost: Vec<_> = reads.filter(|read| !makes(read)).collect();
                assert!(lost.is_empty(), "{}: {lost:?}", rule.rule);
                assert!(rule.spot.is_some() && rule.columns.iter().all(|column| column.spot.is_some() && !column.in_words.is_empty()));
            }
            for form in [Graph::Mermaid, Graph::Dot] {
                assert_eq!(way.to_graph(form), book.lineage(&way.what, None).unwrap().to_graph(form));
            }
        }
    }
}

#[test]
fn a_way_is_drawn() {
    let way = book().lineage("omop-5.4.person.gender_concept_id", Some(&"synthea/2022".parse().unwrap())).unwrap();
    insta::assert_snapshot!(format!("{}\n{}", way.to_graph(Graph::Mermaid), way.to_graph(Graph::Dot)));
}

#[test]
fn what_there_is_not_is_refused_with_the_nearest() {
    let error = book().explain("omop-5.4.persons", None).unwrap_err();
    assert!(error.is_refused());
    assert_eq!(error.to_string(), "unknown table `persons`: did you mean `person`?");
}

#[test]
fn what_a_target_does_not_ask_for_changes_nothing_of_it() {
    let book = book();
    let export = rulesets().join("../examples/clinic-in-synthea-layout");
    let mut files: Vec<InputFile> = std::fs::read_dir(export).unwrap().map(|entry| input(&entry.unwrap())).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let convert = |whole_categories: bool| {
        let folder = tempfile::tempdir().unwrap();
        let order = Order { whole_categories, ..Order::new(folder.path().to_owned(), chrono::NaiveDate::default()) };
        let job = book.start(&"synthea/2022".parse().unwrap(), "omop-5.4", &files, order).unwrap();
        let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
        let converted = job.convert(&common).unwrap();
        let frames: Vec<_> = converted.tables().iter().map(|table| table.frame().unwrap().collect().unwrap()).collect();
        (frames, job.finish().unwrap())
    };
    let ((whole, of_all), (asked, of_asked)) = (convert(true), convert(false));
    assert!(whole.iter().map(polars::prelude::DataFrame::height).sum::<usize>() > 500);
    assert!(whole.iter().zip(&asked).all(|(whole, asked)| whole.equals_missing(asked)));
    assert_eq!(of_all.outputs, of_asked.outputs);
    assert!(of_asked.balanced && of_all.balanced);
    let converted =
        |outcome: &Outcome| outcome.tables.iter().map(|table| (table.read, table.converted, table.rejected)).collect::<Vec<_>>();
    assert_eq!(converted(&of_all), converted(&of_asked));
}

fn input(entry: &std::fs::DirEntry) -> InputFile {
    InputFile { name: entry.file_name().into_string().unwrap(), path: entry.path(), bytes: entry.metadata().unwrap().len() }
}
