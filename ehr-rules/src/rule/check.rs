//! Small checks that every form shares: what stands there, and whether a kind fits.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::rule::expr::article;
use crate::rule::level::ColumnView;
use crate::yaml::Key;
use crate::yaml::Node;

/// Says each key that is none of these.
pub(super) fn only<'k>(entries: &[(Key, Node)], what: &str, known: impl IntoIterator<Item = &'k str>, said: &mut Diagnostics) {
    let known: Vec<&str> = known.into_iter().collect();
    for (key, _) in entries {
        if !known.contains(&key.text.as_str()) {
            let error = Diagnostic::error("E0012", &key.place, format!("unknown key `{}` in {what}", key.text));
            said.push(match nearest(&key.text, known.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("the keys are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))),
            });
        }
    }
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

/// Says where a kind does not fit.
pub(super) fn kind(expr: &Expr, wanted: &Kind, place: &Place, said: &mut Diagnostics) -> Option<()> {
    if expr.ty.kind.fits(wanted) {
        return Some(());
    }
    let error = Diagnostic::error("E0201", place, format!("{} stands where {} is asked for", article(&expr.ty.kind), article(wanted)));
    said.push(match remedy(&expr.ty.kind, wanted) {
        Some(help) => error.help(help),
        None => error,
    });
    None
}

fn remedy(from: &Kind, to: &Kind) -> Option<&'static str> {
    Some(match (from, to) {
        (Kind::Date, Kind::Datetime) => "midnight of that day: `do: [to_datetime]`",
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
pub(super) fn output(expr: &Expr, column: &ColumnView, place: &Place, said: &mut Diagnostics) -> Option<()> {
    if expr.form != Form::Literal(Value::Null) {
        kind(expr, &column.ty.kind, place, said)?;
    }
    if expr.ty.nullable && !column.ty.nullable {
        let whence = whence(expr);
        let from = if whence.is_empty() { String::new() } else { format!(": from {}", whence.join(", ")) };
        said.push(
            Diagnostic::error("E0202", place, format!("`{}` is required, and this may be missing{from}", column.name))
                .help("mark the column `required: true` in its schema, filter with `where: \"… != ()\"`, or give another value with `otherwise` or `coalesce`"),
        );
        return None;
    }
    if !column.one_of.is_empty() {
        for value in constants(expr) {
            if !column.one_of.contains(&value) {
                let error = Diagnostic::error("E0205", place, format!("`{}` never holds `{value}`", column.name));
                said.push(match nearest(&value, column.one_of.iter().map(String::as_str)) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!(
                        "it is one of {}",
                        column.one_of.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
                    )),
                });
            }
        }
    }
    Some(())
}

/// Columns from which the missing value can come.
fn whence(expr: &Expr) -> Vec<String> {
    let mut found = Vec::new();
    expr.visit(&mut |expr| {
        if let Form::Column(name) = &expr.form
            && expr.ty.nullable
            && !found.contains(&format!("`{name}`"))
        {
            found.push(format!("`{name}`"));
        }
    });
    found
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
        _ => Vec::new(),
    }
}
