//! What fills a text up to a width, in front of it or behind.

use crate::functions::lowering::Arg;

/// A width that nobody means is no reason to fill the memory.
const WIDEST: usize = 1000;

/// The text that is the first argument, and what it lacks to the width that is the second, of the characters of the third.
pub(super) fn padding<'a>(args: &[Arg<'a>], row: usize) -> Option<(&'a str, String)> {
    let (text, fill) = (args[0].text(row)?, args[2].text(row)?);
    let width = usize::try_from(args[1].int(row)?.max(0)).unwrap_or(WIDEST).min(WIDEST);
    let lacking = width.saturating_sub(text.chars().count());
    Some((text, fill.chars().cycle().take(lacking).collect()))
}
