//! How much a text looks like one that people wrote: the same bytes make words in one encoding and a muddle in the others.

/// What each character beyond ASCII adds, by those around it; a text in the right encoding has about two a character.
pub(super) fn plausibility(text: &str) -> f64 {
    let mut total = 0.0;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if !letter.is_ascii() {
            total += of(before, letter, letters.peek().copied().unwrap_or(' '));
        }
        before = letter;
    }
    total
}

fn of(before: char, letter: char, after: char) -> f64 {
    let in_word = before.is_alphabetic() && after.is_alphabetic();
    let beside_word = before.is_alphabetic() || after.is_alphabetic();
    let beside_number = before.is_ascii_digit() || after.is_ascii_digit();
    match letter {
        '\u{80}'..='\u{9f}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}' => -10.0,
        '\u{a0}' | 'ÿ' => 0.3,
        '’' => apostrophe(before, after),
        '‘' | '“' | '„' | '«' | '‹' | '¿' | '¡' => {
            if before.is_alphanumeric() {
                -2.0
            } else {
                1.0
            }
        }
        '”' | '»' | '›' | '…' => {
            if after.is_alphanumeric() {
                -2.0
            } else {
                1.0
            }
        }
        '–' | '—' => {
            if in_word {
                -2.0
            } else {
                1.0
            }
        }
        '€' | '£' | '¥' => {
            if in_word {
                -2.0
            } else if beside_number || before == ' ' {
                1.5
            } else {
                0.0
            }
        }
        '°' | 'º' | 'ª' => {
            if in_word {
                -2.0
            } else if before.is_ascii_digit() || matches!(after, 'C' | 'F') {
                1.5
            } else {
                0.5
            }
        }
        '²' | '³' => {
            if in_word {
                -2.0
            } else if before == 'm' || before.is_ascii_digit() {
                1.5
            } else {
                -0.5
            }
        }
        'µ' | 'μ' => {
            if matches!(after, 'g' | 'm' | 'l' | 'L' | 'M' | 'U') && !before.is_alphabetic() {
                2.0
            } else {
                -1.0
            }
        }
        '½' | '¼' | '¾' | '±' | '×' | '≤' | '≥' => {
            if beside_word {
                -2.0
            } else {
                1.0
            }
        }
        '•' | '·' | '§' | '®' | '©' | '™' => {
            if in_word {
                -2.0
            } else {
                0.3
            }
        }
        // Letters that Western texts hardly have and wrong encodings often make.
        'ı' | 'ƒ' | 'ﬁ' | 'ﬂ' | 'Þ' | 'þ' | 'ð' | 'Ð' | 'π' | 'Ω' | '∑' | '∏' | '∂' => -1.0,
        'œ' => {
            if matches!(before, 'c' | 's' | 'v' | 'b' | 'm' | 'n' | ' ') && matches!(after, 'u' | 'i' | 'd' | 't') {
                2.0
            } else {
                0.3
            }
        }
        _ if letter.is_lowercase() => {
            let shouted = before.is_uppercase() && after.is_uppercase();
            if shouted || before.is_ascii_digit() {
                -2.0
            } else if beside_word {
                2.0
            } else {
                0.0
            }
        }
        _ if letter.is_uppercase() => {
            if before.is_lowercase() {
                -3.0
            } else if beside_word {
                2.0
            } else {
                0.0
            }
        }
        // Scripts without case take several bytes a letter, and stand together.
        _ if letter.is_alphabetic() => {
            let alone = !is_caseless(before) && !is_caseless(after);
            if alone && beside_word {
                -4.0
            } else if alone {
                0.5
            } else {
                4.0
            }
        }
        _ => {
            if beside_word {
                -2.0
            } else {
                -0.5
            }
        }
    }
}

/// An apostrophe between letters stands in few places: `Mary’s`, `O’Brien`, `l’eau`.
fn apostrophe(before: char, after: char) -> f64 {
    if !after.is_alphabetic() || !before.is_alphabetic() {
        return 0.5;
    }
    let closes = matches!(after, 's' | 't' | 'S' | 'T' | 'l' | 'r' | 'm' | 'v' | 'd');
    let opens = matches!(before, 'O' | 'D' | 'd' | 'L' | 'l' | 'j' | 'n' | 'c' | 'm' | 'u' | 't');
    if closes || opens { 2.0 } else { -1.5 }
}

fn is_caseless(letter: char) -> bool {
    letter.is_alphabetic() && !letter.is_lowercase() && !letter.is_uppercase()
}
