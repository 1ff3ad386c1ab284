//! `widths:` of a table: where each field stands in the lines of files whose fields have fixed widths.

use super::column::unknown;
use super::inherit::has;
use super::inherit::names_of;
use super::source::WrittenTable;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::ir::schema::Width;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;

/// No line is as long.
const LONGEST: usize = 1_000_000;

/// A field as written.
#[derive(Debug, Clone)]
pub(super) struct WrittenWidth {
    pub name: Key,
    /// Where its characters are given.
    place: Place,
    /// The first and the last of them; none where they are no such thing, which was said.
    ends: Option<(usize, usize)>,
}

impl WrittenWidth {
    /// Where it stands; none where that cannot be told.
    pub(super) fn width(self) -> Option<Width> {
        self.ends.map(|(from, to)| Width { name: self.name.text, from, to })
    }
}

/// `{COLUMN: 1-8}`; none where the files are of another form.
pub(super) fn read(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Option<Vec<WrittenWidth>> {
    let place = fields.get("widths").map(|node| node.place.clone())?;
    let entries = fields.map("widths", said)?;
    if entries.is_empty() {
        said.push(Diagnostic::error("E0423", &place, "`widths` names no field").help("write `widths: {COLUMN: 1-8}`"));
    }
    let field = |(name, node): &(Key, Node)| WrittenWidth { name: name.clone(), place: node.place.clone(), ends: ends(name, node, said) };
    Some(entries.iter().map(field).collect())
}

fn ends(name: &Key, node: &Node, said: &mut Diagnostics) -> Option<(usize, usize)> {
    let text = node.as_text().unwrap_or_default();
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|at| (1..=LONGEST).contains(at));
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (message, help) = match (number(from), number(to)) {
        (Some(from), Some(to)) if from <= to => return Some((from, to)),
        (Some(from), Some(to)) => (format!("`{}` ends before it begins", name.text), format!("write `{}: {to}-{from}`", name.text)),
        _ => (
            format!("nothing says at which characters `{}` stands", name.text),
            format!("write the first and the last, counted from 1, as in `{}: 1-8`", name.text),
        ),
    };
    said.push(Diagnostic::error("E0423", &node.place, message).help(help));
    None
}

/// What only the merged schema can tell: that fields are columns, that columns are fields, and that none overlap.
pub(super) fn check(table: &WrittenTable, said: &mut Diagnostics) {
    let Some((first, widths)) = table.widths.as_ref().and_then(|widths| Some((widths.first()?, widths))) else { return };
    if let Some(header) = table.header.as_ref().and_then(|header| header.first()) {
        said.push(
            Diagnostic::error("E0421", &header.place, format!("table `{}` has a header and fields of fixed widths", table.name.text))
                .help("leave `header` out: `widths` names the fields"),
        );
    }
    if table.format.as_ref().is_some_and(|format| format.json.is_some()) {
        said.push(Diagnostic::error("E0421", &first.name.place, "JSON files have no fields of fixed widths").help("leave `widths` out"));
        return;
    }
    for width in widths.iter().filter(|width| !has(table, &width.name.text)) {
        let message = format!("unknown column `{}` of `{}`", width.name.text, table.name.text);
        said.push(unknown("E0101", message, &width.name.text, &width.name.place, names_of(table)));
    }
    for (name, column) in &table.columns {
        if !column.optional && !widths.iter().any(|width| width.name.text == name.text) {
            said.push(
                Diagnostic::error("E0420", &first.name.place, format!("`widths` lacks the column `{}`", name.text))
                    .help("say at which characters it stands, or make it `optional`"),
            );
        }
    }
    let mut placed: Vec<(usize, usize, &WrittenWidth)> =
        widths.iter().filter_map(|width| width.ends.map(|(from, to)| (from, to, width))).collect();
    placed.sort_by_key(|(from, to, _)| (*from, *to));
    let mut furthest: Option<(usize, &WrittenWidth)> = None;
    for (from, to, width) in placed {
        if let Some((end, other)) = furthest.filter(|(end, _)| from <= *end) {
            let message = format!("`{}` begins at {from}, and `{}` ends at {end}", width.name.text, other.name.text);
            said.push(
                Diagnostic::error("E0423", &width.place, message).help("both ends are part of a field, and no character is part of two"),
            );
        }
        if furthest.is_none_or(|(end, _)| to > end) {
            furthest = Some((to, width));
        }
    }
}
