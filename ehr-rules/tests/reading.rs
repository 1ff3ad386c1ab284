//! Files of every dialect, sound and spoilt: no row comes out that is wrong, and none is lost without a word.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "../../benches/polluter/mod.rs"]
mod polluter;

use polluter::ours::Columns;
use polluter::ours::Ours;
use polluter::score::Tally;
use polluter::score::Verdict;
use proptest::prelude::*;
use std::fmt::Write as _;

/// One file in so many of the corpus, which is coprime with the number of faults, so that each fault has its turn.
const ONE_IN: usize = 5;
/// Rows a file.
const ROWS: usize = 48;

#[test]
fn spoilt_files_give_right_rows_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Ours::new(folder.path()).unwrap();
    for columns in [Columns::Text, Columns::Typed] {
        let mut tally = Tally::default();
        let mut said = String::new();
        for case in polluter::corpus(ROWS, 1).iter().step_by(ONE_IN) {
            let (verdict, wrong) = polluter::score::verdict(case, &ours.read(case, columns).unwrap());
            tally.add(verdict, wrong);
            if verdict > Verdict::Exact {
                writeln!(said, "{columns:?} {verdict:?} {wrong}: {}", case.name).unwrap();
            }
        }
        assert_eq!((tally.of(Verdict::Wrong), tally.of(Verdict::Silent)), (0, 0), "{said}");
        assert!(tally.exact() >= 90.0, "{tally}\n{said}");
    }
}

#[test]
fn a_bad_row_takes_none_of_its_neighbours_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Ours::new(folder.path()).unwrap();
    let people = polluter::people::people(300, 7);
    for writing in &polluter::writing::WRITINGS {
        for fault in ["clean", "a cell too many", "a delimiter missing", "a NUL", "no closing quote in the middle", "quotes round the row"]
        {
            let case = polluter::often(writing, &people, fault, 20).unwrap();
            let (verdict, _) = polluter::score::verdict(&case, &ours.read(&case, Columns::Typed).unwrap());
            assert_eq!(verdict, Verdict::Exact, "{}, {:?}", case.name, case.writing);
        }
    }
}

/// Texts with everything in them that means something in one dialect or another. A backslash is not among them: whether it is an escape
/// or text only other cells tell.
fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("([a-zé][a-zé,;|~'\"\t\n #:.]{0,14}[a-zé.])?").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_in_any_dialect_is_read_as_it_was(texts in prop::collection::vec((text(), text(), text()), 24)) {
        let folder = tempfile::tempdir().unwrap();
        let ours = Ours::new(folder.path()).unwrap();
        let mut people = polluter::people::people(texts.len(), 3);
        for (row, (family, given, note)) in people.iter_mut().zip(texts) {
            (row[1], row[2], row[6]) = (family, given, note);
        }
        for writing in &polluter::writing::WRITINGS {
            let case = polluter::often(writing, &people, "clean", 1).unwrap();
            for columns in [Columns::Text, Columns::Typed] {
                let given = ours.read(&case, columns).unwrap();
                let (verdict, _) = polluter::score::verdict(&case, &given);
                prop_assert_eq!(verdict, Verdict::Exact, "{}, {}", &case.name, String::from_utf8_lossy(&case.bytes));
            }
        }
    }

    #[test]
    fn any_bytes_are_rows_or_set_aside(bytes in prop::collection::vec(any::<u8>(), 0..400), begin in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let ours = Ours::new(folder.path()).unwrap();
        let path = folder.path().join("people.csv");
        let names = format!("{}\n", polluter::people::NAMES.join(","));
        std::fs::write(&path, [if begin { names.as_bytes() } else { b"" }, bytes.as_slice()].concat()).unwrap();
        let read = ours.stage(&path, Columns::Typed).unwrap();
        let rows = read.table("people").map_or(0, |table| table.rows);
        for balance in read.ledger().balances() {
            prop_assert_eq!(rows + balance.rejected, balance.read);
        }
    }
}
