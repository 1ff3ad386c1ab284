//! `do:` a value through functions of the catalogue, one after the other.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::functions;
use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::expr::article;
use crate::rule::scope::Scope;
use crate::yaml::Content;
use crate::yaml::Node;

/// Puts `value` through each step.
pub(super) fn compile(mut value: Expr, steps: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let steps = match &steps.content {
        Content::List(steps) => steps.as_slice(),
        _ => std::slice::from_ref(steps),
    };
    for step in steps {
        value = apply(value, step, scope, said)?;
    }
    Some(value)
}

pub(super) fn apply(value: Expr, step: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let (name, place, given) = match &step.content {
        Content::Scalar { .. } => (check::text(step, "a function", said)?, &step.place, None),
        Content::Map(entries) => match entries.as_slice() {
            [(key, given)] => (key.text.as_str(), &key.place, Some(given)),
            several => {
                let steps: Vec<String> = several.iter().map(|(key, _)| format!("{{{}: …}}", key.text)).collect();
                said.push(
                    Diagnostic::error("E0010", &step.place, "expected one function a step, found a map of several")
                        .help(format!("write each as an item of its own: `do: [{}]`", steps.join(", "))),
                );
                return None;
            }
        },
        Content::List(_) => return check::wrong_node(step, "a function", said),
    };
    let Some(function) = functions::find(name) else {
        let error = Diagnostic::error("E0103", place, format!("unknown function `{name}`"));
        // `left(3)` and `left 3`, as other languages have it.
        let called = name.split_once(['(', ' ']).filter(|(called, _)| functions::find(called.trim()).is_some());
        if let Some((called, rest)) = called {
            let rest = rest.trim().trim_end_matches(')');
            let several = rest.contains(',');
            let rest = if several { format!("[{rest}]") } else { rest.to_owned() };
            let step = if rest.is_empty() { called.to_owned() } else { format!("{{{called}: {rest}}}") };
            said.push(error.help(format!("write the step as `{step}`")));
            return None;
        }
        said.push(match nearest(name, functions::names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`ehr-runner functions` lists them"),
        });
        return None;
    };
    let given = arguments(function, given, place, said)?;
    let mut args = vec![value];
    for (param, node) in function.params.iter().skip(1).zip(given) {
        let arg = match (node, &param.default) {
            (Some(node), _) if param.accepts == Accepts::Secret => secret(node, function, said)?,
            (Some(node), _) => argument(node, param.accepts.wanted(&args[0].ty.kind).as_ref(), scope, said)?,
            (None, Some(default)) => expr::constant(default.value(), None),
            (None, None) => {
                said.push(
                    Diagnostic::error("E0203", place, format!("`{name}` lacks its argument `{}`", param.name)).help(function.signature()),
                );
                return None;
            }
        };
        if param.constant && !matches!(arg.form, Form::Literal(_) | Form::Parameter(_) | Form::Secret(_)) {
            said.push(Diagnostic::error("E0203", place, format!("`{}` of `{name}` is a constant", param.name)).help(function.signature()));
            return None;
        }
        let value = match &arg.form {
            Form::Literal(value) => Some(value.clone()),
            Form::Secret(name) => Some(Value::Text(name.clone())),
            _ => None,
        };
        if let Some(value) = value
            && let Some(fault) = param.fault(&value)
        {
            said.push(Diagnostic::error("E0203", node.map_or(place, |node| &node.place), fault).help(function.signature()));
            return None;
        }
        args.push(arg);
    }
    let first = args.first()?.ty.kind.clone();
    for (param, arg) in function.params.iter().zip(&args) {
        let null = arg.form == Form::Literal(Value::Null);
        if !null && !param.accepts.takes(&arg.ty.kind, &first) {
            said.push(
                Diagnostic::error(
                    "E0203",
                    place,
                    format!("`{}` of `{name}` is {}, and {} is given", param.name, param.accepts.words(), article(&arg.ty.kind)),
                )
                .help(function.signature()),
            );
            return None;
        }
    }
    let types: Vec<Type> = args.iter().map(|arg| arg.ty.clone()).collect();
    let ty = function.result(&types);
    Some(Expr { form: Form::Call { function: function.name.to_owned(), args }, ty })
}

/// The node for each parameter after the first, by position or by name.
fn arguments<'n>(function: &Function, given: Option<&'n Node>, place: &Place, said: &mut Diagnostics) -> Option<Vec<Option<&'n Node>>> {
    let params = function.params.get(1..).unwrap_or(&[]);
    let mut nodes: Vec<Option<&Node>> = vec![None; params.len()];
    let Some(given) = given else { return Some(nodes) };
    match &given.content {
        Content::Map(entries) if !is_column(given) => {
            for (key, node) in entries {
                let Some(at) = params.iter().position(|param| param.name == key.text) else {
                    let error = Diagnostic::error("E0203", &key.place, format!("`{}` has no argument `{}`", function.name, key.text));
                    said.push(match nearest(&key.text, params.iter().map(|param| param.name)) {
                        Some(near) => error.help(format!("did you mean `{near}`?")),
                        None => error.help(function.signature()),
                    });
                    return None;
                };
                nodes[at] = Some(node);
            }
        }
        content => {
            let items = match content {
                Content::List(items) => items.as_slice(),
                _ => std::slice::from_ref(given),
            };
            if items.len() > params.len() {
                said.push(
                    Diagnostic::error("E0203", place, format!("`{}` is given too many arguments", function.name))
                        .help(function.signature()),
                );
                return None;
            }
            for (slot, item) in nodes.iter_mut().zip(items) {
                *slot = Some(item);
            }
        }
    }
    Some(nodes)
}

/// `{col: NAME}`, or another form of a value.
fn is_column(node: &Node) -> bool {
    node.as_map().is_some_and(|entries| {
        matches!(entries, [(key, _)] if matches!(key.text.as_str(), "col" | "parameter"))
            || entries.iter().any(|(key, _)| key.text == "from")
    })
}

/// The name of a secret, and nothing that could be one.
fn secret(node: &Node, function: &Function, said: &mut Diagnostics) -> Option<Expr> {
    let Some(name) = node.as_text() else {
        said.push(
            Diagnostic::error("E0203", &node.place, format!("a secret of `{}` is said by its name", function.name))
                .help("write a name, such as `research`; the secret itself comes with the order"),
        );
        return None;
    };
    Some(Expr { form: Form::Secret(name.to_owned()), ty: Type::required(Kind::Text) })
}

fn argument(node: &Node, wanted: Option<&Kind>, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    match &node.content {
        Content::Scalar { value, .. } => Some(expr::constant(value.clone(), wanted)),
        Content::Map(_) => match node.get("col") {
            Some(name) => scope.column(check::text(name, "a column", said)?, &name.place, said),
            None => expr::compile(node, wanted, scope, said),
        },
        Content::List(_) => check::wrong_node(node, "a constant or `{col: NAME}`", said),
    }
}
