//! `list:` of a table: what lies under a place, each object a row, instead of the rows of a file.

use super::column::unknown;
use super::source::WrittenTable;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::ir::schema::Parameter;
use crate::ir::types::Kind;
use crate::yaml::Key;

/// Where objects can lie; a place without a scheme is a folder on this machine.
const SCHEMES: [&str; 2] = ["s3", "sftp"];

/// What a listing tells of each object.
const COLUMNS: [(&str, Kind); 4] = [("key", Kind::Text), ("size", Kind::Integer), ("modified", Kind::Instant), ("etag", Kind::Text)];

/// Holds a table that is a listing against what a listing has; any other table is none of its business.
pub(super) fn check(table: &WrittenTable, parameters: &[Parameter], said: &mut Diagnostics) {
    let Some(list) = &table.list else { return };
    if table.file.is_some() {
        said.push(
            Diagnostic::error("E0422", &list.place, format!("table `{}` is both a listing and files", table.name.text))
                .help("leave out `file` or `list`"),
        );
        // Its columns may be those of either.
        return;
    }
    if let Some(header) = &table.header {
        let place = header.first().map_or(&list.place, |name| &name.place);
        said.push(
            Diagnostic::error("E0422", place, "a listing has no header").help("leave out `header`: the columns have names of their own"),
        );
    }
    if let Some(first) = table.widths.as_ref().and_then(|widths| widths.first()) {
        said.push(
            Diagnostic::error("E0422", &first.name.place, "a listing has no widths")
                .help("leave `widths` out: nothing of an object is read"),
        );
    }
    if let Some(format) = &table.format {
        let place = format.place.as_ref().or(format.rows.as_ref().map(|rows| &rows.place)).unwrap_or(&list.place);
        said.push(Diagnostic::error("E0422", place, "a listing has no format").help("leave `format` out: nothing of an object is read"));
    }
    columns(table, said);
    place(list, said);
    for name in parameters_in(list, said) {
        if parameters.iter().any(|known| known.name == name.text) {
            continue;
        }
        let error = Diagnostic::error("E0107", &name.place, format!("unknown parameter `{}`", name.text));
        said.push(match nearest(&name.text, parameters.iter().map(|known| known.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("declare it under `parameters:` of the schema.yaml"),
        });
    }
}

fn columns(table: &WrittenTable, said: &mut Diagnostics) {
    for name in table.columns.iter().map(|(name, _)| name).chain(table.ignore.iter().map(|(name, _)| name)) {
        if !COLUMNS.iter().any(|(known, _)| *known == name.text) {
            let error = unknown(
                "E0101",
                format!("a listing has no column `{}`", name.text),
                &name.text,
                &name.place,
                COLUMNS.map(|(known, _)| known),
            );
            let near = nearest(&name.text, COLUMNS.map(|(known, _)| known)).is_some();
            said.push(if near { error } else { error.help("a listing has `key`, `size`, `modified` and `etag`") });
        }
    }
    for (name, column) in &table.columns {
        if let Some((_, kind)) = COLUMNS.iter().find(|(known, kind)| *known == name.text && column.ty.kind != *kind) {
            let message = format!("`{}` of a listing is {kind}, and here it is {}", name.text, column.ty.kind);
            said.push(Diagnostic::error("E0403", &name.place, message).help(format!("write `{}: {kind}`", name.text)));
        }
    }
}

/// The scheme is one that is known, an address names its bucket or host, and a folder is the same from wherever it is read.
fn place(list: &Key, said: &mut Diagnostics) {
    if list.text.split(['/', '\\']).any(|segment| segment == "..") {
        said.push(Diagnostic::error("E0422", &within(list, ".."), "a listing leads upwards").help("write the place itself, without `..`"));
    }
    let Some((scheme, rest)) = list.text.split_once("://") else {
        folder(list, said);
        return;
    };
    if !SCHEMES.contains(&scheme) {
        let help = nearest(scheme, SCHEMES).map_or_else(
            || "objects are listed at `s3://…`, `sftp://…` or in a folder, which has no scheme".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        said.push(Diagnostic::error("E0422", &within(list, scheme), format!("nothing is listed at `{scheme}://`")).help(help));
    } else if rest.is_empty() || rest.starts_with('/') {
        let (what, example) = if scheme == "s3" { ("bucket", "s3://{bucket}/prefix/") } else { ("host", "sftp://{host}/path/") };
        said.push(
            Diagnostic::error("E0422", &list.place, format!("the listing names no {what}")).help(format!("write `list: \"{example}\"`")),
        );
    }
}

/// A folder begins at the root, at a drive or with a parameter.
fn folder(list: &Key, said: &mut Diagnostics) {
    let text = list.text.as_str();
    if text.trim().is_empty() {
        said.push(Diagnostic::error("E0422", &list.place, "a listing names no place").help("write `list: \"s3://{bucket}/prefix/\"`"));
        return;
    }
    if let Some(scheme) = SCHEMES.into_iter().find(|scheme| text.strip_prefix(scheme).is_some_and(|behind| behind.starts_with(':'))) {
        let behind = text.trim_start_matches(scheme).trim_start_matches([':', '/']);
        let error = Diagnostic::error("E0422", &list.place, format!("an address of `{scheme}` begins with `{scheme}://`"));
        said.push(error.help(format!("write `{scheme}://{behind}`")));
        return;
    }
    let mut letters = text.chars();
    let is_drive = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':');
    if !text.starts_with(['/', '\\', '{']) && !is_drive {
        said.push(
            Diagnostic::error("E0422", &list.place, format!("the folder `{text}` of a listing is relative"))
                .help("write it from the root, as in `/srv/scans/`, or let a parameter name it: `{folder}/scans/`"),
        );
    }
}

/// The names in braces, each with its place; says where a brace stands alone.
fn parameters_in(list: &Key, said: &mut Diagnostics) -> Vec<Key> {
    let mut names = Vec::new();
    let mut rest = list.text.as_str();
    while let Some(open) = rest.find(['{', '}']) {
        let (_, braced) = rest.split_at(open);
        let inside = braced.strip_prefix('{').and_then(|behind| behind.split_once('}'));
        let Some((name, behind)) = inside.filter(|(name, _)| !name.trim().is_empty() && !name.contains('{')) else {
            said.push(
                Diagnostic::error("E0422", &list.place, "a brace of the listing stands alone")
                    .help("a parameter stands in a pair of braces, as in `s3://{bucket}/prefix/`"),
            );
            break;
        };
        let mut place = within(list, &format!("{{{name}}}"));
        // Where the text is not written as it reads, the whole of it is shown.
        if place != list.place {
            place.span = place.span.start + 1..place.span.end.saturating_sub(1);
        }
        names.push(Key { text: name.to_owned(), place });
        rest = behind;
    }
    names
}

/// The place of a part of the text, found again in what is written.
fn within(list: &Key, what: &str) -> Place {
    let mut place = list.place.clone();
    if let Some(at) = place.source.text.get(place.span.clone()).and_then(|text| text.find(what)) {
        place.span = place.span.start + at..place.span.start + at + what.len();
    }
    place
}
