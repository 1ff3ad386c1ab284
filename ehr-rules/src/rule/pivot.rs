//! `pivot:` rows that name one value each become one row of several columns.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::expr::Expr;
use crate::ir::transform::Others;
use crate::ir::transform::Pivot;
use crate::ir::transform::Several;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::expr::article;
use crate::rule::group;
use crate::rule::join::choice;
use crate::rule::scope::Scope;
use crate::rule::view::ColumnView;
use crate::rule::view::TableView;
use crate::yaml::Node;
use std::collections::BTreeMap;

const KEYS: &[&str] = &["by", "name", "value", "columns", "expect", "order", "others"];
const EXPECT: &[(&str, Several)] =
    &[("one", Several::One), ("first", Several::First), ("last", Several::Last), ("min", Several::Min), ("max", Several::Max)];
const OTHERS: &[(&str, Others)] = &[("reject", Others::Reject), ("drop", Others::Drop)];

/// A pivot, and the rows that it makes.
pub(super) fn compile(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<(Pivot, TableView)> {
    let entries = check::map(node, "a pivot", said)?;
    check::only(entries, "a pivot", KEYS.iter().copied(), said);
    let by = said_by(node, "by", "what the values of one row have in common", "add `by: [COLUMN]`", said);
    let name = said_by(node, "name", "which column says what a value is", "add `name: COLUMN`", said);
    let value = said_by(node, "value", "which column holds the values", "add `value: COLUMN`", said);
    let columns = said_by(node, "columns", "which columns are made", "add `columns: {COLUMN: what stands under `name`}`", said);
    let expect = choice(node, "expect", EXPECT, Several::One, said);
    let others = choice(node, "others", OTHERS, Others::Reject, said);
    let (by, name, value, columns) = (by?, name?, value?, columns?);

    let mut view = TableView { name: scope.table.name.clone(), columns: Vec::new(), key: Vec::new(), ignored: BTreeMap::new() };
    let by = common(by, &mut view, scope, said);
    let told_by = scope.column(check::text(name, "a column", said)?, &name.place, said);
    let read = scope.column(check::text(value, "a column", said)?, &value.place, said);
    let order = match node.get("order") {
        None => Vec::new(),
        Some(order) => {
            if !matches!(expect, None | Some(Several::First | Several::Last)) {
                said.push(
                    Diagnostic::error("E0304", &order.place, "an `order` where no first or last is taken")
                        .help("expect `first` or `last`, or leave `order` out"),
                );
            }
            group::ordering(order, scope, said)?
        }
    };
    let (expect, others, by, told_by, read) = (expect?, others?, by?, told_by?, read?);
    if !matches!(told_by.ty.kind, Kind::Text | Kind::Integer) {
        said.push(
            Diagnostic::error(
                "E0201",
                &name.place,
                format!("{} does not name a column: it is text or an integer", article(&told_by.ty.kind)),
            )
            .help("make a text of it in an intermediate table: `do: [to_text]`"),
        );
        return None;
    }
    if read.ty.kind.is_nested() && matches!(expect, Several::Min | Several::Max) {
        let message = format!("the least and the greatest are of what has an order, and this is {}", article(&read.ty.kind));
        said.push(Diagnostic::error("E0201", &value.place, message).help("expect `one`, `first` or `last`"));
        return None;
    }
    let columns = made(columns, (&told_by, name), &read, &mut view, scope, said)?;
    Some((Pivot { by, name: told_by, value: read, columns, expect, order, others }, view))
}

/// What stands behind a key that must be there.
fn said_by<'n>(node: &'n Node, key: &str, what: &str, help: &str, said: &mut Diagnostics) -> Option<&'n Node> {
    let found = node.get(key);
    if found.is_none() && !check::misspelt(node, key) {
        said.push(Diagnostic::error("E0011", &node.place, format!("this pivot does not say {what}")).help(help));
    }
    found
}

/// The columns of `by:`.
fn common(node: &Node, view: &mut TableView, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Vec<(String, Expr)>> {
    let mut by = Vec::new();
    for (name, place) in check::texts(node, "a column", said)? {
        let expr = scope.column(&name, &place, said)?;
        if expr.ty.kind.is_nested() {
            let message = format!("rows are not told apart by {}", article(&expr.ty.kind));
            said.push(Diagnostic::error("E0201", &place, message).help("name columns of single values"));
            return None;
        }
        if view.column(&name).is_some() {
            said.push(Diagnostic::error("E0312", &place, format!("`{name}` stands twice in `by`")).help("leave one of them out"));
            return None;
        }
        let one_of = scope.only_texts(&expr).to_vec();
        view.columns.push(ColumnView { name: name.clone(), ty: expr.ty.clone(), one_of });
        by.push((name, expr));
    }
    Some(by)
}

/// The columns of `columns:`, each told by a constant.
fn made(
    node: &Node,
    (told_by, name): (&Expr, &Node),
    read: &Expr,
    view: &mut TableView,
    scope: &Scope<'_>,
    said: &mut Diagnostics,
) -> Option<Vec<(String, Value)>> {
    let mut columns: Vec<(String, Value)> = Vec::new();
    let entries = check::map(node, "columns, each with what its name is in the data", said)?;
    if entries.is_empty() {
        said.push(
            Diagnostic::error("E0011", &node.place, "this pivot makes no column").help("add `COLUMN: what stands under `name`` for each"),
        );
        return None;
    }
    let names = scope.only_texts(told_by);
    let one_of = scope.only_texts(read).to_vec();
    let mut sound = true;
    for (key, constant) in entries {
        let Some(found) = constant.as_value() else {
            check::wrong_node::<()>(constant, "a constant", said);
            sound = false;
            continue;
        };
        let literal = expr::constant(found.clone(), Some(&told_by.ty.kind));
        if *found == Value::Null {
            said.push(
                Diagnostic::error("E0201", &constant.place, "a missing name names no column")
                    .help("rows without one are `others`: they are set aside, or with `drop` counted as filtered"),
            );
            sound = false;
            continue;
        }
        if check::kind(&literal, &told_by.ty.kind, &constant.place, said).is_none() {
            sound = false;
            continue;
        }
        if let Value::Text(text) = found
            && !names.is_empty()
        {
            check::known_text(text, name.as_text().unwrap_or_default(), names, &constant.place, said);
        }
        if let Some((earlier, _)) = columns.iter().find(|(_, earlier)| earlier == found) {
            said.push(
                Diagnostic::error("E0312", &constant.place, format!("`{}` and `{earlier}` are told by the same {found}", key.text))
                    .help("give each column a name of its own, or leave one out"),
            );
            sound = false;
            continue;
        }
        if scope.type_of(&key.text).is_some() {
            said.push(
                Diagnostic::error("E0312", &key.place, format!("`{}` is the name of a column that is read", key.text))
                    .help("call the column made something else"),
            );
            sound = false;
            continue;
        }
        view.columns.push(ColumnView { name: key.text.clone(), ty: Type::nullable(read.ty.kind.clone()), one_of: one_of.clone() });
        columns.push((key.text.clone(), found.clone()));
    }
    sound.then_some(columns)
}
