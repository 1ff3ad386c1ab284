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
use simdutf8::basic::from_utf8;
use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread::Builder;

/// How much is read at once of a file that is looked through.
const BLOCK: usize = 1 << 20;
/// How many bytes of a character at most come behind its first.
const REST: usize = 3;
/// More threads than these would wait for the disk.
const MOST_THREADS: usize = 8;
/// How much of what is no ASCII is kept, with a few bytes around it.
const KEPT: usize = 32 << 10;
const AROUND: usize = 24;
/// Two encodings whose letters are as plausible, a character, within this are not told apart for certain.
const NEAR: f64 = 0.8;
/// Who ends lines in CR alone is a Macintosh, and hardly anybody else is one.
const MACINTOSH_LIKELY: f64 = 0.5;
const MACINTOSH_RARE: f64 = -0.75;

/// What a file is written in, and how that was found.
#[derive(Debug)]
pub(crate) struct Guess {
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
}

impl Telling {
    /// What a sample tells; `whole` says that nothing follows it.
    pub(super) fn of(sample: &[u8], whole: bool) -> Self {
        let mut telling = Self { start: sample.get(..sample.len().min(4096)).unwrap_or_default().to_vec(), ..Self::default() };
        telling.add(sample, whole);
        telling
    }

    /// Looks a file through, in bounded memory, block by block on every core.
    pub(super) fn of_file(path: &Path) -> Result<Self, Error> {
        let failed = |error| Error::io("reading", path, error);
        let size = std::fs::metadata(path).map_err(failed)?.len();
        let blocks = size.div_ceil(BLOCK as u64).max(1);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS) as u64;
        let threads = threads.min(blocks);
        let mut told = std::thread::scope(|scope| {
            let (tell, told) = channel();
            for nth in 1..threads {
                let tell = tell.clone();
                let every = (nth..blocks).step_by(usize::try_from(threads).unwrap_or(1));
                let look = move || tell.send(Self::of_blocks(path, every));
                Builder::new().name("ehr-look".to_owned()).spawn_scoped(scope, look).map_err(failed)?;
            }
            let every = (0..blocks).step_by(usize::try_from(threads).unwrap_or(1));
            let own = Self::of_blocks(path, every)?;
            drop(tell);
            let mut all = own;
            for others in told {
                all.extend(others?);
            }
            Ok::<_, Error>(all)
        })?;
        told.sort_by_key(|(block, _)| *block);
        let mut whole = Self::default();
        for (_, one) in told {
            whole.start.extend(one.start);
            whole.valid += one.valid;
            whole.invalid += one.invalid;
            let room = KEPT.saturating_sub(whole.pieces.len()).min(one.pieces.len());
            whole.pieces.extend_from_slice(&one.pieces[..room]);
        }
        Ok(whole)
    }

    /// What some of a file's blocks tell, in order.
    fn of_blocks(path: &Path, blocks: impl Iterator<Item = u64>) -> Result<Vec<(u64, Self)>, Error> {
        let failed = |error| Error::io("reading", path, error);
        let mut file = File::open(path).map_err(failed)?;
        let mut told = Vec::new();
        let mut kept = 0;
        let mut bytes = Vec::with_capacity(BLOCK + REST);
        for block in blocks {
            bytes.clear();
            file.seek(SeekFrom::Start(block * BLOCK as u64)).map_err(failed)?;
            (&mut file).take((BLOCK + REST) as u64).read_to_end(&mut bytes).map_err(failed)?;
            // A character belongs to the block in which it begins.
            let rest = |from: usize| bytes.iter().skip(from).take(REST).take_while(|byte| **byte & 0xC0 == 0x80).count();
            let begin = if block == 0 { 0 } else { rest(0) };
            let end = (BLOCK + rest(BLOCK)).min(bytes.len());
            let mut telling = Self::default();
            if block == 0 {
                telling.start.extend_from_slice(bytes.get(..bytes.len().min(4096)).unwrap_or_default());
            }
            telling.add(bytes.get(begin..end).unwrap_or_default(), true);
            // Those before it have as many pieces as are kept.
            if kept >= KEPT {
                telling.pieces = Vec::new();
            }
            kept += telling.pieces.len();
            told.push((block, telling));
        }
        Ok(told)
    }

    fn add(&mut self, mut bytes: &[u8], last: bool) {
        if Encoding::ascii_valid_up_to(bytes) == bytes.len() {
            return;
        }
        if from_utf8(bytes).is_ok() {
            self.valid += beginnings(bytes);
        } else {
            let (all, mut at) = (bytes, 0);
            for chunk in all.utf8_chunks() {
                self.valid += beginnings(chunk.valid().as_bytes());
                at += chunk.valid().len() + chunk.invalid().len();
                if chunk.invalid().is_empty() {
                    continue;
                }
                // What is behind a sample may end a character that it begins.
                if at == all.len() && !last && chunk.invalid().len() < 4 {
                    bytes = &all[..at - chunk.invalid().len()];
                } else {
                    self.invalid += 1;
                }
            }
        }
        let mut kept_to = 0;
        let mut from = 0;
        while self.pieces.len() < KEPT && from < bytes.len() {
            let Some(text) = bytes.get(from..) else { break };
            let found = from + Encoding::ascii_valid_up_to(text);
            if found >= bytes.len() {
                break;
            }
            let start = found.saturating_sub(AROUND).max(kept_to);
            let stop = (found + 2 * AROUND).min(bytes.len());
            self.pieces.extend_from_slice(bytes.get(start..stop).unwrap_or_default());
            kept_to = stop;
            from = stop;
        }
    }

    /// The encoding; `line_end` says what was found of how lines end in it, and `names` which names of columns it may hold.
    pub(super) fn guess(&self, line_end: LineEnd, names: Option<&HashSet<String>>) -> Guess {
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
        self.by_letters(line_end, names)
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

    fn by_letters(&self, line_end: LineEnd, names: Option<&HashSet<String>>) -> Guess {
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
        let by_names = self.keep_those_that_make(names, &mut scored);
        // The first wins where letters do not tell.
        let (mut encoding, mut most) = (guessed, f64::MIN);
        for (one, _, score) in &scored {
            if *score > most {
                (encoding, most) = (*one, *score);
            }
        }
        let near = scored.iter().filter(|(one, _, score)| *one != encoding && most - score <= NEAR);
        let others: Vec<&str> = near.map(|(one, ..)| name(one)).collect();
        let why = match others.is_empty() {
            true if by_names => "by the names of columns that its bytes make",
            true => "by the letters that its bytes make",
            false => "which is assumed",
        };
        let doubt = (!others.is_empty()).then(|| format!("{} is assumed, and it may be {}", name(encoding), others.join(" or ")));
        Guess { encoding, why: format!("the text is {}, {why}", name(encoding)), doubt, muddled: 0, ascii: false }
    }

    /// Leaves those encodings alone in which the beginning holds most of the names that are known; whether that told any apart. A
    /// name is a word that was there before, so that one says more than letters do.
    fn keep_those_that_make(&self, names: Option<&HashSet<String>>, scored: &mut Vec<(&'static Encoding, String, f64)>) -> bool {
        let telling: Vec<&String> = names.into_iter().flatten().filter(|name| !name.is_ascii()).collect();
        if telling.is_empty() {
            return false;
        }
        let made = |encoding: &'static Encoding| {
            let text = encoding.decode_without_bom_handling(&self.start).0.to_lowercase();
            telling.iter().filter(|name| text.contains(name.as_str())).count()
        };
        let made: Vec<usize> = scored.iter().map(|(encoding, ..)| made(encoding)).collect();
        let most = made.iter().copied().max().unwrap_or(0);
        let before = scored.len();
        let mut all = made.into_iter();
        scored.retain(|_| all.next() == Some(most));
        scored.len() < before
    }
}

/// How many characters beyond ASCII begin in valid text.
fn beginnings(text: &[u8]) -> u64 {
    // Bytes are counted in bytes, many at once, as long as none runs over.
    let begin = |bytes: &[u8]| bytes.iter().map(|byte| u8::from(*byte >= 0xC0)).sum::<u8>();
    text.chunks(usize::from(u8::MAX)).map(|bytes| u64::from(begin(bytes))).sum()
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_file_of_many_blocks_tells_what_it_told_as_one() {
        // Characters stand across the ends of blocks, as far as they can.
        for (before, character) in [(1, "é"), (2, "€"), (3, "🩺"), (1, "🩺")] {
            let mut bytes = Vec::new();
            for block in 1..=3 {
                bytes.resize(block * BLOCK - before, b'a');
                bytes.extend_from_slice(character.as_bytes());
            }
            let told = |bytes: &[u8]| {
                let file = tempfile::NamedTempFile::new().unwrap();
                std::fs::write(file.path(), bytes).unwrap();
                let Telling { start, pieces, valid, invalid } = Telling::of_file(file.path()).unwrap();
                assert_eq!(start, bytes[..4096]);
                let pieces = String::from_utf8_lossy(&pieces).matches(character).count();
                (valid, invalid, pieces)
            };
            assert_eq!(told(&bytes), (3, 0, 3), "{character} from {before} before the end");
            // What is no text in any block is found, at the end of the file as well.
            bytes[2 * BLOCK + 7] = 0xE9;
            bytes.push(0xC3);
            assert_eq!(told(&bytes), (3, 2, 3), "{character} from {before} before the end");
        }
    }
}
