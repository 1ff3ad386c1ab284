//! One of several values: `if` and `switch`.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::script::TypeMistake;
use crate::script::builtin;
use crate::script::calls;
use crate::script::operand::comparison;
use crate::script::operand::float;
use crate::script::operand::is_null;
use crate::script::operand::literal;
use crate::script::operand::operator;
use crate::script::uses::place;
use crate::script::vectorize::Compiler;
use crate::script::vectorize::Native;
use rhai::BinaryExpr;
use rhai::Expr as Node;
use rhai::Position;
use rhai::RangeCase;
use rhai::SwitchCasesCollection;

/// The first value whose condition holds, all of one type.
pub(super) fn choose(compiler: &Compiler<'_>, branches: Vec<(Expr, Expr)>, otherwise: Expr, at: Option<(usize, usize)>) -> Native {
    let mut whole = otherwise;
    for (condition, then) in branches.into_iter().rev() {
        if !is_null(&then) && !is_null(&whole) && then.ty.kind != whole.ty.kind {
            compiler.mixed.set(true);
            if [&then, &whole].into_iter().any(beyond_floats) {
                return compiler.none("an integer that no float is");
            }
        }
        let (then, otherwise) = same_result(then, whole, at)?;
        let ty = then.ty.with_nullable(then.ty.nullable || otherwise.ty.nullable);
        let (branches, otherwise) = match otherwise {
            Expr { form: Form::When { branches, otherwise }, .. } => {
                (std::iter::once((condition, then)).chain(branches).collect(), otherwise)
            }
            other => (vec![(condition, then)], Box::new(other)),
        };
        whole = Expr { form: Form::When { branches, otherwise }, ty };
    }
    Ok(Some(whole))
}

/// An integer too great for a float to say which it is.
fn beyond_floats(expr: &Expr) -> bool {
    matches!(expr.form, Form::Literal(Value::Integer(number)) if number.unsigned_abs() > 1 << 53)
}

/// `switch`: the syntax tree keeps hashes of its cases, so each is found again among the constants that are written.
pub(super) fn switch(compiler: &Compiler<'_>, on: &Node, cases: &SwitchCasesCollection, at: Position) -> Native {
    let subject = compiler.value(on)?;
    // Every part is looked at first.
    let mut parts = Vec::new();
    for BinaryExpr { lhs, rhs } in &cases.expressions {
        parts.push((compiler.condition(lhs)?, compiler.value(rhs)?));
    }
    let Some(subject) = subject else { return Ok(None) };
    if !matches!(subject.ty.kind, Kind::Text | Kind::Uuid | Kind::Integer | Kind::Boolean) || builtin::is_letter(&subject) {
        return compiler.none("`switch` over a value of this kind");
    }
    let Some(parts) = parts.into_iter().map(|(condition, value)| Some((condition?, value?))).collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let mut tests: Vec<(usize, Vec<Expr>)> = Vec::new();
    let mut test = |block: usize, holds: Expr| match tests.iter_mut().find(|(known, _)| *known == block) {
        Some((_, any)) => any.push(holds),
        None => tests.push((block, vec![holds])),
    };
    let known: Vec<_> = compiler.script.constants.iter().filter_map(|(hash, constant)| Some((cases.cases.get(hash)?, constant))).collect();
    let ranges: Vec<usize> = cases.ranges.iter().map(RangeCase::index).collect();
    // A range is among the constants too, under a hash that nothing has.
    let others = cases.cases.values().filter(|case| case.blocks.iter().any(|block| !ranges.contains(block))).count();
    if known.iter().filter(|(case, _)| case.blocks.iter().any(|block| !ranges.contains(block))).count() < others {
        return compiler.none("a `switch` over constants of this kind");
    }
    for (case, constant) in known {
        // A case of another kind is never met.
        let holds = match constant.kind() {
            None => comparison(Operator::Equal, subject.clone(), literal(Value::Null), place(at))?,
            Some(kind) if kind.fits(&subject.ty.kind) || subject.ty.kind.fits(&kind) => {
                comparison(Operator::Equal, subject.clone(), literal(constant.clone()), place(at))?
            }
            Some(_) => literal(Value::Boolean(false)),
        };
        for block in &case.blocks {
            test(*block, holds.clone());
        }
    }
    for range in &cases.ranges {
        if subject.ty.kind != Kind::Integer {
            return compiler.none("a range in a `switch`");
        }
        let bound = |op, number| comparison(op, subject.clone(), literal(Value::Integer(number)), place(at));
        let (from, to) = match range {
            RangeCase::ExclusiveInt(range, _) => (bound(Operator::GreaterEqual, range.start)?, bound(Operator::Less, range.end)?),
            RangeCase::InclusiveInt(range, _) => {
                (bound(Operator::GreaterEqual, *range.start())?, bound(Operator::LessEqual, *range.end())?)
            }
        };
        test(range.index(), operator(Operator::And, vec![from, to]));
    }
    // Constants come first, whatever the order in which they are written; of one constant's, and of ranges, the first written.
    tests.sort_by_key(|(block, _)| (ranges.contains(block), *block));
    let mut branches = Vec::new();
    for (block, any) in tests {
        let Some((condition, value)) = parts.get(block) else { return compiler.none("`switch`") };
        let Some(matched) = any.into_iter().reduce(|one, other| operator(Operator::Or, vec![one, other])) else { continue };
        let holds = match &condition.form {
            Form::Literal(Value::Boolean(true)) => matched,
            _ => operator(Operator::And, vec![matched, condition.clone()]),
        };
        branches.push((holds, value.clone()));
    }
    let otherwise = match cases.def_case.and_then(|default| parts.get(default)) {
        Some((_, value)) => value.clone(),
        None => literal(Value::Null),
    };
    let fails = subject.may_fail();
    let chosen = choose(compiler, branches, otherwise, place(at))?;
    // It is computed even where no case looks at it.
    Ok(chosen.map(|chosen| if fails { then(vec![subject], chosen) } else { chosen }))
}

/// A value after others that may fail.
pub(super) fn then(mut before: Vec<Expr>, value: Expr) -> Expr {
    let ty = value.ty.clone();
    before.push(value);
    Expr { form: Form::Operator { op: Operator::Then, args: before }, ty }
}

/// Both branches of one kind; a missing one takes the other's.
fn same_result(then: Expr, otherwise: Expr, at: Option<(usize, usize)>) -> Result<(Expr, Expr), TypeMistake> {
    if is_null(&then) {
        let kind = otherwise.ty.kind.clone();
        return Ok((Expr { ty: Type::nullable(kind), ..then }, otherwise));
    }
    if is_null(&otherwise) {
        let kind = then.ty.kind.clone();
        return Ok((then, Expr { ty: Type::nullable(kind), ..otherwise }));
    }
    let (a, b) = (&then.ty.kind, &otherwise.ty.kind);
    let whole = |expr: &Expr| matches!(expr.form, Form::Literal(Value::Integer(_)));
    let floats = |kind: &Kind| *kind == Kind::Float;
    if a == b {
        Ok((then, otherwise))
    } else if (whole(&then) && floats(b)) || (whole(&otherwise) && floats(a)) {
        Ok((float(then, at)?, float(otherwise, at)?))
    } else {
        let message = format!("one branch gives {} and another gives {}", calls::words(a), calls::words(b));
        Err(TypeMistake { message, help: Some("give all branches one type".to_owned()), at })
    }
}
