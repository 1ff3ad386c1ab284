//! Texts that are known to hold something: joined texts pass over empty ones, so those alone make sure that something is left.

use crate::functions;
use crate::functions::function::Section;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Value;

/// Whether a value is there in every row, and is never an empty text. A column's may be empty, even a required one's.
pub(super) fn is(expr: &Expr) -> bool {
    if expr.ty.nullable {
        return false;
    }
    if expr.ty.kind == Kind::Uuid {
        return true;
    }
    match &expr.form {
        Form::Literal(value) => *value != Value::Text(String::new()),
        Form::JoinTexts { .. } => true,
        Form::When { branches, otherwise } => branches.iter().all(|(_, value)| is(value)) && is(otherwise),
        Form::Map { entries, otherwise, .. } => {
            entries.iter().all(|(_, to)| !matches!(to, Value::Null) && *to != Value::Text(String::new())) && is(otherwise)
        }
        Form::Checked { value, .. } => is(value),
        Form::Call { function, args } => match functions::find(function) {
            Some(found) if found.section == Section::Hashes => true,
            _ => match function.as_str() {
                "to_text" => args.first().is_some_and(|arg| arg.ty.kind != Kind::Text || is(arg)),
                "pseudonym" => true,
                _ => false,
            },
        },
        Form::Operator { op: Operator::Print, args } => args.iter().all(|arg| arg.ty.kind != Kind::Text || is(arg)),
        Form::Operator { op: Operator::Concat, args } => args.iter().any(is),
        _ => false,
    }
}
