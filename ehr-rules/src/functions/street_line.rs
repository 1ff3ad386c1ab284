//! `street_line`: the first line of an address, written one way.
//!
//! The words are those of the United States Postal Service's Publication 28, *Postal Addressing Standards*: suffixes with what is
//! commonly written for them (appendix C1), directions, and secondary units (C2). They stand in `street_words.csv`: kind, word, and
//! how it is written. Units are of three kinds: those that no street is called after, those that are units only with a number
//! behind them (`LOT 5`), and those that stand alone (`REAR`).

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) static FUNCTION: Function = Function {
    name: "street_line",
    section: Section::Contact,
    summary: "The street line `text` of an address in the United States, written one way so that lines can be compared: capital letters, single blanks, no points and commas, and the street's suffix, its directions and the secondary unit abbreviated as in USPS Publication 28. Words of the street's name stay as they are; nothing is checked against a list of addresses.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("12 North  Main Street, Apartment 4b")], Sample::Text("12 N MAIN ST APT 4B")),
        example(&[Sample::Text("12 n. main st. apt. 4B")], Sample::Text("12 N MAIN ST APT 4B")),
        example(&[Sample::Text("7 North Avenue")], Sample::Text("7 NORTH AVE")),
        example(&[Sample::Text("100 Avenue Road Northwest")], Sample::Text("100 AVENUE RD NW")),
        example(&[Sample::Text("5 St. James Court #3")], Sample::Text("5 ST JAMES CT # 3")),
        example(&[Sample::Text("9 Park Boulevard 2nd Floor")], Sample::Text("9 PARK BLVD 2ND FL")),
        example(&[Sample::Text("9 Park Boulevard, Lot 5")], Sample::Text("9 PARK BLVD LOT 5")),
        example(&[Sample::Text("9 Park Boulevard, Upper")], Sample::Text("9 PARK BLVD UPPR")),
        example(&[Sample::Text("9 North Front Street")], Sample::Text("9 N FRONT ST")),
        example(&[Sample::Text("842 E 1700 South")], Sample::Text("842 E 1700 S")),
        example(&[Sample::Text("39.2 Road")], Sample::Text("39.2 RD")),
        example(&[Sample::Text("PO Box 12")], Sample::Text("PO BOX 12")),
        example(&[Sample::Text(" , ")], Sample::Null),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(line))
}

/// How a word is written, by its kind and itself.
static WORDS: LazyLock<HashMap<(&str, &str), &str>> = LazyLock::new(|| {
    let rows = include_str!("street_words.csv").lines().skip(1).filter_map(|line| line.split_once(','));
    rows.filter_map(|(kind, rest)| rest.split_once(',').map(|(word, written)| ((kind, word), written))).collect()
});

fn written(kind: &'static str, word: &str) -> Option<&'static str> {
    WORDS.get(&(kind, word)).copied()
}

fn line(args: &[Arg<'_>], row: usize) -> Option<String> {
    let mut words = words(args[0].text(row)?);
    let unit = unit(&words);
    let street = unit.unwrap_or(words.len());
    abbreviate(words.get_mut(..street)?);
    for word in words.get_mut(street..)? {
        if let Some(short) = ["unit", "numbered", "alone"].into_iter().find_map(|kind| written(kind, word)) {
            short.clone_into(word);
        }
    }
    Some(words.join(" ")).filter(|line| !line.is_empty())
}

/// Words in capitals, without commas and points; a point between digits is part of a number, and `#` a word of its own.
fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.to_uppercase().chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let mut clean = String::with_capacity(text.len());
    for (at, letter) in letters.iter().enumerate() {
        match letter {
            '.' if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) => clean.push('.'),
            '.' => {}
            ',' | ';' => clean.push(' '),
            '#' => clean.push_str(" # "),
            other => clean.push(*other),
        }
    }
    clean.split_whitespace().map(str::to_owned).collect()
}

/// Where the secondary unit begins, behind a number and a name. `2ND FLOOR` begins with its number.
fn unit(words: &[String]) -> Option<usize> {
    let at = (2..words.len()).find(|at| is_unit(words, *at))?;
    let numbered = |word: &String| word.starts_with(|first: char| first.is_ascii_digit());
    let is_floor = words.get(at).and_then(|word| written("unit", word)) == Some("FL");
    Some(if is_floor && at > 2 && words.get(at - 1).is_some_and(numbered) { at - 1 } else { at })
}

/// Whether a word is that of a unit: streets are called `FRONT ST`, `UPPER MILL RD` and `OLD BUILDING RD` too.
fn is_unit(words: &[String], at: usize) -> bool {
    let Some(word) = words.get(at) else { return false };
    let next = words.get(at + 1);
    let is_number = |word: &String| word.len() == 1 || word.bytes().any(|byte| byte.is_ascii_digit());
    let is = |kind, at: usize| words.get(at).is_some_and(|word| written(kind, word).is_some());
    // Whether the street is whole before it: a name, and a suffix behind it.
    let whole = (2..at).any(|at| is("suffix", at));
    if word == "#" {
        true
    } else if written("unit", word).is_some() {
        whole || next.is_none_or(is_number) || !is("suffix", at + 1)
    } else if written("numbered", word).is_some() {
        next.is_some_and(is_number)
    } else {
        written("alone", word).is_some() && whole && next.is_none_or(|next| next == "#" || is_number(next))
    }
}

/// The number, a direction, the name, the suffix, a direction: whatever is not the name is abbreviated, and there is a name.
fn abbreviate(words: &mut [String]) {
    let first = usize::from(words.first().is_some_and(|word| word.starts_with(|first: char| first.is_ascii_digit())));
    let mut end = words.len();
    let mut shorten = |at: usize, kind: &'static str| -> bool {
        let Some(word) = words.get_mut(at) else { return false };
        let Some(short) = written(kind, word) else { return false };
        short.clone_into(word);
        true
    };
    // A number alone may be the name too: `39.2 RD`.
    let name = if first + 1 < end { first } else { 0 };
    if end > name + 1 && shorten(end - 1, "direction") {
        end -= 1;
    }
    if end > name + 1 && shorten(end - 1, "suffix") {
        end -= 1;
    }
    if end > first + 1 {
        shorten(first, "direction");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn said(text: &str) -> String {
        let mut words = words(text);
        let street = unit(&words).unwrap_or(words.len());
        abbreviate(&mut words[..street]);
        words.join(" ")
    }

    #[test]
    fn what_a_word_is_written_as_is_written_so_itself() {
        let known: BTreeSet<(&str, &str)> = WORDS.keys().copied().collect();
        let rows = include_str!("street_words.csv").lines().count() - 1;
        assert_eq!(known.len(), rows, "no word stands twice");
        for ((kind, word), short) in WORDS.iter() {
            assert_eq!(written(kind, short), Some(*short), "{word}");
        }
    }

    #[test]
    fn a_street_may_be_called_after_a_unit() {
        for (text, street) in [
            ("12 North Front Street", "12 N FRONT ST"),
            ("12 Old Building Road", "12 OLD BUILDING RD"),
            ("12 Upper Mill Road", "12 UPPER MILL RD"),
            ("12 East Side Drive", "12 E SIDE DR"),
            ("12 Old Key Lane", "12 OLD KEY LN"),
            ("12 Post Office Square", "12 POST OFFICE SQ"),
        ] {
            assert_eq!(said(text), street);
            assert_eq!(unit(&words(text)), None, "{text}");
        }
        for (text, begins) in [
            ("12 Elm Street Building B", 3),
            ("12 Elm Street Rear", 3),
            ("12 Elm Street Penthouse 2", 3),
            ("12 Broadway Space 7", 2),
            ("12 Elm Street North Basement", 4),
            ("12 Broadway Suite 7", 2),
        ] {
            assert_eq!(unit(&words(text)), Some(begins), "{text}");
        }
    }
}
