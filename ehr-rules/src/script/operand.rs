//! Operands: constants, both of one kind, as a condition, and as a message names them.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::script::TypeMistake;
use crate::script::calls;
use crate::script::value;

pub(super) fn comparison(op: Operator, left: Expr, right: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    let equality = matches!(op, Operator::Equal | Operator::NotEqual);
    if is_null(&left) || is_null(&right) {
        if !equality {
            return Err(mistake("nothing is less or greater than `()`, a missing value", at));
        }
        let other = if is_null(&left) { right } else { left };
        let missing = operator(Operator::IsMissing, vec![other]);
        return Ok(if op == Operator::Equal { missing } else { operator(Operator::Not, vec![missing]) });
    }
    let (left, right) = alike(left, right, at, if equality { "are never equal" } else { "have no order" })?;
    if !equality && left.ty.kind == Kind::Boolean {
        return Err(mistake("true and false have no order", at));
    }
    Ok(operator(op, vec![left, right]))
}

/// Both operands of one kind: constants are converted, numbers are brought to floats, nothing else is.
pub(super) fn alike(left: Expr, right: Expr, at: Option<(usize, usize)>, otherwise: &str) -> Result<(Expr, Expr), TypeMistake> {
    use Kind::Date;
    use Kind::Datetime;
    use Kind::Decimal;
    use Kind::Instant;
    use Kind::Text;
    use Kind::Uuid;
    let number = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Float | Decimal { .. });
    let (a, b) = (left.ty.kind.clone(), right.ty.kind.clone());
    match (&a, &b) {
        (a, b) if a.is_nested() || b.is_nested() => {}
        // As floats, as the script language sees them: it tells decimals of so many digits no longer apart.
        (Decimal { precision, .. }, _) if a == b && *precision > 15 => return Ok((float(left, at)?, float(right, at)?)),
        (a, b) if a == b => return Ok((left, right)),
        (Text | Uuid, Text | Uuid) => return Ok((left, right)),
        (a, b) if number(a) && number(b) => return Ok((float(left, at)?, float(right, at)?)),
        (Date | Datetime | Instant, Text) => {
            if let Some(constant) = dated(&right, &a) {
                return Ok((left, constant));
            }
        }
        (Text, Date | Datetime | Instant) => {
            if let Some(constant) = dated(&left, &b) {
                return Ok((constant, right));
            }
        }
        _ => {}
    }
    let help = match (&a, &b) {
        (Datetime, Date) => Some(format!("take the day of it: `to_date({})`", name(&left))),
        (Date, Datetime) => Some(format!("take the day of it: `to_date({})`", name(&right))),
        (Date, Text) | (Text, Date) => Some("write dates as \"2024-01-31\"".to_owned()),
        (Instant, Text) | (Text, Instant) => Some("write instants with their zone, as \"2024-01-31T08:30:00Z\"".to_owned()),
        (Instant, Date | Datetime) | (Date | Datetime, Instant) => {
            Some("say in which zone: `in_zone(INSTANT, ZONE)` is a datetime, `to_instant(DATETIME, ZONE)` an instant".to_owned())
        }
        (Datetime, Text) | (Text, Datetime) => Some("write datetimes as \"2024-01-31T08:30:00\"".to_owned()),
        (Text | Uuid, other) | (other, Text | Uuid) if number(other) => {
            Some("put numbers that are codes in quotes, or read text as a number with `as_integer` or `as_float`".to_owned())
        }
        _ => None,
    };
    let message = format!("`{}` is {} and `{}` is {}: they {otherwise}", name(&left), calls::words(&a), name(&right), calls::words(&b));
    Err(TypeMistake { message, help, at })
}

/// A constant text as the date or datetime it says.
pub(super) fn dated(expr: &Expr, kind: &Kind) -> Option<Expr> {
    let Form::Literal(Value::Text(text)) = &expr.form else { return None };
    Some(literal(match kind {
        Kind::Date => Value::Date(value::iso_date(text)?),
        Kind::Datetime => Value::Datetime(value::iso_datetime(text)?),
        Kind::Instant => Value::Instant(value::iso_instant(text)?.naive_utc()),
        _ => return None,
    }))
}

#[expect(clippy::cast_precision_loss, reason = "the script language compares integers and floats as floats")]
pub(super) fn float(expr: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    match &expr.form {
        Form::Literal(Value::Integer(number)) => Ok(literal(Value::Float(*number as f64))),
        _ if expr.ty.kind == Kind::Float => Ok(expr),
        _ => calls::compile("to_float", vec![expr], at)?.ok_or_else(|| mistake("there is no `to_float`", at)),
    }
}

/// An expression as a condition, which is never missing.
pub(super) fn truth(expr: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    if expr.ty.kind != Kind::Boolean || is_null(&expr) {
        let help = Some(format!("compare it: `{} != ()` asks whether there is a value", name(&expr)));
        return Err(TypeMistake { message: format!("`{}` is {}, not true or false", name(&expr), calls::words(&expr.ty.kind)), help, at });
    }
    if expr.ty.nullable {
        return Ok(operator(Operator::Equal, vec![expr, literal(Value::Boolean(true))]));
    }
    Ok(expr)
}

pub(super) fn literal(value: Value) -> Expr {
    let ty = value.kind().map_or(Type::nullable(Kind::Text), Type::required);
    Expr { form: Form::Literal(value), ty }
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr.form, Form::Literal(Value::Null))
}

pub(super) fn operator(op: Operator, args: Vec<Expr>) -> Expr {
    Expr { form: Form::Operator { op, args }, ty: Type::required(Kind::Boolean) }
}

pub(super) fn mistake(message: &str, at: Option<(usize, usize)>) -> TypeMistake {
    TypeMistake { message: message.to_owned(), help: None, at }
}

/// How an operand is named in a message.
pub(super) fn name(expr: &Expr) -> String {
    match &expr.form {
        Form::Column(name) => name.clone(),
        Form::Literal(Value::Null) => "()".to_owned(),
        Form::Literal(value @ (Value::Date(_) | Value::Datetime(_) | Value::Instant(_))) => format!("\"{value}\""),
        Form::Literal(value) => value.to_string(),
        Form::Parameter(name) if name == "today" => format!("{name}()"),
        Form::Parameter(name) => format!("parameter({name:?})"),
        Form::Secret(name) => format!("secret({name:?})"),
        Form::Call { function, .. } => format!("{function}(…)"),
        _ => "…".to_owned(),
    }
}
