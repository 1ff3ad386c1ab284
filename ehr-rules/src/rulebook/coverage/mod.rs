//! What of the rules the cases reach: rules, branches and entries of code maps, and where those stand that none reaches.

pub(crate) mod watch;

use crate::engine::probe::Probes;
use crate::engine::probe::Seen;
use crate::error::Error;
use crate::rulebook::Rulebook;
use crate::rulebook::spot::Spot;
use crate::rulebook::spot::Written;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use watch::Entry;
use watch::Watch;
use watch::Way;

/// How much of the rules was reached by a row of some case.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Rules that made a row.
    pub rules: Share,
    /// Ways a row can take inside them: branches of a union, `where`, `when`, entries of `map:`, each with its `otherwise`,
    /// and what comes of joins and lookups.
    pub branches: Share,
    /// Approved entries of the code maps in files.
    pub code_entries: Share,
    /// What no case reaches, by file and line.
    pub unreached: Vec<Unreached>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Share {
    /// Those reached.
    pub reached: usize,
    /// All there are.
    pub all: usize,
    /// Hundredths; 100 where there is nothing to reach.
    pub percent: f64,
}

/// Something that no case reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unreached {
    /// Where it stands.
    #[serde(flatten)]
    pub spot: Spot,
    /// The rule, `synthea/2022/patient.gender`, or the code map, `omop-5.4/gender`.
    pub rule: String,
    /// What was never done, in a few words.
    pub what: String,
    /// `rule`, `branch` or `code_entry`.
    pub kind: &'static str,
}

impl Share {
    fn of(reached: usize, all: usize) -> Self {
        // So many rules that their number is no longer exact as a float are not written.
        #[expect(clippy::cast_precision_loss, reason = "there are never so many")]
        let percent = if all == 0 { 100.0 } else { (reached as f64 * 1000.0 / all as f64).floor() / 10.0 };
        Self { reached, all, percent }
    }
}

/// The rules with probes put in, and what each of them stands for.
#[derive(Debug)]
pub(crate) struct Watched {
    /// The same rules; they say what they did before.
    pub book: Rulebook,
    /// What the probes saw.
    pub probes: Arc<Probes>,
    ways: Vec<Way>,
    entries: Vec<Entry>,
}

/// Puts probes into every rule.
pub(crate) fn watch(book: &Rulebook) -> Result<Watched, Error> {
    let mut watch = Watch::default();
    let mut watched = book.clone();
    for source in &mut watched.sources {
        let level = source.id().to_string();
        let written = Arc::clone(&source.written);
        source.transforms = source.transforms.iter().map(|one| watch.transform(one, &level, Written(&written))).collect();
        watch.code_maps(&level, &source.schema.code_maps)?;
    }
    for target in &mut watched.targets {
        let level = target.schema.name.clone();
        let written = Arc::clone(&target.written);
        if target.is_straight() {
            // The rules are compiled once a version, and written once.
            for straight in &mut target.straight {
                straight.transforms = straight.transforms.iter().map(|one| watch.transform(one, &level, Written(&written))).collect();
            }
        } else {
            target.transforms = target.transforms.iter().map(|one| watch.transform(one, &level, Written(&written))).collect();
        }
        watch.code_maps(&level, &target.schema.code_maps)?;
    }
    let (ways, entries) = watch.done();
    Ok(Watched { book: watched, probes: Arc::default(), ways, entries })
}

impl Watched {
    /// What was reached, given the rules that made a row (`level/table`).
    pub(crate) fn coverage(&self, made: &BTreeSet<String>) -> Coverage {
        let seen = self.probes.seen();
        let mut unreached = Vec::new();
        // A rule that several versions inherit is written once, so it is reached once for all of them.
        let mut rules: BTreeMap<(Spot, String), (String, bool)> = BTreeMap::new();
        for (level, written, transforms) in self.levels() {
            for one in transforms {
                let Some(spot) = written.spot(&one.table) else { continue };
                let name = format!("{level}/{}", one.table);
                let reached = made.contains(&name);
                rules.entry((spot, one.table.clone())).or_insert((name, false)).1 |= reached;
            }
        }
        let reached = rules.values().filter(|(_, reached)| *reached).count();
        let rules_share = Share::of(reached, rules.len());
        for ((spot, _), (rule, _)) in rules.iter().filter(|(_, (_, reached))| !reached) {
            unreached.push(Unreached { spot: spot.clone(), rule: rule.clone(), what: "makes no row".to_owned(), kind: "rule" });
        }
        let mut ways: BTreeMap<(&Spot, usize, &str), (&str, bool)> = BTreeMap::new();
        for (at, way) in self.ways.iter().enumerate() {
            let Some(what) = &way.what else { continue };
            let reached = seen.get(&at).is_some_and(|seen| self.reached(way, seen));
            ways.entry((&way.spot, way.column, what)).or_insert((&way.rule, false)).1 |= reached;
        }
        let branches = Share::of(ways.values().filter(|(_, reached)| *reached).count(), ways.len());
        for ((spot, _, what), (rule, _)) in ways.iter().filter(|(_, (_, reached))| !reached) {
            unreached.push(Unreached { spot: (*spot).clone(), rule: (*rule).to_owned(), what: (*what).to_owned(), kind: "branch" });
        }
        let asked = self.asked(&seen);
        // A map that several versions inherit stands in one file: its entries are reached once for all of them.
        let mut entries: BTreeMap<&Spot, (&Entry, bool)> = BTreeMap::new();
        for entry in &self.entries {
            let reached = asked.get(entry.map.as_str()).is_some_and(|codes| codes.contains(entry.code.as_str()));
            entries.entry(&entry.spot).or_insert((entry, false)).1 |= reached;
        }
        let code_entries = Share::of(entries.values().filter(|(_, reached)| *reached).count(), entries.len());
        for (entry, _) in entries.values().filter(|(_, reached)| !reached) {
            let what = format!("`{}` is never asked for", entry.code);
            unreached.push(Unreached { spot: entry.spot.clone(), rule: entry.map.clone(), what, kind: "code_entry" });
        }
        unreached.sort();
        Coverage { rules: rules_share, branches, code_entries, unreached }
    }

    /// Each level's rules.
    fn levels(&self) -> impl Iterator<Item = (String, Written<'_>, &[crate::ir::transform::Transform])> {
        let sources = self.book.sources.iter().map(|source| (source.id().to_string(), Written(&source.written), &*source.transforms));
        let targets = self.book.targets.iter().map(|target| (target.schema.name.clone(), Written(&target.written), &*target.transforms));
        sources.chain(targets)
    }

    /// Codes that were looked up, by code map.
    fn asked<'s>(&self, seen: &'s BTreeMap<usize, Seen>) -> BTreeMap<&str, BTreeSet<&'s str>> {
        let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (at, way) in self.ways.iter().enumerate() {
            if let (Some(map), Some(seen)) = (&way.map, seen.get(&at)) {
                asked.entry(map).or_default().extend(seen.texts.iter().map(String::as_str));
            }
        }
        asked
    }

    /// Whether a way was taken: a row came by, or, for a code's `otherwise`, one whose code is in no entry.
    fn reached(&self, way: &Way, seen: &Seen) -> bool {
        let Some(map) = &way.map else { return seen.rows > 0 };
        let known: BTreeSet<&str> = self.entries.iter().filter(|entry| entry.map == *map).map(|entry| entry.code.as_str()).collect();
        seen.missing > 0 || seen.texts.iter().any(|text| !known.contains(text.as_str()))
    }
}
