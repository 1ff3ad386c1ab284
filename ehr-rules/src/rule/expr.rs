//! The forms of a column's value, from YAML to typed IR.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::filled;
use crate::rule::join;
use crate::rule::map::codes;
use crate::rule::map::map;
use crate::rule::narrow;
use crate::rule::pipeline;
use crate::rule::scope::Scope;
use crate::rule::script;
use crate::rule::view::Level;
use crate::values;
use crate::yaml::Content;
use crate::yaml::Node;

/// The keys that say which form a map is, with those that may stand beside each.
const FORMS: &[(&str, &[&str])] = &[
    ("value", &[]),
    ("parameter", &[]),
    ("join", &["with"]),
    ("when", &[]),
    ("key", &["space", "type"]),
    ("lookup", &["on", "take", "order", "expect", "on_missing", "on_ambiguous"]),
    ("rhai", &["type"]),
    ("from", &["do", "map", "codes", "system", "otherwise"]),
];

/// Compiles an expression; `wanted` is the kind that is asked for, where it is known, so that constants can take it.
pub(super) fn compile(node: &Node, wanted: Option<&Kind>, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    match &node.content {
        Content::Scalar { value: Value::Text(_), text } => scope.column(text, &node.place, said),
        Content::Scalar { value: Value::Null, text } if text.is_empty() => {
            said.push(
                Diagnostic::error("E0010", &node.place, "nothing says what the value is")
                    .help("write a column's name, or `null` where it is always missing"),
            );
            None
        }
        Content::Scalar { value, .. } => Some(constant(value.clone(), wanted)),
        Content::List(_) => {
            said.push(
                Diagnostic::error("E0306", &node.place, "a list is no value")
                    .help("write a column's name, or a map such as `{from: COLUMN, do: [trim]}`"),
            );
            None
        }
        Content::Map(entries) => {
            let found = FORMS.iter().find(|(form, _)| entries.iter().any(|(key, _)| key.text == *form));
            let Some((form, beside)) = found else {
                let near = entries.iter().find_map(|(key, _)| Some((key, nearest(&key.text, FORMS.iter().map(|(form, _)| *form))?)));
                let error = Diagnostic::error("E0306", &node.place, "this map is no form of a value");
                said.push(match near {
                    Some((key, near)) => error.help(format!("did you mean `{near}` where `{}` stands?", key.text)),
                    None => error.help("a value is one of `from`, `value`, `join`, `when`, `key`, `lookup`, `rhai`, `parameter`"),
                });
                return None;
            };
            check::only(entries, &format!("`{form}`"), std::iter::once(*form).chain(beside.iter().copied()), said);
            let main = node.get(form)?;
            match *form {
                "value" => match main.as_value() {
                    Some(value) => Some(constant(value.clone(), wanted)),
                    None => check::wrong_node(main, "a constant", said),
                },
                "parameter" => parameter(main, scope, said),
                "join" => join_texts(node, main, scope, said),
                "when" => when(main, wanted, scope, said),
                "key" => key(node, main, scope, said),
                "lookup" => join::lookup(node, main, scope, said),
                "rhai" => script::value(node, main, scope, said),
                _ => from(node, main, wanted, scope, said),
            }
        }
    }
}

/// A constant, of the kind that is asked for where nothing is lost by it.
pub(super) fn constant(value: Value, wanted: Option<&Kind>) -> Expr {
    let value = match (value, wanted) {
        (Value::Integer(number), Some(Kind::Float)) if exact(number) => Value::Float(as_float(number)),
        (Value::Integer(number), Some(kind @ Kind::Decimal { .. })) => {
            values::constant::parse(&number.to_string(), kind).unwrap_or(Value::Integer(number))
        }
        (Value::Text(text), Some(kind @ Kind::Uuid)) => {
            if let Some(uuid) = values::constant::parse(&text, kind) {
                return Expr { form: Form::Literal(uuid), ty: Type::required(Kind::Uuid) };
            }
            Value::Text(text)
        }
        (Value::Text(text), Some(kind @ (Kind::Date | Kind::Datetime | Kind::Instant | Kind::Time | Kind::Decimal { .. }))) => {
            values::constant::parse(&text, kind).unwrap_or(Value::Text(text))
        }
        (value, _) => value,
    };
    let ty = match value.kind() {
        Some(kind) => Type::required(kind),
        None => Type::nullable(wanted.cloned().unwrap_or(Kind::Text)),
    };
    Expr { form: Form::Literal(value), ty }
}

const fn exact(number: i64) -> bool {
    number.unsigned_abs() <= 1 << 53
}

#[expect(clippy::cast_precision_loss, reason = "only called where the number is exact")]
const fn as_float(number: i64) -> f64 {
    number as f64
}

/// The parameter of that name, if there is one.
pub(super) fn parameter_named(name: &str, level: &Level<'_>) -> Option<Expr> {
    level.parameter(name).map(|ty| Expr { form: Form::Parameter(name.to_owned()), ty })
}

fn parameter(main: &Node, scope: &Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let name = check::text(main, "a parameter's name", said)?;
    if let Some(parameter) = parameter_named(name, scope.level) {
        return Some(parameter);
    }
    said.push(unknown_parameter(name, &main.place, scope.level));
    None
}

pub(super) fn unknown_parameter(name: &str, place: &Place, level: &Level<'_>) -> Diagnostic {
    let error = Diagnostic::error("E0107", place, format!("unknown parameter `{name}`"));
    let known: Vec<&str> = level.parameters.iter().map(|parameter| parameter.name.as_str()).chain(["today"]).collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!(
            "the parameters are {}; declare others under `parameters:` of the schema.yaml",
            known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn join_texts(node: &Node, main: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let items = check::list(main, "a list of texts", said)?;
    let with = match node.get("with") {
        Some(with) => check::text(with, "the text between", said)?.to_owned(),
        None => String::new(),
    };
    let mut parts = Vec::new();
    for item in items {
        let part = compile(item, Some(&Kind::Text), scope, said)?;
        check::kind(&part, &Kind::Text, &item.place, said)?;
        parts.push(part);
    }
    let nullable = !parts.iter().any(filled::is);
    Some(Expr { form: Form::JoinTexts { parts, with }, ty: Type { kind: Kind::Text, nullable } })
}

fn when(main: &Node, wanted: Option<&Kind>, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let items = check::list(main, "a list of branches", said)?;
    let mut branches: Vec<(Expr, Expr)> = Vec::new();
    let mut otherwise = None;
    let mut kind: Option<Kind> = wanted.cloned();
    for item in items {
        let entries = check::map(item, "a branch", said)?;
        if otherwise.is_some() {
            said.push(Diagnostic::error("E0308", &item.place, "this branch is never reached").help("`otherwise` stands last"));
            return None;
        }
        if let Some(node) = item.get("otherwise") {
            check::only(entries, "`otherwise`", ["otherwise"], said);
            otherwise = Some((compile(node, kind.as_ref(), scope, said)?, node));
            continue;
        }
        let known = check::only(entries, "a branch", ["if", "then", "otherwise"], said);
        let (Some(condition), Some(then)) = (item.get("if"), item.get("then")) else {
            if known {
                said.push(Diagnostic::error("E0306", &item.place, "a branch is `{if: …, then: …}` or `{otherwise: …}`"));
            }
            return None;
        };
        let test = script::condition(condition, scope, said)?;
        if branches.iter().any(|(earlier, _)| *earlier == test) {
            said.push(
                Diagnostic::error("E0308", &condition.place, "this branch is never reached")
                    .help("an earlier branch has the same condition"),
            );
        }
        let before = scope.present.clone();
        scope.present.extend(narrow::present(&test));
        let value = compile(then, kind.as_ref(), scope, said);
        scope.present = before;
        let value = value?;
        kind = kind.or_else(|| known_kind(&value));
        branches.push((test, value));
    }
    let Some((otherwise, otherwise_node)) = otherwise else {
        said.push(
            Diagnostic::error("E0305", &main.place, "`when` has no `otherwise`").help("add a last branch, such as `{otherwise: null}`"),
        );
        return None;
    };
    let kind = kind.or_else(|| known_kind(&otherwise)).unwrap_or(Kind::Text);
    for ((_, value), item) in branches.iter().zip(items) {
        if known_kind(value).is_some() {
            check::kind(value, &kind, item.get("then").map_or(&item.place, |node| &node.place), said)?;
        }
    }
    if known_kind(&otherwise).is_some() {
        check::kind(&otherwise, &kind, &otherwise_node.place, said)?;
    }
    let nullable = otherwise.ty.nullable || branches.iter().any(|(_, value)| value.ty.nullable);
    let branches = branches.into_iter().map(|(test, value)| (test, typed(value, &kind))).collect();
    Some(Expr { form: Form::When { branches, otherwise: Box::new(typed(otherwise, &kind)) }, ty: Type { kind, nullable } })
}

/// The kind of an expression; `None` for `null`, which is of every kind.
pub(super) fn known_kind(expr: &Expr) -> Option<Kind> {
    match &expr.form {
        Form::Literal(Value::Null) => None,
        _ => Some(expr.ty.kind.clone()),
    }
}

/// `null` takes the kind of what stands beside it.
pub(super) fn typed(mut expr: Expr, kind: &Kind) -> Expr {
    if expr.form == Form::Literal(Value::Null) {
        expr.ty.kind = kind.clone();
    }
    expr
}

fn key(node: &Node, main: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let items = match &main.content {
        Content::List(items) => items.as_slice(),
        _ => std::slice::from_ref(main),
    };
    let parts = items.iter().map(|item| compile(item, None, scope, said)).collect::<Option<Vec<_>>>()?;
    if parts.is_empty() {
        said.push(
            Diagnostic::error("E0306", &main.place, "a key of nothing").help("name the columns that identify the thing: `{key: [id]}`"),
        );
        return None;
    }
    let space = match node.get("space") {
        Some(space) => check::text(space, "a name", said)?.to_owned(),
        None => String::new(),
    };
    let uuid = match node.get("type") {
        None => false,
        Some(ty) => match ty.as_text() {
            Some("integer") => false,
            Some("uuid") => true,
            _ => {
                said.push(Diagnostic::error("E0201", &ty.place, "a key is an `integer` or a `uuid`"));
                return None;
            }
        },
    };
    let kind = if uuid { Kind::Uuid } else { Kind::Integer };
    let nullable = parts.iter().all(|part| part.ty.nullable);
    Some(Expr { form: Form::Key { parts, space, uuid }, ty: Type { kind, nullable } })
}

fn from(node: &Node, main: &Node, wanted: Option<&Kind>, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let maps = node.get("map").is_some() || node.get("codes").is_some();
    let plain = !maps && node.get("do").is_none();
    let mut expr = compile(main, if plain { wanted } else { None }, scope, said)?;
    if let Some(steps) = node.get("do") {
        expr = pipeline::compile(expr, steps, scope, said)?;
    }
    match (node.get("map"), node.get("codes")) {
        (Some(_), Some(codes)) => {
            said.push(
                Diagnostic::error("E0306", &codes.place, "`map` and `codes` stand together").help("one value goes through one of them"),
            );
            None
        }
        (Some(table), None) => map(node, table, expr, wanted, scope, said),
        (None, Some(name)) => codes(node, name, expr, scope, said),
        (None, None) => {
            for beside in ["otherwise", "system"] {
                if let Some(stray) = node.get(beside) {
                    said.push(
                        Diagnostic::error("E0306", &stray.place, format!("`{beside}` without `map` or `codes`"))
                            .help("for missing values, use the function `coalesce`"),
                    );
                    return None;
                }
            }
            Some(expr)
        }
    }
}

/// `a date`, `an integer`, `text`.
pub(super) fn article(kind: &Kind) -> String {
    if *kind == Kind::Text {
        return kind.to_string();
    }
    let text = kind.to_string();
    let an = text.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {text}", if an { "an" } else { "a" })
}
