//! What a diagnostic's remedy comes to as a change of the text.

use super::offer::plain;
use super::outline::unquoted;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;

/// A change that a diagnostic proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// What is replaced.
    pub place: Place,
    /// What is written instead.
    pub text: String,
}

/// The nearest name in the place of one that is unknown, where that is what the diagnostic proposes.
pub(super) fn fix(diagnostic: &Diagnostic) -> Option<Fix> {
    let near = diagnostic.help.as_deref()?.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    let place = &diagnostic.place;
    let written = place.source.text.get(place.span.clone())?;
    let name = unquoted(written);
    // Only what the message speaks of is replaced, not what stands around it.
    if near.contains('`') || written.contains('\n') || !diagnostic.message.contains(&format!("`{name}`")) {
        return None;
    }
    let text = if in_script(place) { scripted(near, place) } else { plain(near) };
    Some(Fix { title: format!("write `{near}` instead of `{name}`"), place: place.clone(), text })
}

/// Whether a place lies inside of a longer scalar: a word of a script.
fn in_script(place: &Place) -> bool {
    let tree = super::outline::outline(&place.source.text);
    let mut inside = false;
    super::spot::walk(&tree, crate::forms::Holds::Free, &mut |spot| {
        inside |= spot.span.start <= place.span.start && place.span.end <= spot.span.end && spot.span != place.span;
    });
    inside
}

/// A name as a script says it: `col("…")` where it is no identifier.
fn scripted(near: &str, place: &Place) -> String {
    let text = &place.source.text;
    let before = text.get(..place.span.start).unwrap_or_default();
    let plain = near.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if plain || before.ends_with(['"', '\'']) {
        return near.to_owned();
    }
    let line = before.rfind('\n').map_or(before, |at| before.get(at..).unwrap_or_default());
    let quote = if line.matches('"').count() % 2 == 1 { "\\\"" } else { "\"" };
    format!("col({quote}{near}{quote})")
}
