//! Rules in plain words, for people who read no code. Names of columns and constants stand in backticks.

use crate::functions;
use crate::ir::code_map::OnSeveral;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::print;
use crate::ir::transform::Branch;
use crate::ir::transform::Expect;
use crate::ir::transform::Join;
use crate::ir::transform::OnAmbiguous;
use crate::ir::transform::OnMissing;
use crate::ir::transform::Others;
use crate::ir::transform::Output;
use crate::ir::transform::Pivot;
use crate::ir::transform::Several;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Value;

/// What is done to make a column, a sentence a step.
pub(crate) fn column(branch: &Branch, output: &Output) -> Vec<String> {
    let mut steps = Vec::new();
    chain(branch, &output.expr, &mut steps);
    if let Some(fold) = &output.fold {
        let order = if fold.order.is_empty() { "" } else { ", looked at in the order the rule gives" };
        steps.push(format!("of all rows of the group, `{}`{order}", print::snake(&format!("{:?}", fold.how))));
    }
    steps
}

/// What decides about the rows of a branch, a sentence a step.
pub(crate) fn steps(rule: &Transform, branch: &Branch) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(branch.joins.iter().filter(|join| !join.after_pivot).map(|join| joined(branch, join)));
    if let Some(filter) = &branch.filter {
        said.push(format!("only rows where {}; the others are counted as left out", condition(branch, filter)));
    }
    if let Some(pivot) = &branch.pivot {
        said.push(pivoted(branch, pivot));
    }
    said.extend(branch.joins.iter().filter(|join| join.after_pivot).map(|join| joined(branch, join)));
    if let Some(group) = &branch.group {
        let by: Vec<String> = group.iter().map(|by| phrase(branch, by)).collect();
        said.push(if by.is_empty() {
            "all rows become one".to_owned()
        } else {
            format!("rows with the same {} become one", listed(&by, "and"))
        });
    }
    if let Some(dedupe) = &rule.dedupe {
        let by: Vec<String> = dedupe.by.iter().map(|by| format!("`{by}`")).collect();
        let order = ordering(&dedupe.order);
        let first = if order.is_empty() { "the first".to_owned() } else { format!("the first by {order}") };
        said.push(format!("of rows with the same {} {first} stays, and the others are merged into it", listed(&by, "and")));
    }
    said
}

fn pivoted(branch: &Branch, pivot: &Pivot) -> String {
    let by: Vec<String> = pivot.by.iter().map(|(_, by)| phrase(branch, by)).collect();
    let rows = if by.is_empty() { "all rows".to_owned() } else { format!("rows with the same {}", listed(&by, "and")) };
    let (name, value) = (phrase(branch, &pivot.name), phrase(branch, &pivot.value));
    let which = match pivot.expect {
        Several::One => "where there are several of one name, all these rows are set aside",
        Several::First => "of several of one name the first is taken",
        Several::Last => "of several of one name the last is taken",
        Several::Min => "of several of one name the least is taken",
        Several::Max => "of several of one name the greatest is taken",
    };
    let order = if pivot.order.is_empty() { "" } else { ", in the order the rule gives" };
    let others = match pivot.others {
        Others::Reject => "set aside",
        Others::Drop => "counted as left out",
    };
    format!("{rows} become one, with each {value} in the column that {name} names; {which}{order}; a row that names none is {others}")
}

fn joined(branch: &Branch, join: &Join) -> String {
    let on: Vec<String> = join.on.iter().map(|(ours, theirs)| format!("its `{theirs}` is {}", phrase(branch, ours))).collect();
    let which = match join.expect {
        Expect::One => "the one row".to_owned(),
        Expect::AtMostOne => "the row, if there is one,".to_owned(),
        Expect::Any if join.order.is_empty() => "the row".to_owned(),
        Expect::Any => format!("the first row, by {},", ordering(&join.order)),
        Expect::Many if join.order.is_empty() => "every row, each making one of its own,".to_owned(),
        Expect::Many => format!("every row, by {}, each making one of its own,", ordering(&join.order)),
    };
    let missing = match join.on_missing {
        OnMissing::Null => "without one, its values are missing",
        OnMissing::Reject => "a row without one is set aside",
        OnMissing::Fail => "without one, the whole order fails",
    };
    let several = match (join.expect, join.on_ambiguous) {
        (Expect::One | Expect::AtMostOne, OnAmbiguous::Reject) if !join.keyed => "; a row with several is set aside",
        (Expect::One | Expect::AtMostOne, OnAmbiguous::Fail) if !join.keyed => "; with several, the whole order fails",
        _ => "",
    };
    format!("{which} of `{}` is looked up where {}; {missing}{several}", join.table, listed(&on, "and"))
}

fn ordering(order: &[(String, bool)]) -> String {
    let by: Vec<String> = order.iter().map(|(column, last)| format!("`{column}`{}", if *last { ", greatest first" } else { "" })).collect();
    listed(&by, "then")
}

/// An expression as the steps that lead to it: what its first part is, then what is done to that.
fn chain(branch: &Branch, expr: &Expr, steps: &mut Vec<String>) {
    match &expr.form {
        Form::Call { function, args } => {
            let Some((first, rest)) = args.split_first() else {
                steps.push(format!("`{function}`"));
                return;
            };
            chain(branch, first, steps);
            let summary = functions::find(function).map_or("", |function| function.summary).trim_end_matches('.');
            let params: Vec<&str> =
                functions::find(function).map(|function| function.params.iter().map(|param| param.name).collect()).unwrap_or_default();
            let with: Vec<String> = rest
                .iter()
                .enumerate()
                .map(|(at, arg)| {
                    let value = phrase(branch, arg);
                    params.get(at + 1).map_or_else(|| value.clone(), |name| format!("`{name}` is {value}"))
                })
                .collect();
            let with = if with.is_empty() { String::new() } else { format!(" ({})", with.join(", ")) };
            steps.push(format!("then `{function}`: {summary}{with}"));
        }
        Form::Map { from, entries, otherwise } => {
            chain(branch, from, steps);
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{} becomes {}", constant(key), constant(value))).collect();
            steps.push(format!("{}; {}", entries.join(", "), otherwise_words("anything else", branch, otherwise)));
        }
        Form::Codes { map, system, code, otherwise, several, .. } => {
            chain(branch, code, steps);
            let system = system.as_ref().map(|system| format!(" in the code system {}", phrase(branch, system))).unwrap_or_default();
            let none = if several.is_none() { "a code without an approved entry" } else { "a code without a standard concept" };
            let without = otherwise_words(none, branch, otherwise);
            let several = match several {
                None => "",
                Some(OnSeveral::Otherwise) => "; of several concepts none is taken",
                Some(OnSeveral::Lowest) => "; of several concepts the lowest is taken",
                Some(OnSeveral::Reject) => "; a row whose code has several concepts is set aside",
                Some(OnSeveral::Fail) => "; where a code has several concepts, the whole order fails",
            };
            steps.push(format!("the code is looked up{system} in the code map `{map}`; {without}, and stands on the work-list{several}"));
        }
        Form::When { branches, otherwise } => {
            for (at, (holds, value)) in branches.iter().enumerate() {
                let word = if at == 0 { "if" } else { "else if" };
                steps.push(format!("{word} {}: {}", condition(branch, holds), phrase(branch, value)));
            }
            steps.push(format!("otherwise: {}", phrase(branch, otherwise)));
        }
        Form::Probe { of: inner, .. } | Form::Checked { value: inner, .. } => chain(branch, inner, steps),
        _ => steps.push(phrase(branch, expr)),
    }
}

fn otherwise_words(what: &str, branch: &Branch, otherwise: &Expr) -> String {
    match &otherwise.form {
        Form::Literal(Value::Null) => format!("{what} is left missing"),
        _ => format!("{what} becomes {}", phrase(branch, otherwise)),
    }
}

/// An expression in one phrase.
pub(crate) fn phrase(branch: &Branch, expr: &Expr) -> String {
    let all = |exprs: &[Expr]| exprs.iter().map(|expr| phrase(branch, expr)).collect::<Vec<_>>();
    match &expr.form {
        Form::Column(name) => {
            if let Some((pivot, told_by)) = branch.pivoted(name) {
                return format!("{} where {} is {}", phrase(branch, &pivot.value), phrase(branch, &pivot.name), constant(told_by));
            }
            let (table, column) = branch.source_of(name);
            if table == branch.from && column == *name { format!("`{column}`") } else { format!("`{column}` of the `{table}` looked up") }
        }
        Form::Literal(Value::Null) => "missing".to_owned(),
        Form::Literal(value) => format!("the constant {}", constant(value)),
        Form::Parameter(name) if name == "today" => "the date of the order".to_owned(),
        Form::Parameter(name) => format!("the parameter `{name}`"),
        Form::Secret(name) => format!("the secret `{name}`"),
        Form::JoinTexts { parts, with } => {
            format!("{}, joined with `{with}`; missing and empty ones are left out", listed(&all(parts), "and"))
        }
        Form::Key { parts, uuid, .. } => {
            let kind = if *uuid { "a UUID" } else { "a number" };
            format!("{kind} that stands for {}, the same in every run", listed(&all(parts), "and"))
        }
        Form::Script { inputs, .. } => {
            let reads: Vec<String> = inputs.iter().map(|input| format!("`{}`", input.column)).collect();
            let from = if reads.is_empty() { String::new() } else { format!(" from {}", listed(&reads, "and")) };
            format!("a script works it out{from}, row by row")
        }
        Form::Operator { op: Operator::Finite | Operator::Present | Operator::Print, args } => all(args).join(", "),
        Form::Operator { op: Operator::Concat, args } => {
            let there: Vec<String> = all(args).into_iter().filter(|part| part != "the constant ``").collect();
            format!("{} as one text", listed(&there, "and"))
        }
        // What is no condition is calculated.
        Form::Operator { .. } if expr.ty.kind != Kind::Boolean => format!("`{}`", print::expr(expr)),
        Form::Operator { .. } => format!("whether {}", condition(branch, expr)),
        Form::Probe { of: inner, .. } | Form::Checked { value: inner, .. } => phrase(branch, inner),
        Form::Call { .. } | Form::Map { .. } | Form::Codes { .. } | Form::When { .. } => {
            let mut steps = Vec::new();
            chain(branch, expr, &mut steps);
            steps.join(", ")
        }
    }
}

/// A condition in one phrase.
pub(crate) fn condition(branch: &Branch, expr: &Expr) -> String {
    if let Form::Checked { value, .. } = &expr.form {
        return condition(branch, value);
    }
    let Form::Operator { op, args } = &expr.form else { return format!("{} is true", phrase(branch, expr)) };
    let is_time = args.first().is_some_and(|first| matches!(first.ty.kind, Kind::Date | Kind::Datetime | Kind::Time));
    match (op, args.as_slice()) {
        (Operator::IsMissing, [one]) => format!("{} is missing", phrase(branch, one)),
        (Operator::Not, [one]) => match &one.form {
            Form::Operator { op: Operator::IsMissing, args } => {
                format!("{} is there", args.first().map(|one| phrase(branch, one)).unwrap_or_default())
            }
            _ => format!("it is not so that {}", condition(branch, one)),
        },
        (Operator::And, [one, other]) => format!("{} and {}", nested(branch, one, *op), nested(branch, other, *op)),
        (Operator::Or, [one, other]) => format!("{} or {}", nested(branch, one, *op), nested(branch, other, *op)),
        (_, [one, other]) => {
            let word = match (op, is_time) {
                (Operator::Equal, _) => "is",
                (Operator::NotEqual, _) => "is not",
                (Operator::Less, true) => "is before",
                (Operator::LessEqual, true) => "is not after",
                (Operator::Greater, true) => "is after",
                (Operator::GreaterEqual, true) => "is not before",
                (Operator::Less, false) => "is less than",
                (Operator::LessEqual, false) => "is at most",
                (Operator::Greater, false) => "is more than",
                (Operator::GreaterEqual, false) => "is at least",
                _ => return format!("`{}`", print::expr(expr)),
            };
            format!("{} {word} {}", phrase(branch, one), phrase(branch, other))
        }
        _ => format!("`{}`", print::expr(expr)),
    }
}

/// `and` and `or` inside each other are kept apart.
fn nested(branch: &Branch, expr: &Expr, outer: Operator) -> String {
    match &expr.form {
        Form::Operator { op: Operator::And | Operator::Or, .. } if !matches!(&expr.form, Form::Operator { op, .. } if *op == outer) => {
            format!("({})", condition(branch, expr))
        }
        _ => condition(branch, expr),
    }
}

fn constant(value: &Value) -> String {
    match value {
        Value::Null => "missing".to_owned(),
        Value::Text(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
