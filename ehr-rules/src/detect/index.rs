//! From a column's name to the tables that have it, and from a file's name to those it may be a file of: what is looked
//! at of thousands of tables is the few that a file could be.

use crate::detect::known::Shape;
use crate::detect::names::bones;
use crate::detect::names::grams;
use crate::detect::names::likeness;
use crate::detect::names::plain;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

/// The share of columns anywhere whose name no schema knows.
const NEW: f64 = 0.5;
/// No name is rarer, however many are known: where the name of another version's column turns up, that is not all chance.
const RAREST: f64 = 0.002;
/// No name is more frequent, however few are known.
const COMMONEST: f64 = 0.2;
/// Groups of letters that more names have than this lead nowhere.
const CROWD: usize = 2_000;
/// How alike a name nobody knows and a known one must be to look at that one's tables.
const ALIKE: f64 = 0.6;
/// Known names looked at for one that nobody knows.
const LIKE: usize = 4;

/// Names of columns and files, inverted.
#[derive(Default)]
pub(super) struct Index {
    /// Plain names, each with its number.
    keys: HashMap<String, u32>,
    plains: Vec<String>,
    bones: HashMap<String, Vec<u32>>,
    grams: HashMap<[u8; 3], Vec<u32>>,
    /// Shapes by name.
    shapes: Vec<Vec<u32>>,
    /// In how many tables of different name or system each name stands.
    counts: Vec<u32>,
    seen: HashSet<(u32, u32)>,
    tables: HashMap<String, u32>,
    /// How much a name tells: the logarithm of how rare it is.
    rarities: Vec<f64>,
    /// Shapes by how many columns they have.
    widths: BTreeMap<usize, Vec<usize>>,
    /// Tables by what their globs begin with.
    prefixes: HashMap<String, Vec<usize>>,
}

impl Index {
    /// The number of a name, new or known.
    pub(super) fn key(&mut self, name: &str) -> u32 {
        let plain = plain(name);
        if let Some(key) = self.keys.get(&plain) {
            return *key;
        }
        let key = u32::try_from(self.plains.len()).unwrap_or(u32::MAX);
        if let Some(bones) = bones(name) {
            self.bones.entry(bones).or_default().push(key);
        }
        grams(&plain).collect::<HashSet<_>>().into_iter().for_each(|gram| self.grams.entry(gram).or_default().push(key));
        self.plains.push(plain.clone());
        self.shapes.push(Vec::new());
        self.counts.push(0);
        self.keys.insert(plain, key);
        key
    }

    /// Counts the names of a table once a system: versions of a table do not make its names more frequent.
    pub(super) fn count(&mut self, system: &str, table: &str, keys: impl Iterator<Item = u32>) {
        let next = u32::try_from(self.tables.len()).unwrap_or(u32::MAX);
        let table = *self.tables.entry(format!("{system}/{table}")).or_insert(next);
        for key in keys {
            if self.seen.insert((table, key))
                && let Some(count) = self.counts.get_mut(key as usize)
            {
                *count += 1;
            }
        }
    }

    /// Notes what the files of a table are called.
    pub(super) fn file(&mut self, entry: usize, glob: &str) {
        let literal = glob.split(['*', '?', '[', '{', '\\']).next().unwrap_or_default();
        self.prefixes.entry(literal.to_lowercase()).or_default().push(entry);
    }

    pub(super) fn finish(&mut self, shapes: &[Shape<'_>]) {
        for (at, shape) in shapes.iter().enumerate() {
            for key in shape.slots.iter().flat_map(|slot| &slot.keys) {
                if let Some(shapes) = self.shapes.get_mut(*key as usize) {
                    shapes.push(u32::try_from(at).unwrap_or(u32::MAX));
                }
            }
            self.widths.entry(shape.slots.len()).or_default().push(at);
        }
        let all: u32 = self.counts.iter().sum();
        let rarity = |count: &u32| -((1.0 - NEW) * f64::from(*count) / f64::from(all.max(1))).clamp(RAREST, COMMONEST).ln();
        self.rarities = self.counts.iter().map(rarity).collect();
        self.seen = HashSet::new();
        self.tables = HashMap::new();
    }

    /// The known names that one in a header may be: itself, or those that a wrong encoding makes of it.
    pub(super) fn known(&self, name: &str) -> Vec<u32> {
        if let Some(key) = self.keys.get(&plain(name)) {
            return vec![*key];
        }
        bones(name).and_then(|bones| self.bones.get(&bones)).cloned().unwrap_or_default()
    }

    /// Known names that are like one that is not.
    pub(super) fn like(&self, plain: &str) -> Vec<(u32, f64)> {
        let mut shared: HashMap<u32, u32> = HashMap::new();
        let mut all = 0;
        for names in grams(plain).filter_map(|gram| self.grams.get(&gram)).filter(|names| names.len() <= CROWD) {
            all += 1;
            for key in names {
                *shared.entry(*key).or_default() += 1;
            }
        }
        let mut like: Vec<(u32, f64)> = shared
            .into_iter()
            .filter(|(_, count)| count * 3 >= all)
            .filter_map(|(key, _)| Some((key, likeness(plain, self.plain(key)?))))
            .filter(|(_, alike)| *alike >= ALIKE)
            .collect();
        like.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        like.truncate(LIKE);
        like
    }

    /// A known name, plain.
    pub(super) fn plain(&self, key: u32) -> Option<&str> {
        self.plains.get(key as usize).map(String::as_str)
    }

    /// Shapes that have a name.
    pub(super) fn having(&self, key: u32) -> &[u32] {
        self.shapes.get(key as usize).map_or(&[], Vec::as_slice)
    }

    /// Shapes of about as many columns.
    pub(super) fn as_wide(&self, least: usize, most: usize) -> impl Iterator<Item = usize> {
        self.widths.range(least..=most.max(least)).flat_map(|(_, shapes)| shapes.iter().copied())
    }

    /// How much less probable a name is in a table of which nothing is known, in logarithms.
    pub(super) fn rarity(&self, key: u32) -> f64 {
        self.rarities.get(key as usize).copied().unwrap_or(0.0)
    }

    /// Tables whose globs may match a file's name.
    pub(super) fn files(&self, file_name: &str) -> impl Iterator<Item = usize> {
        let lower = file_name.to_lowercase();
        let ends: Vec<usize> = lower.char_indices().map(|(at, _)| at).chain([lower.len()]).collect();
        ends.into_iter().flat_map(move |end| self.prefixes.get(lower.get(..end).unwrap_or_default()).into_iter().flatten().copied())
    }
}
