//! Whether somebody stands for a rule: `status: proposed` until a person has read it.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::load::RuleNode;
use crate::rule::check;

/// Whether nobody has approved a rule yet. Where its status is no known word, that was said, and it is not run either.
pub(super) fn is_proposed(rule: &RuleNode) -> bool {
    rule.node.get("status").is_some_and(|status| status.as_text() != Some("approved"))
}

/// Says where a rule's status is no known word.
pub(super) fn check(rule: &RuleNode, said: &mut Diagnostics) {
    let Some(node) = rule.node.get("status") else { return };
    let Some(word) = check::text(node, "a status", said) else { return };
    if !matches!(word, "approved" | "proposed") {
        said.push(
            Diagnostic::error("E0306", &node.place, format!("`{word}` is no status of a rule"))
                .help("a rule is `approved`, as it is where nothing is said, or `proposed`, which is checked and not run"),
        );
    }
}
