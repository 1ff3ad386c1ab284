//! Whether rows of one surrogate key are one thing that comes again, or things that the key cannot tell apart.
//!
//! A key of 63 bits is one thing's alone but for a chance that nobody meets, or for somebody who looks for two such things. Only
//! where a key occurs twice is it asked: the rule is then run again, with a key of 122 bits made of the same parts beside its own.

use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::ledger::Ledger;
use crate::engine::Context;
use crate::engine::apart;
use crate::engine::identity;
use crate::engine::transform;
use crate::error::Error;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::target::TargetTable;
use crate::ir::tenant;
use crate::ir::transform::Branch;
use crate::ir::transform::Output;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::rulebook::job::Job;
use std::collections::HashMap;
use std::sync::Arc;

/// Columns of the keys that tell more; a rule's own do not begin like that.
const WIDE: &str = "_wide";

impl Job<'_> {
    /// Of the rows of a table whose primary key another row has, those that are another thing than the first of that key: made
    /// of other parts. None where the table's own rule does not make its key.
    pub(super) fn collided(&self, converted: &Dataset<Converted>, table: &TargetTable) -> Result<u64, Error> {
        let rules = apart::brought_along(&self.rules);
        let rule = rules.iter().find(|rule| rule.table == table.name);
        let Some((rule, wide)) = rule.and_then(|rule| widened(rule, &table.key)) else { return Ok(0) };
        let mut columns: Vec<(String, Type)> = table.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect();
        columns.extend(wide.iter().map(|name| (name.clone(), Type::nullable(Kind::Text))));
        let whose = self.told.as_ref().map(|_| tenant::COLUMN.to_owned());
        columns.extend(whose.iter().map(|name| (name.clone(), Type::required(Kind::Text))));
        let key = table.key.iter().cloned().chain(whose).collect();
        let read = self.target.tables_of(&self.source.id()).unwrap_or(&self.source.shapes);
        let came = self.came();
        let inputs = |name: &str| match read.get(name) {
            Some(shape) => transform::open(name, came.iter(), &self.with_whose(name, shape)),
            None => transform::open(name, converted.tables.iter().chain(&converted.between), &[]),
        };
        // What is marked here was marked when the table was made.
        let ledger = Arc::new(Ledger::new(self.ledger.table_names().map(str::to_owned)));
        let context = Context { stage: "verify", order: &self.order, ledger: &ledger, codes: &self.codes, probes: None };
        let path = self.order.folder.join("verify").join(format!("{}.ipc", table.name));
        let made = transform::run(&rule, &columns, &inputs, &context, path)?;
        let firsts: HashMap<i64, i64> = HashMap::new();
        let (_, others) = identity::each_row(made.scan()?, &[key, wide], (firsts, 0_u64), |(firsts, others), _, keys| {
            if let [Some(key), Some(thing)] = keys {
                *others += u64::from(firsts.entry(*key).or_insert(*thing) != thing);
            }
        })?;
        Ok(others)
    }
}

/// A rule that makes a wide key beside each integer one of these columns, and the names of those; none where it makes no such key.
fn widened(rule: &Transform, key: &[String]) -> Option<(Transform, Vec<String>)> {
    let mut rule = rule.clone();
    // The order of the rows tells nothing here.
    rule.sort.clear();
    let mut names = Vec::new();
    for column in key {
        let wide = rule
            .branches
            .iter()
            .map(|branch| branch.columns.iter().find(|output| output.name == *column).and_then(|output| wide(branch, output)));
        let Some(wide) = wide.collect::<Option<Vec<Output>>>() else { continue };
        for (branch, output) in rule.branches.iter_mut().zip(wide) {
            branch.columns.push(output);
        }
        names.push(format!("{WIDE}_{column}"));
    }
    (!names.is_empty()).then_some((rule, names))
}

/// The wide key of the parts of an integer one, or the second one that came along with it.
fn wide(branch: &Branch, output: &Output) -> Option<Output> {
    let expr = match &output.expr.form {
        _ if output.fold.is_some() => return None,
        Form::Key { parts, space, uuid: false } => {
            let form = Form::Key { parts: parts.clone(), space: space.clone(), uuid: true };
            Expr { form, ty: Type::nullable(Kind::Text) }
        }
        Form::Column(name) => apart::beside(branch, name)?,
        _ => return None,
    };
    Some(Output { name: format!("{WIDE}_{}", output.name), expr, fold: None })
}
