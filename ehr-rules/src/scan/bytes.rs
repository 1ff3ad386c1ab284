//! What characters a text is made of, in one look over its bytes.

/// A decimal digit.
pub(super) const DIGIT: u16 = 1;
/// An ASCII letter other than `e` and `E`.
pub(super) const LETTER: u16 = 1 << 1;
/// `e` or `E`, which may stand in a number.
pub(super) const E: u16 = 1 << 2;
/// `-` or `+`.
pub(super) const SIGN: u16 = 1 << 3;
/// `.`
pub(super) const POINT: u16 = 1 << 4;
/// `,`
pub(super) const COMMA: u16 = 1 << 5;
/// `:` or `/`
pub(super) const MARK: u16 = 1 << 6;
/// A blank.
pub(super) const BLANK: u16 = 1 << 7;
/// Anything else, in ASCII or not.
const OTHER: u16 = 1 << 8;

/// What a number may be made of.
pub(super) const NUMBER: u16 = DIGIT | SIGN | POINT | COMMA | E;
/// What a day or time may be made of.
pub(super) const TIME: u16 = DIGIT | SIGN | POINT | COMMA | E | LETTER | MARK | BLANK;

const CLASSES: [u16; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'e' | b'E' => E,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'-' | b'+' => SIGN,
            b'.' => POINT,
            b',' => COMMA,
            b':' | b'/' => MARK,
            b' ' => BLANK,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

/// All that a text is made of.
#[inline]
pub(super) fn made_of(text: &[u8]) -> u16 {
    text.iter().fold(0, |seen, byte| seen | CLASSES[usize::from(*byte)])
}

/// Whether it is made of nothing else.
#[inline]
pub(super) const fn only(seen: u16, of: u16) -> bool {
    seen & !of == 0
}

/// A text as it looks: `9` for a digit, `A` and `a` for letters, anything else as it is; a long one by its beginning.
pub(super) fn look(text: &str) -> String {
    const LONGEST: usize = 24;
    let mut look: String = text
        .chars()
        .take(LONGEST)
        .map(|letter| match letter {
            letter if letter.is_numeric() => '9',
            letter if letter.is_uppercase() => 'A',
            letter if letter.is_alphabetic() => 'a',
            letter if letter.is_control() => '·',
            letter => letter,
        })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        look.push('…');
    }
    look
}
