//! Which columns of an export are those of a known version: by name first, then by what their values and names say together.

use crate::detect::names::likeness;
use crate::detect::names::plain;
use crate::draft::column::Column;
use crate::draft::rules::meaning;
use crate::draft::table::Table;
use crate::ir::schema::CheckRule;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::scan::words::words;
use regex::Regex;
use std::collections::BTreeSet;

/// How much must speak for a new name, and by how much more than for any other.
const ENOUGH: f64 = 0.9;
const MARGIN: f64 = 0.15;
/// How alike two names are from which they could be one column's.
const ALIKE: f64 = 0.5;
/// What must speak for it where they are not alike.
const BY_VALUES: f64 = 0.6;

/// What became of a known table's columns; numbers are places in the file's columns.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// Columns that are there, under the name by which they are known or one that differs in its spelling only.
    pub kept: Vec<(String, usize)>,
    /// Columns under a new name, with what speaks for it.
    pub renamed: Vec<(String, usize, String)>,
    /// Columns of which there are parts instead.
    pub split: Vec<(String, Vec<usize>)>,
    /// Columns of which there is one instead that holds them all.
    pub joined: Vec<(Vec<String>, usize)>,
    /// Columns that are not there.
    pub gone: Vec<String>,
    /// Columns that were not known.
    pub added: Vec<usize>,
}

/// The known column, ignored ones without a type.
type Known<'a> = (&'a str, Option<&'a SourceColumn>);

/// Finds each known column of a table in the file.
pub(super) fn fate(parent: &SourceTable, table: &Table<'_>) -> Fate {
    let mut fate = Fate::default();
    let known: Vec<Known<'_>> = known(parent);
    let mut free: BTreeSet<usize> =
        table.columns.iter().enumerate().filter(|(at, column)| table.names(*at, column)).map(|(at, _)| at).collect();
    let mut open: Vec<Known<'_>> = Vec::new();
    for (name, column) in known {
        let mut names = std::iter::once(name).chain(column.iter().flat_map(|column| column.also.iter().map(String::as_str)));
        let at = |name: &str, same: &dyn Fn(&str, &str) -> bool| {
            free.iter().copied().find(|at| table.columns.get(*at).is_some_and(|column| same(&column.scan.name, name)))
        };
        let found = names
            .clone()
            .find_map(|name| at(name, &|a, b| a == b))
            .or_else(|| names.find_map(|name| at(name, &|a, b| plain(a) == plain(b))));
        match found {
            Some(at) => {
                free.remove(&at);
                fate.kept.push((name.to_owned(), at));
            }
            None => open.push((name, column)),
        }
    }
    open.retain(|(name, column)| match column.and_then(|column| parts(column, &open_names(&free, table), table)) {
        Some(parts) => {
            free.retain(|at| !parts.contains(at));
            fate.split.push(((*name).to_owned(), parts));
            false
        }
        None => true,
    });
    for at in open_names(&free, table) {
        let Some(column) = table.columns.get(at) else { continue };
        let held = held(column, &open);
        if !held.is_empty() {
            free.remove(&at);
            open.retain(|(name, _)| !held.iter().any(|held| held == name));
            fate.joined.push((held, at));
        }
    }
    rename(parent, table, &open, &mut free, &mut fate);
    fate.added = free.into_iter().collect();
    fate
}

/// All columns of a table, ignored ones behind the others.
fn known(parent: &SourceTable) -> Vec<Known<'_>> {
    let read = parent.columns.iter().map(|column| (column.name.as_str(), Some(column)));
    read.chain(parent.ignore.keys().map(|name| (name.as_str(), None))).collect()
}

fn open_names(free: &BTreeSet<usize>, table: &Table<'_>) -> Vec<usize> {
    free.iter().copied().filter(|at| table.columns.get(*at).is_some_and(|column| !column.scan.is_empty())).collect()
}

/// At least two columns that look like parts of one: a text's by their names, a time's as its day and its time of day.
fn parts(column: &SourceColumn, free: &[usize], table: &Table<'_>) -> Option<Vec<usize>> {
    let whole = plain(&column.name);
    let of = |at: &usize| table.columns.get(*at);
    let within = |at: &&usize| of(at).is_some_and(|part| plain(&part.scan.name).contains(&whole) && whole.len() >= 4);
    let found: Vec<usize> = match column.ty.kind {
        Kind::Text => {
            let named = free.iter().filter(|at| of(at).is_some_and(|part| part.kind == Kind::Text)).filter(within).copied();
            let named: Vec<usize> = named.collect();
            let people = column.phi.as_deref() == Some("name") && named.is_empty();
            let people =
                free.iter().filter(|at| people && of(at).and_then(|part| part.scan.person.as_ref()).is_some_and(|one| one.tag == "name"));
            named.into_iter().chain(people.copied()).collect()
        }
        Kind::Datetime | Kind::Instant => {
            let stem = stem(&column.name);
            let of_kind = |kind: &Kind| {
                free.iter().copied().find(|at| of(at).is_some_and(|part| part.kind == *kind && self::stem(&part.scan.name) == stem))
            };
            [of_kind(&Kind::Date), of_kind(&Kind::Time)].into_iter().collect::<Option<Vec<usize>>>().unwrap_or_default()
        }
        _ => Vec::new(),
    };
    (found.len() >= 2).then_some(found)
}

/// At least two known columns, in their order, that a new one looks like the whole of.
fn held(column: &Column<'_>, open: &[Known<'_>]) -> Vec<String> {
    let whole = plain(&column.scan.name);
    let known = || open.iter().filter_map(|(name, known)| Some((*name, (*known)?)));
    let held: Vec<&str> = match column.kind {
        Kind::Text => {
            let texts = || known().filter(|(_, known)| known.ty.kind == Kind::Text);
            let named: Vec<&str> = texts().map(|(name, _)| name).filter(|name| whole.len() >= 4 && plain(name).contains(&whole)).collect();
            if named.is_empty() && column.scan.person.as_ref().is_some_and(|person| person.tag == "name") {
                texts().filter(|(_, known)| known.phi.as_deref() == Some("name")).map(|(name, _)| name).collect()
            } else {
                named
            }
        }
        Kind::Datetime => {
            let stem = stem(&column.scan.name);
            let of_kind =
                |kind: &Kind| known().find(|(name, known)| known.ty.kind == *kind && self::stem(name) == stem).map(|(name, _)| name);
            [of_kind(&Kind::Date), of_kind(&Kind::Time)].into_iter().collect::<Option<Vec<&str>>>().unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if held.len() >= 2 { held.into_iter().map(str::to_owned).collect() } else { Vec::new() }
}

/// A name's words without those that say that it is a time.
fn stem(name: &str) -> Vec<String> {
    words(name).into_iter().filter(|word| !is_time_word(word)).collect()
}

fn is_time_word(word: &str) -> bool {
    matches!(word, "date" | "time" | "datetime" | "day" | "timestamp" | "at")
}

/// Pairs what is left where one pair is clearly the best of both.
fn rename(parent: &SourceTable, table: &Table<'_>, open: &[Known<'_>], free: &mut BTreeSet<usize>, fate: &mut Fate) {
    let scores: Vec<(usize, usize, f64, String)> = open
        .iter()
        .enumerate()
        .flat_map(|(nth, one)| free.iter().map(move |at| (nth, one, *at)))
        .filter_map(|(nth, one, at)| {
            let (score, because) = evidence(parent, table, one, at, fate)?;
            Some((nth, at, score, because))
        })
        .collect();
    for (nth, at, score, because) in &scores {
        let clear = scores
            .iter()
            .all(|(other, there, rival, _)| (other, there) == (nth, at) || (other != nth && there != at) || *rival + MARGIN <= *score);
        if clear
            && *score >= ENOUGH
            && let Some((name, _)) = open.get(*nth)
        {
            free.remove(at);
            fate.renamed.push(((*name).to_owned(), *at, because.clone()));
        }
    }
    let found = |name: &str| fate.renamed.iter().any(|(known, _, _)| known == name);
    fate.gone = open.iter().map(|(name, _)| *name).filter(|name| !found(name)).map(str::to_owned).collect();
}

/// How much speaks for a column under a new name, and what; none where something speaks against it.
fn evidence(parent: &SourceTable, table: &Table<'_>, one: &Known<'_>, at: usize, fate: &Fate) -> Option<(f64, String)> {
    let (name, known) = one;
    let column = table.columns.get(at)?;
    let alike = likeness(&plain(name), &plain(&column.scan.name));
    let same_meaning = meaning(name).is_some_and(|known| meaning(&column.scan.name) == Some(known));
    let alike = if same_meaning { alike.max(0.85) } else { alike };
    let mut said = Vec::new();
    if same_meaning {
        said.push("both names mean the same");
    } else if alike >= ALIKE {
        said.push("their names are alike");
    }
    // Of an ignored column nothing but the name is known.
    let Some(known) = known else { return (alike >= ENOUGH).then(|| (alike, said.join(", "))) };
    let mut points = 0.0;
    let mut say = |weight: f64, what: &'static str| {
        points += weight;
        said.push(what);
    };
    if !column.scan.is_empty() {
        if !fits(&known.ty.kind, known, column) {
            return None;
        }
        if matches!(known.ty.kind, Kind::Uuid | Kind::Date | Kind::Datetime | Kind::Time | Kind::Boolean) {
            say(0.2, "it is of the same type");
        }
        values(known, column, &mut say)?;
    }
    match (known.phi.as_deref(), column.scan.person.as_ref().map(|person| person.tag)) {
        (Some(one), Some(other)) if one == other => say(0.3, "both identify a person in the same way"),
        (Some(_), Some(_)) => return None,
        _ => {}
    }
    if parent.key == [(*name).to_owned()] {
        if !column.scan.unique {
            return None;
        }
        say(0.3, "no two rows share it");
    }
    let refers = |link: &crate::draft::table::Link| {
        link.column == column.scan.name
            && parent.references.iter().any(|reference| reference.column == *name && reference.table == link.table)
    };
    if table.references.iter().any(refers) {
        say(0.6, "it refers to the same table");
    }
    if stands(parent, name, at, fate) {
        say(0.3, "it stands between the same columns");
    }
    (alike >= ALIKE || points >= BY_VALUES).then(|| (alike + points, said.join(", ")))
}

/// What values say of a column's constraints; none where they break them.
fn values(known: &SourceColumn, column: &Column<'_>, say: &mut dyn FnMut(f64, &'static str)) -> Option<()> {
    let seen: Vec<&str> =
        column.scan.values.iter().map(|one| one.value.as_str()).filter(|text| !column.scan.missing.contains_key(*text)).collect();
    for check in &known.checks {
        let (good, weight, what) = match &check.rule {
            CheckRule::OneOf(texts) => {
                (seen.iter().filter(|text| texts.iter().any(|one| one == *text)).count(), 0.6, "its values are among those known")
            }
            CheckRule::Pattern(pattern) => {
                let Ok(pattern) = Regex::new(&format!("^(?:{pattern})$")) else { continue };
                (seen.iter().filter(|text| pattern.is_match(text)).count(), 0.4, "its values have the known pattern")
            }
            _ => continue,
        };
        if good * 2 < seen.len() {
            return None;
        }
        if good * 10 >= seen.len() * 9 && !seen.is_empty() {
            say(weight, what);
        }
    }
    Some(())
}

/// Whether the columns that are known before and behind one are those before and behind it in the file.
fn stands(parent: &SourceTable, name: &str, at: usize, fate: &Fate) -> bool {
    let Some(own) = parent.columns.iter().position(|column| column.name == name) else { return false };
    let place = |nth: Option<usize>| {
        let name = &parent.columns.get(nth?)?.name;
        fate.kept.iter().find(|(kept, _)| kept == name).map(|(_, at)| *at)
    };
    let before = own.checked_sub(1).map_or(at == 0, |nth| place(Some(nth)).is_some_and(|there| there + 1 == at));
    before && place(Some(own + 1)) == Some(at + 1)
}

/// Whether a column's values can be read as is known: as that type, or as a word for 'no value'.
pub(super) fn fits(kind: &Kind, known: &SourceColumn, column: &Column<'_>) -> bool {
    let is_word = |text: &str| known.missing.iter().flatten().any(|word| word == text);
    let values: Vec<_> = column.scan.values.iter().filter(|one| !is_word(&one.value)).collect();
    // Such words stand among its values, so what the rest is must be asked of each.
    let some = values.len() < column.scan.values.len() && column.scan.values_whole;
    is_read(kind, known, column)
        || some
            && values.iter().all(|one| match kind {
                Kind::Uuid => one.value.len() == 36 && one.value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()),
                Kind::Integer => one.value.parse::<i64>().is_ok(),
                Kind::Decimal { .. } | Kind::Float => one.value.parse::<f64>().is_ok_and(f64::is_finite),
                _ => false,
            })
}

fn is_read(kind: &Kind, known: &SourceColumn, column: &Column<'_>) -> bool {
    let whole = column.scan.fits >= 0.999;
    let found = &column.scan.kind;
    match kind {
        Kind::Integer => matches!(found, Kind::Integer) && whole,
        Kind::Decimal { scale, .. } => match found {
            Kind::Integer => whole,
            Kind::Decimal { scale: other, .. } => other <= scale && whole,
            _ => false,
        },
        Kind::Float => matches!(found, Kind::Integer | Kind::Decimal { .. } | Kind::Float) && whole,
        Kind::Uuid => matches!(found, Kind::Uuid) && whole,
        Kind::Boolean => {
            let (yes, no) = known.words.clone().unwrap_or_else(|| (vec!["true".to_owned()], vec!["false".to_owned()]));
            let word = |text: &str| yes.iter().chain(&no).any(|word| word.eq_ignore_ascii_case(text));
            column.scan.values.iter().all(|one| word(&one.value) || column.scan.missing.contains_key(&one.value))
        }
        Kind::Date | Kind::Time | Kind::Datetime | Kind::Instant => {
            let same = found == kind || (*kind == Kind::Instant && *found == Kind::Datetime);
            same && whole && written(known, column)
        }
        _ => true,
    }
}

/// Whether days and times are written as is known.
fn written(known: &SourceColumn, column: &Column<'_>) -> bool {
    if known.formats.is_empty() {
        return column.scan.iso;
    }
    if column.scan.iso {
        return known.formats.iter().any(|format| ["%Y-%m-%d", "%F", "%H:%M", "%T"].iter().any(|start| format.starts_with(start)));
    }
    let undecided = column.scan.undecided.iter().any(|format| known.formats.contains(format));
    undecided || column.scan.formats.iter().all(|one| known.formats.contains(&one.format))
}
