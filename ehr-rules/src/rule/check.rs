//! Small checks that every form shares: what stands there, and whether a kind fits.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::functions;
use crate::functions::function::Nulls;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::rule::expr::article;
use crate::rule::view::ColumnView;
use crate::yaml::Content;
use crate::yaml::Key;
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Says each key that is none of these, and gives whether there was none.
pub(super) fn only<'k>(entries: &[(Key, Node)], what: &str, known: impl IntoIterator<Item = &'k str>, said: &mut Diagnostics) -> bool {
    let known: Vec<&str> = known.into_iter().collect();
    let mut sound = true;
    for (key, _) in entries {
        if !known.contains(&key.text.as_str()) {
            sound = false;
            let error = Diagnostic::error("E0012", &key.place, format!("unknown key `{}` in {what}", key.text));
            said.push(match nearest(&key.text, known.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("the keys are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))),
            });
        }
    }
    sound
}

/// Whether a key is there under a name that is almost its own: that was said, and it is not missing as well.
pub(super) fn misspelt(node: &Node, key: &str) -> bool {
    node.as_map().is_some_and(|entries| entries.iter().any(|(written, _)| nearest(&written.text, [key]).is_some()))
}

/// Says that something else is asked for.
pub(super) fn wrong_node<T>(node: &Node, wanted: &str, said: &mut Diagnostics) -> Option<T> {
    said.push(Diagnostic::error("E0010", &node.place, format!("expected {wanted}, found {}", node.describe())));
    None
}

pub(super) fn text<'n>(node: &'n Node, wanted: &str, said: &mut Diagnostics) -> Option<&'n str> {
    node.as_text().or_else(|| wrong_node(node, wanted, said))
}

pub(super) fn list<'n>(node: &'n Node, wanted: &str, said: &mut Diagnostics) -> Option<&'n [Node]> {
    node.as_list().or_else(|| wrong_node(node, wanted, said))
}

pub(super) fn map<'n>(node: &'n Node, wanted: &str, said: &mut Diagnostics) -> Option<&'n [(Key, Node)]> {
    node.as_map().or_else(|| wrong_node(node, wanted, said))
}

/// One text or a list of texts.
pub(super) fn texts(node: &Node, wanted: &str, said: &mut Diagnostics) -> Option<Vec<(String, Place)>> {
    match node.as_list() {
        Some(items) => items.iter().map(|item| Some((text(item, wanted, said)?.to_owned(), item.place.clone()))).collect(),
        None => Some(vec![(text(node, wanted, said)?.to_owned(), node.place.clone())]),
    }
}

/// `COLUMN`, `COLUMN desc`, or a list of these: each column, whether descending, and its place.
pub(super) fn ordered(node: &Node, said: &mut Diagnostics) -> Option<Vec<(String, bool, Place)>> {
    let texts = texts(node, "a column, with `desc` behind it where the greatest comes first", said)?;
    let parts = texts.into_iter().map(|(text, mut place)| {
        let (column, descending) = match text.strip_suffix(" desc") {
            Some(column) => (column.trim(), true),
            None => (text.strip_suffix(" asc").unwrap_or(&text).trim(), false),
        };
        // Only the column is wrong where it is unknown, not what stands behind it.
        if place.source.text.get(place.span.clone()).is_some_and(|written| written.starts_with(column)) {
            place.span.end = place.span.start + column.len();
        }
        (column.to_owned(), descending, place)
    });
    Some(parts.collect())
}

/// Says where a kind does not fit.
pub(super) fn kind(expr: &Expr, wanted: &Kind, place: &Place, said: &mut Diagnostics) -> Option<()> {
    if expr.ty.kind.fits(wanted) {
        return Some(());
    }
    // What is of an unknown type is taken for text, which was not meant.
    if said.iter().any(|known| matches!(known.code, "E0109" | "E0502")) && [&expr.ty.kind, wanted].contains(&&Kind::Text) {
        return None;
    }
    let error = Diagnostic::error("E0201", place, format!("{} stands where {} is asked for", article(&expr.ty.kind), article(wanted)));
    let help = if matches!(expr.form, Form::Literal(_)) { rewrite(wanted) } else { remedy(&expr.ty.kind, wanted).map(Cow::Borrowed) };
    said.push(match help {
        Some(help) => error.help(help),
        None => error,
    });
    None
}

/// How a constant of a kind is written.
fn rewrite(to: &Kind) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match to {
        Kind::Text => "write it in quotes",
        Kind::Date => "write a date as `2024-01-31`",
        Kind::Time => "write a time as `08:30:00`",
        Kind::Datetime => "write a datetime as `2024-01-31T08:30:00`",
        Kind::Instant => "write an instant with its zone, as `2024-01-31T08:30:00Z`",
        Kind::Integer | Kind::Float => "write a number, without quotes",
        Kind::Boolean => "write `true` or `false`, without quotes",
        Kind::Uuid => "write a UUID as `0b1c2d3e-0000-4000-8000-00000000000f`",
        Kind::Decimal { precision, scale } => {
            let whole = precision.saturating_sub(*scale);
            return Some(Cow::Owned(format!(
                "write it in quotes, with a point, at most {whole} digits before it and at most {scale} behind it"
            )));
        }
        Kind::List(_) | Kind::Struct(_) => return None,
    }))
}

fn remedy(from: &Kind, to: &Kind) -> Option<&'static str> {
    Some(match (from, to) {
        (Kind::Date, Kind::Datetime) => "midnight of that day: `do: [to_datetime]`",
        (Kind::Datetime, Kind::Instant) => "say in which zone: `do: [{to_instant: ZONE}]`",
        (Kind::Instant, Kind::Datetime) => "say in which zone: `do: [{in_zone: ZONE}]`",
        (Kind::List(_), _) => "one row an item: `explode:`",
        (Kind::Struct(_), _) => "take one of its fields, as in `COLUMN.FIELD`",
        (Kind::Datetime, Kind::Date) => "its day: `do: [to_date]`",
        (Kind::Integer, Kind::Float) => "`do: [to_float]`",
        (Kind::Text, Kind::Integer) => {
            "give the column its type in the schema, or `do: [as_integer]`, which is missing where the text is none"
        }
        (Kind::Text, Kind::Float) => "give the column its type in the schema, or `do: [as_float]`, which is missing where the text is none",
        (Kind::Text, Kind::Date | Kind::Datetime) => "give the column its type and formats in the schema",
        (Kind::Text, Kind::Boolean) => "write a `map:`",
        (_, Kind::Text) => "`do: [to_text]`",
        _ => return None,
    })
}

/// Says where an output column cannot hold what its rule yields.
pub(super) fn output(expr: &Expr, column: &ColumnView, node: &Node, said: &mut Diagnostics) -> Option<()> {
    let place = &node.place;
    if expr.form != Form::Literal(Value::Null) {
        kind(expr, &column.ty.kind, place, said)?;
    }
    if expr.ty.nullable && !column.ty.nullable {
        let whence = whence(expr);
        let from = if whence.is_empty() { String::new() } else { format!(": from {}", whence.join(", ")) };
        said.push(
            Diagnostic::error("E0202", place, format!("`{}` is required, and this may be missing{from}", column.name))
                .help("mark the column `required: true` in its schema (where `on_error: warn` lets it be missing all the same), filter with `where: \"… != ()\"`, or give another value with `otherwise` or `coalesce`"),
        );
        return None;
    }
    if !column.one_of.is_empty() {
        for value in constants(expr) {
            known_text(&value, &column.name, &column.one_of, written(node, &value).unwrap_or(place), said);
        }
    }
    Some(())
}

/// Says of a text that a coded column never holds it.
pub(super) fn known_text(text: &str, column: &str, one_of: &[String], place: &Place, said: &mut Diagnostics) {
    if one_of.iter().any(|one| one == text) {
        return;
    }
    let error = Diagnostic::error("E0205", place, format!("`{column}` never holds `{text}`"));
    said.push(match nearest(text, one_of.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("it is one of {}", one_of.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", "))),
    });
}

/// Where a constant stands in what yields it.
fn written<'n>(node: &'n Node, text: &str) -> Option<&'n Place> {
    match &node.content {
        Content::Scalar { .. } => (node.as_text() == Some(text)).then_some(&node.place),
        Content::List(items) => items.iter().find_map(|item| written(item, text)),
        Content::Map(entries) => {
            let yields = entries.iter().filter(|(key, _)| !matches!(key.text.as_str(), "from" | "if"));
            yields.map(|(_, value)| value).find_map(|value| written(value, text))
        }
    }
}

/// Where the missing value can come from.
fn whence(expr: &Expr) -> Vec<String> {
    let mut found = Vec::new();
    trace(expr, &mut found);
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert(one.clone()));
    found
}

fn trace(expr: &Expr, found: &mut Vec<String>) {
    if !expr.ty.nullable {
        return;
    }
    match &expr.form {
        // A lookup's alias is our own.
        Form::Column(name) => match name.split_once('.') {
            Some((alias, column)) if alias.starts_with("lookup") => found.push(format!("the lookup of `{column}`")),
            _ => found.push(format!("`{name}`")),
        },
        Form::Literal(Value::Null) => found.push("`null`".to_owned()),
        Form::Script { .. } => found.push("the script, which is not known to give a value".to_owned()),
        Form::When { branches, otherwise } => {
            for (_, value) in branches {
                trace(value, found);
            }
            trace(otherwise, found);
        }
        Form::Map { entries, otherwise, .. } => {
            if entries.iter().any(|(_, to)| *to == Value::Null) {
                found.push("`null`".to_owned());
            }
            trace(otherwise, found);
        }
        Form::Codes { otherwise, .. } => trace(otherwise, found),
        Form::JoinTexts { parts, .. } if parts.iter().any(|part| !part.ty.nullable) => {
            found.push("`join`, whose texts may all be empty".to_owned());
        }
        Form::Call { function, args } => {
            if functions::find(function).is_some_and(|function| function.nulls == Nulls::Always) {
                found.push(format!("`{function}`"));
            }
            for arg in args {
                trace(arg, found);
            }
        }
        _ => expr.visit(&mut |inner| {
            if let Form::Column(name) = &inner.form
                && inner.ty.nullable
            {
                found.push(format!("`{name}`"));
            }
        }),
    }
}

/// Texts that an expression can yield by itself.
fn constants(expr: &Expr) -> Vec<String> {
    match &expr.form {
        Form::Literal(Value::Text(text)) => vec![text.clone()],
        Form::Map { entries, otherwise, .. } => {
            let mapped = entries.iter().filter_map(|(_, to)| if let Value::Text(text) = to { Some(text.clone()) } else { None });
            mapped.chain(constants(otherwise)).collect()
        }
        Form::When { branches, otherwise } => branches.iter().flat_map(|(_, value)| constants(value)).chain(constants(otherwise)).collect(),
        Form::Codes { otherwise, .. } => constants(otherwise),
        Form::Call { function, args } if function == "coalesce" => args.iter().flat_map(constants).collect(),
        _ => Vec::new(),
    }
}
