//! Conditions and scripts: native where they can be, else interpreted, and every mistake at its place in the YAML.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::functions;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::ScriptInput;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::scope::Scope;
use crate::script;
use crate::script::Compiled;
use crate::script::Script;
use crate::yaml::Node;

/// A condition: a boolean that is never missing.
pub(super) fn condition(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let (source, script) = compile(node, scope, said)?;
    match script::condition(&script, &|name| scope.type_of(name), &|name| scope.level.parameter(name)) {
        Ok(Compiled::Native(expr)) => Some(checked(scope.follow(expr), scope)),
        // An interpreted condition that gives something else than true or false fails on its row.
        Ok(Compiled::Interpreted(reason)) => Some(interpreted(source, reason, &script, Type::required(Kind::Boolean), scope)),
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
                said.push(Diagnostic::error("E0201", &ty.place, format!("`{text}` is no type of a script")).help(
                    "a script gives text, integer, float, boolean, date, datetime, instant, or a list of one of these, as `list(text)`",
                ));
                return None;
            };
            Some(kind)
        }
    };
    match script::vectorize(&script, &|name| scope.type_of(name), &|name| scope.level.parameter(name)) {
        Ok(Compiled::Native(expr)) => {
            if let Some(declared) = &declared {
                check::kind(&expr, declared, &main.place, said)?;
            }
            Some(checked(scope.follow(expr), scope))
        }
        Ok(Compiled::Interpreted(reason)) => {
            let Some(kind) = declared else {
                said.push(
                    Diagnostic::error("E0602", &main.place, "the type of this script is not known before it runs")
                        .help("say it: `{rhai: \"…\", type: text}`"),
                );
                return None;
            };
            Some(interpreted(source, reason, &script, Type::nullable(kind), scope))
        }
        Err(mistake) => {
            let mut said_so = Diagnostic::error("E0603", &inside(main, mistake.at), mistake.message);
            said_so.help = mistake.help;
            said.push(said_so);
            None
        }
    }
}

/// A native form that may fail on a row says for which rule.
fn checked(expr: Expr, scope: &Scope<'_>) -> Expr {
    if !expr.may_fail() {
        return expr;
    }
    let ty = expr.ty.clone();
    Expr { form: Form::Checked { value: Box::new(expr), rule: scope.rule.clone() }, ty }
}

fn interpreted(source: String, reason: String, script: &Script, ty: Type, scope: &Scope<'_>) -> Expr {
    let mut inputs: Vec<ScriptInput> = Vec::new();
    for column in script.columns() {
        if let Some(ty) = scope.type_of(&column.name)
            && !inputs.iter().any(|known| known.name == column.name)
        {
            inputs.push(ScriptInput { column: scope.now(&column.name), name: column.name.clone(), ty });
        }
    }
    let mut settings: Vec<(String, Value)> = Vec::new();
    for parameter in script.parameters() {
        if !settings.iter().any(|(known, _)| *known == parameter.name) {
            settings.push((parameter.name.clone(), Value::Null));
        }
    }
    Expr { form: Form::Script { source, reason, inputs, settings, rule: scope.rule.clone() }, ty }
}

/// Parses a script and checks every name in it.
fn compile(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<(String, Script)> {
    let source = check::text(node, "a script", said)?.to_owned();
    if source.trim().is_empty() {
        said.push(Diagnostic::error("E0601", &node.place, "the script is empty").help("write an expression, as in `COLUMN != ()`"));
        return None;
    }
    let script = match Script::compile(&source) {
        Ok(script) => script,
        Err(error) => {
            let place = inside(node, error.at);
            let wrong = Diagnostic::error("E0601", &place, format!("the script does not compile: {}", error.message));
            let long = error.message.contains("maximum complexity");
            let parts = "take its parts apart with `let`, or write many values as `COLUMN in [1, 2, 3]` or as a `map:`";
            said.push(match habit(&place).or(long.then_some(parts)) {
                Some(help) => wrong.help(help),
                None => wrong,
            });
            return None;
        }
    };
    let mut sound = true;
    for column in script.columns() {
        let place = inside(node, Some((column.line, column.column)));
        if let Some(help) = missing(&column.name).filter(|_| scope.type_of(&column.name).is_none()) {
            said.push(Diagnostic::error("E0101", &place, format!("unknown column `{}`", column.name)).help(help));
            sound = false;
            continue;
        }
        sound &= scope.column(&column.name, &place, said).is_some();
    }
    for parameter in script.parameters() {
        if scope.level.parameter(&parameter.name).is_none() {
            said.push(expr::unknown_parameter(&parameter.name, &inside(node, Some((parameter.line, parameter.column))), scope.level));
            sound = false;
        }
    }
    for call in script.unknown_calls() {
        let place = inside(node, Some((call.line, call.column)));
        let error = Diagnostic::error("E0103", &place, format!("unknown function `{}`", call.name));
        said.push(match habit(&place) {
            Some(help) => error.help(help),
            None => match nearest(&call.name, functions::names().chain(["today", "col", "parameter"])) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("`ehr-runner functions` lists them"),
            },
        });
        sound = false;
    }
    sound.then_some((source, script))
}

/// What people write who know another language.
fn habit(place: &Place) -> Option<&'static str> {
    let text = place.source.text.get(place.span.start.saturating_sub(1)..).unwrap_or_default();
    let word = place.source.text.get(place.span.clone()).unwrap_or_default();
    Some(match word {
        _ if text.starts_with("<>") => "`!=` asks whether two things differ",
        "and" => "`&&` joins conditions",
        "or" => "`||` joins conditions",
        "not" => "`!` turns a condition round",
        "is" => "`COLUMN == ()` asks whether a value is missing, `COLUMN != ()` whether it is there",
        "like" => "`starts_with`, `contains` and `matches` ask what a text looks like, as in `matches(COLUMN, \"A.*\")`",
        "between" => "write both sides: `COLUMN >= 1 && COLUMN <= 9`",
        word if word.starts_with('\'') => "text stands in double quotes",
        word if word.starts_with(['“', '”', '„', '‘', '’']) => "text stands in straight double quotes",
        word => return missing(word),
    })
}

/// What other languages call a missing value.
fn missing(word: &str) -> Option<&'static str> {
    let is = |other: &&str| word.eq_ignore_ascii_case(other);
    // `none` in small letters is more often a text that lacks its quotes.
    (word == "None" || ["null", "nil", "nan", "undefined"].iter().any(is)).then_some("a missing value is `()`")
}

/// The place within a script, found again in what is written; that of the whole script where it is folded.
fn inside(node: &Node, at: Option<(usize, usize)>) -> Place {
    let mut place = node.place.clone();
    let text = place.source.text.get(place.span.clone()).unwrap_or_default();
    let Some((line, column)) = at else { return place };
    let before = match text.lines().count() {
        0 | 1 => Some(0),
        // A block: each line as it is, without the indentation that the first has.
        lines if lines == node.as_text().unwrap_or_default().lines().count() => {
            let indent = place.line_column().1 - 1;
            text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>().checked_add(if line > 1 { indent } else { 0 })
        }
        // Folded: lines are joined, and only the blanks between words are other ones.
        _ => None,
    };
    if before.is_none()
        && let Some(at) = node.as_text().and_then(|script| folded(script, text, (line, column)))
    {
        place.span = place.span.start + at..place.span.end;
        place.span.end = place.span.start + word(&text[at..]);
        return place;
    }
    let Some((before, rest)) = before.and_then(|before| Some((before, text.get(before..)?))) else { return place };
    let Some(within) = letter(rest, column) else { return place };
    let rest = &rest[within..];
    let start = place.span.start + before + within;
    place.span = start..start + word(rest);
    place
}

/// How long the word or sign is that a text begins with.
fn word(text: &str) -> usize {
    let length = |is: &dyn Fn(char) -> bool| text.chars().take_while(|letter| is(*letter)).map(char::len_utf8).sum::<usize>();
    let one = text.chars().next().map_or(0, char::len_utf8);
    length(&|letter| letter.is_alphanumeric() || letter == '_').max(length(&|letter| "=!<>&|".contains(letter))).max(one)
}

/// Where the letter of a script stands in its text as written, which has other blanks and line ends between the same words; none
/// where it is written with quotes around it, and letters may be escaped.
fn folded(script: &str, written: &str, (line, column): (usize, usize)) -> Option<usize> {
    if written.starts_with(['"', '\'']) {
        return None;
    }
    let start: usize = script.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let until = script.get(start..)?.char_indices().nth(column - 1).map(|(at, _)| start + at)?;
    let before = script.get(..until)?.chars().filter(|letter| !letter.is_whitespace()).count();
    written.char_indices().filter(|(_, letter)| !letter.is_whitespace()).nth(before).map(|(at, _)| at)
}

/// Where the letter of a script stands in its line as written, quotes and escapes and all.
fn letter(line: &str, column: usize) -> Option<usize> {
    let quote = line.chars().next().filter(|first| matches!(first, '"' | '\''));
    let mut at = quote.map_or(0, char::len_utf8);
    for _ in 1..column {
        let mut letters = line.get(at..)?.chars();
        let written = letters.next()?;
        // `\\"` and `\'\'` stand for one letter each.
        let escaped = matches!((quote, written), (Some('"'), '\\') | (Some('\''), '\''));
        at += written.len_utf8() + if escaped { letters.next()?.len_utf8() } else { 0 };
    }
    (at < line.len()).then_some(at)
}

fn simple_kind(text: &str) -> Option<Kind> {
    if let Some(item) = text.strip_prefix("list(").and_then(|rest| rest.strip_suffix(')')) {
        return simple_kind(item).filter(|item| !item.is_nested()).map(|item| Kind::List(Box::new(item)));
    }
    Some(match text {
        "text" => Kind::Text,
        "integer" => Kind::Integer,
        "float" => Kind::Float,
        "boolean" => Kind::Boolean,
        "date" => Kind::Date,
        "datetime" => Kind::Datetime,
        "instant" => Kind::Instant,
        _ => return None,
    })
}
