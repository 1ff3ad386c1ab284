//! One column of a source: its type, how its values are written, and what must hold of them.

use super::column;
use super::column::misfit;
use super::column::value_place;
use super::source::SEVERITIES;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest;
use crate::ir::phi;
use crate::ir::schema::Check;
use crate::ir::schema::CheckRule;
use crate::ir::schema::Example;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::types::Kind;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use chrono::DateTime;
use chrono::FixedOffset;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::format::Item;
use chrono::format::StrftimeItems;
use regex::Regex;
use std::cmp::Ordering;
use std::fmt::Write;

/// Reads a column; `None` where it is neither a type nor a map.
pub(super) fn read(name: &str, node: &Node, said: &mut Diagnostics) -> Option<SourceColumn> {
    let what = format!("column `{name}`");
    let mut within = Vec::new();
    let (kind, fields) = column::typed(node, &what, &mut |name, node, said| inside(name, node, &mut within, said), said)?;
    let mut column = SourceColumn { inside: within, ..SourceColumn::plain(name, kind) };
    let Some(mut fields) = fields else { return Some(column) };
    let kind = column.ty.kind.clone();
    column.required = fields.bool("required", said).unwrap_or(false);
    column.also = fields.texts("also", said).unwrap_or_default();
    column.optional = fields.bool("optional", said).unwrap_or(false);
    column.missing = fields.texts("missing", said);
    column.phi = fields.named("phi", said).and_then(|tag| identifier(tag, said));
    column.path = path(&mut fields, said);
    form(&mut column, &mut fields, said);
    let severity = fields.one_of("on_error", SEVERITIES, said).unwrap_or(Severity::Reject);
    column.severity = severity;
    // A row that is only warned of goes on without the value.
    column.ty.nullable = !column.required || severity == Severity::Warn;
    column.budget = column::budget(&mut fields, severity, said);
    column.examples = examples(&mut fields, said);
    let had = said.len();
    column.checks = rules(&mut fields, &kind, said).into_iter().map(|rule| Check { rule, severity }).collect();
    if severity == Severity::Warn && !column.required && column.checks.is_empty() && said.len() == had {
        said.push(
            Diagnostic::error("E0407", &value_place(&fields, "on_error"), "there is nothing here that could only be warned of")
                .help("give a constraint, or leave `on_error` out: a value that is not of its type never goes on"),
        );
    }
    fields.finish(said);
    Some(column)
}

/// Names from a JSON object inwards to the column's value.
fn path(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Vec<String> {
    let Some(name) = fields.named("path", said) else { return Vec::new() };
    let names: Vec<String> = name.text.split('.').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) {
        said.push(
            Diagnostic::error("E0407", &name.place, format!("`{}` is no path", name.text))
                .help("names from the object inwards, a dot between, as in `patient.birth_date`"),
        );
        return Vec::new();
    }
    names
}

/// An item of a list or a field of a struct: how its values are written, and no constraints.
fn inside(name: &str, node: &Node, within: &mut Vec<SourceColumn>, said: &mut Diagnostics) -> Option<Kind> {
    let mut deeper = Vec::new();
    let (kind, fields) = column::typed(node, &format!("`{name}`"), &mut |name, node, said| inside(name, node, &mut deeper, said), said)?;
    let mut column = SourceColumn { inside: deeper, ..SourceColumn::plain(name, kind.clone()) };
    if let Some(mut fields) = fields {
        column.missing = fields.texts("missing", said);
        form(&mut column, &mut fields, said);
        fields.finish(said);
    }
    within.push(column);
    Some(kind)
}

/// Texts as they stand in the files; they are held against the column where files are read.
fn examples(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Vec<Example> {
    let names = fields.names("examples", said).unwrap_or_default();
    names.into_iter().map(|name| Example { text: name.text, place: name.place }).collect()
}

/// How values are written.
fn form(column: &mut SourceColumn, fields: &mut Fields<'_>, said: &mut Diagnostics) {
    let kind = column.ty.kind.clone();
    column.formats = formats(fields, &kind, said);
    column.words = words(fields, &kind, said);
    column.zone = zone(fields, &kind, said);
    column.split = split(fields, &kind, said);
    column.or_one = or_one(fields, column, said);
    column.text_as = text_as(fields, &kind, said);
}

/// What stands between a list's items; each item is then a single value.
fn split(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Option<String> {
    let name = fields.named("split", said)?;
    if !matches!(kind, Kind::List(item) if !item.is_nested()) {
        said.push(misfit("split", kind, "a list of single values", &name.place));
        return None;
    }
    if name.text.is_empty() {
        said.push(Diagnostic::error("E0407", &name.place, "`split` is no text").help("write what stands between two items, as `;`"));
        return None;
    }
    Some(name.text)
}

/// Whether an item that stands without its list is a list of it.
fn or_one(fields: &mut Fields<'_>, column: &SourceColumn, said: &mut Diagnostics) -> bool {
    let Some(or_one) = fields.bool("or_one", said) else { return false };
    let place = value_place(fields, "or_one");
    if column.ty.kind.item().is_none() {
        said.push(misfit("or_one", &column.ty.kind, "a list", &place));
        return false;
    }
    if or_one && column.split.is_some() {
        said.push(
            Diagnostic::error("E0407", &place, "`or_one` says nothing beside `split`")
                .help("leave `or_one` out: a text in which nothing is split is a list of one item"),
        );
    }
    or_one
}

/// The field that a bare text is.
fn text_as(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Option<String> {
    let name = fields.named("text_as", said)?;
    let Kind::Struct(all) = kind else {
        said.push(misfit("text_as", kind, "struct", &name.place));
        return None;
    };
    match kind.field(&name.text) {
        Some(field) if !field.is_nested() => Some(name.text),
        Some(field) => {
            let error = Diagnostic::error("E0403", &name.place, format!("`{}` is {field}, which no text is", name.text));
            said.push(error.help("name a field of a single value"));
            None
        }
        None => {
            let known = all.iter().map(|(field, _)| field.as_str());
            said.push(column::unknown("E0101", format!("unknown field `{}`", name.text), &name.text, &name.place, known));
            None
        }
    }
}

/// The zone of instants that are written without one.
fn zone(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Option<String> {
    let name = fields.named("zone", said)?;
    if !matches!(kind, Kind::Instant) {
        said.push(misfit("zone", kind, "instant", &name.place));
        return None;
    }
    if name.text.parse::<chrono_tz::Tz>().is_err() {
        let known = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        // The nearest name of an abbreviation is another's, and `EST` knows no summer.
        let near = if name.text.contains('/') { suggest::did_you_mean(&name.text, known()) } else { None };
        let help = near.unwrap_or_else(|| "zones are named as in `America/Toronto` or `Europe/Berlin`".to_owned());
        said.push(Diagnostic::error("E0110", &name.place, format!("unknown zone `{}`", name.text)).help(help));
        return None;
    }
    Some(name.text)
}

/// Formats for days and times, each of which must be one that can be read.
fn formats(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Vec<String> {
    let Some(names) = fields.names("formats", said) else { return Vec::new() };
    if !matches!(kind, Kind::Date | Kind::Time | Kind::Datetime | Kind::Instant) {
        said.push(misfit("formats", kind, "date, time, datetime and instant", &value_place(fields, "formats")));
        return Vec::new();
    }
    for name in &names {
        let mut items = StrftimeItems::new(&name.text).peekable();
        if items.peek().is_none() || items.any(|item| matches!(item, Item::Error)) {
            said.push(
                Diagnostic::error("E0405", &name.place, format!("`{}` is no strftime format", name.text))
                    .help("as in `%Y-%m-%d` or `%d/%m/%Y %H:%M:%S`"),
            );
        } else if !name.text.contains('%') {
            said.push(
                Diagnostic::error("E0405", &name.place, format!("`{}` holds no part of a date or time", name.text))
                    .help("`%Y` is the year, `%m` the month, `%d` the day, `%H:%M:%S` the time"),
            );
        }
    }
    for (at, second) in names.iter().enumerate() {
        if let Some((first, shown)) = names[..at].iter().find_map(|first| Some((first, read_otherwise(&first.text, &second.text)?))) {
            said.push(
                Diagnostic::warning("W0001", &second.place, format!("`{}` and `{}` read `{shown}` differently", first.text, second.text))
                    .label("only where the first does not fit")
                    .also(&first.place, "this one wins")
                    .help("remove the one that the system does not write; where it writes both, nobody can tell them apart"),
            );
        }
    }
    names.into_iter().map(|name| name.text).collect()
}

/// A date that both formats read, the one as 3 February and the other as 2 March.
fn read_otherwise(first: &str, second: &str) -> Option<String> {
    let read = |text: &str, format: &str| {
        let date = NaiveDate::parse_from_str(text, format);
        date.or_else(|_| NaiveDateTime::parse_from_str(text, format).map(|at| at.date())).ok()
    };
    let (day, other) = (NaiveDate::from_ymd_opt(2001, 2, 3)?, NaiveDate::from_ymd_opt(2001, 3, 2)?);
    let mut shown = String::new();
    // A format may ask for what this moment has not, a zone say.
    write!(shown, "{}", day.and_hms_opt(4, 5, 6)?.format(first)).ok()?;
    (read(&shown, first)? == day && read(&shown, second)? == other).then_some(shown)
}

/// Words for true and false: both or neither, and none for both.
fn words(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Option<(Vec<String>, Vec<String>)> {
    let (yes, no) = (fields.names("true", said), fields.names("false", said));
    if yes.is_none() && no.is_none() {
        return None;
    }
    let given = if yes.is_some() { "true" } else { "false" };
    if *kind != Kind::Boolean {
        said.push(misfit(given, kind, "boolean", &value_place(fields, given)));
        return None;
    }
    let (Some(yes), Some(no)) = (yes, no) else {
        let place = value_place(fields, given);
        said.push(Diagnostic::error("E0407", &place, "words are given for one truth value").help("give both `true:` and `false:`"));
        return None;
    };
    for word in &no {
        if yes.iter().any(|known| known.text.to_lowercase() == word.text.to_lowercase()) {
            said.push(
                Diagnostic::error("E0407", &word.place, format!("`{}` means both true and false", word.text))
                    .help("words are compared without case; remove one of the two"),
            );
        }
    }
    let texts = |names: Vec<Key>| names.into_iter().map(|name| name.text).collect();
    Some((texts(yes), texts(no)))
}

/// Constraints in the order in which they are checked.
fn rules(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Vec<CheckRule> {
    let mut rules = Vec::new();
    rules.extend(column::one_of(fields, kind, said).map(CheckRule::OneOf));
    rules.extend(pattern(fields, kind, said).map(CheckRule::Pattern));
    let (min, max) = (limit(fields, "min", kind, said), limit(fields, "max", kind, said));
    if let (Some((low, _)), Some((high, place))) = (&min, &max)
        && compare(low, high, kind) == Some(Ordering::Greater)
    {
        said.push(Diagnostic::error("E0407", place, "`max` is less than `min`").help("no value would be allowed"));
    }
    rules.extend(min.map(|(text, _)| CheckRule::Min(text)));
    rules.extend(max.map(|(text, _)| CheckRule::Max(text)));
    rules.extend(column::max_length(fields, kind, said).map(CheckRule::MaxLength));
    if fields.bool("unique", said) == Some(true) {
        if kind.is_nested() {
            said.push(misfit("unique", kind, "single values", &value_place(fields, "unique")));
        } else {
            rules.push(CheckRule::Unique);
        }
    }
    rules
}

fn pattern(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Option<String> {
    let name = fields.named("pattern", said)?;
    if !matches!(kind, Kind::Text) {
        said.push(misfit("pattern", kind, "text", &name.place));
        return None;
    }
    // Anchored as it will be run: `a|b` must not become `^a|b$`.
    if let Err(error) = Regex::new(&format!("^(?:{})$", name.text)) {
        let why = error.to_string();
        let why = why.lines().last().map(|line| line.trim_start_matches("error: ").to_owned()).unwrap_or_default();
        said.push(
            Diagnostic::error("E0404", &name.place, "this pattern is no regular expression")
                .label(why)
                .help("write a pattern in single quotes, where `\\` stands for itself"),
        );
        return None;
    }
    Some(name.text)
}

/// A limit as text, checked to be a value of the column's type.
fn limit(fields: &mut Fields<'_>, key: &str, kind: &Kind, said: &mut Diagnostics) -> Option<(String, Place)> {
    let name = fields.named(key, said)?;
    if matches!(kind, Kind::Text | Kind::Boolean | Kind::Uuid) || kind.is_nested() {
        said.push(misfit(key, kind, "numbers, dates and times", &name.place));
        return None;
    }
    if compare(&name.text, &name.text, kind).is_none() {
        said.push(
            Diagnostic::error("E0407", &name.place, format!("`{}` is no {kind}", name.text))
                .help(format!("`{key}` is a value of the column's own type; dates and times as in `2024-01-31T12:00:00`")),
        );
        return None;
    }
    Some((name.text, name.place))
}

/// How two limits compare, or `None` where one is no value of the type.
fn compare(left: &str, right: &str, kind: &Kind) -> Option<Ordering> {
    match kind {
        Kind::Integer => Some(left.parse::<i64>().ok()?.cmp(&right.parse().ok()?)),
        Kind::Float | Kind::Decimal { .. } => left.parse::<f64>().ok()?.partial_cmp(&right.parse().ok()?),
        Kind::Date => Some(left.parse::<NaiveDate>().ok()?.cmp(&right.parse().ok()?)),
        Kind::Time => Some(left.parse::<NaiveTime>().ok()?.cmp(&right.parse().ok()?)),
        Kind::Datetime => Some(datetime(left)?.cmp(&datetime(right)?)),
        Kind::Instant => Some(instant(left)?.cmp(&instant(right)?)),
        Kind::Text | Kind::Boolean | Kind::Uuid | Kind::List(_) | Kind::Struct(_) => None,
    }
}

/// A point in time says its zone.
fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

fn datetime(text: &str) -> Option<NaiveDateTime> {
    text.parse().ok().or_else(|| text.replacen(' ', "T", 1).parse().ok()).or_else(|| text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0))
}

/// A tag of the list; another one would be removed by no function, and looked for by nobody.
fn identifier(tag: Key, said: &mut Diagnostics) -> Option<String> {
    if phi::TAGS.contains(&tag.text.as_str()) {
        return Some(tag.text);
    }
    let help = suggest::did_you_mean(&tag.text, phi::TAGS).unwrap_or_else(|| format!("write one of `{}`", phi::TAGS.join("`, `")));
    said.push(Diagnostic::error("E0013", &tag.place, format!("`phi` cannot be `{}`", tag.text)).label("no identifier").help(help));
    None
}
