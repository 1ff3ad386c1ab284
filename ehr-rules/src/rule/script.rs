//! Conditions and scripts: native where they can be, else interpreted, and every mistake at its place in the YAML.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::functions;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::rule::check;
use crate::rule::scope::Scope;
use crate::script;
use crate::script::Script;
use crate::yaml::Node;

/// A condition: a boolean that is never missing.
pub(super) fn condition(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let (source, script) = compile(node, scope, said)?;
    match script::condition(&script, &|name| scope.type_of(name)) {
        Ok(Some(expr)) => Some(expr),
        // An interpreted condition that gives something else than true or false fails on its row.
        Ok(None) => Some(interpreted(source, &script, Type::required(Kind::Boolean), scope)),
        Err(mistake) => {
            let mut said_so = Diagnostic::error("E0603", &inside(node, mistake.at), mistake.message);
            said_so.help = mistake.help;
            said.push(said_so);
            None
        }
    }
}

/// A value: its kind is inferred where the script is native, and given by `type:` where it is not.
pub(super) fn value(node: &Node, main: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let (source, script) = compile(main, scope, said)?;
    let declared = match node.get("type") {
        None => None,
        Some(ty) => {
            let text = check::text(ty, "a type", said)?;
            let Some(kind) = simple_kind(text) else {
                said.push(
                    Diagnostic::error("E0201", &ty.place, format!("`{text}` is no type of a script"))
                        .help("a script gives text, integer, float, boolean, date or datetime"),
                );
                return None;
            };
            Some(kind)
        }
    };
    match script::vectorize(&script, &|name| scope.type_of(name)) {
        Ok(Some(expr)) => {
            if let Some(declared) = &declared {
                check::kind(&expr, declared, &main.place, said)?;
            }
            Some(expr)
        }
        Ok(None) => {
            let Some(kind) = declared else {
                said.push(
                    Diagnostic::error("E0602", &main.place, "the type of this script is not known before it runs")
                        .help("say it: `{rhai: \"…\", type: text}`"),
                );
                return None;
            };
            Some(interpreted(source, &script, Type::nullable(kind), scope))
        }
        Err(mistake) => {
            let mut said_so = Diagnostic::error("E0603", &inside(main, mistake.at), mistake.message);
            said_so.help = mistake.help;
            said.push(said_so);
            None
        }
    }
}

fn interpreted(source: String, script: &Script, ty: Type, scope: &Scope<'_>) -> Expr {
    let mut inputs: Vec<(String, Type)> = Vec::new();
    for column in script.columns() {
        if let Some(ty) = scope.type_of(&column.name)
            && !inputs.iter().any(|(known, _)| *known == column.name)
        {
            inputs.push((column.name.clone(), ty));
        }
    }
    Expr { form: Form::Script { source, inputs, rule: scope.rule.clone() }, ty }
}

/// Parses a script and checks every name in it.
fn compile(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<(String, Script)> {
    let source = check::text(node, "a script", said)?.to_owned();
    let script = match Script::compile(&source) {
        Ok(script) => script,
        Err(error) => {
            said.push(Diagnostic::error("E0601", &inside(node, error.at), format!("the script does not compile: {}", error.message)));
            return None;
        }
    };
    let mut sound = true;
    for column in script.columns() {
        sound &= scope.column(&column.name, &inside(node, Some((column.line, column.column))), said).is_some();
    }
    for call in script.unknown_calls() {
        let error = Diagnostic::error("E0103", &inside(node, Some((call.line, call.column))), format!("unknown function `{}`", call.name));
        said.push(match nearest(&call.name, functions::names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`ehr-runner functions` lists them"),
        });
        sound = false;
    }
    sound.then_some((source, script))
}

/// The place within a script; only exact where the script stands on one line, as it is written.
fn inside(node: &Node, at: Option<(usize, usize)>) -> Place {
    let mut place = node.place.clone();
    let text = place.source.text.get(place.span.clone()).unwrap_or_default();
    let Some((1, column)) = at else { return place };
    if text.contains('\n') {
        return place;
    }
    let quote = usize::from(text.starts_with(['"', '\'']));
    let Some((offset, _)) = text.char_indices().nth(quote + column.saturating_sub(1)) else { return place };
    let word = text[offset..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').map(char::len_utf8).sum::<usize>();
    place.span = place.span.start + offset..place.span.start + offset + word.max(1);
    place
}

fn simple_kind(text: &str) -> Option<Kind> {
    Some(match text {
        "text" => Kind::Text,
        "integer" => Kind::Integer,
        "float" => Kind::Float,
        "boolean" => Kind::Boolean,
        "date" => Kind::Date,
        "datetime" => Kind::Datetime,
        _ => return None,
    })
}
