//! Patients of a source that a target reads straight: the schema says whose a row is.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "common/small.rs"]
#[expect(dead_code, reason = "what is asked for here comes before a run is finished")]
mod small;

use ehr_rules::Patients;
use small::Small;

/// Three people, of whom one has no day that could be, and what was sent to them.
fn lost(people: &str, letters: &str) -> (Option<Patients>, bool) {
    let schema = format!(
        "{{system: small, version: '1', tables: {{\
         people: {{file: people.csv, key: [Id]{people}, columns: {{Id: {{type: text, required: true}}, Born: date}}}}, \
         letters: {{file: letters.csv{letters}, columns: {{To: text, On: date}}}}}}}}"
    );
    let small = Small::new(&[
        ("sources/small/1/schema.yaml", &schema),
        (
            "targets/out/schema.yaml",
            "{target: out, source: small/1, tables: {born: {columns: {day: date}}, sent: {columns: {to: text, on: date}}}}",
        ),
        ("targets/out/rules.yaml", "born: {from: people, columns: {day: Born}}\nsent: {from: letters, columns: {to: To, on: On}}\n"),
    ]);
    let files = small.files(&[
        ("people.csv", "Id,Born\np,2001-01-01\nq,2001-02-30\nr,\n"),
        ("letters.csv", "To,On\np,2024-01-01\np,2024-01-02\nq,2024-01-03\n"),
    ]);
    let job = small.book.start(&"small/1".parse().unwrap(), "out", &files, small.order()).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    let converted = job.convert(&common).unwrap();
    let outcome = job.finish().unwrap();
    let made = job.feasibility(&converted, &outcome).unwrap();
    (made.patients, made.thresholds.iter().any(|one| one.what == "patients_lost" && !one.holds))
}

#[test]
fn patients_lost_are_counted_where_the_schema_says_who_they_are() {
    assert_eq!(lost("", ""), (None, false));
    assert_eq!(lost(", patient: Id", ""), (Some(Patients { known: 3, converted: 2, lost: 1 }), true));
    // The one whose own row was set aside has a letter.
    assert_eq!(lost(", patient: Id", ", patient: To"), (Some(Patients { known: 3, converted: 3, lost: 1 }), true));
}
