//! The shipped rulesets: they compile without a word, their cases pass, and they say what is said here.
#![expect(clippy::unwrap_used, reason = "a test may")]

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
    assert_eq!(sources, ["synthea/2017", "synthea/2022", "system-1/1", "system-1/2", "system-2/1", "system-2/2"]);
    let targets: Vec<&str> = book.targets().iter().map(|target| target.name.as_str()).collect();
    assert_eq!(targets, ["clinic", "omop-5.4"]);
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
    insta::assert_snapshot!(text);
}

#[test]
fn what_there_is_not_is_refused_with_the_nearest() {
    let error = book().explain("omop-5.4.persons", None).unwrap_err();
    assert!(error.is_refused());
    assert_eq!(error.to_string(), "unknown table `persons`: did you mean `person`?");
}
