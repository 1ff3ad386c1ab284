//! Spoilt files of every dialect: no row comes out that is wrong, and none is lost without a word.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "../../benches/polluter/mod.rs"]
mod polluter;

use polluter::ours::Columns;
use polluter::ours::Ours;
use polluter::score::Tally;
use polluter::score::Verdict;
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
