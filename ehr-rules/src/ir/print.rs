//! The IR as stable text: what `explain` shows, and what snapshots hold.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::transform::Aggregate;
use crate::ir::transform::Branch;
use crate::ir::transform::Join;
use crate::ir::transform::Output;
use crate::ir::transform::Pivot;
use crate::ir::transform::Transform;
use crate::ir::unfold::Unfold;
use std::fmt::Write;

/// A transform, one line a step and a column; `only` keeps one column.
pub(crate) fn transform(transform: &Transform, only: Option<&str>) -> String {
    let mut text = String::new();
    for one in &transform.branches {
        branch(one, only, &mut text);
    }
    if let Some(dedupe) = &transform.dedupe {
        let order = if dedupe.order.is_empty() { "the first".to_owned() } else { format!("the first by {}", ordering(&dedupe.order)) };
        line(&mut text, &format!("of equal {} {order} stays, the others are merged", dedupe.by.join(", ")));
    }
    if !transform.sort.is_empty() {
        line(&mut text, &format!("sorted by {}", ordering(&transform.sort)));
    }
    text
}

fn branch(branch: &Branch, only: Option<&str>, text: &mut String) {
    line(text, &format!("{}: from {}", branch.rule, branch.from));
    for step in &branch.unfold {
        line(text, &format!("  {}", unfold(step)));
    }
    let joins = |after: bool, text: &mut String| {
        for one in branch.joins.iter().filter(|join| join.after_pivot == after) {
            line(text, &format!("  join {}", join(one)));
        }
    };
    joins(false, text);
    if let Some(filter) = &branch.filter {
        line(text, &format!("  where {}{}", expr(filter), mark(filter)));
    }
    if let Some(one) = &branch.pivot {
        line(text, &format!("  pivot {}", pivot(one)));
    }
    joins(true, text);
    if let Some(group) = &branch.group {
        let by: Vec<String> = group.iter().map(expr).collect();
        line(text, &if by.is_empty() { "  group all rows".to_owned() } else { format!("  group by {}", by.join(", ")) });
    }
    for output in branch.columns.iter().filter(|output| only.is_none_or(|only| output.name == only)) {
        line(text, &format!("  {}: {} = {}{}", output.name, output.ty(), aggregated(output), mark(&output.expr)));
    }
}

fn unfold(step: &Unfold) -> String {
    let kept = |keep: &bool, what: &str| if *keep { format!(", {what} kept") } else { format!(", {what} dropped") };
    match step {
        Unfold::Field { name, of, field } => format!("field {name} = {field} of {of}"),
        Unfold::Explode { list, item, position, keep } => {
            let position = position.as_ref().map(|position| format!(", position {position}")).unwrap_or_default();
            format!("explode {list} as {item}{position}{}", kept(keep, "rows without items"))
        }
        Unfold::Unpivot { columns, name, value, keep } => {
            let columns: Vec<String> = columns.iter().map(|(column, label)| format!("{column} as {label:?}")).collect();
            format!("unpivot {} to {name}, {value}{}", columns.join(", "), kept(keep, "missing values"))
        }
    }
}

/// What makes a column, on one line.
pub(crate) fn aggregated(output: &Output) -> String {
    let Some(fold) = &output.fold else { return expr(&output.expr) };
    let order: Vec<String> =
        fold.order.iter().map(|(by, descending)| format!("{}{}", expr(by), if *descending { " desc" } else { "" })).collect();
    let order = if order.is_empty() { String::new() } else { format!(" by {}", order.join(", ")) };
    let with = if fold.how == Aggregate::Join { format!(" with {:?}", fold.with) } else { String::new() };
    // A constant is there in every row.
    let value =
        if fold.how == Aggregate::Count && matches!(output.expr.form, Form::Literal(_)) { "rows".to_owned() } else { expr(&output.expr) };
    format!("{}({value}{order}{with})", snake(&format!("{:?}", fold.how)))
}

/// Says of an expression that part of it is interpreted row by row, and why.
fn mark(expr: &Expr) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    expr.visit(&mut |expr| {
        if let Form::Script { reason, .. } = &expr.form {
            reasons.push(reason);
        }
    });
    reasons.dedup();
    if reasons.is_empty() { String::new() } else { format!("   (interpreted: {})", reasons.join("; ")) }
}

fn pivot(pivot: &Pivot) -> String {
    let by: Vec<String> = pivot.by.iter().map(|(_, by)| expr(by)).collect();
    let by = if by.is_empty() { "all rows".to_owned() } else { format!("by {}", by.join(", ")) };
    let columns: Vec<String> = pivot.columns.iter().map(|(name, told_by)| format!("{name}: {told_by}")).collect();
    let order: Vec<String> =
        pivot.order.iter().map(|(by, descending)| format!("{}{}", expr(by), if *descending { " desc" } else { "" })).collect();
    let order = if order.is_empty() { String::new() } else { format!(" by {}", order.join(", ")) };
    format!(
        "{by}: {} named by {} {{{}}}, expect {}{order}, others {}",
        expr(&pivot.value),
        expr(&pivot.name),
        columns.join(", "),
        snake(&format!("{:?}", pivot.expect)),
        snake(&format!("{:?}", pivot.others)),
    )
}

fn join(join: &Join) -> String {
    let on: Vec<String> = join.on.iter().map(|(ours, theirs)| format!("{} = {}.{theirs}", expr(ours), join.alias)).collect();
    let order = if join.order.is_empty() { String::new() } else { format!(", first by {}", ordering(&join.order)) };
    format!(
        "{} as {} on {}, expect {}{order}, on_missing {}, on_ambiguous {}",
        join.table,
        join.alias,
        on.join(" and "),
        snake(&format!("{:?}", join.expect)),
        snake(&format!("{:?}", join.on_missing)),
        snake(&format!("{:?}", join.on_ambiguous)),
    )
}

/// `AtMostOne` as it is written: `at_most_one`.
pub(crate) fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, letter| {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
        text
    })
}

fn ordering(order: &[(String, bool)]) -> String {
    order.iter().map(|(column, descending)| format!("{column}{}", if *descending { " desc" } else { "" })).collect::<Vec<_>>().join(", ")
}

/// An expression on one line.
pub(crate) fn expr(expr: &Expr) -> String {
    let all = |exprs: &[Expr]| exprs.iter().map(self::expr).collect::<Vec<_>>().join(", ");
    match &expr.form {
        Form::Column(name) if name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.')) => name.clone(),
        Form::Column(name) => format!("col({name:?})"),
        Form::Literal(value) => value.to_string(),
        Form::Parameter(name) if name == "today" => format!("{name}()"),
        Form::Parameter(name) => format!("parameter({name:?})"),
        Form::Secret(name) => format!("secret({name:?})"),
        Form::Call { function, args } => format!("{function}({})", all(args)),
        Form::Operator { op, args } => operator(*op, args),
        Form::Map { from, entries, otherwise } => {
            let entries: Vec<String> = entries.iter().map(|(key, to)| format!("{key}: {to}")).collect();
            format!("map({} {{{}}} otherwise {})", self::expr(from), entries.join(", "), self::expr(otherwise))
        }
        Form::Codes { map, system, code, otherwise, several, .. } => {
            let system = system.as_ref().map(|system| format!("{} | ", self::expr(system))).unwrap_or_default();
            let several = several.map(|several| format!(" on_ambiguous {}", snake(&format!("{several:?}")))).unwrap_or_default();
            format!("codes({map}: {system}{} otherwise {}{several})", self::expr(code), self::expr(otherwise))
        }
        Form::JoinTexts { parts, with } => format!("join({} with {with:?})", all(parts)),
        Form::When { branches, otherwise } => {
            let mut text = "when(".to_owned();
            for (condition, value) in branches {
                // Writing to a text does not fail.
                let _ = write!(text, "{} then {}, ", self::expr(condition), self::expr(value));
            }
            let _ = write!(text, "otherwise {})", self::expr(otherwise));
            text
        }
        Form::Key { parts, space, uuid } => {
            let space = if space.is_empty() { String::new() } else { format!("{space}: ") };
            format!("{}({space}{})", if *uuid { "uuid_key" } else { "key" }, all(parts))
        }
        Form::Probe { of, .. } => self::expr(of),
        Form::Checked { value, .. } => self::expr(value),
        Form::Script { source, .. } => format!("rhai({source:?})"),
    }
}

fn operator(op: Operator, args: &[Expr]) -> String {
    let symbol = match op {
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterEqual => ">=",
        Operator::And => "&&",
        Operator::Or => "||",
        Operator::Not => "!",
        Operator::Add | Operator::Concat => "+",
        Operator::Subtract | Operator::Negate => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Remainder => "%",
        Operator::Power => "**",
        Operator::Lesser => "min",
        Operator::GreaterOf => "max",
        Operator::Print => "to_string",
        Operator::SubString => "sub_string",
        Operator::IndexOf => "index_of",
        Operator::IsEmpty => "is_empty",
        Operator::ParseInt => "parse_int",
        Operator::ParseFloat => "parse_float",
        Operator::ToInt => "to_int",
        Operator::Floor => "floor",
        Operator::Ceiling => "ceiling",
        Operator::SquareRoot => "sqrt",
        Operator::IsNan => "is_nan",
        Operator::Then => ";",
        Operator::IsMissing | Operator::Present | Operator::Finite | Operator::Letter | Operator::Slice | Operator::SliceTo => "",
    };
    let joined = |between: &str| args.iter().map(nested).collect::<Vec<_>>().join(between);
    match (op, args) {
        (Operator::IsMissing, [one]) => format!("{} == ()", expr(one)),
        // What must hold of a value is no part of what it is.
        (Operator::Present | Operator::Finite, [one]) => expr(one),
        (Operator::Letter, [text, at]) => format!("{}[{}]", nested(text), expr(at)),
        (Operator::Slice, [text, from, to]) => format!("{}[{}..{}]", nested(text), expr(from), expr(to)),
        (Operator::SliceTo, [text, from, to]) => format!("{}[{}..={}]", nested(text), expr(from), expr(to)),
        (Operator::Then, _) => joined("; "),
        _ if symbol.starts_with(char::is_alphabetic) => {
            format!("{symbol}({})", args.iter().map(expr).collect::<Vec<_>>().join(", "))
        }
        (_, [one]) => format!("{symbol}{}", nested(one)),
        _ => joined(&format!(" {symbol} ")),
    }
}

fn nested(one: &Expr) -> String {
    match &one.form {
        Form::Operator { op: Operator::Present | Operator::Finite, args } => args.iter().map(nested).collect(),
        Form::Operator { .. } => format!("({})", expr(one)),
        _ => expr(one),
    }
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
