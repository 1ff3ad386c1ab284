//! What stands in JSON objects and is asked for by no column: counted, so that nothing is left behind unseen.

use super::tree::Tree;
use std::collections::BTreeMap;
use std::collections::HashMap;

/// Names in one object that nobody knows, above which they are taken for data: an object that is keyed by what it holds.
const NAMES: usize = 20;
/// Paths that are told apart at most.
const PATHS: usize = 100;

/// Which names of an object are known.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Everything here is read, or deliberately not.
    whole: bool,
    inside: HashMap<String, Known>,
}

impl Known {
    /// What stands at a path; lists on the way are passed over.
    pub(crate) fn at(&mut self, path: &[String]) -> &mut Self {
        path.iter().fold(self, |known, name| known.inside.entry(name.clone()).or_default())
    }

    /// Says that everything here is known.
    pub(crate) fn take(&mut self) {
        self.whole = true;
    }

    /// Whether somewhere on this path everything is known, which then may be whatever it is.
    pub(super) fn is_whole_on(&self, path: &[String]) -> bool {
        let mut known = self;
        path.iter().any(|name| match known.inside.get(name) {
            Some(inside) => {
                known = inside;
                inside.whole
            }
            None => false,
        })
    }
}

/// Names that nobody knows, by path, and in how many rows each holds something.
#[derive(Debug, Default)]
pub(super) struct Beyond {
    known: Known,
    rows: BTreeMap<String, u64>,
    /// Those of the row at hand.
    here: Vec<String>,
}

impl Beyond {
    pub(super) fn new(known: Known) -> Self {
        Self { known, ..Self::default() }
    }

    pub(super) const fn known(&self) -> &Known {
        &self.known
    }

    /// Counts what one row holds.
    pub(super) fn see(&mut self, row: &Tree) {
        let mut here = std::mem::take(&mut self.here);
        look(row, &self.known, &mut Vec::new(), &mut here);
        here.sort_unstable();
        here.dedup();
        for path in here.drain(..) {
            if self.rows.len() < PATHS || self.rows.contains_key(&path) {
                *self.rows.entry(path).or_insert(0) += 1;
            } else {
                *self.rows.entry("*".to_owned()).or_insert(0) += 1;
            }
        }
        self.here = here;
    }

    /// What was counted since it was asked last.
    pub(super) fn drain(&mut self) -> Vec<(String, u64)> {
        std::mem::take(&mut self.rows).into_iter().collect()
    }
}

fn look<'a>(tree: &'a Tree, known: &Known, path: &mut Vec<&'a str>, found: &mut Vec<String>) {
    if known.whole {
        return;
    }
    match tree {
        Tree::List(items) => items.iter().for_each(|item| look(item, known, path, found)),
        Tree::Object(entries) => {
            let mut strange = Vec::new();
            for (name, value) in entries.iter().filter(|(_, value)| !is_nothing(value)) {
                match known.inside.get(name) {
                    Some(inside) => {
                        path.push(name);
                        look(value, inside, path, found);
                        path.pop();
                    }
                    None => strange.push((name, value)),
                }
            }
            // Several objects side by side may be keyed by people.
            let are_keyed = strange.len() > 1 && strange.iter().all(|(_, value)| matches!(value, Tree::Object(_)));
            let are_data = strange.len() > NAMES || are_keyed;
            found.extend(strange.iter().map(|(name, _)| {
                let shown = if are_data || !is_name(name) { "*" } else { name };
                path.iter().copied().chain([shown]).collect::<Vec<_>>().join(".")
            }));
        }
        _ => {}
    }
}

/// Nothing is lost with what holds nothing.
fn is_nothing(tree: &Tree) -> bool {
    match tree {
        Tree::Null => true,
        Tree::Text(text) => text.is_empty(),
        Tree::List(items) => items.iter().all(is_nothing),
        Tree::Object(entries) => entries.iter().all(|(_, value)| is_nothing(value)),
        _ => false,
    }
}

/// Whether it may be shown: what is a number, or a letter with one, may be a patient's rather than a column's.
fn is_name(name: &str) -> bool {
    let digits = name.chars().filter(|letter| letter.is_numeric()).count();
    let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
    name.chars().count() <= 60 && letters > 0 && (digits == 0 || digits <= 2 && letters > 2)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::Beyond;
    use super::Known;
    use crate::records::tree::Tree;

    #[test]
    fn what_nobody_knows_is_counted_by_rows_and_what_may_be_data_is_not_named() {
        let mut known = Known::default();
        let path = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
        for one in ["id", "name.family", "drugs.name", "note"] {
            known.at(&path(one)).take();
        }
        assert!(known.is_whole_on(&path("note.text")) && !known.is_whole_on(&path("name.given")));
        let mut beyond = Beyond::new(known);
        let mut see = |text: &str| {
            beyond.see(&Tree::of(text.as_bytes()).unwrap());
            beyond.drain()
        };
        let of = |path: &str| vec![(path.to_owned(), 1)];
        assert_eq!(
            see(r#"{"id": 1, "name": {"family": "x", "given": null}, "note": {"y": 1}, "z": [{}, ""], "drugs": [{"name": 1}]}"#),
            []
        );
        assert_eq!(see(r#"{"drugs": [{"name": 1, "dose": 1}, {"dose": 2}]}"#), of("drugs.dose"));
        assert_eq!(see(r#"{"name": [{"given": "x"}]}"#), of("name.given"));
        assert_eq!(see(r#"{"12345": 1, "P1": 2}"#), of("*"));
        assert_eq!(see(r#"{"diagnosis1": 1}"#), of("diagnosis1"));
        assert_eq!(see(r#"{"Ada Vale": {"dose": 1}, "Bo Vale": {"dose": 2}}"#), of("*"));
        assert_eq!(see(r#"{"address": {"street": "x"}}"#), of("address"));
        let many = (0..30_u8).map(|nth| format!("\"name {}\": 1", char::from(b'a' + nth))).collect::<Vec<_>>().join(",");
        assert_eq!(see(&format!("{{{}}}", many.replace(['\\', '{', '|', '}', '~'], "x"))), of("*"));
    }
}
