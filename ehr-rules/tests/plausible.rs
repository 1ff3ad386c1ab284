//! What cannot be true is counted, by column and code, with the patients concerned, and goes on all the same.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "common/small.rs"]
#[expect(dead_code, reason = "what is asked for here comes before a run is finished")]
mod small;

use ehr_rules::Concerned;
use ehr_rules::Doubt;
use ehr_rules::Feasibility;
use ehr_rules::Order;
use ehr_rules::Outcome;
use small::Small;
use small::short;

const SCHEMA: &str = "
system: small
version: '1'
tables:
  people: {file: people.csv, key: [Id], columns: {Id: {type: text, required: true}, Born: date, Died: date}}
  seen:
    file: seen.csv
    columns: {Who: {type: text, required: true}, From: datetime, To: datetime, Unit: text, Paid: date, Due: date}
";
const RULES: &str = "
patient: {from: people, columns: {id: Id, born_on: Born, died_on: Died}}
stay: {from: seen, columns: {patient: Who, first: From, last: To, unit: Unit}}
bill: {from: seen, columns: {patient: Who, paid: Paid}}
plan: {from: seen, columns: {patient: Who, due: Due}}
";
const PATIENT: &str = "
category: patient
resource: Patient
columns:
  id: {type: text, required: true, element: Patient.id}
  born_on: {type: date, element: Patient.birthDate}
  died_on: {type: date, element: Patient.deceasedDateTime}
";
const STAY: &str = "
category: stay
resource: Encounter
columns:
  patient: {type: text, required: true, element: Encounter.subject}
  first: {type: datetime, element: Encounter.period.start}
  last: {type: datetime, element: Encounter.period.end}
  unit: {type: text, element: Encounter.valueQuantity.unit}
";
const BILL: &str = "
category: bill
resource: Claim
columns: {patient: {type: text, required: true, element: Claim.patient}, paid: {type: date, element: Claim.created}}
";
const PLAN: &str = "
category: plan
resource: CarePlan
columns: {patient: {type: text, required: true, element: CarePlan.subject}, due: {type: date, element: CarePlan.period.end}}
";

fn run(target: &str, people: &str, seen: &str) -> (Outcome, Feasibility) {
    let target = format!("target: out\n{target}\ntables:\n  who: {{columns: {{id: text}}}}\n");
    let small = Small::new(&[
        ("sources/small/1/schema.yaml", SCHEMA),
        ("sources/small/1/rules.yaml", RULES),
        ("categories/patient.yaml", PATIENT),
        ("categories/stay.yaml", STAY),
        ("categories/bill.yaml", BILL),
        ("categories/plan.yaml", PLAN),
        ("targets/out/schema.yaml", &target),
        ("targets/out/rules.yaml", "who: {from: patient, columns: {id: id}}"),
    ]);
    let files =
        small.files(&[("people.csv", &format!("Id,Born,Died\n{people}")), ("seen.csv", &format!("Who,From,To,Unit,Paid,Due\n{seen}"))]);
    let job = small.book.start(&"small/1".parse().unwrap(), "out", &files, Order { whole_categories: true, ..small.order() }).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    let converted = job.convert(&common).unwrap();
    job.verify(&converted).unwrap();
    let outcome = job.finish().unwrap();
    let feasibility = job.feasibility(&converted, &outcome).unwrap();
    assert!(outcome.balanced && !outcome.failed());
    (outcome, feasibility)
}

fn found(people: &str, seen: &str) -> Vec<String> {
    run("", people, seen).0.findings.iter().map(short).filter(|found| found.starts_with("R07")).collect()
}

/// The order's date is the first of June 2024.
#[test]
fn a_day_in_the_future_is_doubted_but_not_what_is_planned() {
    assert_eq!(found("p,2024-06-01,\nq,2024-06-02,\n", ""), ["R0701 patient.born_on Warned 1"]);
    // A time of day may be of the day before, where it was brought to UTC.
    assert!(found("p,,\n", "p,2024-06-02 23:00:00,,,2024-06-01,2030-01-01\n").is_empty());
    let two = found("p,,\n", "p,2024-06-03 00:00:00,,,2024-06-02,\n");
    assert_eq!(two, ["R0701 bill.paid Warned 1", "R0701 stay.first Warned 1"]);
}

#[test]
fn a_day_outside_of_the_patients_life_is_doubted() {
    let people = "p,2000-01-10,2010-01-10\nq,2000-01-10,\n";
    assert!(found(people, "p,2000-01-10 00:00:00,2010-01-11 12:00:00,,2010-03-01,2010-03-01\nq,2020-01-01 00:00:00,,,,\n").is_empty());
    let outside = found(people, "p,2000-01-08 23:59:59,2010-01-12 00:00:00,,,\np,1999-01-01 00:00:00,,,2000-01-09,2000-01-09\n");
    let wanted = ["R0702 bill.paid Warned 1", "R0702 plan.due Warned 1", "R0702 stay.first Warned 2", "R0703 stay.last Warned 1"];
    assert_eq!(outside, wanted);
    assert_eq!(found("p,2000-01-10,2000-01-09\n", ""), ["R0702 patient.died_on Warned 1"]);
}

#[test]
fn a_patient_of_120_years_is_believed_and_one_of_121_is_not() {
    assert!(found("p,1903-06-02,\nq,1850-03-01,1971-02-28\n", "").is_empty());
    assert_eq!(found("p,1903-06-01,\nq,1850-03-01,1971-03-01\nr,1904-02-29,2060-01-01\n", "")[1..], ["R0704 patient.born_on Warned 2"]);
}

#[test]
fn an_end_before_its_start_and_a_unit_that_is_none_are_doubted() {
    let seen = "p,2020-01-01 10:00:00,2020-01-01 09:59:59,mg/dL,,\np,2020-01-01 10:00:00,2020-01-01 10:00:00,MG/DL,,\np,,,furlong,,\np,,,10*3/uL,,\n";
    assert_eq!(found("p,,\n", seen), ["R0705 stay.last Warned 1", "R0706 stay.unit Warned 2"]);
}

#[test]
fn what_is_doubted_is_counted_by_rows_and_patients() {
    let people = "p,2000-01-10,\nq,2030-01-01,\n";
    let seen = "p,1990-01-01 00:00:00,,,,\np,1991-01-01 00:00:00,,,,\nq,2020-01-01 00:00:00,,,,\n";
    let (_, feasibility) = run("", people, seen);
    let doubt = |table: &str, column: &str, code, rows, patients| {
        let concerned = Concerned { rows, patients: Some(patients) };
        Doubt { table: table.to_owned(), column: column.to_owned(), code, concerned }
    };
    assert_eq!(feasibility.doubts, [doubt("patient", "born_on", "R0701", 1, 1), doubt("stay", "first", "R0702", 3, 2)]);
    assert!(feasibility.go && feasibility.thresholds.iter().all(|one| one.what != "implausible"));
    // Of two people one is not born yet; the rows of `seen` are made into nothing.
    let (_, half) = run("feasibility: {implausible: at most 50%}", people, seen);
    let held = half.thresholds.iter().find(|one| one.what == "implausible").unwrap();
    assert_eq!((held.rows, held.of, held.holds, half.go), (1, 2, true, true));
    let (_, less) = run("feasibility: {implausible: at most 49%}", people, seen);
    let held = less.thresholds.iter().find(|one| one.what == "implausible").unwrap();
    assert_eq!((held.short, held.holds, less.go), (1, false, false));
}
