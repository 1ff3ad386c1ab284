//! Bytes of any encoding brought to UTF-8, those that are no text in it among them.
//!
//! What is no text becomes bytes that are no UTF-8 either, so that its record is set aside and not changed without a word: a byte that no
//! UTF-8 has, and behind it the halves of each byte that was there, as bytes that begin no character. So it counts as one character, holds no
//! delimiter, and can be written down as it was.

use encoding_rs::DecoderResult;
use encoding_rs::Encoding;
use std::borrow::Cow;

/// Begins what is no text.
const NO_TEXT: u8 = 0xFF;
/// Half a byte, as a byte that goes on with a character.
const HALF: u8 = 0x80;
/// No decoder looks back further than this for what is wrong.
const BACK: usize = 16;

/// Brings a stream of bytes to UTF-8.
pub(super) struct Decoder {
    inner: encoding_rs::Decoder,
    /// The last bytes before those at hand.
    before: Vec<u8>,
}

impl Decoder {
    /// Of an encoding, a byte order mark being text.
    pub(super) fn new(encoding: &'static Encoding) -> Self {
        Self { inner: encoding.new_decoder_without_bom_handling(), before: Vec::new() }
    }

    /// Appends `foreign` as UTF-8; after the last of it, what it breaks off in is no text.
    pub(super) fn decode(&mut self, foreign: &[u8], last: bool, bytes: &mut Vec<u8>) {
        let mut room = vec![0; foreign.len().saturating_mul(3).max(64)];
        let mut at = 0;
        loop {
            let rest = foreign.get(at..).unwrap_or_default();
            let (result, read, written) = self.inner.decode_to_utf8_without_replacement(rest, &mut room, last);
            bytes.extend_from_slice(room.get(..written).unwrap_or_default());
            at += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    bytes.push(NO_TEXT);
                    let (length, after) = (usize::from(length), usize::from(after));
                    for nth in (after..after + length).rev() {
                        let Some(byte) = self.back(foreign, at, nth + 1) else { continue };
                        bytes.extend([HALF | byte >> 4, HALF | byte & 0x0F]);
                    }
                }
            }
        }
        self.before.extend_from_slice(foreign.get(foreign.len().saturating_sub(BACK)..).unwrap_or_default());
        self.before.drain(..self.before.len().saturating_sub(BACK));
    }

    /// The byte so many before one of those at hand.
    fn back(&self, foreign: &[u8], at: usize, by: usize) -> Option<u8> {
        match at.checked_sub(by) {
            Some(at) => foreign.get(at).copied(),
            None => self.before.get(self.before.len().checked_sub(by - at)?).copied(),
        }
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoder({})", self.inner.encoding().name())
    }
}

/// Text that was decoded, each byte that was none as `\x` and two digits of base sixteen.
pub(crate) fn shown(decoded: &[u8]) -> Cow<'_, [u8]> {
    if !decoded.contains(&NO_TEXT) {
        return Cow::Borrowed(decoded);
    }
    let mut shown = Vec::with_capacity(decoded.len());
    let mut rest = decoded;
    loop {
        match rest {
            [] => return Cow::Owned(shown),
            [NO_TEXT, behind @ ..] => {
                rest = behind;
                while let [high @ HALF..=0x8F, low @ HALF..=0x8F, behind @ ..] = rest {
                    shown.extend(format!("\\x{:02X}", high << 4 | low & 0x0F).bytes());
                    rest = behind;
                }
            }
            [byte, behind @ ..] => {
                shown.push(*byte);
                rest = behind;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decoded in pieces of this many bytes.
    fn of(encoding: &'static Encoding, bytes: &[u8], by: usize) -> Vec<u8> {
        let mut decoder = Decoder::new(encoding);
        let mut text = Vec::new();
        for piece in bytes.chunks(by) {
            decoder.decode(piece, false, &mut text);
        }
        decoder.decode(&[], true, &mut text);
        text
    }

    #[test]
    fn what_is_no_text_is_shown_as_the_bytes_that_it_was() {
        let cases: [(&'static Encoding, &[u8], &str); 6] = [
            (encoding_rs::UTF_16LE, b"a\0\x01\xD8b\0", "a\\x01\\xD8b"),
            (encoding_rs::UTF_16BE, b"\0a\xDC\x7F\0b", "a\\xDC\\x7Fb"),
            (encoding_rs::UTF_16LE, b"a\0\x01\xD8", "a\\x01\\xD8"),
            (encoding_rs::UTF_16LE, b"a\0b", "a\\x62"),
            (encoding_rs::SHIFT_JIS, b"a\x81,\x82\xA0\xFD\n", "a\\x81,\u{3042}\\xFD\n"),
            (encoding_rs::GB18030, b"\x81\x30\x81\x30\xFFx", "\u{80}\\xFFx"),
        ];
        for (encoding, bytes, expected) in cases {
            for by in 1..=bytes.len() {
                let text = of(encoding, bytes, by);
                assert!(std::str::from_utf8(&text).is_err());
                assert_eq!(String::from_utf8_lossy(&shown(&text)), expected, "{} by {by}", encoding.name());
            }
        }
    }

    #[test]
    fn text_is_shown_as_it_is() {
        assert!(matches!(shown("é\\xFF".as_bytes()), Cow::Borrowed(_)));
    }
}
