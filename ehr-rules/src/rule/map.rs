//! Tables of constants and code maps: `map:`, `codes:` and the `otherwise:` behind them.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::ir::code_map::CodeMapSource;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::expr::article;
use crate::rule::expr::compile;
use crate::rule::expr::constant;
use crate::rule::expr::known_kind;
use crate::rule::expr::typed;
use crate::rule::scope::Scope;
use crate::values;
use crate::yaml::Content;
use crate::yaml::Node;

pub(super) fn map(
    node: &Node,
    table: &Node,
    from: Expr,
    wanted: Option<&Kind>,
    scope: &mut Scope<'_>,
    said: &mut Diagnostics,
) -> Option<Expr> {
    let mut kind = wanted.cloned();
    let mut entries: Vec<(Value, Value)> = Vec::new();
    let held = scope.only_texts(&from);
    for (key, to) in check::map(table, "a table of constants", said)? {
        if !held.is_empty() && !held.contains(&key.text) {
            let error =
                Diagnostic::error("E0308", &key.place, format!("this entry is never reached: the column never holds `{}`", key.text));
            let near = nearest(&key.text, held.iter().map(String::as_str));
            said.push(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("it is one of {}", held.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", "))),
            });
            continue;
        }
        let Some(left) = key_value(&key.text, &from.ty.kind) else {
            said.push(Diagnostic::error("E0201", &key.place, format!("`{}` is never equal to {}", key.text, article(&from.ty.kind))));
            continue;
        };
        if entries.iter().any(|(known, _)| *known == left) {
            said.push(Diagnostic::error("E0307", &key.place, format!("`{}` stands twice in this map", key.text)));
            continue;
        }
        let Some(value) = to.as_value() else {
            check::wrong_node::<()>(to, "a constant", said);
            continue;
        };
        let right = constant(value.clone(), kind.as_ref());
        if let (Form::Literal(value), known) = (&right.form, known_kind(&right)) {
            if let (Some(known), Some(kind)) = (&known, &kind) {
                check::kind(&right, kind, &to.place, said)?;
                let _ = known;
            }
            kind = kind.or(known);
            entries.push((left, value.clone()));
        }
    }
    let kind = kind.unwrap_or(Kind::Text);
    let Some(node) = node.get("otherwise") else {
        if check::misspelt(node, "otherwise") {
            return None;
        }
        said.push(
            Diagnostic::error("E0305", &table.place, "`map` has no `otherwise`")
                .label("what becomes of other values?")
                .help("add `otherwise: null`, or the value for what is not in the table"),
        );
        return None;
    };
    let otherwise = otherwise(node, &kind, scope, said)?;
    let nullable = otherwise.ty.nullable || entries.iter().any(|(_, value)| *value == Value::Null);
    Some(Expr { form: Form::Map { from: Box::new(from), entries, otherwise: Box::new(otherwise) }, ty: Type { kind, nullable } })
}

/// Behind `map` and `codes` a text is a constant, as in the table; an expression is written as a map.
fn otherwise(node: &Node, kind: &Kind, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let expr = match &node.content {
        Content::Scalar { value, .. } => constant(value.clone(), Some(kind)),
        _ => compile(node, Some(kind), scope, said)?,
    };
    if known_kind(&expr).is_some() {
        check::kind(&expr, kind, &node.place, said)?;
    }
    Some(typed(expr, kind))
}

pub(super) fn codes(node: &Node, name: &Node, code: Expr, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let map = check::text(name, "a code map's name", said)?;
    let maps = scope.level.code_maps;
    let Some(source) = maps.get(map) else {
        let error = Diagnostic::error("E0104", &name.place, format!("unknown code map `{map}`"));
        said.push(match nearest(map, maps.keys().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("code maps are declared under `code_maps:` of schema.yaml"),
        });
        return None;
    };
    check::kind(&code, &Kind::Text, &name.place, said)?;
    let system = match (source, node.get("system")) {
        (CodeMapSource::Athena { .. }, None) => {
            said.push(
                Diagnostic::error("E0306", &name.place, format!("`{map}` holds several code systems"))
                    .help("say which with `system: COLUMN`"),
            );
            return None;
        }
        (CodeMapSource::File(_), Some(system)) => {
            said.push(Diagnostic::error("E0306", &system.place, format!("`{map}` holds one code system")).help("leave `system` out"));
            return None;
        }
        (_, None) => None,
        (_, Some(system)) => {
            let expr = compile(system, Some(&Kind::Text), scope, said)?;
            check::kind(&expr, &Kind::Text, &system.place, said)?;
            Some(Box::new(expr))
        }
    };
    let (kind, several) = match source {
        CodeMapSource::File(file) => (file.target.clone(), None),
        CodeMapSource::Athena { on_ambiguous, .. } => (Kind::Integer, Some(*on_ambiguous)),
    };
    let Some(node) = node.get("otherwise") else {
        if check::misspelt(node, "otherwise") {
            return None;
        }
        said.push(
            Diagnostic::error("E0305", &name.place, "`codes` has no `otherwise`")
                .help("add `otherwise: null`, or `otherwise: 0` for OMOP's concept of no match"),
        );
        return None;
    };
    let otherwise = Box::new(otherwise(node, &kind, scope, said)?);
    let nullable = otherwise.ty.nullable;
    let form = Form::Codes { map: map.to_owned(), system, code: Box::new(code), otherwise, rule: scope.rule.clone(), several };
    Some(Expr { form, ty: Type { kind, nullable } })
}

/// A map's key as a constant of the kind that is looked up.
fn key_value(text: &str, kind: &Kind) -> Option<Value> {
    match kind {
        // Which floats are equal is no matter for a table.
        Kind::Float => None,
        kind => values::constant::parse(text, kind),
    }
}
