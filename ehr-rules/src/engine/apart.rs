//! Surrogate keys that tell things apart which one key of 63 bits cannot.
//!
//! Where rows are merged by a key that a rule makes, by `dedupe` or by `group`, they are compared by a second one as well, of the same
//! parts, which is told apart where the first is not. So things that only their key makes one stay two, and a table whose primary key that
//! is says so (R0405). A key made in an intermediate table brings its second one along to where rows are merged by it.

use crate::ir::expr::Expr as Value;
use crate::ir::expr::Form;
use crate::ir::transform::Branch;
use crate::ir::transform::Output;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use std::collections::BTreeSet;

/// Begins the names of second keys that are looked at where they are made, and are no columns of the table made; no rule's own begin so.
pub(super) const SECOND: &str = "_second_";
/// Begins the names of those that an intermediate table brings along.
const ALONG: &str = "_along_";

/// The transforms, in which intermediate tables bring the second keys along by which rows are merged further on.
pub(crate) fn brought_along(transforms: &[Transform]) -> Vec<Transform> {
    let mut all = transforms.to_vec();
    let mut wanted = BTreeSet::new();
    for one in &mut all {
        let by: Vec<String> = one.dedupe.iter().flat_map(|dedupe| dedupe.by.clone()).collect();
        for name in by {
            let read = one.branches.iter().map(|branch| {
                let output = branch.columns.iter().find(|output| output.name == name && output.fold.is_none())?;
                came_along(transforms, branch, &output.expr).map(|column| (branch.from.clone(), column))
            });
            let Some(read) = read.collect::<Option<Vec<(String, String)>>>() else { continue };
            for (branch, (table, column)) in one.branches.iter_mut().zip(read) {
                branch.columns.push(output(format!("{SECOND}{name}"), Form::Column(format!("{ALONG}{column}"))));
                wanted.insert((table, column));
            }
        }
        for branch in &mut one.branches {
            let by = branch.group.iter().flatten().filter_map(|by| came_along(transforms, branch, by)).collect::<Vec<String>>();
            for column in by {
                branch.group.iter_mut().for_each(|group| group.push(integer(Form::Column(format!("{ALONG}{column}")))));
                wanted.insert((branch.from.clone(), column));
            }
        }
    }
    while let Some((table, column)) = wanted.pop_first() {
        let Some(one) = all.iter_mut().find(|one| one.table == table) else { continue };
        let name = format!("{ALONG}{column}");
        if one.shape.as_ref().is_none_or(|shape| shape.iter().any(|(known, _)| *known == name)) {
            continue;
        }
        one.shape.iter_mut().for_each(|shape| shape.push((name.clone(), Type::nullable(Kind::Integer))));
        for branch in &mut one.branches {
            let Some(made) = branch.columns.iter().find(|output| output.name == column) else { continue };
            let form = match &made.expr.form {
                Form::Column(read) => {
                    wanted.insert((branch.from.clone(), read.clone()));
                    Form::Column(format!("{ALONG}{read}"))
                }
                form => match second(form) {
                    Some(form) => form,
                    None => continue,
                },
            };
            branch.columns.push(output(name.clone(), form));
        }
    }
    all
}

/// The second key that a branch reads beside a column of its driving table, where it merges rows by that.
pub(crate) fn beside(branch: &Branch, column: &str) -> Option<Value> {
    let along = format!("{ALONG}{column}");
    let read = branch.group.iter().flatten().chain(branch.columns.iter().map(|output| &output.expr));
    read.into_iter().find(|expr| matches!(&expr.form, Form::Column(name) if *name == along)).cloned()
}

/// The column of the driving table that an expression is, where an intermediate table makes it as a key.
fn came_along(transforms: &[Transform], branch: &Branch, expr: &Value) -> Option<String> {
    let Form::Column(name) = &expr.form else { return None };
    // What is unfolded or pivoted is not what the table holds under that name.
    let own = branch.pivot.is_none() && !branch.unfold.iter().any(|step| step.makes().contains(&name.as_str()));
    (own && makes(transforms, &branch.from, name)).then(|| name.clone())
}

/// Whether an intermediate table makes a column as an integer key.
fn makes(transforms: &[Transform], table: &str, column: &str) -> bool {
    let Some(one) = transforms.iter().find(|one| one.table == table && one.shape.is_some()) else { return false };
    let made = |branch: &Branch| {
        let output = branch.columns.iter().find(|output| output.name == column && output.fold.is_none());
        output.is_some_and(|output| match &output.expr.form {
            Form::Key { uuid, .. } => !uuid,
            _ => came_along(transforms, branch, &output.expr).is_some(),
        })
    };
    !one.branches.is_empty() && one.branches.iter().all(made)
}

/// A transform, and its columns, with a second key beside each that its `dedupe` compares and every branch makes; none where there is no such.
pub(super) fn told_apart(transform: &Transform, columns: &[(String, Type)]) -> Option<(Transform, Vec<(String, Type)>)> {
    let by = &transform.dedupe.as_ref()?.by;
    let (mut told, mut columns) = (transform.clone(), columns.to_vec());
    for name in by {
        let second_name = format!("{SECOND}{name}");
        let made = transform.branches.iter().map(|branch| {
            let known = branch.columns.iter().find(|one| one.name == second_name);
            known.cloned().or_else(|| {
                let key = branch.columns.iter().find(|one| one.name == *name && one.fold.is_none())?;
                Some(output(second_name.clone(), second(&key.expr.form)?))
            })
        });
        let Some(made) = made.collect::<Option<Vec<Output>>>().filter(|made| !made.is_empty()) else { continue };
        for (branch, output) in told.branches.iter_mut().zip(made) {
            if branch.columns.iter().all(|one| one.name != output.name) {
                branch.columns.push(output);
            }
        }
        told.dedupe.iter_mut().for_each(|dedupe| dedupe.by.push(second_name.clone()));
        columns.push((second_name, Type::nullable(Kind::Integer)));
    }
    (told.dedupe != transform.dedupe).then_some((told, columns))
}

/// What rows are grouped by, with a second key beside each that is made of it.
pub(super) fn grouped(by: &[Value]) -> Vec<Value> {
    let seconds = by.iter().filter_map(|one| second(&one.form)).map(integer);
    by.iter().cloned().chain(seconds).collect()
}

/// Whether a branch makes a key twice, so that its parts have to be computed once for both.
pub(super) fn makes_twice(branch: &Branch) -> bool {
    let is_key = |expr: &Value| matches!(expr.form, Form::Key { uuid: false, .. });
    let twice = |name: &str| name.starts_with(SECOND) || name.starts_with(ALONG);
    branch.columns.iter().any(|output| twice(&output.name)) || branch.group.iter().flatten().any(is_key)
}

/// Whether an expression may be computed twice of a row: nothing is counted or set aside on the way.
pub(super) fn is_silent(part: &Value) -> bool {
    let mut silent = true;
    part.visit(&mut |one| {
        silent &= matches!(
            one.form,
            Form::Column(_)
                | Form::Literal(_)
                | Form::Parameter(_)
                | Form::Call { .. }
                | Form::JoinTexts { .. }
                | Form::When { .. }
                | Form::Key { .. }
        );
    });
    silent
}

/// Another key of the parts of an integer one, in which keys that are parts are others too.
fn second(form: &Form) -> Option<Form> {
    let Form::Key { parts, space, uuid: false } = form else { return None };
    let part = |part: &Value| second(&part.form).map_or_else(|| part.clone(), |form| Value { form, ty: part.ty.clone() });
    Some(Form::Key { parts: parts.iter().map(part).collect(), space: format!("{SECOND}{space}"), uuid: false })
}

fn output(name: String, form: Form) -> Output {
    Output { name, expr: integer(form), fold: None }
}

const fn integer(form: Form) -> Value {
    Value { form, ty: Type::nullable(Kind::Integer) }
}
