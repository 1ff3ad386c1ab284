//! Texts to numbers, truths and UUIDs, strictly: what is not written exactly as its type asks is no value.

/// The words for true and for false, in lower case.
#[derive(Debug)]
pub(crate) struct Words {
    yes: Vec<String>,
    no: Vec<String>,
}

impl Words {
    /// The words of a column, or the usual ones.
    pub(crate) fn new(words: Option<&(Vec<String>, Vec<String>)>) -> Self {
        let lower = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect();
        match words {
            Some((yes, no)) => Self { yes: lower(yes), no: lower(no) },
            None => Self {
                yes: ["true", "1", "yes", "y", "t"].map(str::to_owned).into(),
                no: ["false", "0", "no", "n", "f"].map(str::to_owned).into(),
            },
        }
    }

    /// True or false, by the column's words.
    pub(crate) fn boolean(&self, text: &str) -> Option<bool> {
        let is_among = |words: &[String]| {
            words.iter().any(|word| word.eq_ignore_ascii_case(text)) || (!text.is_ascii() && words.contains(&text.to_lowercase()))
        };
        if is_among(&self.yes) {
            Some(true)
        } else if is_among(&self.no) {
            Some(false)
        } else {
            None
        }
    }
}

/// A signed 64-bit integer, digits only.
pub(crate) fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// A finite 64-bit float.
pub(crate) fn float(text: &str) -> Option<f64> {
    // Rust also reads `inf`, `infinity` and `nan`; and `1e999` becomes infinite.
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A decimal number in units of its scale: nothing is rounded, so more digits than the type has are no value.
pub(crate) fn decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let mut value: i128 = 0;
    let mut fraction: Option<u8> = None;
    let mut any = false;
    for byte in digits {
        match (byte, fraction) {
            (b'0'..=b'9', _) => {
                any = true;
                value = value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                fraction = fraction.map(|count| count.saturating_add(1));
                if fraction.is_some_and(|count| count > scale) {
                    return None;
                }
            }
            (b'.', None) => fraction = Some(0),
            _ => return None,
        }
    }
    let value = value.checked_mul(10_i128.checked_pow(u32::from(scale - fraction.unwrap_or(0)))?)?;
    let fits = 10_i128.checked_pow(u32::from(precision)).is_none_or(|bound| value < bound);
    (any && fits).then_some(if negative { -value } else { value })
}

const HYPHEN: u8 = 1;
const HEXADECIMAL: u8 = 2;
const CAPITAL: u8 = 4;

/// What each byte may be in a UUID: most keys are UUIDs, so one look a byte pays.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    // Bytes of more than seven bits are none of these.
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'-' => HYPHEN,
            b'0'..=b'9' | b'a'..=b'f' => HEXADECIMAL,
            b'A'..=b'F' => HEXADECIMAL | CAPITAL,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// The canonical 8-4-4-4-12 form in lower case; the text itself where it is that already.
pub(crate) fn uuid<'a>(text: &'a str, lower: &'a mut String) -> Option<&'a str> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let (mut sound, mut seen) = (true, 0);
    for (at, byte) in bytes.iter().enumerate() {
        let wanted = if matches!(at, 8 | 13 | 18 | 23) { HYPHEN } else { HEXADECIMAL };
        let class = CLASSES[usize::from(*byte)];
        sound &= class & wanted != 0;
        seen |= class;
    }
    if !sound {
        return None;
    }
    if seen & CAPITAL == 0 {
        return Some(text);
    }
    lower.clear();
    lower.push_str(text);
    lower.make_ascii_lowercase();
    Some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_strict() {
        for (text, value) in
            [("0", Some(0)), ("-7", Some(-7)), ("007", Some(7)), ("9223372036854775807", Some(i64::MAX)), ("9223372036854775808", None)]
        {
            assert_eq!(integer(text), value, "{text}");
        }
        for text in ["", "1.0", "1 000", "1e3", "0x1", "-", "١"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    #[test]
    fn floats_are_finite() {
        assert_eq!(float("-1.5e3"), Some(-1500.0));
        for text in ["", "NaN", "inf", "-Infinity", "1e999", "1,5"] {
            assert_eq!(float(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        for (text, value) in [("12.34", 1234), ("-12.3", -1230), ("12", 1200), (".5", 50), ("7.", 700), ("+0.00", 0), ("999.99", 99_999)] {
            assert_eq!(decimal(text, 5, 2), Some(value), "{text}");
        }
        for text in ["", ".", "-", "1.234", "1000", "1e2", "1.2.3", "1,2", "--1", "99999999999999999999999999999999999999999"] {
            assert_eq!(decimal(text, 5, 2), None, "{text}");
        }
        assert_eq!(decimal(&"9".repeat(38), 38, 0), Some(10_i128.pow(38) - 1));
        assert_eq!(decimal(&"9".repeat(39), 38, 0), None);
    }

    #[test]
    fn booleans_are_words() {
        let default = Words::new(None);
        assert_eq!((default.boolean("YES"), default.boolean("f"), default.boolean("ja")), (Some(true), Some(false), None));
        let words = Words::new(Some(&(vec!["Ja".to_owned()], vec!["ÑO".to_owned()])));
        assert_eq!((words.boolean("ja"), words.boolean("ño"), words.boolean("1")), (Some(true), Some(false), None));
    }

    #[test]
    fn uuids_are_canonical() {
        let mut lower = String::new();
        assert_eq!(uuid("0B1C2D3E-0000-4000-8000-00000000000f", &mut lower), Some("0b1c2d3e-0000-4000-8000-00000000000f"));
        for text in ["", "0b1c2d3e000040008000000000000000", "{b1c2d3e-0000-4000-8000-00000000000f", "0b1c2d3e-0000-4000-8000-00000000000g"]
        {
            assert_eq!(uuid(text, &mut lower), None, "{text}");
        }
    }
}
