//! Numbers and texts put together: `+`, `-`, `*`, `/`, `%`, `**`, and `${…}` within a text.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::script::TypeMistake;
use crate::script::builtin;
use crate::script::calls;
use crate::script::operand::float;
use crate::script::operand::is_null;
use crate::script::operand::literal;
use crate::script::operand::name;
use crate::script::vectorize::Compiler;
use crate::script::vectorize::Native;
use rhai::Token;

/// An operator that compares nothing.
pub(super) fn operation(compiler: &Compiler<'_>, token: &Token, args: Vec<Expr>, at: Option<(usize, usize)>) -> Native {
    let op = match token {
        Token::Minus | Token::UnaryMinus if args.len() == 1 => Operator::Negate,
        Token::Plus | Token::UnaryPlus if args.len() == 1 => Operator::Present,
        Token::Plus => Operator::Add,
        Token::Minus => Operator::Subtract,
        Token::Multiply => Operator::Multiply,
        Token::Divide => Operator::Divide,
        Token::Modulo => Operator::Remainder,
        Token::PowerOf => Operator::Power,
        other => return compiler.none(&format!("the operator `{}`", other.literal_syntax())),
    };
    if compiler.mixed.get() {
        return compiler.none("branches of integers and floats");
    }
    let mut args = args.into_iter();
    match (args.next(), args.next(), args.next()) {
        (Some(one), None, None) if matches!(op, Operator::Negate | Operator::Present) => sign(compiler, op, one, at),
        (Some(left), Some(right), None) if op == Operator::Add && (is_text(&left) || is_text(&right)) => joined(compiler, left, right, at),
        (Some(left), Some(right), None) => calculation(compiler, op, left, right, token, at),
        _ => compiler.none("an operator of several operands"),
    }
}

fn sign(compiler: &Compiler<'_>, op: Operator, one: Expr, at: Option<(usize, usize)>) -> Native {
    if !is_number(&one) {
        let message = format!("`{}` is {}: it has no sign", name(&one), calls::words(&one.ty.kind));
        return if is_null(&one) { compiler.none("a sign before `()`") } else { Err(TypeMistake { message, help: None, at }) };
    }
    let one = if one.ty.kind == Kind::Integer { one } else { float(one, at)? };
    Ok(Some(strict(op, vec![one])))
}

fn calculation(compiler: &Compiler<'_>, op: Operator, left: Expr, right: Expr, token: &Token, at: Option<(usize, usize)>) -> Native {
    let sign = token.literal_syntax();
    if is_null(&left) || is_null(&right) {
        let message = format!("`{sign}` with `()`, a missing value, gives nothing");
        return Err(TypeMistake { message, help: Some("`??` gives a value in place of a missing one".to_owned()), at });
    }
    if is_number(&left) && is_number(&right) {
        return numbers(op, left, right, at).map(Some);
    }
    // Text without another, which is rarely meant.
    if op == Operator::Subtract && is_text(&left) && is_text(&right) {
        return compiler.none("`-` of texts");
    }
    let (a, b) = (&left.ty.kind, &right.ty.kind);
    let help = match (a, b) {
        (Kind::Date | Kind::Datetime, Kind::Date | Kind::Datetime) if op == Operator::Subtract => {
            Some(format!("count the days: `days_between({}, {})`", name(&right), name(&left)))
        }
        (Kind::Date, Kind::Integer) if matches!(op, Operator::Add | Operator::Subtract) => {
            let sign = if op == Operator::Subtract { "-" } else { "" };
            Some(format!("add days: `add_days({}, {sign}{})`", name(&left), name(&right)))
        }
        (Kind::Text | Kind::Uuid, _) | (_, Kind::Text | Kind::Uuid) => {
            Some("read text as a number with `as_integer` or `as_float`".to_owned())
        }
        _ => None,
    };
    let message = format!("`{}` is {} and `{}` is {}: `{sign}` takes numbers", name(&left), calls::words(a), name(&right), calls::words(b));
    Err(TypeMistake { message, help, at })
}

/// Two numbers of one kind: an integer beside another stays one.
pub(super) fn numbers(op: Operator, left: Expr, right: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    if left.ty.kind == Kind::Integer && right.ty.kind == Kind::Integer {
        return Ok(strict(op, vec![left, right]));
    }
    Ok(strict(op, vec![float(left, at)?, float(right, at)?]))
}

/// An operator whose result is of its first operand's kind.
fn strict(op: Operator, args: Vec<Expr>) -> Expr {
    let kind = args.first().map_or(Kind::Float, |arg| arg.ty.kind.clone());
    Expr { form: Form::Operator { op, args }, ty: Type::required(kind) }
}

/// Text and anything: what is missing beside a text is passed over, and a text is missing beside nothing else.
fn joined(compiler: &Compiler<'_>, left: Expr, right: Expr, at: Option<(usize, usize)>) -> Native {
    let lacks = |expr: &Expr| is_null(expr) || expr.ty.nullable;
    let letters = compiler.letters.get() || builtin::is_letter(&left) || builtin::is_letter(&right);
    if letters && [&left, &right].into_iter().any(|one| lacks(one) || !is_text(one)) {
        return compiler.none("a single letter beside what is no text, or may be missing");
    }
    let mut parts = Vec::new();
    let (first, second) = (is_text(&left), is_text(&right));
    for (one, text, other) in [(left, first, second), (right, second, first)] {
        if is_null(&one) {
            continue;
        }
        if text {
            // Beside what is no text, a text must be there.
            parts.push(if other { one } else { builtin::present(one) });
        } else {
            let Some(written) = written(one, at)? else { return compiler.none("a text with a value of this kind") };
            parts.push(written);
        }
    }
    Ok(Some(texts(parts)))
}

/// `${…}`: each as it is written, missing ones as nothing.
pub(super) fn interpolated(compiler: &Compiler<'_>, parts: Vec<Expr>) -> Native {
    if compiler.mixed.get() {
        return compiler.none("branches of integers and floats");
    }
    let mut all = vec![literal(Value::Text(String::new()))];
    for part in parts {
        if is_null(&part) {
            continue;
        }
        let Some(written) = written(part, None)? else { return compiler.none("a text with a value of this kind") };
        all.push(written);
    }
    Ok(Some(texts(all)))
}

/// Texts joined; those joined already are taken apart, unless they may be missing together.
fn texts(parts: Vec<Expr>) -> Expr {
    let mut all = Vec::new();
    for part in parts {
        match part.form {
            Form::Operator { op: Operator::Concat, args } if !Operator::Concat.may_fail(&args) => all.extend(args),
            form => all.push(Expr { form, ty: part.ty }),
        }
    }
    Expr { form: Form::Operator { op: Operator::Concat, args: all }, ty: Type::required(Kind::Text) }
}

/// A value as the script language writes it; `None` where that is another way than ours.
pub(super) fn written(one: Expr, at: Option<(usize, usize)>) -> Result<Option<Expr>, TypeMistake> {
    let text = matches!(one.ty.kind, Kind::Text | Kind::Uuid);
    if text && !one.ty.nullable {
        return Ok(Some(one));
    }
    let one = if matches!(one.ty.kind, Kind::Decimal { .. }) { float(one, at)? } else { one };
    if !text && !matches!(one.ty.kind, Kind::Integer | Kind::Boolean | Kind::Float | Kind::Date | Kind::Datetime) {
        return Ok(None);
    }
    Ok(Some(Expr { form: Form::Operator { op: Operator::Print, args: vec![one] }, ty: Type::required(Kind::Text) }))
}

fn is_text(expr: &Expr) -> bool {
    !is_null(expr) && matches!(expr.ty.kind, Kind::Text | Kind::Uuid)
}

pub(super) fn is_number(expr: &Expr) -> bool {
    matches!(expr.ty.kind, Kind::Integer | Kind::Float | Kind::Decimal { .. })
}
