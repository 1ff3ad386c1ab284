//! `feasibility:` of a target and of its tables.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::feasibility::Limit;
use crate::ir::feasibility::Thresholds;
use crate::yaml::fields::Fields;

/// Reads the key; `whole` is for the target, of which alone it can be said how many patients are lost, and how many rows are not plausible.
pub(super) fn read(fields: &mut Fields<'_>, whole: bool, said: &mut Diagnostics) -> Thresholds {
    let mut read = Thresholds::default();
    let Some(mut own) = fields.get("feasibility").and_then(|node| Fields::of(node, "`feasibility`", said)) else { return read };
    read.converted = limit(&mut own, "converted", true, said);
    read.unmapped = limit(&mut own, "unmapped", false, said);
    if whole {
        read.patients_lost = limit(&mut own, "patients_lost", false, said);
        read.implausible = limit(&mut own, "implausible", false, said);
    }
    own.finish(said);
    read
}

fn limit(fields: &mut Fields<'_>, key: &str, least: bool, said: &mut Diagnostics) -> Option<Limit> {
    let name = fields.named(key, said)?;
    let side = if least { "at least" } else { "at most" };
    let limit = Limit::parse(name.text.trim()).filter(|limit| limit.is_least() == least);
    if limit.is_none() {
        said.push(
            Diagnostic::error("E0407", &name.place, format!("`{}` is no limit for `{key}`", name.text))
                .help(format!("write a share with at most six decimals: `{key}: {side} {}`", if least { "95%" } else { "5%" })),
        );
    }
    limit
}
