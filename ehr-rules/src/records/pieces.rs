//! JSON files to pieces: the text of one object at a time, and the line on which it begins.
//!
//! Boundaries are brackets outside strings, so that a list of any length is a stream, and an object that is no JSON costs
//! no other. One that never closes would swallow those behind it; it ends where the next line begins as it does itself.

use super::batch::SIDE;
use super::json::Fault;
use super::letters::Letters;
use super::tree::Tree;
use crate::error::Error;
use encoding_rs::Encoding;
use std::path::Path;

/// The objects of one file, as text.
pub(super) struct Pieces {
    from: Letters,
    /// The line on which the document at hand begins.
    begun: u64,
    /// Names from a document inwards to its objects.
    rows: Vec<String>,
    state: State,
    /// What was found instead of JSON or of rows, first of all.
    fault: Option<Fault>,
}

/// Where in a file a reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Document,
    /// Before an item of a list; `is_due` where a comma has to stand before it.
    List {
        is_due: bool,
    },
    /// Each line is a document: one stood alone on its line.
    Lines,
    End,
}

/// A piece whose text was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line on which it begins, from 1, and how many bytes of that line stand before it.
    pub line: u64,
    pub column: usize,
    /// Whether its brackets and strings close.
    pub closes: bool,
    /// Whether it is a whole document, which has its objects somewhere inside.
    pub is_document: bool,
}

/// What was found on the way to a document's objects.
enum Sought {
    There,
    /// Nothing stands there, in so many objects.
    Absent(usize),
    Broken,
}

impl Pieces {
    /// Opens a file; without an encoding it is found.
    pub(super) fn open(path: &Path, encoding: Option<&'static Encoding>, rows: &[String]) -> Result<Self, Error> {
        let from = Letters::open(path, encoding)?;
        Ok(Self { from, begun: 1, rows: rows.to_vec(), state: State::Start, fault: None })
    }

    /// Reads at most so many bytes at once.
    pub(super) fn with_block(self, block: usize) -> Self {
        Self { from: self.from.with_block(block), ..self }
    }

    /// What was found instead of JSON or of rows, first of all that was read.
    pub(super) const fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// How many bytes were read so far.
    pub(super) const fn bytes_read(&self) -> u64 {
        self.from.read
    }

    /// Puts the next piece's text into `text`; `None` at the end of the file.
    pub(super) fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Piece>, Error> {
        text.clear();
        loop {
            match self.state {
                State::Start => self.start()?,
                State::Document => {
                    if let Some(piece) = self.document(text)? {
                        return Ok(Some(piece));
                    }
                }
                State::List { is_due } => {
                    if let Some(piece) = self.item(is_due, text)? {
                        return Ok(Some(piece));
                    }
                }
                State::Lines => {
                    self.from.blanks()?;
                    let line = self.from.line;
                    if self.from.peek()?.is_none() {
                        self.state = State::End;
                        continue;
                    }
                    self.from.rest_of_line(text)?;
                    return Ok(Some(Piece { line, column: 0, closes: true, is_document: true }));
                }
                State::End => return Ok(None),
            }
        }
    }

    /// A file of something else is told by its first byte, before all of it is set aside piece by piece.
    fn start(&mut self) -> Result<(), Error> {
        self.from.past_mark()?;
        self.from.blanks()?;
        self.state = State::Document;
        match self.from.peek()? {
            None => {
                self.fault = Some(Fault::Empty);
                Ok(())
            }
            Some(b'{' | b'[') => Ok(()),
            Some(_) => {
                let (line, column) = (self.from.line, self.from.column as u64 + 1);
                self.fault = Some(Fault::NoJson { line, column, what: "no object and no list begins there" });
                self.state = State::End;
                Ok(())
            }
        }
    }

    /// The next document where it is one object; a list is gone into.
    fn document(&mut self, text: &mut Vec<u8>) -> Result<Option<Piece>, Error> {
        self.from.blanks()?;
        let line = self.from.line;
        self.begun = line;
        match self.from.peek()? {
            None => {
                self.state = State::End;
                return Ok(None);
            }
            Some(b'[') if self.rows.is_empty() => {
                self.from.bump();
                self.state = State::List { is_due: false };
                return Ok(None);
            }
            Some(b'{' | b'[') => {}
            // What stands between documents is no part of one.
            Some(_) => {
                let column = self.from.column;
                self.from.rest_of_line(text)?;
                return Ok(Some(Piece { line, column, closes: false, is_document: false }));
            }
        }
        match self.seek()? {
            Sought::There => {}
            Sought::Absent(within) => {
                self.fault = self.fault.or(Some(Fault::NoRows));
                let column = self.from.column;
                self.value(None, within)?;
                self.end()?;
                return Ok(Some(Piece { line, column, closes: false, is_document: false }));
            }
            Sought::Broken => {
                self.state = State::End;
                return Ok(Some(Piece { line: self.from.line, column: self.from.column, closes: false, is_document: false }));
            }
        }
        if self.from.peek()? == Some(b'[') {
            self.from.bump();
            self.state = State::List { is_due: false };
            return Ok(None);
        }
        let (begins, column) = (self.from.line, self.from.column);
        let mut closes = self.value(Some(text), 0)?;
        if closes {
            closes = self.leave()?;
        } else {
            self.split(text, begins, column);
        }
        self.end()?;
        Ok(Some(Piece { line: begins, column, closes, is_document: false }))
    }

    /// The next item of a list; none at its end.
    fn item(&mut self, is_due: bool, text: &mut Vec<u8>) -> Result<Option<Piece>, Error> {
        self.from.blanks()?;
        let mut lacks = is_due;
        while self.from.peek()? == Some(b',') {
            lacks = false;
            self.from.bump();
            self.from.blanks()?;
        }
        let (line, column) = (self.from.line, self.from.column);
        match self.from.peek()? {
            Some(b']') => {
                self.from.bump();
                self.state = State::Document;
                let closes = self.leave()?;
                self.end()?;
                return Ok((!closes).then_some(Piece { line: self.from.line, column: self.from.column, closes, is_document: false }));
            }
            // The list does not end, so what ought to follow is not there: that is told as a piece of nothing.
            None => {
                self.state = State::End;
                return Ok(Some(Piece { line, column, closes: false, is_document: false }));
            }
            Some(_) => {}
        }
        self.state = State::List { is_due: true };
        let mut closes = self.value(Some(text), 0)?;
        if !closes {
            self.split(text, line, column);
            self.state = State::List { is_due: false };
        }
        if text.is_empty() {
            text.extend(self.from.peek()?);
            self.from.bump();
            closes = false;
        }
        Ok(Some(Piece { line, column, closes: closes && !lacks, is_document: false }))
    }

    /// Goes into a document to where its objects stand.
    fn seek(&mut self) -> Result<Sought, Error> {
        for (within, name) in self.rows.clone().into_iter().enumerate() {
            if self.from.peek()? != Some(b'{') {
                return Ok(Sought::Absent(within));
            }
            self.from.bump();
            loop {
                self.from.blanks()?;
                match self.from.peek()? {
                    Some(b'}') => return Ok(Sought::Absent(within + 1)),
                    Some(b',') => {
                        self.from.bump();
                        continue;
                    }
                    Some(b'"') => {}
                    _ => return Ok(Sought::Broken),
                }
                let mut key = Vec::new();
                let closes = self.value(Some(&mut key), 0)?;
                self.from.blanks()?;
                if !closes || self.from.peek()? != Some(b':') {
                    return Ok(Sought::Broken);
                }
                self.from.bump();
                self.from.blanks()?;
                if matches!(Tree::of(&key), Ok(Tree::Text(key)) if key == name) {
                    break;
                }
                if !self.value(None, 0)? {
                    return Ok(Sought::Broken);
                }
            }
        }
        Ok(Sought::There)
    }

    /// Goes out of a document again; `false` where it does not close.
    fn leave(&mut self) -> Result<bool, Error> {
        if self.rows.is_empty() { Ok(true) } else { self.value(None, self.rows.len()) }
    }

    /// Where a document stood alone on its line, so will the next.
    fn end(&mut self) -> Result<(), Error> {
        if self.from.line == self.begun && self.from.ends_line()? {
            self.state = State::Lines;
        }
        Ok(())
    }

    /// Reads one value to its end, or to the end of this many objects around it, and says whether brackets and strings close.
    fn value(&mut self, mut text: Option<&mut Vec<u8>>, within: usize) -> Result<bool, Error> {
        let mut open = vec![b'}'; within];
        let (mut closes, mut in_string, mut is_escaped, mut begun) = (true, false, false, within > 0);
        while let Some(byte) = self.from.peek()? {
            if in_string {
                // No string of JSON holds a line end.
                closes &= byte != b'\n';
                in_string = byte != b'\n' && (byte != b'"' || is_escaped);
                is_escaped = byte == b'\\' && !is_escaped;
            } else {
                match byte {
                    b'"' => in_string = true,
                    b'{' => open.push(b'}'),
                    b'[' => open.push(b']'),
                    b'}' | b']' => match open.iter().rposition(|closer| *closer == byte) {
                        Some(at) => {
                            closes &= at + 1 == open.len();
                            open.truncate(at);
                        }
                        // It belongs to what the value stands in.
                        None if open.is_empty() => return Ok(closes && begun),
                        None if byte == b']' => return Ok(false),
                        None => closes = false,
                    },
                    b',' | b' ' | b'\t' | b'\r' | b'\n' if open.is_empty() => return Ok(closes && begun),
                    _ => {}
                }
            }
            begun = true;
            if let Some(text) = &mut text {
                text.push(byte);
                if text.len() >= SIDE as usize {
                    return Err(Error::data(format!(
                        "an object of `{}`, up to line {}, is larger than 2 GiB",
                        self.from.path.display(),
                        self.from.line
                    )));
                }
            }
            self.from.bump();
            if open.is_empty() && !in_string && matches!(byte, b'}' | b']' | b'"' | b'\n') {
                return Ok(closes);
            }
        }
        Ok(false)
    }

    /// Ends a piece that does not close where a later line begins as it does, in the same column; what is behind is read
    /// again.
    fn split(&mut self, text: &mut Vec<u8>, line: u64, column: usize) {
        let Some(first) = text.first().copied() else { return };
        let begins = |at: &usize| {
            let behind = text.get(at + 1..).unwrap_or_default();
            behind.get(column) == Some(&first) && behind.iter().take(column).all(u8::is_ascii_whitespace)
        };
        let ends = memchr::memchr_iter(b'\n', text).find(begins);
        if let Some(end) = ends {
            let behind = text.split_off(end + 1);
            self.from.back(behind, line + memchr::memchr_iter(b'\n', text).count() as u64);
        }
    }
}
