//! The evidence that is given is the evidence that is used, and probabilities are some whatever stands in the files.

use crate::detect::Verdict;
use crate::detect::tests::PATIENTS;
use crate::detect::tests::RECORDS_2;
use crate::detect::tests::run;
use crate::detect::tests::two_versions;
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
