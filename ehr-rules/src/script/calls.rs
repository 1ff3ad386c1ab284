//! Calls of catalogue functions from scripts, checked: number, kinds, constants, defaults.

use crate::functions;
use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Param;
use crate::functions::function::Sample;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::script::TypeMistake;
use crate::script::operand::dated;
use crate::script::operand::is_null;
use crate::script::operand::literal;
use crate::script::operand::name as shown;

/// The script language's own names of catalogue functions.
const OTHERS: [(&str, &str); 3] = [("len", "length"), ("to_upper", "upper"), ("to_lower", "lower")];
/// And of those that it has for lists.
const OF_LISTS: [(&str, &str); 2] = [("len", "list_length"), ("contains", "list_contains")];

/// A call of `name`; `None` where the catalogue has no such function.
pub(super) fn compile(name: &str, args: Vec<Expr>, at: Option<(usize, usize)>) -> Result<Option<Expr>, TypeMistake> {
    let of_list = args.first().is_some_and(|first| first.ty.kind.item().is_some());
    let others = if of_list { &OF_LISTS[..] } else { &OTHERS[..] };
    let name = others.iter().find(|(other, _)| *other == name).map_or(name, |(_, own)| own);
    let Some(function) = functions::find(name) else { return Ok(None) };
    let wrong = |message: String| TypeMistake { message, help: Some(format!("it is `{}`", function.signature())), at };
    let required = function.params.iter().filter(|param| param.default.is_none()).count();
    if args.len() < required || args.len() > function.params.len() {
        return Err(wrong(format!("`{name}` is called with {}", arguments(args.len()))));
    }
    let first = args.iter().find(|arg| !is_null(arg)).map_or(Kind::Text, |arg| arg.ty.kind.clone());
    let mut checked = Vec::with_capacity(function.params.len());
    let mut given = args.into_iter();
    for param in function.params {
        let Some(arg) = given.next() else {
            checked.push(literal(param.default.map_or(Value::Null, Sample::value)));
            continue;
        };
        checked.push(argument(function, param, arg, &first).map_err(wrong)?);
    }
    let types: Vec<Type> = checked.iter().map(|arg| arg.ty.clone()).collect();
    let ty = function.result(&types);
    Ok(Some(Expr { form: Form::Call { function: name.to_owned(), args: checked }, ty }))
}

fn argument(function: &Function, param: &Param, arg: Expr, first: &Kind) -> Result<Expr, String> {
    if param.constant {
        match &arg.form {
            Form::Literal(value) => param.fault(value).map_or(Ok(()), Err)?,
            // Its value is looked at when an order gives it.
            Form::Parameter(_) => {}
            _ => return Err(format!("`{}` of `{}` must be a constant", param.name, function.name)),
        }
    }
    if is_null(&arg) {
        return Ok(Expr { ty: Type::nullable(param.accepts.usual(first)), ..arg });
    }
    if param.accepts.takes(&arg.ty.kind, first) {
        return Ok(arg);
    }
    converted(param.accepts, &arg, first).ok_or_else(|| {
        format!("`{}` of `{}` is {}, and `{}` is {}", param.name, function.name, param.accepts.words(), shown(&arg), words(&arg.ty.kind))
    })
}

/// A constant as the kind that is asked for, where it says one.
#[expect(clippy::cast_precision_loss, reason = "a constant that a script writes as an integer")]
fn converted(accepts: Accepts, arg: &Expr, first: &Kind) -> Option<Expr> {
    match (accepts.usual(first), &arg.form) {
        (Kind::Float, Form::Literal(Value::Integer(number))) => Some(literal(Value::Float(*number as f64))),
        (kind @ (Kind::Date | Kind::Datetime | Kind::Instant), _) => dated(arg, &kind),
        _ => None,
    }
}

fn arguments(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}

/// A kind in a sentence: `a date`, `an integer`, `text`.
pub(super) fn words(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Integer | Kind::Instant => format!("an {kind}"),
        other => format!("a {other}"),
    }
}
