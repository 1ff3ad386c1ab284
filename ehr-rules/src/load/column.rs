//! Types and other things that columns of sources, categories and targets have in common.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest;
use crate::ir::budget::Budget;
use crate::ir::schema::Severity;
use crate::ir::types::Kind;
use crate::yaml::Content;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::expect_named;
use crate::yaml::fields::wrong;

const KINDS: &[(&str, Kind)] = &[
    ("text", Kind::Text),
    ("integer", Kind::Integer),
    ("float", Kind::Float),
    ("boolean", Kind::Boolean),
    ("date", Kind::Date),
    ("time", Kind::Time),
    ("datetime", Kind::Datetime),
    ("instant", Kind::Instant),
    ("uuid", Kind::Uuid),
];

/// Words of other tools for our types.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("string", "text"),
    ("str", "text"),
    ("varchar", "text"),
    ("int", "integer"),
    ("bigint", "integer"),
    ("bool", "boolean"),
    ("double", "float"),
    ("real", "float"),
    ("number", "float` or `decimal(p,s)"),
    ("numeric", "decimal(p,s)"),
    ("decimal", "decimal(p,s)"),
    ("timestamp", "datetime"),
    ("array", "{type: list, of: TYPE}"),
    ("list", "{type: list, of: TYPE}"),
    ("object", "{type: struct, fields: {NAME: TYPE}}"),
    ("record", "{type: struct, fields: {NAME: TYPE}}"),
    ("struct", "{type: struct, fields: {NAME: TYPE}}"),
];

/// Reads the type inside a list or of a struct's field: its name, and what stands there.
pub(super) type Inner<'a> = &'a mut dyn FnMut(&str, &Node, &mut Diagnostics) -> Option<Kind>;

/// The type of a column: short as text, or under `type` in a map, whose other keys are then to be read.
///
/// An unknown type is said and taken for text, so that the column itself is known to what follows.
pub(super) fn typed<'a>(node: &'a Node, what: &str, inner: Inner<'_>, said: &mut Diagnostics) -> Option<(Kind, Option<Fields<'a>>)> {
    match &node.content {
        Content::Map(_) => {
            let mut fields = Fields::of(node, what, said)?;
            let name = fields.required_named("type", said);
            let kind = match name.as_ref().map(|name| name.text.trim()) {
                Some("list") => list(&mut fields, inner, said),
                Some("struct") => structure(&mut fields, inner, said),
                _ => name.and_then(|name| kind(&name, said)),
            };
            Some((kind.unwrap_or(Kind::Text), Some(fields)))
        }
        Content::Scalar { .. } if node.as_text().is_some() => {
            let name = expect_named(node, what, said)?;
            Some((kind(&name, said).unwrap_or(Kind::Text), None))
        }
        _ => wrong(node, "a type or a map", what, said),
    }
}

/// The type of a list's items or a struct's field, where nothing but the type is said of it.
pub(super) fn inner(name: &str, node: &Node, said: &mut Diagnostics) -> Option<Kind> {
    let (kind, fields) = typed(node, &format!("`{name}`"), &mut inner, said)?;
    if let Some(fields) = fields {
        fields.finish(said);
    }
    Some(kind)
}

fn list(fields: &mut Fields<'_>, inner: Inner<'_>, said: &mut Diagnostics) -> Option<Kind> {
    let of = fields.required("of", said)?;
    Some(Kind::List(Box::new(inner("of", of, said).unwrap_or(Kind::Text))))
}

fn structure(fields: &mut Fields<'_>, inner: Inner<'_>, said: &mut Diagnostics) -> Option<Kind> {
    fields.required("fields", said)?;
    let entries = fields.map("fields", said)?;
    if entries.is_empty() {
        let place = value_place(fields, "fields");
        said.push(Diagnostic::error("E0109", &place, "a struct without fields").help("name its fields and their types"));
        return None;
    }
    let entries = entries.iter().map(|(key, node)| (key.text.clone(), inner(&key.text, node, said).unwrap_or(Kind::Text)));
    Some(Kind::Struct(entries.collect()))
}

/// The type of that name.
pub(super) fn kind(name: &Key, said: &mut Diagnostics) -> Option<Kind> {
    let text = name.text.trim();
    if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == text) {
        return Some(kind.clone());
    }
    if let Some(inside) = text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')) {
        return decimal(inside).or_else(|| {
            said.push(
                Diagnostic::error("E0109", &name.place, format!("`{text}` is no decimal type"))
                    .help("write `decimal(p,s)`: 1 to 38 digits, at most as many of them after the point"),
            );
            None
        });
    }
    if let Some(inside) = text.strip_prefix("list(").and_then(|rest| rest.strip_suffix(')')) {
        let inside = Key { text: inside.to_owned(), place: name.place.clone() };
        return Some(Kind::List(Box::new(kind(&inside, said)?)));
    }
    let other = OTHER_WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, ours)| *ours);
    let small = Key { text: text.to_lowercase(), place: name.place.clone() };
    if other.is_none() && small.text != text {
        let mut quiet = Diagnostics::default();
        if let Some(kind) = kind(&small, &mut quiet).filter(|_| quiet.is_empty()) {
            let help = format!("types are written in small letters: `{}`", small.text);
            said.push(Diagnostic::error("E0109", &name.place, format!("unknown type `{text}`")).help(help));
            return Some(kind);
        }
    }
    let near = other.or_else(|| suggest::nearest(text, KINDS.iter().map(|(known, _)| *known)));
    let help = near.map_or_else(
        || {
            "types are `text`, `integer`, `decimal(p,s)`, `float`, `boolean`, `date`, `time`, `datetime`, `instant`, `uuid`, `list(TYPE)`"
                .to_owned()
        },
        |near| format!("did you mean `{near}`?"),
    );
    said.push(Diagnostic::error("E0109", &name.place, format!("unknown type `{text}`")).help(help));
    // What follows goes on with the type that was probably meant.
    near.and_then(|near| KINDS.iter().find(|(known, _)| *known == near)).map(|(_, kind)| kind.clone())
}

fn decimal(inside: &str) -> Option<Kind> {
    let (precision, scale) = inside.split_once(',')?;
    let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=38).contains(&precision) && scale <= precision).then_some(Kind::Decimal { precision, scale })
}

/// The most characters a text has; says where the column is no text or the number is none.
pub(super) fn max_length(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Option<usize> {
    let length = fields.integer("max_length", said)?;
    let place = value_place(fields, "max_length");
    if !matches!(kind, Kind::Text) {
        said.push(misfit("max_length", kind, "text", &place));
        return None;
    }
    match usize::try_from(length) {
        Ok(length) if length > 0 => Some(length),
        _ => {
            said.push(Diagnostic::error("E0407", &place, "`max_length` is less than 1").help("leave it out where any length will do"));
            None
        }
    }
}

/// The texts a column allows; says where it is no text, or where there are none.
pub(super) fn one_of(fields: &mut Fields<'_>, kind: &Kind, said: &mut Diagnostics) -> Option<Vec<String>> {
    let names = fields.names("one_of", said)?;
    let place = value_place(fields, "one_of");
    if !matches!(kind, Kind::Text) {
        said.push(misfit("one_of", kind, "text", &place));
        return None;
    }
    if names.is_empty() {
        said.push(Diagnostic::error("E0407", &place, "`one_of` allows nothing").help("leave it out where any value will do"));
        return None;
    }
    for (at, name) in names.iter().enumerate() {
        if names[..at].iter().any(|earlier| earlier.text == name.text) {
            said.push(
                Diagnostic::error("E0407", &name.place, format!("`{}` stands twice in `one_of`", name.text)).help("remove one of the two"),
            );
        }
    }
    Some(names.into_iter().map(|name| name.text).collect())
}

/// `at_most:` how many rows may break a constraint.
pub(super) fn budget(fields: &mut Fields<'_>, severity: Severity, said: &mut Diagnostics) -> Option<Budget> {
    let name = fields.named("at_most", said)?;
    let Some(budget) = Budget::parse(name.text.trim()) else {
        said.push(
            Diagnostic::error("E0407", &name.place, format!("`{}` is no number of rows", name.text))
                .help("write a number of rows, or a share of those read with at most six decimals: `at_most: 0.1%`"),
        );
        return None;
    };
    if severity == Severity::Fail {
        said.push(
            Diagnostic::error("E0407", &name.place, "the first row fails the order, so none is allowed")
                .help("leave `at_most` out, or write `on_error: reject` or `on_error: warn`"),
        );
        return None;
    }
    Some(budget)
}

/// Says that a constraint does not go with a column's type.
pub(super) fn misfit(constraint: &str, kind: &Kind, wanted: &str, place: &Place) -> Diagnostic {
    Diagnostic::error("E0403", place, format!("`{constraint}` does not go with the type {kind}"))
        .help(format!("`{constraint}` is for {wanted}; leave it out or change the type"))
}

/// Says that a list or struct cannot identify a row.
pub(super) fn no_identity(constraint: &str, column: &str, kind: &Kind, place: &Place) -> Diagnostic {
    Diagnostic::error("E0403", place, format!("`{column}` is {kind}, which cannot stand in `{constraint}`"))
        .help("rows are told apart by single values; a rule can `explode` a list")
}

/// Where the value of a key stands; the map's place where there is no such key.
pub(super) fn value_place(fields: &Fields<'_>, key: &str) -> Place {
    fields.node().get(key).map_or_else(|| fields.node().place.clone(), |node| node.place.clone())
}

/// `table.column`, where something refers to it.
pub(super) fn reference(name: &Key, said: &mut Diagnostics) -> Option<(String, String)> {
    let parts = name.text.split_once('.').filter(|(table, column)| !table.is_empty() && !column.is_empty());
    if parts.is_none() {
        said.push(
            Diagnostic::error("E0407", &name.place, format!("`{}` names no column of a table", name.text)).help("write `table.column`"),
        );
    }
    parts.map(|(table, column)| (table.to_owned(), column.to_owned()))
}

/// Says that a column or table is unknown, and which was probably meant.
pub(super) fn unknown<'a>(
    code: &'static str,
    message: String,
    wanted: &str,
    place: &Place,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let said = Diagnostic::error(code, place, message);
    match suggest::did_you_mean(wanted, known) {
        Some(help) => said.help(help),
        None => said,
    }
}
