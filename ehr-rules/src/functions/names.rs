//! Parts of whole names, for the functions that ask for one.

use crate::functions::lowering::Arg;
use human_name::Name;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// A part of the name that is the first argument; missing where that is no name or has no such part.
pub(super) fn part(args: &[Arg<'_>], row: usize, of: impl FnOnce(&Name) -> Option<Cow<'_, str>>) -> Option<String> {
    let name = Name::parse(args[0].text(row)?)?;
    // The parser takes accents apart.
    let part: String = of(&name)?.nfc().collect();
    Some(part).filter(|part| !part.is_empty())
}
