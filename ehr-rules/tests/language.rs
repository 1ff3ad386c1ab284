//! The rule language, every form once, through the whole corridor: `language/` is a ruleset of its own with its cases.
#![expect(clippy::unwrap_used, reason = "a test may")]

use ehr_rules::Consequence;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Outcome;
use ehr_rules::Rulebook;
use std::path::Path;

fn book() -> Rulebook {
    let (book, said) = Rulebook::load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language")]).unwrap();
    assert!(said.is_empty(), "{}", said.to_text());
    book
}

#[test]
fn every_case_passes_and_every_rule_is_reached() {
    let report = book().test(None).unwrap();
    let failed: Vec<_> = report.cases.iter().filter(|case| !case.differences.is_empty()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(report.never_reached, Vec::<String>::new());
}

#[test]
fn a_proposed_rule_is_shown_as_one_and_not_run() {
    let found = run(&[("people.csv", PEOPLE), ("wards.csv", "Code,Name,Town,Beds\nW1,South,Hull,1\n")]);
    assert!(found.balanced && found.outputs.iter().all(|output| output.table != "proposal" || output.rows == 0), "{:?}", found.outputs);
    let book = book();
    assert!(book.counts().contains(&("proposed rules, not run", 3)), "{:?}", book.counts());
    let way = book.explain("flat.proposal.name", Some(&"tiny/1".parse().unwrap())).unwrap();
    assert!(
        way.contains("flat/proposal: from proposal   [") && way.matches("proposed: not run until it is approved").count() == 3,
        "{way}"
    );
}

/// Runs the corridor on files given as text, and gives what came of it.
fn run(files: &[(&str, &str)]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        inputs.push(InputFile { name: (*name).to_owned(), path, bytes: text.len() as u64 });
    }
    let book = book();
    let order = Order::new(folder.path().to_owned(), chrono::NaiveDate::from_ymd_opt(2024, 6, 1).unwrap());
    let job = book.start(&"tiny/1".parse().unwrap(), "flat", &inputs, order).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    job.verify(&job.convert(&common).unwrap()).unwrap();
    job.finish().unwrap()
}

const PEOPLE: &str = "Id,first name,Middle,Last,Born,Sex,Blood,Tier,Grade,Active,Mother,Ward,Insurance,Fee,Height,Wakes,Seen,Every,Uid,birth place\n\
                      1,Ada,,Marsh,1990-01-01,F,,,,,,,,,,,,-1,,\n";
const VISITS: &str = "No,Person,Start,End,Class,Reason,Bay,Via,Town\nV1,1,2024-01-01T08:00:00,,open,broken leg,,,Here\n";

#[test]
fn rows_of_a_table_whose_columns_are_all_ignored_are_counted_as_unused() {
    let found = run(&[("people.csv", PEOPLE), ("leaflets.csv", "Title,Copies\nRest,2\nSleep,1\n")]);
    let line = found.tables.iter().find(|one| one.table == "leaflets").unwrap();
    assert!(found.balanced && (line.read, line.unused) == (2, 2), "{line:?}");
}

#[test]
fn a_lookup_that_must_find_its_row_fails_the_order() {
    let notes = "Visit,Written,Text,Plan\nV1,2024-01-01T08:00:00,x,P\n";
    let found = run(&[("people.csv", PEOPLE), ("visits.csv", VISITS), ("notes.csv", notes), ("plans.csv", "Plan,Title\nP,Rest\n")]);
    assert!(!found.failed(), "{:#?}", found.findings);
    assert!(found.tables.iter().all(|table| table.rejected == 0));
    let lost = run(&[("people.csv", PEOPLE), ("visits.csv", VISITS), ("notes.csv", notes), ("plans.csv", "Plan,Title\nQ,Rest\n")]);
    assert!(lost.failed() && lost.balanced);
    let finding = lost.findings.iter().find(|finding| finding.consequence == Consequence::Failed).unwrap();
    assert_eq!((finding.code, finding.table.as_str(), finding.rows), ("R0301", "notes", 1));
}

/// What a target reads straight is counted like anything else; another source is refused before a row is read.
#[test]
fn a_target_straight_from_a_source_balances_and_refuses_other_sources() {
    let book = book();
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let texts = [
        ("folks.csv", "Id,Family,Given,Note\n1,Marsh,Ada,\n"),
        ("papers.csv", "No,Owner,Path,Written,Active\n1,1,a,,1\n2,1,b,,0\n3,9,c,,1\n"),
    ];
    for (name, text) in texts {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        files.push(InputFile { name: name.to_owned(), path, bytes: text.len() as u64 });
    }
    for whole_categories in [false, true] {
        let order = Order { whole_categories, ..Order::new(folder.path().to_owned(), chrono::NaiveDate::default()) };
        let job = book.start(&"linked/1".parse().unwrap(), "direct", &files, order).unwrap();
        let sound = job.assess(job.read().unwrap()).unwrap();
        job.verify(&job.convert(&job.categorize(&sound).unwrap()).unwrap()).unwrap();
        let outcome = job.finish().unwrap();
        assert!(outcome.balanced && !outcome.failed(), "{:#?}", outcome.findings);
        let fates: Vec<_> = outcome
            .tables
            .iter()
            .map(|one| (one.table.as_str(), one.read, one.converted, one.rejected, one.filtered, one.unused))
            .collect();
        assert_eq!(fates, [("folks", 1, 0, 0, 0, 1), ("papers", 3, 1, 1, 1, 0)]);
    }
    let order = Order::new(folder.path().to_owned(), chrono::NaiveDate::default());
    let refused = book.start(&"tiny/1".parse().unwrap(), "direct", &files, order).err().unwrap();
    assert_eq!(refused.to_string(), "the target `direct` reads `linked/1`, `linked/2` straight, and the source is `tiny/1`");
    let way = book.explain("direct.papers.day", Some(&"linked/2".parse().unwrap())).unwrap();
    assert!(way.contains("day: date? = to_date(Written)") && way.ends_with("  Written: datetime?\n"), "{way}");
}

/// What becomes of rows that come again is the destination's to do; the rules say how they are told and what becomes of each kind.
#[test]
fn a_way_says_how_rows_are_tracked_and_the_kinds_of_changes() {
    let way = book().explain("again.folks", Some(&"linked/1".parse().unwrap())).unwrap();
    let told = "\
track: by id; the same if family, given, papers are, whatever seen, papers.nr; if changed, take_new
  renamed: family, given; high; quarantine
  written: papers; medium; take_new
  extraction_duplicate: twice in one order; low; take_new
  data_changed: anything else; medium; keep_old
";
    assert!(way.contains(told), "{way}");
    let way = book().explain("again.loans", Some(&"linked/1".parse().unwrap())).unwrap();
    assert!(
        way.contains("track: by folk from since to until; the same if path, since, until are, whatever loan; if changed, keep_both\n"),
        "{way}"
    );
}

/// What tells a row is in the frame that a destination compares: the same whatever is ignored, another where something compared is.
#[test]
fn rows_are_told_by_what_the_rules_compare() {
    let book = book();
    let print = |folks: &str, papers: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for (name, text) in
            [("folks.csv", format!("Id,Family,Given,Note\n{folks}\n")), ("papers.csv", format!("No,Owner,Path,Written,Active\n{papers}\n"))]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, &text).unwrap();
            files.push(InputFile { name: name.to_owned(), path, bytes: text.len() as u64 });
        }
        let order = Order::new(folder.path().to_owned(), chrono::NaiveDate::default());
        let job = book.start(&"linked/1".parse().unwrap(), "again", &files, order).unwrap();
        let converted = job.convert(&job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap()).unwrap();
        let tracked = job.tracked(&converted).unwrap();
        let frame = tracked.iter().find(|table| table.name == "folks").unwrap().tracked(|_| None).unwrap().collect().unwrap();
        ["_ehr_natural", "_ehr_fingerprint"].map(|name| frame.column(name).unwrap().get(0).unwrap().to_string())
    };
    let one = print("1,Marsh,Ada,x", "1,1,a,,1\n2,1,b,,1");
    // Blanks, the order of what is part of it and its numbers, and what is ignored.
    assert_eq!(one, print("1,\" Marsh \",Ada,y", "4,1,b,2024-01-01T08:00:00,1\n7,1,a,,1"));
    for (folks, papers) in [("1,Stone,Ada,x", "1,1,a,,1\n2,1,b,,1"), ("1,Marsh,Ada,x", "1,1,a,,1"), ("1,Marsh,,x", "1,1,a,,1\n2,1,b,,1")] {
        let other = print(folks, papers);
        assert!(one[0] == other[0] && one[1] != other[1], "{folks} {papers}");
    }
}

/// Keys made in different tables are the same, or the target's references would resolve to nothing.
#[test]
fn references_of_the_target_resolve_and_codes_without_an_entry_are_on_the_work_list() {
    // `old` has no target either, but by an entry that says so.
    let visits = format!("{VISITS}V2,1,2024-01-02T08:00:00,,in,old,,,Here\n");
    let outcome = run(&[("people.csv", PEOPLE), ("visits.csv", &visits)]);
    assert!(outcome.balanced && !outcome.failed(), "{:#?}", outcome.findings);
    let list: Vec<_> =
        outcome.unmapped.iter().map(|code| (code.code_map.as_str(), code.rule.as_str(), code.source_value.as_str(), code.rows)).collect();
    assert_eq!(
        list,
        [
            ("class", "stays.class_word_id", "open", 1),
            ("house", "coded.house", "broken leg", 1),
            ("reason", "stays.reason", "broken leg", 1),
            ("saved", "coded.saved", "broken leg", 1),
            ("street", "coded.street", "broken leg", 1),
        ]
    );
}

/// Nothing lists the objects of a run, and a table without rows would say that there are none.
#[test]
fn a_listing_that_a_rule_reads_is_refused_before_the_first_row_and_any_other_is_passed_over() {
    let (book, folder) = (book(), tempfile::tempdir().unwrap());
    let text = "No\n1\n";
    // A file that has the name of the listing is none of it.
    let files = ["orders.csv", "scans.csv"].map(|name| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        InputFile { name: name.to_owned(), path, bytes: text.len() as u64 }
    });
    let listed = "listed/1".parse().unwrap();
    let order = |whole_categories| Order { whole_categories, ..Order::new(folder.path().to_owned(), chrono::NaiveDate::default()) };
    let refused = book.start(&listed, "flat", &files, order(true)).err().unwrap();
    assert!(refused.is_refused());
    assert_eq!(
        refused.to_string(),
        "table `scans` of `listed/1` is a listing of `s3://{bucket}/scans/`, and listings cannot be read in an order yet: \
         only cases can give its rows"
    );
    let job = book.start(&listed, "flat", &files, order(false)).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    job.convert(&common).unwrap();
    let outcome = job.finish().unwrap();
    assert!(outcome.balanced && outcome.findings.is_empty(), "{:#?}", outcome.findings);
    let read: Vec<_> = outcome.tables.iter().map(|one| (one.table.as_str(), one.read)).collect();
    assert_eq!(read, [("orders", 1), ("scans", 0)]);
}
