//! JSON files to pieces: the text of one object at a time, and the line on which it begins.
//!
//! Boundaries are brackets outside strings, so that a list of any length is a stream, and an object that is no JSON costs
//! no other. One that never closes would swallow those behind it; it ends where the next line begins as it does itself.

use super::batch::SIDE;
use super::json::Fault;
use super::reader::decode;
use crate::error::Error;
use encoding_rs::Decoder;
use encoding_rs::Encoding;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

/// Bytes read at once.
const BLOCK: usize = 64 << 10;

/// The objects of one file, as text.
pub(super) struct Pieces {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
    /// Brings bytes to UTF-8; none where they are that already.
    decoder: Option<Decoder>,
    /// How far into the buffer it was read.
    at: usize,
    /// Bytes read of the file.
    read: u64,
    /// The line of the byte at hand, from 1, and how many bytes of it came before.
    line: u64,
    column: usize,
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
    /// Opens a file.
    pub(super) fn open(path: &Path, rows: &[String]) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            buffer: Vec::new(),
            decoder: None,
            at: 0,
            read: 0,
            line: 1,
            column: 0,
            begun: 1,
            rows: rows.to_vec(),
            state: State::Start,
            fault: None,
        })
    }

    /// What was found instead of JSON or of rows, first of all that was read.
    pub(super) const fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// How many bytes were read so far.
    pub(super) const fn bytes_read(&self) -> u64 {
        self.read
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
                    self.blanks()?;
                    let line = self.line;
                    if self.peek()?.is_none() {
                        self.state = State::End;
                        continue;
                    }
                    self.rest_of_line(text)?;
                    return Ok(Some(Piece { line, column: 0, closes: true, is_document: true }));
                }
                State::End => return Ok(None),
            }
        }
    }

    /// A file of something else is told by its first byte, before all of it is set aside piece by piece.
    fn start(&mut self) -> Result<(), Error> {
        if self.peek()? == Some(0xef) && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        self.blanks()?;
        self.state = State::Document;
        match self.peek()? {
            None => {
                self.fault = Some(Fault::Empty);
                Ok(())
            }
            Some(b'{' | b'[') => Ok(()),
            Some(_) => {
                self.fault = Some(Fault::NoJson { line: self.line, column: self.column as u64 + 1 });
                self.state = State::End;
                Ok(())
            }
        }
    }

    /// The next document where it is one object; a list is gone into.
    fn document(&mut self, text: &mut Vec<u8>) -> Result<Option<Piece>, Error> {
        self.blanks()?;
        let line = self.line;
        self.begun = line;
        match self.peek()? {
            None => {
                self.state = State::End;
                return Ok(None);
            }
            Some(b'[') if self.rows.is_empty() => {
                self.bump();
                self.state = State::List { is_due: false };
                return Ok(None);
            }
            Some(b'{' | b'[') => {}
            // What stands between documents is no part of one.
            Some(_) => {
                let column = self.column;
                self.rest_of_line(text)?;
                return Ok(Some(Piece { line, column, closes: false, is_document: false }));
            }
        }
        match self.seek()? {
            Sought::There => {}
            Sought::Absent(within) => {
                self.fault = self.fault.or(Some(Fault::NoRows));
                let column = self.column;
                self.value(None, within)?;
                self.end()?;
                return Ok(Some(Piece { line, column, closes: false, is_document: false }));
            }
            Sought::Broken => {
                self.state = State::End;
                return Ok(Some(Piece { line: self.line, column: self.column, closes: false, is_document: false }));
            }
        }
        if self.peek()? == Some(b'[') {
            self.bump();
            self.state = State::List { is_due: false };
            return Ok(None);
        }
        let (begins, column) = (self.line, self.column);
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
        self.blanks()?;
        let mut lacks = is_due;
        while self.peek()? == Some(b',') {
            lacks = false;
            self.bump();
            self.blanks()?;
        }
        let (line, column) = (self.line, self.column);
        match self.peek()? {
            Some(b']') => {
                self.bump();
                self.state = State::Document;
                let closes = self.leave()?;
                self.end()?;
                return Ok((!closes).then_some(Piece { line: self.line, column: self.column, closes, is_document: false }));
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
            text.extend(self.peek()?);
            self.bump();
            closes = false;
        }
        Ok(Some(Piece { line, column, closes: closes && !lacks, is_document: false }))
    }

    /// Goes into a document to where its objects stand.
    fn seek(&mut self) -> Result<Sought, Error> {
        for (within, name) in self.rows.clone().into_iter().enumerate() {
            if self.peek()? != Some(b'{') {
                return Ok(Sought::Absent(within));
            }
            self.bump();
            loop {
                self.blanks()?;
                match self.peek()? {
                    Some(b'}') => return Ok(Sought::Absent(within + 1)),
                    Some(b',') => {
                        self.bump();
                        continue;
                    }
                    Some(b'"') => {}
                    _ => return Ok(Sought::Broken),
                }
                let mut key = Vec::new();
                let closes = self.value(Some(&mut key), 0)?;
                self.blanks()?;
                if !closes || self.peek()? != Some(b':') {
                    return Ok(Sought::Broken);
                }
                self.bump();
                self.blanks()?;
                if serde_json::from_slice::<String>(&key).is_ok_and(|key| key == name) {
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
        if self.line == self.begun && self.ends_line()? {
            self.state = State::Lines;
        }
        Ok(())
    }

    /// Reads one value to its end, or to the end of this many objects around it, and says whether brackets and strings close.
    fn value(&mut self, mut text: Option<&mut Vec<u8>>, within: usize) -> Result<bool, Error> {
        let mut open = vec![b'}'; within];
        let (mut closes, mut in_string, mut is_escaped, mut begun) = (true, false, false, within > 0);
        while let Some(byte) = self.peek()? {
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
                        self.path.display(),
                        self.line
                    )));
                }
            }
            self.bump();
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
            self.buffer.splice(..self.at, behind);
            self.at = 0;
            self.line = line + memchr::memchr_iter(b'\n', text).count() as u64;
            self.column = 0;
        }
    }

    fn rest_of_line(&mut self, text: &mut Vec<u8>) -> Result<(), Error> {
        while let Some(byte) = self.peek()? {
            self.bump();
            if byte == b'\n' {
                break;
            }
            text.push(byte);
            if text.len() >= SIDE as usize {
                return Err(Error::data(format!("line {} of `{}` is larger than 2 GiB", self.line, self.path.display())));
            }
        }
        Ok(())
    }

    /// Whether nothing more stands on the line.
    fn ends_line(&mut self) -> Result<bool, Error> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\r')) {
            self.bump();
        }
        Ok(matches!(self.peek()?, None | Some(b'\n')))
    }

    fn blanks(&mut self) -> Result<(), Error> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.bump();
        }
        Ok(())
    }

    /// The byte at hand; `None` at the end of the file.
    fn peek(&mut self) -> Result<Option<u8>, Error> {
        if self.at == self.buffer.len() {
            self.fill()?;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    fn fill(&mut self) -> Result<(), Error> {
        self.at = 0;
        loop {
            self.buffer.resize(BLOCK, 0);
            let read = self.file.read(&mut self.buffer).map_err(|error| Error::io("reading", &self.path, error))?;
            self.buffer.truncate(read);
            if self.read == 0 {
                self.decoder = two_bytes(&self.buffer).map(Encoding::new_decoder_without_bom_handling);
            }
            self.read += read as u64;
            let Some(decoder) = &mut self.decoder else { return Ok(()) };
            let foreign = std::mem::take(&mut self.buffer);
            decode(decoder, &foreign, read == 0, &mut self.buffer);
            if read == 0 {
                self.decoder = None;
                return Ok(());
            }
            // Half a character alone is no text yet.
            if !self.buffer.is_empty() {
                return Ok(());
            }
        }
    }

    /// Goes past the byte at hand.
    fn bump(&mut self) {
        if self.buffer.get(self.at) == Some(&b'\n') {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        self.at += 1;
    }
}

/// The encoding of a file whose characters have two bytes: it begins with a mark, or with a bracket and a byte of nothing.
fn two_bytes(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [0xFF, 0xFE, ..] | [b'{' | b'[' | b' ' | b'\n' | b'\r', 0, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] | [0, b'{' | b'[' | b' ' | b'\n' | b'\r', ..] => Some(UTF_16BE),
        _ => None,
    }
}
