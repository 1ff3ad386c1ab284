//! The evidence that is given is the evidence that is used, and probabilities are some whatever stands in the files.

use crate::detect::Verdict;
use crate::detect::tests::PATIENTS;
use crate::detect::tests::RECORDS_2;
use crate::detect::tests::run;
use crate::detect::tests::schema;
use crate::detect::tests::table;
use crate::detect::tests::two_versions;
use crate::ir::schema::Check;
use crate::ir::schema::CheckRule;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use proptest::prelude::*;

#[test]
fn taking_away_what_was_named_opens_the_verdict() {
    let sources = two_versions();
    let whole = run(&sources, &[("patients.csv", PATIENTS), ("records.csv", RECORDS_2)]);
    assert_eq!(whole.identified(), Some(("acme", "2")));
    let against = &whole.candidates[1].reasons_against;
    assert!(against.iter().any(|reason| reason.contains("`records.csv` has 2 columns") && reason.contains("`Pain score`, `Pain place`")));

    // Without the file that speaks against the other version both are left, and the file that is left spoke for neither.
    let without_file = run(&sources, &[("patients.csv", PATIENTS)]);
    assert_eq!((without_file.verdict, without_file.versions.len()), (Verdict::Ambiguous, 2));
    assert!(without_file.candidates.iter().all(|one| one.reasons_against.iter().all(|reason| !reason.contains("does not name"))));

    // Without the columns that were named it is the other version's.
    let without_columns = "record id,patient id,note\n1,1,well\n2,2,\n";
    let changed = run(&sources, &[("patients.csv", PATIENTS), ("records.csv", without_columns)]);
    assert_eq!(changed.identified(), Some(("acme", "1")));
}

/// A version whose scores are numbers up to this one.
fn scores(version: &str, most: &str) -> SourceSchema {
    let checks = vec![Check { rule: CheckRule::Max(most.to_owned()), severity: Severity::Reject }];
    let score = SourceColumn { checks, ..SourceColumn::plain("score", Kind::Integer) };
    let id = SourceColumn { ty: Type::required(Kind::Integer), ..SourceColumn::plain("id", Kind::Integer) };
    schema(version, vec![table("scores", vec![id, score, SourceColumn::plain("note", Kind::Text)])])
}

#[test]
fn numbers_beyond_the_bounds_of_one_version_speak_against_it() {
    let sources = [scores("1", "10"), scores("2", "100")];
    let rows = |most: u32| (0..20).fold("id,score,note\n".to_owned(), |text, at| format!("{text}{at},{},well\n", at % most));
    let open = run(&sources, &[("scores.csv", &rows(10))]);
    assert_eq!((open.verdict, open.versions.len()), (Verdict::Ambiguous, 2));
    let beyond = run(&sources, &[("scores.csv", &rows(20))]);
    assert_eq!(beyond.identified(), Some(("acme", "2")));
    let said = "9 of 20 sampled values of `score` in `scores.csv` are not `integer` of 10 or less";
    assert!(beyond.candidates[1].reasons_against.iter().any(|reason| reason == said), "{:?}", beyond.candidates[1].reasons_against);
}

/// A version of one table, in which `visit` may lack values or may not.
fn moves(version: &str, visit: Type) -> SourceSchema {
    let required = |name: &str| SourceColumn { ty: Type::required(Kind::Uuid), ..SourceColumn::plain(name, Kind::Uuid) };
    let visit = SourceColumn { ty: visit, ..SourceColumn::plain("visit", Kind::Uuid) };
    schema(version, vec![table("moves", vec![required("id"), visit, SourceColumn::plain("day", Kind::Date), required("patient")])])
}

#[test]
fn without_names_a_column_that_may_lack_no_value_is_rather_one_that_lacks_none() {
    let sources = [moves("1", Type::required(Kind::Uuid)), moves("2", Type::nullable(Kind::Uuid))];
    let id = |number: u32| format!("00000000-0000-4000-8000-{number:012}");
    let file = |lacking: bool| {
        (1..=20).fold(String::new(), |text, row| {
            let visit = if lacking && row % 3 == 0 { String::new() } else { id(row + 100) };
            format!("{text}{},{visit},2020-01-{row:02},{}\n", id(row), id(row + 200))
        })
    };
    let of = |lacking: bool| {
        let found = run(&sources, &[("moves.csv", &file(lacking))]);
        let probability = |version: &str| found.candidates.iter().find(|one| one.version == version).map_or(0.0, |one| one.probability);
        (probability("1"), probability("2"))
    };
    let ((filled_1, filled_2), (lacking_1, lacking_2)) = (of(false), of(true));
    assert!(filled_1 > filled_2 && filled_2 > 0.1, "{filled_1} {filled_2}");
    assert!(lacking_2 > 2.0 * lacking_1, "{lacking_1} {lacking_2}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn probabilities_are_some_whatever_the_files_hold(
        header in prop::collection::vec("Id|first name|birth date|note|Pain score|patient id|[a-zé \"]{0,6}", 0..8),
        rows in "[ -~\n\r\t\u{80}-\u{ff}]{0,120}",
        end in prop::sample::select(&["\n", "\r\n", "\r", ""]),
    ) {
        let text = format!("{}{end}{rows}", header.join(","));
        let found = run(&two_versions(), &[("records.csv", &text), ("other.txt", &rows)]);
        let sum: f64 = found.candidates.iter().map(|one| one.probability).sum();
        prop_assert!(found.candidates.iter().all(|one| (0.0..=1.0).contains(&one.probability)));
        prop_assert!(sum <= 1.001 && (0.0..=1.001).contains(&found.confidence), "{} {}", sum, found.confidence);
        prop_assert_eq!(found.versions.is_empty(), found.verdict == Verdict::Unknown);
    }
}
