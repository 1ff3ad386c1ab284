//! The beginning of a JSON file as a table: what its objects hold, by path.

use super::json::Object;
use super::json::Objects;
use super::letters::Letters;
use super::tree::Tree;
use crate::error::Error;
use encoding_rs::Encoding;
use std::collections::HashMap;
use std::collections::HashSet;
use std::path::Path;

/// Objects inside objects whose names a head gives.
const DEPTH: usize = 8;
/// Single values that may stand beside the only list of a document, as its date and its maker's name do.
const BESIDE: usize = 4;
/// Names that a head gives at most.
const NAMES: usize = 2_000;

/// The beginning of a JSON file, as a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The paths of the first objects' entries, joined by points, in the order in which they come: of an object inside them
    /// its own (`address`) and its entries' (`address.city`).
    pub names: Vec<String>,
    /// What stands there in each object: a text as it is, anything else as JSON, and nothing for `null` and what is not there.
    pub rows: Vec<Vec<String>>,
    /// Those paths in which a name holds a point or is empty.
    pub pointed: HashSet<String>,
}

/// Reads the first objects of a file, at most `rows` of them; `within` leads from a document to its list of objects. What is no
/// object is passed over; `None` where the file is no JSON or has nothing where its rows stand.
pub(crate) fn head(path: &Path, encoding: Option<&'static Encoding>, within: &[String], rows: usize) -> Result<Option<Keys>, Error> {
    let mut objects = Objects::open(path, encoding, within, Vec::new())?;
    let mut found: Vec<Vec<(String, Tree)>> = Vec::new();
    // A file that is broken all over is not read to its end.
    let mut looked = 0;
    while found.len() < rows && looked < rows.saturating_mul(2) {
        let Some(object) = objects.object()? else { break };
        looked += 1;
        if let Object::Sound(Tree::Object(entries)) = object {
            found.push(entries);
        }
    }
    if found.is_empty() && objects.fault().is_some() {
        return Ok(None);
    }
    let mut keys = Keys::default();
    let mut known = HashMap::new();
    for entries in &found {
        let mut row = vec![String::new(); keys.names.len()];
        keys.add(entries, "", DEPTH, &mut known, &mut row);
        keys.rows.push(row);
    }
    let width = keys.names.len();
    keys.rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    Ok(Some(keys))
}

/// Where the objects of a file stand, as its first document tells: the names inwards to the one list of several objects in it,
/// where next to nothing stands beside that. None where documents, or the items of a list, are the objects themselves.
pub(crate) fn within(path: &Path, encoding: Option<&'static Encoding>) -> Result<Vec<String>, Error> {
    let mut letters = Letters::open(path, encoding)?;
    letters.past_mark()?;
    letters.blanks()?;
    if letters.peek()? != Some(b'{') {
        return Ok(Vec::new());
    }
    let mut objects = Objects::open(path, encoding, &[], Vec::new())?;
    let Some(Object::Sound(Tree::Object(first))) = objects.object()? else { return Ok(Vec::new()) };
    if objects.object()?.is_some() {
        return Ok(Vec::new());
    }
    let (mut lists, mut beside) = (Vec::new(), 0);
    lists_in(&first, &mut Vec::new(), &mut lists, &mut beside);
    Ok(match lists.as_slice() {
        [only] if beside <= BESIDE => only.clone(),
        _ => Vec::new(),
    })
}

/// The lists of several objects in one, and how many single values stand beside them.
fn lists_in(entries: &[(String, Tree)], at: &mut Vec<String>, lists: &mut Vec<Vec<String>>, beside: &mut usize) {
    for (name, value) in entries {
        at.push(name.clone());
        match value {
            Tree::List(items) if items.len() > 1 && items.iter().all(|item| matches!(item, Tree::Object(_))) => lists.push(at.clone()),
            Tree::Object(inside) if at.len() < DEPTH => lists_in(inside, at, lists, beside),
            _ => *beside += 1,
        }
        at.pop();
    }
}

impl Keys {
    /// The paths that lead to values, not to objects in which others stand, each as names from the object inwards; without those
    /// in which a name holds a point itself, since no schema can name them.
    pub(crate) fn leaves(&self) -> Vec<Vec<String>> {
        let outer: HashSet<&str> =
            self.names.iter().flat_map(|name| name.match_indices('.').filter_map(|(at, _)| name.get(..at))).collect();
        let named = |name: &&String| !outer.contains(name.as_str()) && !self.pointed.contains(*name);
        self.names.iter().filter(named).map(|name| name.split('.').map(str::to_owned).collect()).collect()
    }

    fn add(&mut self, entries: &[(String, Tree)], prefix: &str, depth: usize, known: &mut HashMap<String, usize>, row: &mut Vec<String>) {
        for (name, value) in entries {
            let path = format!("{prefix}{name}");
            let at = match known.get(&path) {
                Some(at) => *at,
                None if self.names.len() >= NAMES => continue,
                None => {
                    known.insert(path.clone(), self.names.len());
                    if name.is_empty() || name.contains('.') || self.pointed.contains(prefix.trim_end_matches('.')) {
                        self.pointed.insert(path.clone());
                    }
                    self.names.push(path.clone());
                    row.push(String::new());
                    self.names.len() - 1
                }
            };
            if let Some(cell) = row.get_mut(at) {
                *cell = match value {
                    Tree::Null => String::new(),
                    Tree::Text(text) => text.clone(),
                    other => other.to_string(),
                };
            }
            if let Tree::Object(inside) = value
                && depth > 1
            {
                self.add(inside, &format!("{path}."), depth - 1, known, row);
            }
        }
    }
}
