//! `explode:` and `unpivot:` of a branch, and the fields of structs: names that the driving row's columns do not have by themselves.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::unfold::Unfold;
use crate::rule::check;
use crate::rule::expr::article;
use crate::rule::scope::Scope;
use crate::rule::view::ColumnView;
use crate::yaml::Content;
use crate::yaml::Node;

/// `explode:` one list, or several in order.
pub(super) fn explode(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) {
    let steps = match &node.content {
        Content::List(steps) => steps.as_slice(),
        _ => std::slice::from_ref(node),
    };
    for step in steps {
        if explode_one(step, scope, said).is_none() {
            // What is wrong with it was said; the names it would have made are not unknown as well.
            let made =
                [step.get("as").and_then(Node::as_text).unwrap_or("item"), step.get("position").and_then(Node::as_text).unwrap_or("")];
            scope.broken.extend(made.map(str::to_owned));
        }
    }
}

fn explode_one(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<()> {
    let entries = check::map(node, "`explode`", said)?;
    check::only(entries, "`explode`", ["list", "as", "position", "on_empty"], said);
    let list = needed(node, "list", "`explode`", "say which column holds the list: `list: COLUMN`", said)?;
    let name = check::text(list, "a column", said)?;
    let found = scope.column(name, &list.place, said)?;
    let Kind::List(item) = found.ty.kind else {
        let error = Diagnostic::error("E0201", &list.place, format!("`{name}` is {}, and `explode` takes a list", article(&found.ty.kind)));
        said.push(error.help("give the column a list's type in its schema: `{type: list, of: text, split: \";\"}`"));
        return None;
    };
    let keep = one_of(node, "on_empty", said)?;
    let column = match node.get("as") {
        Some(node) => new_name(node, scope, said)?,
        None => "item".to_owned(),
    };
    let position = match node.get("position") {
        Some(node) => Some(new_name(node, scope, said)?).filter(|position| *position != column),
        None => None,
    };
    let now = scope.now(name);
    let roots = scope.roots(&now);
    let step = Unfold::Explode { list: now, item: column.clone(), position: position.clone(), keep };
    scope.unfolded(step, &roots, column, Type::nullable(*item));
    if let Some(position) = position {
        scope.made.push((view(position, Type { kind: Kind::Integer, nullable: keep }), roots));
    }
    Some(())
}

/// `unpivot:` several columns of one type, each a row.
pub(super) fn unpivot(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) {
    if unpivot_one(node, scope, said).is_none() {
        let made = ["name", "value"].map(|key| node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned());
        scope.broken.extend(made);
    }
}

fn unpivot_one(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<()> {
    let entries = check::map(node, "`unpivot`", said)?;
    check::only(entries, "`unpivot`", ["columns", "name", "value", "on_missing"], said);
    let written = needed(node, "columns", "`unpivot`", "name the columns: `columns: [A, B]`, or `{A: label, B: label}`", said)?;
    let mut columns = Vec::new();
    match written.as_map() {
        Some(entries) => {
            for (key, label) in entries {
                columns.push((key.text.clone(), check::text(label, "a label", said)?.to_owned(), key.place.clone()));
            }
        }
        None => {
            let names = check::texts(written, "columns", said)?;
            columns.extend(names.into_iter().map(|(name, place)| (name.clone(), name, place)));
        }
    }
    let mut whole: Option<Type> = None;
    let mut first = String::new();
    let mut roots = Vec::new();
    for (name, _, place) in &columns {
        let ty = scope.column(name, place, said)?.ty;
        if ty.kind.is_nested() {
            let error = Diagnostic::error("E0201", place, format!("`{name}` is {}, and `unpivot` takes single values", article(&ty.kind)));
            said.push(error.help("a list is one row an item with `explode:`"));
            return None;
        }
        roots.extend(scope.roots(&scope.now(name)));
        whole = Some(match whole {
            None => {
                first.clone_from(name);
                ty
            }
            Some(known) if ty.kind.fits(&known.kind) => known.with_nullable(known.nullable || ty.nullable),
            Some(known) if known.kind.fits(&ty.kind) => ty.with_nullable(known.nullable || ty.nullable),
            Some(known) => {
                let message =
                    format!("`{name}` is {} and `{first}` is {}: they are no one column", article(&ty.kind), article(&known.kind));
                said.push(Diagnostic::error("E0201", place, message).help("unpivot columns of one type; give them one in the schema"));
                return None;
            }
        });
    }
    let Some(ty) = whole else {
        said.push(Diagnostic::error("E0306", &written.place, "`unpivot` of no columns").help("name the columns: `columns: [A, B]`"));
        return None;
    };
    let keep = one_of(node, "on_missing", said)?;
    let label = needed(node, "name", "`unpivot`", "name the column that says which column it was: `name: what`", said)?;
    let name = new_name(label, scope, said)?;
    let held = needed(node, "value", "`unpivot`", "name the column that holds the value: `value: reading`", said)?;
    let value = new_name(held, scope, said)?;
    if name == value {
        said.push(clash(&value, &held.place));
        return None;
    }
    // The label stays what the rule says, whatever the column is called now.
    let columns = columns.into_iter().map(|(column, label, _)| (scope.now(&column), label)).collect();
    let step = Unfold::Unpivot { columns, name: name.clone(), value: value.clone(), keep };
    scope.unfolded(step, &roots, value, ty.with_nullable(keep && ty.nullable));
    scope.made.push((view(name, Type::required(Kind::Text)), roots));
    Some(())
}

pub(super) fn view(name: String, ty: Type) -> ColumnView {
    ColumnView { name, ty, one_of: Vec::new() }
}

fn needed<'n>(node: &'n Node, key: &str, what: &str, help: &str, said: &mut Diagnostics) -> Option<&'n Node> {
    let found = node.get(key);
    if found.is_none() && !check::misspelt(node, key) {
        said.push(Diagnostic::error("E0011", &node.place, format!("{what} lacks the key `{key}`")).help(help.to_owned()));
    }
    found
}

/// `drop` (the default) or `keep`: whether it is kept.
fn one_of(node: &Node, key: &str, said: &mut Diagnostics) -> Option<bool> {
    let Some(value) = node.get(key) else { return Some(false) };
    match value.as_text() {
        Some("drop") => Some(false),
        Some("keep") => Some(true),
        other => {
            let shown = other.map_or_else(|| value.describe().to_owned(), |text| format!("`{text}`"));
            said.push(Diagnostic::error("E0306", &value.place, format!("{shown} is no `{key}`")).help("it is one of `drop`, `keep`"));
            None
        }
    }
}

/// A name for a column that is made here, and that no other column has.
fn new_name(node: &Node, scope: &Scope<'_>, said: &mut Diagnostics) -> Option<String> {
    let name = check::text(node, "a name", said)?;
    if scope.type_of(name).is_some() {
        said.push(clash(name, &node.place));
        return None;
    }
    if name.contains('.') || name.starts_with('_') || name.is_empty() {
        let error = Diagnostic::error("E0330", &node.place, format!("`{name}` is no name for a column"));
        said.push(error.help("take letters and digits; a point stands before a field, a low line before what is ours"));
        return None;
    }
    Some(name.to_owned())
}

fn clash(name: &str, place: &crate::diagnostic::Place) -> Diagnostic {
    Diagnostic::error("E0330", place, format!("there is a column `{name}` already")).help("give what is made here another name")
}
