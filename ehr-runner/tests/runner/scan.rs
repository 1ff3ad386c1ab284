//! `scan`: what an unknown export holds, without a value of it.

use crate::place::Place;
use crate::place::answer;
use crate::place::stdout;

#[test]
fn a_scan_needs_no_rules_and_says_no_value() {
    let place = Place::new();
    let ran = place.ehr("scan export --rules nowhere").code(0);
    let said = stdout(&ran);
    assert!(said.contains("patients.csv: 3 rows of 4 columns"), "{said}");
    assert!(said.contains("visits.csv `PATIENT` -> patients.csv `Id`"), "{said}");
    assert!(!said.contains("Elder") && !said.contains("1955"), "{said}");
    let json = answer(&place.ehr("scan export --format json").code(0));
    assert_eq!(json["files"][0]["columns"][2]["type"], "date");
    assert_eq!(json["files"][0]["columns"][2]["person"]["tag"], "birth_date");
    assert!(!json.to_string().contains("1955"));
}

#[test]
fn values_are_shown_where_they_are_asked_for() {
    let place = Place::new();
    assert!(stdout(&place.ehr("scan export --show-values").code(0)).contains("\"1955-12-01\" 1"));
    place.ehr("scan nowhere").code(5);
}
