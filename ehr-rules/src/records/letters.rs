//! A JSON file's bytes as UTF-8, one at a time, with the line and column at which each stands.

use super::batch::SIDE;
use super::decoder::Decoder;
use super::reader::BOM;
use super::sniff;
use super::sniff::encoding::Guess;
use crate::error::Error;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

/// Bytes read at once.
const BLOCK: usize = 64 << 10;
/// Bytes read at once at least: those of a byte order mark.
const LEAST: usize = 4;

/// A file's text, read as a stream.
pub(super) struct Letters {
    file: File,
    pub(super) path: PathBuf,
    /// What its schema says that it is written in.
    encoding: Option<&'static Encoding>,
    block: usize,
    buffer: Vec<u8>,
    /// Brings bytes to UTF-8; none where they are that already.
    decoder: Option<Decoder>,
    /// How far into the buffer it was read.
    at: usize,
    /// Bytes read of the file.
    pub(super) read: u64,
    /// The line of the byte at hand, from 1, and how many bytes of it came before.
    pub(super) line: u64,
    pub(super) column: usize,
}

impl Letters {
    /// Opens a file; without an encoding it is UTF-8, or UTF-16 where its first bytes say so.
    pub(super) fn open(path: &Path, encoding: Option<&'static Encoding>) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
        let path = path.to_owned();
        Ok(Self { file, path, encoding, block: BLOCK, buffer: Vec::new(), decoder: None, at: 0, read: 0, line: 1, column: 0 })
    }

    /// Reads at most so many bytes at once; the first must tell the encoding.
    pub(super) fn with_block(self, block: usize) -> Self {
        Self { block: block.clamp(LEAST, BLOCK), ..self }
    }

    /// Goes past a byte order mark at the beginning of the file.
    pub(super) fn past_mark(&mut self) -> Result<(), Error> {
        if self.peek()? == BOM.first().copied() && self.at == 0 && self.buffer.starts_with(BOM) {
            self.at = BOM.len();
        }
        Ok(())
    }

    /// Reads a text again that began on a line of its own; `line` is its number.
    pub(super) fn back(&mut self, text: Vec<u8>, line: u64) {
        self.buffer.splice(..self.at, text);
        (self.at, self.line, self.column) = (0, line, 0);
    }

    /// Puts the rest of the line at hand into `text`, without its end.
    pub(super) fn rest_of_line(&mut self, text: &mut Vec<u8>) -> Result<(), Error> {
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
    pub(super) fn ends_line(&mut self) -> Result<bool, Error> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\r')) {
            self.bump();
        }
        Ok(matches!(self.peek()?, None | Some(b'\n')))
    }

    /// Goes past blanks and line ends.
    pub(super) fn blanks(&mut self) -> Result<(), Error> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.bump();
        }
        Ok(())
    }

    /// The byte at hand; `None` at the end of the file.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Error> {
        if self.at == self.buffer.len() {
            self.fill()?;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    fn fill(&mut self) -> Result<(), Error> {
        self.at = 0;
        loop {
            self.buffer.resize(self.block, 0);
            let read = self.file.read(&mut self.buffer).map_err(|error| Error::io("reading", &self.path, error))?;
            self.buffer.truncate(read);
            if self.read == 0 {
                let encoding = self.encoding.or_else(|| two_bytes(&self.buffer)).filter(|encoding| *encoding != UTF_8);
                self.decoder = encoding.map(Decoder::new);
            }
            self.read += read as u64;
            let Some(decoder) = &mut self.decoder else { return Ok(()) };
            let foreign = std::mem::take(&mut self.buffer);
            decoder.decode(&foreign, read == 0, &mut self.buffer);
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
    pub(super) fn bump(&mut self) {
        if self.buffer.get(self.at) == Some(&b'\n') {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        self.at += 1;
    }
}

/// What a JSON file is written in, and how that was found; `through` says that all of it may be looked at.
pub(crate) fn written(path: &Path, through: bool) -> Result<Guess, Error> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
    read.map_err(|error| Error::io("reading", path, error))?;
    let mut guess = sniff::text(path, through)?;
    // Its brackets say so even where hardly a letter of it is ASCII.
    if let Some(encoding) = two_bytes(&start).filter(|encoding| *encoding != guess.encoding) {
        let why = format!("the text is {}, as its first bytes say", encoding.name().to_ascii_lowercase());
        guess = Guess { encoding, why, doubt: None, muddled: 0, ascii: false };
    }
    Ok(guess)
}

/// The encoding of a file whose characters have two bytes: it begins with a mark, or with a bracket and a byte of nothing.
fn two_bytes(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [0xFF, 0xFE, ..] | [b'{' | b'[' | b' ' | b'\n' | b'\r', 0, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] | [0, b'{' | b'[' | b' ' | b'\n' | b'\r', ..] => Some(UTF_16BE),
        _ => None,
    }
}
