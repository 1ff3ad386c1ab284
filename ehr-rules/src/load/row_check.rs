//! `checks:` of a table: conditions on a row's columns together, kept as nodes until rules are compiled.

use super::changes::Changes;
use super::column;
use super::source::SEVERITIES;
use crate::diagnostic::Diagnostics;
use crate::ir::budget::Budget;
use crate::ir::schema::Severity;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::wrong;

/// A check as written.
#[derive(Debug, Clone)]
pub(crate) struct WrittenCheck {
    /// The condition.
    pub that: Node,
    /// The author's words.
    pub message: String,
    /// What happens where it does not hold.
    pub severity: Severity,
    /// How many rows may break it.
    pub budget: Option<Budget>,
    /// What became of the columns it was written for; empty unless inherited.
    pub changes: Changes,
}

/// Reads a table's checks; `None` where it says nothing of them.
pub(super) fn read(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Option<Vec<WrittenCheck>> {
    let node = fields.get("checks")?;
    let Some(items) = node.as_list() else { return wrong(node, "a list", "`checks`", said) };
    Some(items.iter().filter_map(|item| check(item, said)).collect())
}

fn check(node: &Node, said: &mut Diagnostics) -> Option<WrittenCheck> {
    let mut fields = Fields::of(node, "a check", said)?;
    let that = fields.required("that", said).cloned();
    let message = fields.required("message", said).is_some().then(|| fields.text("message", said)).flatten();
    let severity = fields.one_of("on_error", SEVERITIES, said).unwrap_or(Severity::Reject);
    let budget = column::budget(&mut fields, severity, said);
    fields.finish(said);
    Some(WrittenCheck { that: that?, message: message?, severity, budget, changes: Changes::default() })
}
