//! Rows that are as wide as their table's and none of it: its names once more, a comment's, another table's.
//!
//! What columns declare tells most of them; where all are texts, only what stands around a row does.

use super::batch::Batch;
use super::batch::Part;
use super::shape::Shape;
use memchr::memchr_iter;

/// Fewer columns than these of numbers, days and the like tell nothing of a row.
const FEWEST: usize = 2;
/// As many tell it wherever it stands; fewer only behind an empty line.
const SURE: usize = 3;

/// Why a row is none of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strange {
    /// It is the names of the columns once more.
    Names,
    /// It is of another kind than the rows around it.
    Foreign,
    /// The file ends inside it.
    CutOff,
}

/// Looks one file's batches through, in order.
#[derive(Debug)]
pub(crate) struct Strangers {
    names: Vec<String>,
    /// Fields with a digit in every row of the sample.
    digits: Vec<usize>,
    /// Whether the row before was another table's.
    elsewhere: bool,
    /// Whether an empty line stands before the next batch.
    behind_blank: bool,
}

impl Strangers {
    /// Those of a file with these names, and with digits in these fields.
    pub(crate) fn new(names: &[String], digits: &[usize]) -> Self {
        Self { names: names.to_vec(), digits: digits.to_vec(), elsewhere: false, behind_blank: false }
    }

    /// The rows of a batch that are none of the table's, in order. Those of another width are not looked at.
    pub(crate) fn find(&mut self, batch: &Batch, shape: &Shape) -> Vec<(usize, Strange)> {
        let mut found = Vec::new();
        for record in 0..batch.len() {
            if batch.width(record) != self.names.len() || batch.is_malformed(record) {
                continue;
            }
            if let Some(strange) = self.strange(batch, record) {
                found.push((record, strange));
            } else if is_cut_off(batch, record, shape) {
                found.push((record, Strange::CutOff));
            }
        }
        self.behind_blank = batch.ends_in(Part::Blank).unwrap_or(self.behind_blank);
        found
    }

    fn strange(&mut self, batch: &Batch, record: usize) -> Option<Strange> {
        if is_name(batch.field(record, 0), self.names.first()?) && self.is_names(batch, record) {
            self.elsewhere = false;
            return Some(Strange::Names);
        }
        let first = *self.digits.first().filter(|_| self.digits.len() >= FEWEST)?;
        // Nearly every row is told by one byte.
        if !self.elsewhere && has_digit(batch.field(record, first)) {
            return None;
        }
        let values: Vec<&[u8]> =
            self.digits.iter().map(|field| batch.field(record, *field).trim_ascii()).filter(|value| !value.is_empty()).collect();
        let with_digit = values.iter().filter(|value| has_digit(value)).count();
        if self.elsewhere {
            self.elsewhere = values.is_empty() || with_digit < values.len();
        } else {
            // One word over and over stands for a missing value.
            let distinct = (1..values.len()).all(|at| !values[..at].contains(&values[at]));
            let enough = values.len() >= SURE || values.len() >= FEWEST && self.is_behind_blank(batch, record);
            self.elsewhere = with_digit == 0 && distinct && enough;
        }
        self.elsewhere.then_some(Strange::Foreign)
    }

    fn is_names(&self, batch: &Batch, record: usize) -> bool {
        batch.fields(record).zip(&self.names).all(|(field, name)| is_name(field, name))
    }

    fn is_behind_blank(&self, batch: &Batch, record: usize) -> bool {
        batch.is_behind(record, Part::Blank).unwrap_or(self.behind_blank)
    }
}

fn is_name(field: &[u8], name: &str) -> bool {
    field.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
}

#[inline]
fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}

/// Whether the file ends in a field that a quote of another kind opens and none closes.
fn is_cut_off(batch: &Batch, record: usize, shape: &Shape) -> bool {
    if record + 1 < batch.len() || !batch.is_unended(record) {
        return false;
    }
    let Some(last) = batch.width(record).checked_sub(1).filter(|last| !batch.is_quoted(record, *last, shape.quote)) else { return false };
    let value = batch.field(record, last);
    value.first().is_some_and(|first| matches!(first, b'"' | b'\'') && memchr_iter(*first, value).count() % 2 == 1)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::ir::schema::Dialect;
    use crate::records::Hints;
    use crate::records::head;
    use crate::records::reader::Reader;

    /// The lines of the rows that are none of a file's, read in blocks of any size.
    #[track_caller]
    fn of(text: &str) -> Vec<(u64, Strange)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let head = head(file.path(), &Dialect::default(), Hints::default(), 0).unwrap();
        let in_blocks = |block: usize| {
            let mut reader = Reader::open(file.path(), head.shape).unwrap().with_block(block).past_header().unwrap();
            let mut strangers = Strangers::new(&head.header, &head.digits);
            let mut all = Vec::new();
            while let Some(batch) = reader.next(u64::MAX).unwrap() {
                all.extend(strangers.find(&batch, &head.shape).into_iter().map(|(record, strange)| (batch.line(record), strange)));
            }
            all
        };
        let all = in_blocks(1 << 16);
        for block in [1, 7, 64] {
            assert_eq!(in_blocks(block), all, "in blocks of {block}");
        }
        all
    }

    const ROWS: &str = "1,Ana,2001-02-03,60\n2,Bo,1999-12-31,71\n3,Cy,1988-08-08,82\n4,Di,1977-07-07,93\n";

    #[test]
    fn names_that_come_again_are_no_row() {
        assert_eq!(of(&format!("id,name,born,kg\n{ROWS}ID, name ,born,kg\n{ROWS}")), [(6, Strange::Names)]);
        assert_eq!(of(&format!("id,name,born,kg\n{ROWS}5,name,2000-01-01,1\n")), []);
    }

    #[test]
    fn a_row_of_words_among_numbers_is_none_and_those_behind_it_are_another_tables() {
        let comment = format!("id,name,born,kg\n{ROWS}# checked,by,night,twice\n{ROWS}");
        assert_eq!(of(&comment), [(6, Strange::Foreign)]);
        let rows = ROWS.repeat(8);
        let table = format!("id,name,born,kg\n{rows}\nward,beds,head,door\nnorth,12,Vale,3\nid,name,born,kg\n{rows}");
        assert_eq!(of(&table), [(35, Strange::Foreign), (36, Strange::Foreign), (37, Strange::Names)]);
    }

    #[test]
    fn values_that_nobody_knew_make_no_row_a_stranger() {
        for row in ["x,Ed,unknown,unknown", "x,Ed,,", ",Ed,NA,NA", "x1,Ed,never,ever", "n/a,Ed,n/a,n/a"] {
            assert_eq!(of(&format!("id,name,born,kg\n{ROWS}{row}\n{ROWS}")), [], "{row}");
        }
        // Two columns of numbers tell it only behind an empty line.
        let two = |between: &str| format!("zip,town,phone\n1,a,11\n2,b,22\n3,c,33\n4,d,44\n{between}none,e,secret\n5,f,55\n");
        assert_eq!(of(&two("")), []);
        assert_eq!(of(&two("\n")), [(7, Strange::Foreign)]);
    }

    #[test]
    fn a_file_that_ends_inside_quotes_of_another_kind_is_cut_off() {
        assert_eq!(of("id;note\n1;\"x\"\n2;'said he, it''s"), [(3, Strange::CutOff)]);
        assert_eq!(of("id;note\n1;\"x\"\n2;'said he'"), []);
        assert_eq!(of("id;note\n1;\"x\"\n2;'said he\n"), []);
    }
}
