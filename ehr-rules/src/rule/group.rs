//! `group:` rows of equal keys become one, and each column is a key or an aggregate.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::transform::Aggregate;
use crate::ir::transform::Fold;
use crate::ir::transform::Output;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::expr::article;
use crate::rule::scope::Scope;
use crate::rule::view::ColumnView;
use crate::yaml::Key;
use crate::yaml::Node;

const AGGREGATES: &[(&str, Aggregate)] = &[
    ("first", Aggregate::First),
    ("last", Aggregate::Last),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("count", Aggregate::Count),
    ("count_distinct", Aggregate::CountDistinct),
    ("sum", Aggregate::Sum),
    ("mean", Aggregate::Mean),
    ("any", Aggregate::Any),
    ("all", Aggregate::All),
    ("join", Aggregate::Join),
    ("list", Aggregate::List),
];

/// What the rows are grouped by, where they are; nothing inside where something is wrong with it.
pub(super) type Group<'a> = Option<Option<&'a [Expr]>>;

/// The columns of `group:`.
pub(super) fn by(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Vec<Expr>> {
    let items = node.as_list().unwrap_or_else(|| std::slice::from_ref(node));
    let by: Vec<Option<Expr>> = items.iter().map(|item| expr::compile(item, None, scope, said)).collect();
    by.into_iter().collect()
}

/// The aggregate that a value is, with its key and what is aggregated.
fn found(node: &Node) -> Option<(&'static str, Aggregate, &Key, &Node)> {
    node.as_map()?.iter().find_map(|(key, value)| {
        let (word, how) = AGGREGATES.iter().find(|(word, _)| *word == key.text)?;
        // A list of texts is joined within a row, in a group as elsewhere.
        (*how != Aggregate::Join || value.as_list().is_none()).then_some((*word, *how, key, value))
    })
}

/// Says of an aggregate that it stands where nothing is grouped; a `join` that is none is said to lack its list.
pub(super) fn refuse(node: &Node, said: &mut Diagnostics) -> Option<()> {
    let Some((word, _, key, _)) = found(node).filter(|(_, how, ..)| *how != Aggregate::Join) else { return Some(()) };
    said.push(Diagnostic::error("E0310", &key.place, format!("`{word}` outside of a group")).help("add `group: [COLUMN]` to the rule"));
    None
}

/// A column of a grouped rule.
pub(super) fn value(
    node: &Node,
    name: &str,
    column: Option<&ColumnView>,
    by: Option<&[Expr]>,
    scope: &mut Scope<'_>,
    said: &mut Diagnostics,
) -> Option<Output> {
    let wanted = column.map(|column| &column.ty.kind);
    if let Some((word, how, _, value)) = found(node) {
        let (expr, fold) = aggregate(node, word, how, value, wanted, scope, said)?;
        if let Some(column) = column {
            check::output(&Expr { ty: fold.ty.clone(), ..expr.clone() }, column, node, said)?;
        }
        return Some(Output { name: name.to_owned(), expr, fold: Some(fold) });
    }
    let expr = expr::compile(node, wanted, scope, said)?;
    let by = by?;
    let grouped: Vec<&str> =
        by.iter().filter_map(|expr| if let Form::Column(name) = &expr.form { Some(name.as_str()) } else { None }).collect();
    if let Some(stray) = expr.columns().into_iter().find(|column| !grouped.contains(column)) {
        said.push(
            Diagnostic::error("E0310", &node.place, format!("`{stray}` is not what the rows are grouped by, so a group has several"))
                .help("take one with `{first: …}`, `{min: …}` or `{max: …}`, or add it to `group:`"),
        );
        return None;
    }
    if let Some(column) = column {
        check::output(&expr, column, node, said)?;
    }
    Some(Output { name: name.to_owned(), expr, fold: None })
}

fn aggregate(
    node: &Node,
    word: &'static str,
    how: Aggregate,
    value: &Node,
    wanted: Option<&Kind>,
    scope: &mut Scope<'_>,
    said: &mut Diagnostics,
) -> Option<(Expr, Fold)> {
    let beside: &[&str] = match how {
        Aggregate::First | Aggregate::Last | Aggregate::List => &["order"],
        Aggregate::Join => &["order", "with"],
        _ => &[],
    };
    check::only(node.as_map().unwrap_or_default(), &format!("`{word}`"), std::iter::once(word).chain(beside.iter().copied()), said);
    let expr = if how == Aggregate::Count && value.as_text() == Some("rows") {
        rows(value, scope, said)?
    } else {
        let wanted = match how {
            Aggregate::First | Aggregate::Last | Aggregate::Min | Aggregate::Max | Aggregate::Sum => wanted,
            Aggregate::Join => Some(&Kind::Text),
            Aggregate::List => wanted.and_then(Kind::item),
            _ => None,
        };
        expr::compile(value, wanted, scope, said)?
    };
    let ty = result(how, &expr.ty);
    let Some(ty) = ty else {
        let wants = match how {
            Aggregate::Any | Aggregate::All => "true or false",
            Aggregate::Join => "texts",
            Aggregate::Sum | Aggregate::Mean => "numbers",
            _ => "what has an order",
        };
        said.push(Diagnostic::error("E0201", &value.place, format!("`{word}` takes {wants}, and this is {}", article(&expr.ty.kind))));
        return None;
    };
    let order = match node.get("order") {
        Some(order) => ordering(order, scope, said)?,
        None => Vec::new(),
    };
    let with = match node.get("with") {
        Some(with) if how == Aggregate::Join => check::text(with, "the text between", said)?.to_owned(),
        _ => String::new(),
    };
    Some((expr, Fold { how, order, with, ty }))
}

/// `{count: rows}`: a constant is there in every row.
fn rows(value: &Node, scope: &Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    if scope.type_of("rows").is_some() {
        said.push(
            Diagnostic::error("E0310", &value.place, "`rows` is a column here, and the word for all rows")
                .help("write `{count: {from: rows}}` for the values of the column, or `{count: {value: 1}}` for the rows"),
        );
        return None;
    }
    Some(Expr { form: Form::Literal(Value::Integer(1)), ty: Type::required(Kind::Integer) })
}

/// What an aggregate of a type yields; nothing where it takes no such type. A group has at least one row.
fn result(how: Aggregate, of: &Type) -> Option<Type> {
    let number = matches!(of.kind, Kind::Integer | Kind::Float | Kind::Decimal { .. });
    let truth = of.kind == Kind::Boolean;
    match how {
        Aggregate::First | Aggregate::Last | Aggregate::Min | Aggregate::Max => Some(of.clone()),
        Aggregate::Count | Aggregate::CountDistinct => Some(Type::required(Kind::Integer)),
        Aggregate::Sum => number.then(|| of.clone()),
        Aggregate::Mean => number.then_some(Type { kind: Kind::Float, nullable: of.nullable }),
        Aggregate::Any | Aggregate::All => truth.then(|| Type::required(Kind::Boolean)),
        // A text that is there may be empty, and is then passed over.
        Aggregate::Join => matches!(of.kind, Kind::Text | Kind::Uuid).then(|| Type::nullable(Kind::Text)),
        Aggregate::List => Some(Type::required(Kind::List(Box::new(of.kind.clone())))),
    }
}

/// `COLUMN`, `COLUMN desc`, or a list of these, over the rows of the group.
pub(super) fn ordering(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Vec<(Expr, bool)>> {
    check::ordered(node, said)?
        .into_iter()
        .map(|(name, descending, place)| Some((scope.column(&name, &place, said)?, descending)))
        .collect()
}
