//! A file that is being written, line by line, with what it truly holds.

use super::Truth;
use super::people::NAMES;
use super::people::Row;
use super::writing::Writing;

/// A file before it is bytes.
pub(super) struct Draft {
    pub writing: &'static Writing,
    /// The header and then a line a row, until lines are put between.
    pub lines: Vec<Line>,
    pub truth: Vec<Truth>,
}

/// A record, or anything else that stands in a line's place.
pub(super) struct Line {
    /// As they are written, quotes and all.
    pub cells: Vec<String>,
    pub delimiter: String,
    pub end: String,
}

impl Draft {
    pub(super) fn new(writing: &'static Writing, rows: &[Row]) -> Self {
        let header: Row = NAMES.map(str::to_owned).to_vec();
        let lines = std::iter::once(&header).chain(rows).map(|row| Line::new(writing, row)).collect();
        let truth = rows.iter().map(|row| Truth { cells: row.clone(), spoilt: false, also: None }).collect();
        Self { writing, lines, truth }
    }

    /// The bytes, and every row that is in them.
    pub(super) fn finish(self) -> (Vec<u8>, Vec<Truth>) {
        let text: String = self.lines.iter().map(|line| line.cells.join(&line.delimiter) + line.end.as_str()).collect();
        (self.writing.bytes(&text), self.truth)
    }

    /// The line of a row, which is spoilt from now on.
    pub(super) fn spoil(&mut self, row: usize) -> &mut Line {
        self.truth[row].spoilt = true;
        &mut self.lines[row + 1]
    }

    /// Gives a row another text in one cell, soundly written.
    pub(super) fn set(&mut self, row: usize, cell: usize, text: &str) {
        text.clone_into(&mut self.truth[row].cells[cell]);
        self.lines[row + 1].cells[cell] = self.writing.cell(text);
    }

    /// Lets what was done to a cell be its text as well.
    pub(super) fn reads_as(&mut self, row: usize, cell: usize, text: &str) {
        let mut also = self.truth[row].cells.clone();
        text.clone_into(&mut also[cell]);
        self.truth[row].also = Some(also);
    }

    /// Puts a line before that of a row.
    pub(super) fn before(&mut self, row: usize, text: &str) {
        let line = Line { cells: vec![text.to_owned()], delimiter: String::new(), end: self.writing.end.to_owned() };
        self.lines.insert(row + 1, line);
    }

    /// Puts a line at the end.
    pub(super) fn behind(&mut self, text: &str) {
        self.before(self.lines.len() - 1, text);
    }

    /// Cells as one line.
    pub(super) fn joined(&self, cells: &[&str]) -> String {
        cells.join(self.writing.delimiter)
    }

    /// Ends the file within a row's cell, behind so many of its characters.
    pub(super) fn cut(&mut self, row: usize, cell: usize, letters: usize) {
        self.truth.truncate(row + 1);
        self.lines.truncate(row + 2);
        let line = self.spoil(row);
        line.cells.truncate(cell + 1);
        line.cells[cell] = line.cells[cell].chars().take(letters).collect();
        line.end.clear();
    }
}

impl Line {
    fn new(writing: &Writing, row: &Row) -> Self {
        let cells = row.iter().map(|cell| writing.cell(cell)).collect();
        Self { cells, delimiter: writing.delimiter.to_owned(), end: writing.end.to_owned() }
    }
}
