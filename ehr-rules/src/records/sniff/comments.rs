//! What lines begin with that are no rows, where nobody has declared it.
//!
//! A mark is believed where the lines that begin with it are no rows of the file and the others are: it is looked for together with the
//! way in which the file is cut, since commas in remarks would pass for those between fields.

use super::delimiter::Choice;
use super::delimiter::Sample;
use super::delimiter::choose;
use super::delimiter::usual_width;
use crate::ir::schema::Dialect;
use crate::records::Hints;
use crate::records::Shape;
use crate::records::batch::Batch;
use crate::records::batch::Part;
use crate::records::frame::frame;
use crate::records::remark::Behind;
use crate::records::remark::behind;
use crate::records::shape::Mark;
use memchr::memchr2_iter;

/// Marks that are looked for, the most usual first.
const MARKS: [&[u8]; 9] = [b"#", b"//", b"--", b"*", b"%", b";", b"!", b"REM ", b"rem "];
/// How many records are looked at.
const RECORDS: u64 = 200;

/// The way of cutting that leaves comments out, where there are some; `plain` is the best that does not.
pub(super) fn find(sample: &mut Sample, known: Shape, plain: &Choice, dialect: &Dialect, hints: Hints<'_>, tabs: bool) -> Option<Choice> {
    for mark in begun(sample) {
        let mut choice = choose(sample, Shape { comment: Some(mark), ..known }, dialect, hints, tabs);
        // Rows that are left out for comments leave the others no more alike.
        if choice.shape.delimiter.first() == mark.first() || !choice.is_as_good_as(plain) {
            continue;
        }
        if let Some((lines, width)) = remarks(sample, &choice.shape) {
            let shown = mark.text();
            choice.shape.finds_comments = true;
            choice.shape.width = width;
            choice
                .why
                .push(format!("{lines} lines that begin with `{}` are comments: none of them is a row, and the others are", shown.trim()));
            return Some(choice);
        }
    }
    None
}

/// The marks with which lines of the sample begin.
fn begun(sample: &Sample) -> Vec<Mark> {
    let bytes = &sample.batch.bytes;
    let starts = || std::iter::once(sample.start).chain(memchr2_iter(b'\n', b'\r', bytes).map(|at| at + 1));
    let mut first = [false; 256];
    for start in starts() {
        if let Some(byte) = bytes.get(start) {
            first[usize::from(*byte)] = true;
        }
    }
    let is_there = |mark: &&&[u8]| {
        mark.first().is_some_and(|byte| first[usize::from(*byte)])
            && starts().any(|start| bytes.get(start..).is_some_and(|rest| rest.starts_with(mark)))
    };
    MARKS.iter().filter(is_there).filter_map(|mark| Mark::new(mark)).collect()
}

/// How many lines were left out, and how wide rows are, where the former are remarks one and all and the latter are rows.
fn remarks(sample: &mut Sample, shape: &Shape) -> Option<(usize, u32)> {
    sample.cut(shape, RECORDS);
    let batch = &sample.batch;
    let width = usual_width(batch);
    let alike = (0..batch.len()).filter(|record| batch.width(*record) == width).count();
    if width < 2 || alike < 2 || alike * 4 < batch.len() * 3 {
        return None;
    }
    let (mut lines, mut said, mut rows) = (0, false, 0);
    for (part, piece) in batch.parts() {
        if part != Part::Comment {
            rows += usize::from(part == Part::Record);
            continue;
        }
        let line = piece.strip_suffix(b"\n").unwrap_or(piece);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let wide = cut(line, shape)?;
        // The line of names may begin as remarks do, as that of no other row may.
        if wide == width && rows == 0 {
            continue;
        }
        let goes_on = behind(line.get(shape.comment?.as_bytes().len()..).unwrap_or_default(), shape);
        if wide == width || goes_on == Behind::Cell {
            return None;
        }
        said |= goes_on == Behind::Words;
        lines += 1;
    }
    Some((lines, u32::try_from(width).ok()?)).filter(|_| said)
}

/// How many fields a line has if it is a row; nothing where it may go on behind its end.
fn cut(line: &[u8], shape: &Shape) -> Option<usize> {
    let mut batch = Batch { bytes: line.to_vec(), ..Batch::default() };
    let shape = Shape { comment: None, preamble: 0, ..*shape };
    frame(&mut batch, 0, line.len(), true, &shape, &mut 1, u64::MAX);
    (batch.len() == 1 && !batch.is_malformed(0)).then(|| batch.width(0))
}
