//! The script language's own functions that have a native form, and `text[…]`.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::script::TypeMistake;
use crate::script::arithmetic;
use crate::script::operand::is_null;
use crate::script::operand::literal;
use crate::script::vectorize::Compiler;
use crate::script::vectorize::Native;
use rhai::Expr as Node;
use rhai::FnCallExpr;
use rhai::Token;

/// What a call is.
pub(super) enum Call {
    /// One with a native form.
    Native(Expr),
    /// One that has none for such arguments.
    Interpreted,
    /// None of these functions.
    Other(Vec<Expr>),
}

/// A call of a function that the catalogue does not have.
pub(super) fn call(compiler: &Compiler<'_>, name: &str, args: Vec<Expr>, at: Option<(usize, usize)>) -> Result<Call, TypeMistake> {
    if crate::functions::find(name).is_some() {
        return Ok(Call::Other(args));
    }
    let kinds: Vec<&Kind> = args.iter().map(|arg| &arg.ty.kind).collect();
    let (op, kind) = match (name, kinds.as_slice()) {
        ("to_string", [_]) if !is_null(&args[0]) && !compiler.mixed.get() => {
            let written = args.into_iter().next().map(|one| arithmetic::written(one, at)).transpose()?.flatten();
            return Ok(match written {
                Some(written) => Call::Native(written),
                None => interpreted(compiler, name),
            });
        }
        ("is_empty", [Kind::Text | Kind::Uuid]) => (Operator::IsEmpty, Kind::Boolean),
        ("index_of", [Kind::Text | Kind::Uuid, Kind::Text | Kind::Uuid]) => (Operator::IndexOf, Kind::Integer),
        ("sub_string", [Kind::Text | Kind::Uuid, Kind::Integer] | [Kind::Text | Kind::Uuid, Kind::Integer, Kind::Integer]) => {
            (Operator::SubString, Kind::Text)
        }
        ("parse_int", [Kind::Text | Kind::Uuid]) => (Operator::ParseInt, Kind::Integer),
        ("parse_float", [Kind::Text | Kind::Uuid]) => (Operator::ParseFloat, Kind::Float),
        ("to_int", [Kind::Integer]) => (Operator::Present, Kind::Integer),
        ("to_int", [Kind::Float]) => (Operator::ToInt, Kind::Integer),
        ("floor", [Kind::Float]) => (Operator::Floor, Kind::Float),
        ("ceiling", [Kind::Float]) => (Operator::Ceiling, Kind::Float),
        ("sqrt", [Kind::Float]) => (Operator::SquareRoot, Kind::Float),
        ("is_nan", [Kind::Float]) => (Operator::IsNan, Kind::Boolean),
        ("min" | "max", [_, _]) if args.iter().all(arithmetic::is_number) => {
            let op = if name == "min" { Operator::Lesser } else { Operator::GreaterOf };
            let [left, right] = <[Expr; 2]>::try_from(args).unwrap_or_else(|_| [literal(Value::Null), literal(Value::Null)]);
            return arithmetic::numbers(op, left, right, at).map(Call::Native);
        }
        _ if OWN.contains(&name) => return Ok(interpreted(compiler, name)),
        _ => return Ok(Call::Other(args)),
    };
    if compiler.mixed.get() || args.iter().any(is_null) {
        return Ok(interpreted(compiler, name));
    }
    let mut args = args;
    if op == Operator::SubString && args.len() == 2 {
        args.push(literal(Value::Integer(i64::MAX)));
    }
    Ok(Call::Native(Expr { form: Form::Operator { op, args }, ty: Type::required(kind) }))
}

/// Names of the above, whatever they are called with.
const OWN: [&str; 13] = [
    "to_string",
    "is_empty",
    "index_of",
    "sub_string",
    "parse_int",
    "parse_float",
    "to_int",
    "floor",
    "ceiling",
    "sqrt",
    "is_nan",
    "min",
    "max",
];

fn interpreted(compiler: &Compiler<'_>, name: &str) -> Call {
    // What it says is kept, what it gives is nothing.
    let _ = compiler.none(&format!("`{name}` of such values"));
    Call::Interpreted
}

/// `text[at]`, `text[from..to]`.
pub(super) fn index(compiler: &Compiler<'_>, text: Expr, at: &Node, place: Option<(usize, usize)>) -> Native {
    if text.ty.kind.item().is_some() {
        return compiler.none("an index of a list");
    }
    if is_null(&text) || !matches!(text.ty.kind, Kind::Text | Kind::Uuid) || is_letter(&text) {
        let message = format!("`{}` is no text, and has no letters", crate::script::operand::name(&text));
        let literally = is_null(&text) || is_letter(&text);
        return if literally { compiler.none("an index") } else { Err(TypeMistake { message, help: None, at: place }) };
    }
    if let Node::FnCall(range, _) = at
        && let Some(op) = ranged(range)
    {
        let Some(mut bounds) = compiler.values(&range.args)? else { return Ok(None) };
        // An end that is left out.
        for (bound, open) in bounds.iter_mut().zip([0, i64::MAX]).filter(|(bound, _)| is_null(bound)) {
            *bound = literal(Value::Integer(open));
        }
        if bounds.len() != 2 || bounds.iter().any(|bound| is_null(bound) || bound.ty.kind != Kind::Integer) {
            return compiler.none("a range of what is no integer");
        }
        // A bound that is missing stands for an end.
        if bounds.iter().any(|bound| bound.ty.nullable) {
            return compiler.none("a range whose ends may be missing");
        }
        let args = std::iter::once(text).chain(bounds).collect();
        return Ok(Some(Expr { form: Form::Operator { op, args }, ty: Type::required(Kind::Text) }));
    }
    let Some(at) = compiler.value(at)? else { return Ok(None) };
    if is_null(&at) || at.ty.kind != Kind::Integer {
        return compiler.none("an index that is no integer");
    }
    Ok(Some(Expr { form: Form::Operator { op: Operator::Letter, args: vec![text, at] }, ty: Type::required(Kind::Text) }))
}

fn ranged(call: &FnCallExpr) -> Option<Operator> {
    match call.op_token.as_ref()? {
        Token::ExclusiveRange => Some(Operator::Slice),
        Token::InclusiveRange => Some(Operator::SliceTo),
        _ => None,
    }
}

/// A value that must be there.
pub(super) fn present(one: Expr) -> Expr {
    if !one.ty.nullable {
        return one;
    }
    let ty = one.ty.with_nullable(false);
    Expr { form: Form::Operator { op: Operator::Present, args: vec![one] }, ty }
}

/// Whether it is, or has inside, a single letter: to the script language that is no text.
pub(super) fn is_letter(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |expr| found |= matches!(expr.form, Form::Operator { op: Operator::Letter, .. }));
    found
}
