//! `safe_name`: one segment of a path that every file system takes, whatever a text holds.

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

pub(super) static FUNCTION: Function = Function {
    name: "safe_name",
    section: Section::Text,
    summary: "`text` as one name of a file or folder: never empty, never another folder, 255 bytes at most, no character or name that a file system reserves.",
    params: &[param("text", Accepts::Text)],
    returns: Returns::Kind(Kind::Text),
    nulls: Nulls::AnyArgument,
    removes: &[],
    examples: &[
        example(&[Sample::Text("Marsh, Ada")], Sample::Text("Marsh, Ada")),
        example(&[Sample::Text("../../etc")], Sample::Text(".._.._etc")),
        example(&[Sample::Text("..")], Sample::Text("_")),
        example(&[Sample::Text("a\u{0}b?.pdf. ")], Sample::Text("a_b_.pdf")),
        example(&[Sample::Text("con.txt")], Sample::Text("_con.txt")),
        example(&[Sample::Text("")], Sample::Text("_")),
        example(&[Sample::Null], Sample::Null),
    ],
    lower,
};

/// The most bytes that file systems take for one name.
const LONGEST: usize = 255;
/// An ending longer than this is part of the name.
const LONGEST_ENDING: usize = 16;
/// Names of devices, with any ending, in any case.
const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

fn lower(args: &[Expr]) -> Expr {
    by_row(args, &[As::Text], Row::Text(name))
}

fn name(args: &[Arg<'_>], row: usize) -> Option<String> {
    Some(safe(args[0].text(row)?, ""))
}

/// The name with `suffix` before its ending, both kept where it is too long.
pub(crate) fn safe(text: &str, suffix: &str) -> String {
    let replaced: String = text
        .chars()
        .map(
            |letter| {
                if letter.is_control() || matches!(letter, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { letter }
            },
        )
        .collect();
    let trimmed = replaced.trim().trim_end_matches(['.', ' ']);
    let device = trimmed.split('.').next().unwrap_or_default().trim().to_lowercase();
    let numbered = |device: &str| {
        let port = device.strip_prefix("com").or_else(|| device.strip_prefix("lpt"));
        port.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']) || matches!(number, "¹" | "²" | "³"))
    };
    let before = if trimmed.is_empty() || RESERVED.contains(&device.as_str()) || numbered(&device) { "_" } else { "" };
    let (stem, ending) = match trimmed.rfind('.') {
        Some(at) if at > 0 && trimmed.len() - at <= LONGEST_ENDING => trimmed.split_at(at),
        _ => (trimmed, ""),
    };
    let room = LONGEST.saturating_sub(before.len() + suffix.len() + ending.len());
    let cut = stem.char_indices().map(|(at, letter)| at + letter.len_utf8()).take_while(|end| *end <= room).last().unwrap_or(0);
    format!("{before}{}{suffix}{ending}", &stem[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_suffix_and_its_ending_and_whole_letters() {
        let name = safe(&format!("{}.pdf", "é".repeat(300)), " (2)");
        assert!(name.len() <= LONGEST && name.ends_with("é (2).pdf"), "{name}");
        assert_eq!(safe("LPT1.x", ""), "_LPT1.x");
        assert_eq!(safe("lpt1x", ""), "lpt1x");
        assert_eq!(safe(" . ", ""), "_");
    }
}
