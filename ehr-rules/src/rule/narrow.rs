//! What a condition that holds says about its columns: those it compares with something are not missing.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use std::collections::BTreeSet;

/// Columns that are there wherever `condition` is true.
pub(super) fn present(condition: &Expr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    narrow(condition, &mut found);
    found
}

fn narrow(condition: &Expr, found: &mut BTreeSet<String>) {
    if let Form::Checked { value, .. } = &condition.form {
        return narrow(value, found);
    }
    let Form::Operator { op, args } = &condition.form else { return };
    match (op, args.as_slice()) {
        (Operator::And, both) => both.iter().for_each(|one| narrow(one, found)),
        (Operator::Not, [one]) => {
            if let Form::Operator { op: Operator::IsMissing, args } = &one.form {
                found.extend(args.iter().filter_map(name));
            }
        }
        // Nothing is less or greater than a missing value, so both sides are there.
        (Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual, both) => {
            found.extend(both.iter().filter_map(name));
        }
        (Operator::Equal, [one, other]) => {
            if !other.ty.nullable {
                found.extend(name(one));
            }
            if !one.ty.nullable {
                found.extend(name(other));
            }
        }
        _ => {}
    }
}

fn name(expr: &Expr) -> Option<String> {
    match &expr.form {
        Form::Column(name) => Some(name.clone()),
        _ => None,
    }
}
