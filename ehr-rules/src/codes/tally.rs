//! How far the people who map codes are: entries of a code map by their status.

use super::entries::CodeEntry;
use crate::ir::code_map::CodeFile;
use std::collections::BTreeMap;

/// Entries by status; those without one count as `approved`.
pub(crate) type Tally = BTreeMap<String, usize>;

/// Counts the entries of a code map; `text` is what an editor holds of it. `None` where it cannot be read.
pub(crate) fn tally(map: &CodeFile, text: Option<&str>) -> Option<Tally> {
    let text = match text {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(&map.path).ok()?,
    };
    let mut tally = Tally::new();
    for entry in CodeEntry::parse(&text, map) {
        let status = if entry.is_approved() { "approved".to_owned() } else { entry.status.to_lowercase() };
        *tally.entry(if status.is_empty() { "proposed".to_owned() } else { status }).or_default() += 1;
    }
    Some(tally)
}

#[cfg(test)]
mod tests {
    use super::super::tests::file;
    use super::*;
    use crate::ir::code_map::CodeForm;
    use crate::ir::types::Kind;

    #[test]
    fn entries_are_counted_by_their_status() {
        let own = file(CodeForm::Own, Kind::Integer);
        let text = "source_code,target,status\nM,1,approved\nF,2,\nX,3,Proposed\n\n";
        let counted = tally(&own, Some(text)).unwrap_or_default();
        assert_eq!(counted.into_iter().collect::<Vec<_>>(), [("approved".to_owned(), 2), ("proposed".to_owned(), 1)]);
        assert_eq!(tally(&own, None), None);
    }
}
