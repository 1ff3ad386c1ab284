//! `as_postal_code`: a postal code as it is written.

use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Nulls;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::functions::function::Section;
use crate::functions::function::constant;
use crate::functions::function::example;
use crate::functions::function::param;
use crate::functions::lowering::Arg;
use crate::functions::lowering::As;
use crate::functions::lowering::Row;
use crate::functions::lowering::by_row;
use crate::ir::types::Kind;
use polars::prelude::*;

pub(super) static FUNCTION: Function = Function {
    name: "as_postal_code",
    section: Section::Contact,
    summary: "The postal code `text` as `country` writes it, for AT, AU, BE, BR, CA, CH, DE, DK, ES, FI, FR, GB, IT, NL, NO, SE and US; missing where it has not that shape; of another country, in capital letters with single blanks.",
    params: &[param("text", Accepts::Text), constant("country", Accepts::Country)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::Always,
    removes: &[],
    examples: &[
        example(&[Sample::Text("k1a0b1"), Sample::Text("CA")], Sample::Text("K1A 0B1")),
        example(&[Sample::Text("021391234"), Sample::Text("US")], Sample::Text("02139-1234")),
        example(&[Sample::Text("sw1a 1aa"), Sample::Text("GB")], Sample::Text("SW1A 1AA")),
        example(&[Sample::Text("1234ab"), Sample::Text("NL")], Sample::Text("1234 AB")),
        example(&[Sample::Text("2139"), Sample::Text("US")], Sample::Null),
        example(&[Sample::Text("D1A 0B1"), Sample::Text("CA")], Sample::Null),
        example(&[Sample::Text("d02  x285"), Sample::Text("IE")], Sample::Text("D02 X285")),
        example(&[Sample::Text(" "), Sample::Text("IE")], Sample::Null),
        example(&[Sample::Null, Sample::Text("CA")], Sample::Null),
    ],
    lower,
};

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text, As::Text], Row::Text(written))
}

fn written(args: &[Arg<'_>], row: usize) -> Option<String> {
    let (text, country) = (args[0].text(row)?.to_uppercase(), args[1].text(row)?);
    let code: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    // `9` is a digit, `A` a letter; a blank or a hyphen is put in.
    let shapes: &[&str] = match country {
        "AT" | "AU" | "BE" | "CH" | "DK" | "NO" => &["9999"],
        "BR" => &["99999-999"],
        "CA" => &["A9A 9A9"],
        "DE" | "ES" | "FI" | "FR" | "IT" => &["99999"],
        "GB" => &["A9 9AA", "A99 9AA", "A9A 9AA", "AA9 9AA", "AA99 9AA", "AA9A 9AA"],
        "NL" => &["9999 AA"],
        "SE" => &["999 99"],
        "US" => &["99999", "99999-9999"],
        _ => {
            let words: Vec<&str> = text.split_whitespace().collect();
            return Some(words.join(" ")).filter(|text| !text.is_empty());
        }
    };
    // Canada Post gives out no such letters.
    if country == "CA" && (code.contains(['D', 'F', 'I', 'O', 'Q', 'U']) || code.starts_with(['W', 'Z'])) {
        return None;
    }
    shapes.iter().find_map(|shape| shaped(&code, shape))
}

fn shaped(code: &str, shape: &str) -> Option<String> {
    let mut letters = code.chars();
    let mut written = String::new();
    for place in shape.chars() {
        written.push(match place {
            '9' => letters.next().filter(char::is_ascii_digit)?,
            'A' => letters.next().filter(char::is_ascii_uppercase)?,
            between => between,
        });
    }
    letters.next().is_none().then_some(written)
}
