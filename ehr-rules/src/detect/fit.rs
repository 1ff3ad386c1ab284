//! How well one file fits one table: columns found, lacking and beyond, and what the values say.

use crate::detect::known::KnownTable;
use crate::detect::known::Need;
use crate::detect::known::Slot;
use crate::detect::sample::Framed;
use crate::detect::sample::Sample;
use crate::detect::sample::fold;
use crate::detect::value::Values;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;

/// The share of columns explained from which a file with the table's name is that table.
const NAMED: f64 = 0.4;
/// The same for a file with another name.
const UNNAMED: f64 = 0.75;
/// Below this share of columns no rename is looked for: the file is another table.
const RENAMES: f64 = 0.3;
/// How alike a lacking and an additional column must be to be the same one renamed.
const ALIKE: f64 = 0.65;

/// One file held against one table.
pub(super) struct FileFit<'a> {
    pub sample: &'a Sample<'a>,
    pub framed: &'a Framed,
    pub table: &'a SourceTable,
    /// Whether the file's name is one of the table's.
    pub named: bool,
    pub found: Vec<Found<'a>>,
    pub missing: Vec<&'a Slot<'a>>,
    /// Columns of the header that the table neither names nor ignores.
    pub extra: Vec<usize>,
    /// Other tables that a file without a table's name fits as well.
    pub rivals: Vec<&'a str>,
    /// Log-odds: to compare tables and versions.
    pub score: f64,
    /// Columns explained, each by how well.
    pub credit: f64,
    /// Columns to explain, on either side.
    pub whole: f64,
}

/// A column that the file has.
pub(super) struct Found<'a> {
    pub slot: &'a Slot<'a>,
    pub at: usize,
    pub how: How,
    pub values: Values,
}

/// By which name a column was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// A name of the schema.
    Exactly,
    /// A name of the schema in another case or with space around it.
    Nearly,
    /// Another name for what seems to be the same.
    Renamed,
}

impl How {
    /// What a column found so counts in the share of columns explained.
    const fn credit(self) -> f64 {
        match self {
            Self::Exactly => 1.0,
            Self::Nearly => 0.9,
            Self::Renamed => 0.5,
        }
    }

    /// What it counts in log-odds.
    const fn score(self) -> f64 {
        match self {
            Self::Exactly => 1.0,
            Self::Nearly => -2.0,
            Self::Renamed => -4.0,
        }
    }
}

impl<'a> FileFit<'a> {
    pub(super) fn new(sample: &'a Sample<'a>, framed: &'a Framed, known: &'a KnownTable<'a>) -> Self {
        // A table whose header stands in the schema is framed in a way of its own.
        let framed = sample.framed(&known.dialect).unwrap_or(framed);
        let mut fit = Self {
            sample,
            framed,
            table: known.table,
            named: known.names(sample.file.file_name()),
            found: Vec::new(),
            missing: Vec::new(),
            extra: Vec::new(),
            rivals: Vec::new(),
            score: 0.0,
            credit: 0.0,
            whole: 0.0,
        };
        // A file without a header is a table without rows, if its name says so; its columns say nothing.
        if !framed.header.is_empty() {
            fit.find(known);
            fit.weigh();
            if fit.agreement() >= RENAMES {
                fit.find_renamed();
                fit.look_at_values();
                fit.weigh();
            }
        }
        fit.score += if fit.named { 2.0 } else { -1.0 };
        fit
    }

    /// The share of columns explained, on both sides.
    pub(super) fn agreement(&self) -> f64 {
        if self.whole > 0.0 { (self.credit / self.whole).max(0.0) } else { 0.0 }
    }

    /// Whether the file is this table, well or badly.
    pub(super) fn recognised(&self) -> bool {
        if !self.table.header.is_empty() {
            // Names that the schema brought say nothing: the file's name and the values do.
            self.named && !self.found.is_empty() && self.found.iter().all(|found| found.values.wrong_share() < 0.5)
        } else if self.named {
            self.framed.header.is_empty() || (self.agreement() >= NAMED && !self.found.is_empty())
        } else {
            self.agreement() >= UNNAMED && self.found.len() > 2
        }
    }

    /// Exact names are taken first, so that `Id` and `ID` in one header each find their own column.
    fn find(&mut self, known: &'a KnownTable<'a>) {
        let mut taken = vec![false; self.framed.header.len()];
        let mut places: Vec<Option<(usize, How)>> = vec![None; known.slots.len()];
        for how in [How::Exactly, How::Nearly] {
            for (slot, place) in known.slots.iter().zip(&mut places).filter(|(_, place)| place.is_none()) {
                let names = std::iter::once(slot.name).chain(slot.also.iter().map(String::as_str));
                let mut found =
                    names.filter_map(|name| if how == How::Exactly { self.framed.exactly(name) } else { self.framed.nearly(name) });
                if let Some(at) = found.find(|at| !taken[*at]) {
                    taken[at] = true;
                    *place = Some((at, how));
                }
            }
        }
        for (slot, place) in known.slots.iter().zip(places) {
            match place {
                Some((at, how)) => self.found.push(Found { slot, at, how, values: Values::default() }),
                None if slot.need != Need::Optional => self.missing.push(slot),
                None => {}
            }
        }
        self.extra = (0..taken.len()).filter(|at| !taken[*at]).collect();
    }

    /// Pairs lacking and additional columns that are alike in name, place and values, the most alike first.
    fn find_renamed(&mut self) {
        let mut pairs = Vec::new();
        for (lack, slot) in self.missing.iter().enumerate().filter(|(_, slot)| slot.need != Need::Ignored) {
            for at in &self.extra {
                let alike = self.likeness(slot, *at);
                if alike >= ALIKE {
                    pairs.push((alike, lack, *at));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut gone = Vec::new();
        for (_, lack, at) in pairs {
            if gone.contains(&lack) || !self.extra.contains(&at) {
                continue;
            }
            gone.push(lack);
            self.extra.retain(|extra| *extra != at);
            self.found.push(Found { slot: self.missing[lack], at, how: How::Renamed, values: Values::default() });
        }
        let mut lack = 0..;
        self.missing.retain(|_| !lack.next().is_some_and(|lack| gone.contains(&lack)));
    }

    /// 0 to 1: how alike a lacking column and one of the header are.
    fn likeness(&self, slot: &Slot<'_>, at: usize) -> f64 {
        let Some(probe) = &slot.probe else { return 0.0 };
        let values = probe.values(self.framed.column(at));
        if values.wrong_share() > 0.1 {
            return 0.0;
        }
        let names = name_likeness(slot.name, &self.framed.header[at]);
        if names < 0.5 {
            return 0.0;
        }
        let placed = if self.same_place(slot, at) { 0.2 } else { 0.0 };
        let typed = if probe.kind != Kind::Text && values.tried > 0 { 0.1 } else { 0.0 };
        names.mul_add(0.7, placed + typed)
    }

    /// Whether the columns on both sides of it in the header are its neighbours in the schema.
    fn same_place(&self, slot: &Slot<'_>, at: usize) -> bool {
        let Some(position) = self.table.columns.iter().position(|column| column.name == slot.name) else { return false };
        let place_of = |name: &str| self.found.iter().find(|found| found.slot.name == name).map(|found| found.at);
        let before = position.checked_sub(1).and_then(|at| self.table.columns.get(at)).and_then(|column| place_of(&column.name));
        let after = self.table.columns.get(position + 1).and_then(|column| place_of(&column.name));
        before.is_some_and(|before| before + 1 == at) || after == Some(at + 1)
    }

    fn look_at_values(&mut self) {
        for found in &mut self.found {
            if let Some(probe) = &found.slot.probe {
                found.values = probe.values(self.framed.column(found.at));
            }
        }
    }

    fn weigh(&mut self) {
        let (extra_weight, extra_cost): (f64, f64) = match self.table.extra_columns {
            ExtraColumns::Report => (1.0, 4.0),
            ExtraColumns::Ignore => (0.5, 1.5),
            ExtraColumns::Forbid => (1.0, 5.0),
        };
        let extra = count(self.extra.len());
        self.credit = 0.0;
        self.whole = extra_weight.mul_add(extra, count(self.found.len()));
        self.score = -extra_cost * extra;
        for slot in &self.missing {
            self.whole += slot.need.weight();
            self.score -= slot.need.cost();
        }
        for found in &self.found {
            let wrong = found.values.wrong_share();
            self.credit += found.how.credit() * 0.7f64.mul_add(-wrong, 1.0);
            self.score += found.how.score();
            let typed = found.slot.probe.as_ref().is_some_and(|probe| probe.kind != Kind::Text);
            if typed && found.values.tried > 0 {
                self.score += 0.5 * (1.0 - wrong);
            }
            if found.values.wrong > 0 {
                self.score -= 3.0f64.mul_add(wrong, 2.5);
            }
        }
    }
}

/// A count as a weight.
#[expect(clippy::cast_precision_loss, reason = "columns and files are far fewer than 2^52")]
pub(super) const fn count(of: usize) -> f64 {
    of as f64
}

/// 0 to 1: how alike two names are, case and punctuation aside.
fn name_likeness(one: &str, other: &str) -> f64 {
    let plain = |name: &str| fold(name).chars().filter(|char| char.is_alphanumeric()).collect::<String>();
    let (one, other) = (plain(one), plain(other));
    // Letters alone decide that two names are one: `line 1` and `line 2` differ in all that matters.
    let letters = |name: &str| name.chars().filter(|char| !char.is_ascii_digit()).collect::<String>();
    if one != other && letters(&one) == letters(&other) && one.len() == other.len() {
        return 0.0;
    }
    let shorter = one.len().min(other.len());
    let within = if shorter >= 4 && (one.contains(&other) || other.contains(&one)) { 0.8 } else { 0.0 };
    strsim::normalized_levenshtein(&one, &other).max(within)
}
