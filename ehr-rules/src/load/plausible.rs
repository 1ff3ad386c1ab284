//! `plausible:` of a column: what its values are between, and the days that they cannot precede or follow.
//!
//! Days are compared, times of day are not; what is missing, or has nothing to be compared with, is not looked at.

use super::column;
use super::column::unknown;
use super::demand::Reader;
use super::demand::borne;
use crate::diagnostic::Diagnostic;
use crate::ir::budget::Budget;
use crate::ir::demand::What;
use crate::ir::demand::ways;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::schema::Severity;
use crate::ir::target::TargetColumn;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::values::constant;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;

/// One map, or a list of them, each with a threshold of its own.
pub(super) fn read(reader: &mut Reader<'_>, column: &TargetColumn, node: &Node) {
    for one in node.as_list().unwrap_or(std::slice::from_ref(node)) {
        map(reader, column, one);
    }
}

/// Whether values are days, or fall on one.
pub(super) fn is_day(kind: &Kind) -> bool {
    matches!(kind, Kind::Date | Kind::Datetime)
}

fn map(reader: &mut Reader<'_>, column: &TargetColumn, node: &Node) {
    let Some(mut fields) = Fields::of(node, "`plausible`", reader.said) else { return };
    let (min, max) = (fields.named("min", reader.said), fields.named("max", reader.said));
    let after = fields.names("after", reader.said).unwrap_or_default();
    let before = fields.names("before", reader.said).unwrap_or_default();
    let within = borne(&mut fields, reader.said);
    fields.finish(reader.said);
    if min.is_none() && max.is_none() && after.is_empty() && before.is_empty() {
        reader.said.push(
            Diagnostic::error("E0011", &node.place, "nothing says what is plausible").help("write `min`, `max`, `after` or `before`"),
        );
    }
    let (low, high) = (min.and_then(|min| limit(reader, column, "min", &min)), max.and_then(|max| limit(reader, column, "max", &max)));
    if let (Some((low, _)), Some((high, place))) = (&low, &high)
        && exceeds(low, high)
    {
        reader.said.push(Diagnostic::error("E0407", &place.place, "`max` is less than `min`").help("no value would be plausible"));
    }
    if let Some((value, text)) = low {
        holds(reader, column, "R0421", Operator::GreaterEqual, constant_of(value), format!("is at least {}", text.text), &within);
    }
    if let Some((value, text)) = high {
        holds(reader, column, "R0422", Operator::LessEqual, constant_of(value), format!("is at most {}", text.text), &within);
    }
    for (key, texts) in [("after", after), ("before", before)] {
        for text in texts {
            if !is_day(&column.ty.kind) {
                reader.said.push(column::misfit(key, &column.ty.kind, "dates and datetimes", &text.place));
                continue;
            }
            let Some(bound) = bound(reader, &text) else { continue };
            let (code, op, word) = match key {
                "after" => ("R0423", Operator::GreaterEqual, "before"),
                _ => ("R0424", Operator::LessEqual, "after"),
            };
            holds(reader, column, code, op, bound, format!("is not {word} `{}`", text.text.trim()), &within);
        }
    }
}

/// The value and the bound, both there, are so to each other.
fn holds(
    reader: &mut Reader<'_>,
    column: &TargetColumn,
    code: &'static str,
    op: Operator,
    bound: Expr,
    says: String,
    within: &(Budget, Severity),
) {
    let value = day(Expr { form: Form::Column(column.name.clone()), ty: Type::nullable(column.ty.kind.clone()) });
    let only = both_there(&value, &bound);
    let that = Box::new(operator(op, vec![value, bound]));
    reader.add(What::Holds { code, that, only: Some(Box::new(only)), under: None }, Some(&column.name), says, within.clone());
}

fn both_there(value: &Expr, bound: &Expr) -> Expr {
    let there = |expr: &Expr| operator(Operator::Not, vec![operator(Operator::IsMissing, vec![expr.clone()])]);
    if bound.ty.nullable { operator(Operator::And, vec![there(value), there(bound)]) } else { there(value) }
}

fn operator(op: Operator, args: Vec<Expr>) -> Expr {
    Expr { form: Form::Operator { op, args }, ty: Type::required(Kind::Boolean) }
}

/// The day of a datetime; anything else as it is.
fn day(expr: Expr) -> Expr {
    if expr.ty.kind != Kind::Datetime {
        return expr;
    }
    let ty = Type { kind: Kind::Date, nullable: expr.ty.nullable };
    Expr { form: Form::Call { function: "to_date".to_owned(), args: vec![expr] }, ty }
}

fn constant_of(value: Value) -> Expr {
    let kind = value.kind().unwrap_or(Kind::Text);
    Expr { form: Form::Literal(value), ty: Type::required(kind) }
}

/// A constant of the column's kind; a day where it has datetimes.
fn limit(reader: &mut Reader<'_>, column: &TargetColumn, key: &str, text: &Key) -> Option<(Value, Key)> {
    let kind = if column.ty.kind == Kind::Datetime { &Kind::Date } else { &column.ty.kind };
    if !matches!(kind, Kind::Integer | Kind::Float | Kind::Decimal { .. } | Kind::Date) {
        reader.said.push(column::misfit(key, kind, "numbers and days", &text.place));
        return None;
    }
    let value = constant::parse(text.text.trim(), kind);
    if value.is_none() {
        let help = if *kind == Kind::Date { "write a day as `1950-01-31`; `before: today` is the order's" } else { "write a number" };
        reader.said.push(Diagnostic::error("E0407", &text.place, format!("`{}` is no {kind}", text.text)).help(help));
    }
    Some((value?, text.clone()))
}

fn exceeds(low: &Value, high: &Value) -> bool {
    match (low, high) {
        (Value::Integer(low), Value::Integer(high)) => low > high,
        (Value::Float(low), Value::Float(high)) => low > high,
        (Value::Date(low), Value::Date(high)) => low > high,
        _ => false,
    }
}

/// `today`, `COLUMN` or `TABLE.COLUMN`, with `+ 60 days` or `- 7 days` behind it.
fn bound(reader: &mut Reader<'_>, text: &Key) -> Option<Expr> {
    let written = text.text.trim();
    let shifted = [" + ", " - "].into_iter().find_map(|sign| {
        let (base, days) = written.rsplit_once(sign)?;
        let days: i64 = days.strip_suffix("days").or_else(|| days.strip_suffix("day"))?.trim().parse().ok()?;
        Some((base.trim(), if sign == " - " { -days } else { days }))
    });
    let (base, days) = shifted.unwrap_or((written, 0));
    let base = if base == "today" {
        Expr { form: Form::Parameter("today".to_owned()), ty: Type::required(Kind::Date) }
    } else {
        let base = Key { text: base.to_owned(), place: text.place.clone() };
        let (name, kind) = other_day(reader, &base)?;
        day(Expr { form: Form::Column(name), ty: Type::nullable(kind) })
    };
    if days == 0 {
        return Some(base);
    }
    let args = vec![base, constant_of(Value::Integer(days))];
    Some(Expr { form: Form::Call { function: "add_days".to_owned(), args }, ty: Type::nullable(Kind::Date) })
}

/// A column of days, here or of the one row of another table that a row here finds.
fn other_day(reader: &mut Reader<'_>, name: &Key) -> Option<(String, Kind)> {
    let column = seen(reader, name, "write `COLUMN`, `TABLE.COLUMN` or `today`, and `+ 60 days` behind it")?;
    if !is_day(&column.ty.kind) {
        let message = format!("`{}` is {}, and no day", name.text, column.ty.kind);
        reader.said.push(Diagnostic::error("E0403", &name.place, message).help("name a date or a datetime"));
        return None;
    }
    Some((name.text.clone(), column.ty.kind.clone()))
}

/// A column of this table, or as `TABLE.COLUMN` of the one row of another table that a row here finds; `help` where there is none.
pub(super) fn seen<'a>(reader: &mut Reader<'a>, name: &Key, help: &str) -> Option<&'a TargetColumn> {
    let own = reader.table();
    match name.text.split_once('.') {
        Some((table, column)) if !own.columns.iter().any(|known| known.name == name.text) => {
            let table = reader.filled(&Key { text: table.to_owned(), place: name.place.clone() })?;
            let found = table.columns.iter().find(|known| known.name == column);
            if found.is_none() {
                let known = table.columns.iter().map(|known| known.name.as_str());
                let message = format!("unknown column `{column}` of `{}`", table.name);
                reader.said.push(unknown("E0101", message, column, &name.place, known));
            }
            reached(reader, &table.name, name)?;
            found
        }
        _ => {
            let found = own.columns.iter().find(|known| known.name == name.text);
            if found.is_none() {
                let known = own.columns.iter().map(|known| known.name.as_str());
                let message = format!("unknown column `{}` of `{}`", name.text, own.name);
                let error = unknown("E0101", message, &name.text, &name.place, known);
                let help = error.help.clone().unwrap_or_else(|| help.to_owned());
                reader.said.push(error.help(help));
            }
            found
        }
    }
}

/// Whether each row here has one row there, by one way; says where it has not.
fn reached(reader: &mut Reader<'_>, other: &str, name: &Key) -> Option<()> {
    let own = reader.table();
    let ways = ways(reader.tables, own, other);
    let (message, help) = match ways.as_slice() {
        _ if own.name == other => (format!("`{other}` is this table itself"), "name its column alone".to_owned()),
        [_] => return Some(()),
        [] => (
            format!("a row of `{}` does not say which row of `{other}` is its own", own.name),
            format!("let a column refer to the key of `{other}`, or both to one thing"),
        ),
        several => {
            let columns: Vec<String> = several.iter().map(|(column, _)| format!("`{column}`")).collect();
            (
                format!("a row of `{}` has several rows of `{other}`: by {}", own.name, columns.join(" and ")),
                "name a table that it finds by one column".to_owned(),
            )
        }
    };
    reader.said.push(Diagnostic::error("E0414", &name.place, message).help(help));
    None
}
