//! Joins and lookups: a column of another table, with what is expected of the match.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::transform::Expect;
use crate::ir::transform::Join;
use crate::ir::transform::OnAmbiguous;
use crate::ir::transform::OnMissing;
use crate::ir::types::Type;
use crate::rule::check;
use crate::rule::expr::article;
use crate::rule::scope::Scope;
use crate::rule::scope::listed;
use crate::rule::view::TableView;
use crate::yaml::Key;
use crate::yaml::Node;

const SETTINGS: &[&str] = &["on", "order", "expect", "on_missing", "on_ambiguous"];

/// `join:` of a branch: each alias with its table; all the table's columns are then in scope.
pub(super) fn declare(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<()> {
    for (alias, join) in check::map(node, "joins by alias", said)? {
        if one(alias, join, scope, said).is_none() {
            // What is wrong with it was said; its columns are not unknown as well.
            scope.broken.insert(alias.text.clone());
        }
    }
    Some(())
}

fn one(alias: &Key, join: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<()> {
    let entries = check::map(join, "a join", said)?;
    check::only(entries, "a join", std::iter::once("table").chain(SETTINGS.iter().copied()), said);
    let (name, place) = match join.get("table") {
        Some(table) => (check::text(table, "a table", said)?, &table.place),
        None if check::misspelt(join, "table") => return None,
        None => (alias.text.as_str(), &alias.place),
    };
    let table = find(name, place, scope, said)?;
    let mut made = settings(join, alias.text.clone(), table, scope, said)?;
    let missing = made.on_missing == OnMissing::Null;
    made.take = table.columns.iter().map(|column| (column.name.clone(), column.ty.with_nullable(column.ty.nullable || missing))).collect();
    scope.joins.push((made, table));
    Some(())
}

/// `lookup:` one column of another table. Lookups that differ only in the column share one join.
pub(super) fn lookup(node: &Node, main: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let name = check::text(main, "a table", said)?;
    let table = find(name, &main.place, scope, said)?;
    let Some(take) = node.get("take") else {
        if check::misspelt(node, "take") {
            return None;
        }
        said.push(Diagnostic::error("E0306", &node.place, "this lookup takes no column").help("say which with `take: COLUMN`"));
        return None;
    };
    let column = check::text(take, "a column", said)?;
    let became = scope.changes.column(&table.name, column);
    let moved = became.filter(|became| !became.through.is_empty());
    // Of a column that stands elsewhere now, the look-up takes what leads there.
    let found = if moved.is_some() { None } else { Some(known(table, column, &take.place, scope, said)?) };
    if let Some(expect) = node.get("expect").filter(|expect| expect.as_text() == Some("many")) {
        said.push(
            Diagnostic::error("E0304", &expect.place, "a lookup takes one value")
                .help("with `expect: any` the first by an `order` is taken; a `join:` of the rule makes a row of each match"),
        );
        return None;
    }
    let made = settings(node, String::new(), table, scope, said)?;
    let missing = made.on_missing == OnMissing::Null;
    let alias = scope.share(made, table);
    let Some((now, found)) = found else {
        let place = &take.place;
        let Some(reached) = moved.and_then(|became| scope.through(format!("{alias}."), table, became)) else {
            if let Some(became) = became {
                said.push(scope.lost(column, table, became, place));
            }
            return None;
        };
        return scope.column_now(&reached);
    };
    scope.used.insert((table.name.clone(), now.clone()));
    scope.take(&alias, &now, &found);
    let ty = found.with_nullable(found.nullable || missing);
    Some(Expr { form: Form::Column(format!("{alias}.{now}")), ty })
}

/// A table that can be read here.
pub(super) fn find<'a>(name: &str, place: &Place, scope: &Scope<'a>, said: &mut Diagnostics) -> Option<&'a TableView> {
    let level = scope.level;
    let name = scope.changes.table(name);
    level.readable(name).or_else(|| {
        if !said.concern(&format!("/categories/{name}.yaml")) && !level.broken.iter().any(|broken| broken == name) {
            said.push(unknown_table(name, place, level.names()));
        }
        None
    })
}

pub(super) fn unknown_table<'k>(name: &str, place: &Place, known: impl IntoIterator<Item = &'k str>) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    let error = Diagnostic::error("E0102", place, format!("unknown table `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("the tables are {}", known.iter().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(", "))),
    }
}

/// The name of a joined table's column now, and its type.
fn known(table: &TableView, column: &str, place: &Place, scope: &Scope<'_>, said: &mut Diagnostics) -> Option<(String, Type)> {
    let became = scope.changes.column(&table.name, column);
    let now = match became {
        Some(became) if became.through.is_empty() => Some(became.column.as_str()),
        Some(_) => None,
        None => Some(column),
    };
    if let Some(found) = now.and_then(|now| table.column(now)) {
        return Some((found.name.clone(), found.ty.clone()));
    }
    if let Some(became) = became {
        said.push(scope.lost(column, table, became, place));
        return None;
    }
    let error =
        Diagnostic::error("E0101", place, format!("unknown column `{column}`")).label(format!("not in the schema of `{}`", table.name));
    said.push(match nearest(column, table.columns.iter().map(|column| column.name.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("`{}` has {}", table.name, listed(table))),
    });
    None
}

fn settings(node: &Node, alias: String, table: &TableView, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Join> {
    let Some(on) = node.get("on") else {
        said.push(
            Diagnostic::error("E0306", &node.place, format!("nothing says which rows of `{}` match", table.name))
                .help("add `on: {COLUMN HERE: COLUMN THERE}`"),
        );
        return None;
    };
    let mut pairs = Vec::new();
    for (here, there) in check::map(on, "pairs of columns", said)? {
        let (theirs, ty) = known(table, check::text(there, "a column", said)?, &there.place, scope, said)?;
        let ours = scope.column(&here.text, &here.place, said)?;
        if !ours.ty.kind.fits(&ty.kind) && !ty.kind.fits(&ours.ty.kind) {
            said.push(Diagnostic::error(
                "E0201",
                &here.place,
                format!(
                    "`{}` is {} and `{theirs}` of `{}` is {}: they never match",
                    here.text,
                    article(&ours.ty.kind),
                    table.name,
                    article(&ty.kind)
                ),
            ));
            return None;
        }
        scope.used.insert((table.name.clone(), theirs.clone()));
        pairs.push((ours, theirs));
    }
    let keyed = !table.key.is_empty() && table.key.iter().all(|key| pairs.iter().any(|(_, theirs)| theirs == key));
    let expect = expectation(node, said)?;
    let order = match node.get("order") {
        Some(order) => ordering(order, table, scope, said)?,
        None => Vec::new(),
    };
    if expect == Expect::Any && order.is_empty() && !keyed {
        if check::misspelt(node, "order") {
            return None;
        }
        said.push(
            Diagnostic::error("E0304", &node.place, "which of several matches is taken?")
                .help("add `order: COLUMN`, or `order: COLUMN desc`"),
        );
        return None;
    }
    let default = if expect == Expect::One { OnMissing::Reject } else { OnMissing::Null };
    let on_missing =
        choice(node, "on_missing", &[("null", OnMissing::Null), ("reject", OnMissing::Reject), ("fail", OnMissing::Fail)], default, said)?;
    if let Some(stray) = node.get("on_ambiguous").filter(|_| matches!(expect, Expect::Any | Expect::Many)) {
        said.push(
            Diagnostic::error("E0304", &stray.place, "several matches are expected here, so they are never ambiguous")
                .help("leave `on_ambiguous` out, or expect `one` or `at_most_one`"),
        );
        return None;
    }
    let on_ambiguous =
        choice(node, "on_ambiguous", &[("reject", OnAmbiguous::Reject), ("fail", OnAmbiguous::Fail)], OnAmbiguous::Reject, said)?;
    Some(Join {
        alias,
        after_pivot: scope.is_pivoted(),
        table: table.name.clone(),
        on: pairs,
        keyed,
        take: Vec::new(),
        expect,
        order,
        on_missing,
        on_ambiguous,
        probes: None,
    })
}

fn expectation(node: &Node, said: &mut Diagnostics) -> Option<Expect> {
    if node.get("expect").is_none() {
        if check::misspelt(node, "expect") {
            return None;
        }
        said.push(
            Diagnostic::error("E0304", &node.place, "nothing says how many rows are expected to match").help(
                "add `expect: one`, `expect: at_most_one`, or `expect: any` with an `order`; `expect: many` makes a row of each match",
            ),
        );
        return None;
    }
    choice(
        node,
        "expect",
        &[("one", Expect::One), ("at_most_one", Expect::AtMostOne), ("any", Expect::Any), ("many", Expect::Many)],
        Expect::One,
        said,
    )
}

/// One of a few words, or what stands for it where the key is left out.
pub(super) fn choice<T: Copy>(node: &Node, key: &str, words: &[(&str, T)], default: T, said: &mut Diagnostics) -> Option<T> {
    let Some(value) = node.get(key) else { return Some(default) };
    let text = value.as_text().unwrap_or("null");
    if let Some((_, found)) = words.iter().find(|(word, _)| *word == text) {
        return Some(*found);
    }
    let listed = words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let error = Diagnostic::error("E0306", &value.place, format!("`{text}` is no `{key}`"));
    said.push(match nearest(text, words.iter().map(|(word, _)| *word)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("it is one of {listed}")),
    });
    None
}

/// `COLUMN`, `COLUMN desc`, or a list of these.
fn ordering(node: &Node, table: &TableView, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Vec<(String, bool)>> {
    check::ordered(node, said)?
        .into_iter()
        .map(|(column, descending, place)| {
            let (column, _) = known(table, &column, &place, scope, said)?;
            scope.used.insert((table.name.clone(), column.clone()));
            Some((column, descending))
        })
        .collect()
}
