//! How far the people who map codes are: entries of a code map by their status.

use super::file::STATUS;
use std::collections::BTreeMap;
use std::path::Path;

/// Entries by status, as it is written; those without one count as `approved`.
pub(crate) type Tally = BTreeMap<String, usize>;

/// Counts the entries of a code map; `text` is what an editor holds of it. `None` where it cannot be read.
pub(crate) fn tally(path: &Path, text: Option<&str>) -> Option<Tally> {
    let text = match text {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(path).ok()?,
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let status = reader.headers().ok()?.iter().position(|name| STATUS.contains(&name.trim()));
    let mut tally = Tally::new();
    for record in reader.records().filter_map(Result::ok).filter(|record| record.iter().any(|field| !field.trim().is_empty())) {
        let written = status.and_then(|at| record.get(at)).map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        *tally.entry(written.unwrap_or_else(|| "approved".to_owned())).or_default() += 1;
    }
    Some(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_by_their_status() {
        let text = "source_code,target,status\nM,1,approved\nF,2,\nX,3,Proposed\n\n";
        let counted = tally(Path::new("none.csv"), Some(text)).unwrap_or_default();
        assert_eq!(counted.into_iter().collect::<Vec<_>>(), [("approved".to_owned(), 2), ("proposed".to_owned(), 1)]);
        assert_eq!(tally(Path::new("no/such.csv"), None), None);
    }
}
