//! The encoding of a file: by its mark, by what is valid, and else by the letters that its bytes make.

use super::letters::plausibility;
use crate::error::Error;
use crate::ir::schema::LineEnd;
use crate::records::reader::BOM;
use chardetng::EncodingDetector;
use chardetng::Iso2022JpDetection;
use chardetng::Utf8Detection;
use encoding_rs::Encoding;
use encoding_rs::ISO_8859_15;
use encoding_rs::MACINTOSH;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use encoding_rs::WINDOWS_1252;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// How much is read at once of a file that is looked through.
const BLOCK: usize = 1 << 20;
/// How much of what is no ASCII is kept, with a few bytes around it.
const KEPT: usize = 32 << 10;
const AROUND: usize = 24;
/// Two encodings whose letters are as plausible, a character, within this are not told apart for certain.
const NEAR: f64 = 0.8;
/// Who ends lines in CR alone is a Macintosh, and hardly anybody else is one.
const MACINTOSH_LIKELY: f64 = 0.5;
const MACINTOSH_RARE: f64 = -0.75;

/// What a file is written in, and how that was found.
pub(super) struct Guess {
    pub encoding: &'static Encoding,
    pub why: String,
    /// What it may be just as well, where nothing decides.
    pub doubt: Option<String>,
    /// In how many places letters were made of other letters' bytes before it was written.
    pub muddled: usize,
    /// Whether there is nothing beyond ASCII in it.
    pub ascii: bool,
}

/// What of a file tells its encoding.
#[derive(Debug, Default)]
pub(super) struct Telling {
    /// Its first bytes.
    start: Vec<u8>,
    /// Pieces around bytes that are no ASCII.
    pieces: Vec<u8>,
    /// How many characters beyond ASCII are valid UTF-8, and how many pieces are not.
    valid: u64,
    invalid: u64,
    /// Bytes that may begin a character which the next block ends.
    open: Vec<u8>,
}

impl Telling {
    /// What a sample tells; `whole` says that nothing follows it.
    pub(super) fn of(sample: &[u8], whole: bool) -> Self {
        let mut telling = Self { start: sample.get(..sample.len().min(4096)).unwrap_or_default().to_vec(), ..Self::default() };
        telling.add(sample, whole);
        telling
    }

    /// Looks a file through, in bounded memory.
    pub(super) fn of_file(path: &Path) -> Result<Self, Error> {
        let failed = |error| Error::io("reading", path, error);
        let mut file = File::open(path).map_err(failed)?;
        let mut telling = Self::default();
        let mut block = Vec::with_capacity(BLOCK);
        loop {
            block.clear();
            let got = (&mut file).take(BLOCK as u64).read_to_end(&mut block).map_err(failed)?;
            if telling.start.is_empty() {
                telling.start.extend_from_slice(block.get(..got.min(4096)).unwrap_or_default());
            }
            telling.add(&block, got < BLOCK);
            if got < BLOCK {
                return Ok(telling);
            }
        }
    }

    fn add(&mut self, block: &[u8], last: bool) {
        if self.open.is_empty() && Encoding::ascii_valid_up_to(block) == block.len() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.open);
        bytes.extend_from_slice(block);
        let mut kept_to = 0;
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            self.valid += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count() as u64;
            at += chunk.valid().len() + chunk.invalid().len();
            if chunk.invalid().is_empty() {
                continue;
            }
            if at == bytes.len() && !last && chunk.invalid().len() < 4 {
                self.open = chunk.invalid().to_vec();
            } else {
                self.invalid += 1;
            }
        }
        let end = bytes.len() - self.open.len();
        let mut from = 0;
        while self.pieces.len() < KEPT && from < end {
            let Some(text) = bytes.get(from..end) else { break };
            let found = from + Encoding::ascii_valid_up_to(text);
            if found >= end {
                break;
            }
            let start = found.saturating_sub(AROUND).max(kept_to);
            let stop = (found + 2 * AROUND).min(end);
            self.pieces.extend_from_slice(bytes.get(start..stop).unwrap_or_default());
            kept_to = stop;
            from = stop;
        }
    }

    /// The encoding; `line_end` says what was found of how lines end in it.
    pub(super) fn guess(&self, line_end: LineEnd) -> Guess {
        let sure = |encoding, why: &str| Guess {
            encoding,
            why: format!("the text is {}, {why}", name(encoding)),
            doubt: None,
            muddled: 0,
            ascii: false,
        };
        let marks = [(UTF_8, BOM), (UTF_16LE, b"\xFF\xFE".as_slice()), (UTF_16BE, b"\xFE\xFF".as_slice())];
        if let Some((encoding, _)) = marks.iter().find(|(_, mark)| self.start.starts_with(mark)) {
            let muddled = if *encoding == UTF_8 { muddled(&String::from_utf8_lossy(&self.pieces)) } else { 0 };
            return Guess { muddled, ..sure(*encoding, "as the mark at its beginning says") };
        }
        if let Some(encoding) = self.in_pairs() {
            return sure(encoding, "by the zeros between its bytes");
        }
        let muddled = || muddled(&String::from_utf8_lossy(&self.pieces));
        if self.invalid == 0 {
            let why = if self.valid == 0 { "being ASCII alone" } else { "which all that was looked at is" };
            return Guess { muddled: muddled(), ascii: self.valid == 0, ..sure(UTF_8, why) };
        }
        if self.valid >= self.invalid.saturating_mul(9) {
            return Guess { muddled: muddled(), ..sure(UTF_8, "but for a few bytes that are no text in it") };
        }
        self.by_letters(line_end)
    }

    /// UTF-16 without a mark: where most of a text is ASCII every second byte is zero.
    fn in_pairs(&self) -> Option<&'static Encoding> {
        let zeros = |of: usize| self.start.iter().skip(of).step_by(2).filter(|byte| **byte == 0).count();
        let half = self.start.len() / 2;
        let (even, odd) = (zeros(0), zeros(1));
        match () {
            () if half >= 2 && odd * 10 >= half * 6 && even * 20 <= half => Some(UTF_16LE),
            () if half >= 2 && even * 10 >= half * 6 && odd * 20 <= half => Some(UTF_16BE),
            () => None,
        }
    }

    fn by_letters(&self, line_end: LineEnd) -> Guess {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.pieces, true);
        let guessed = detector.guess(None, Utf8Detection::Deny);
        let prior = if line_end == LineEnd::Cr { MACINTOSH_LIKELY } else { MACINTOSH_RARE };
        let candidates = [(guessed, 0.0), (WINDOWS_1252, 0.0), (ISO_8859_15, 0.0), (MACINTOSH, prior)];
        let count = self.pieces.iter().filter(|byte| !byte.is_ascii()).count().max(1);
        let mut scored: Vec<(&'static Encoding, String, f64)> = Vec::new();
        for (encoding, prior) in candidates {
            let text = encoding.decode_without_bom_handling(&self.pieces).0.into_owned();
            // Encodings that read all of it alike need not be told apart.
            if scored.iter().all(|(_, other, _)| *other != text) {
                #[expect(clippy::cast_precision_loss, reason = "a few thousand bytes")]
                let score = plausibility(&text) / count as f64 + prior;
                scored.push((encoding, text, score));
            }
        }
        // The first wins where letters do not tell.
        let (mut encoding, mut most) = (guessed, f64::MIN);
        for (one, _, score) in &scored {
            if *score > most {
                (encoding, most) = (*one, *score);
            }
        }
        let near = scored.iter().filter(|(one, _, score)| *one != encoding && most - score <= NEAR);
        let others: Vec<&str> = near.map(|(one, ..)| name(one)).collect();
        let why = if others.is_empty() { "by the letters that its bytes make" } else { "which is assumed" };
        let doubt = (!others.is_empty()).then(|| format!("{} is assumed, and it may be {}", name(encoding), others.join(" or ")));
        Guess { encoding, why: format!("the text is {}, {why}", name(encoding)), doubt, muddled: 0, ascii: false }
    }
}

/// How many times letters stand together whose bytes in Windows-1252 are UTF-8: nobody writes `Ã` and `©` beside one another.
fn muddled(text: &str) -> usize {
    let runs = text.split(|letter: char| letter.is_ascii()).filter(|run| run.chars().nth(1).is_some());
    let is_muddled = |run: &&str| {
        let (bytes, _, lossy) = WINDOWS_1252.encode(run);
        !lossy && std::str::from_utf8(&bytes).is_ok()
    };
    runs.filter(is_muddled).count()
}

/// Its label, as a schema names it.
pub(super) fn name(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "UTF-8" => "utf-8",
        "UTF-16LE" => "utf-16le",
        "UTF-16BE" => "utf-16be",
        "ISO-8859-15" => "iso-8859-15",
        other => other,
    }
}
