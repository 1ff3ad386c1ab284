//! `undo`: takes one order's rows out of a database again, all of them or none.

use crate::command::import::target;
use crate::context::Context;
use crate::destination::Destination;
use crate::destination::Done;
use crate::destination::Given;
use crate::destination::Outcome;
use crate::destination::Undone;
use crate::error::Failure;
use crate::error::Status;
use crate::order::ImportRecord;
use crate::order::OrderFile;
use crate::report::many;
use clap::Args;
use ehr_rules::TargetSchema;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

/// What `ehr-runner undo --help` ends with.
const AFTER: &str = "\
Rows that the order brought go, rows that it replaced come back. Nothing is undone where later orders found rows of it
there, or brought rows that refer to rows of it: those orders are named, and are undone first.

The same order can be loaded again afterwards. Tables stay, even those that were made for it.";

/// Arguments of `undo`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Undo {
    /// The order's folder
    order: PathBuf,
    /// The database
    #[arg(long, value_name = "URL", env = "EHR_TO")]
    to: Given,
    /// Only what is this tenant's, where the target keeps tenants apart; by its full name
    #[arg(long, value_name = "NAME", env = "EHR_TENANT")]
    tenant: Option<String>,
}

impl Undo {
    /// Takes it out, and strikes the load from the order's list.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let destination = self.to.get()?;
        context.heed_signals()?;
        let order = OrderFile::read(&self.order)?;
        let book = context.rulebook()?;
        let target = target(&book, &order.target)?;
        if target.tenant.is_some() {
            return self.undo_tenants(context, &order, target, destination);
        }
        if self.tenant.is_some() {
            return Err(Failure::Usage(format!("`--tenant` names one, and the target `{}` knows none", target.name)));
        }
        let undone = destination.undo(context, target, &order).map_err(|failure| match failure {
            Failure::Interrupted(_) => Failure::Interrupted("undone"),
            other => other,
        })?;
        // Where a process died between taking it out and this, only this is left to do.
        if undone.is_some() || order.imports.iter().any(|import| destination.is(&import.to)) {
            OrderFile::amend(&self.order, |order| order.imports.retain(|import| !destination.is(&import.to)))?;
        }
        let Some(Undone { removed, restored }) = undone else {
            let human = format!("this order is not in {destination}; nothing was changed");
            context.answer(&human, &json!({"order": self.order, "to": destination.to_string(), "undone": false}))?;
            return Ok(Status::Done);
        };
        let to = destination.to_string();
        let back = if restored > 0 { format!(", {restored} are as they were before it") } else { String::new() };
        let json = json!({"order": self.order, "to": to, "undone": true, "removed": removed, "restored": restored});
        context.answer(&format!("{removed} rows removed from {to}{back}"), &json)?;
        Ok(Status::Done)
    }

    /// Takes it out tenant by tenant.
    fn undo_tenants(&self, context: &Context, order: &OrderFile, target: &TargetSchema, from: &Destination) -> Result<Status, Failure> {
        let Outcome { done, failed } = from.undo_tenants(context, target, order, self.tenant.as_deref())?;
        let (mut removed, mut restored) = (0, 0);
        for Done { what, .. } in &done {
            removed += what.removed;
            restored += what.restored;
        }
        let out = |import: &ImportRecord| from.is(&import.to) && done.iter().any(|done| import.tenant.as_ref() == Some(&done.identifier));
        let all = failed.is_none() && self.tenant.is_none();
        let out = |import: &ImportRecord| from.is(&import.to) && (all || out(import));
        if order.imports.iter().any(out) {
            OrderFile::amend(&self.order, |order| order.imports.retain(|import| !out(import)))?;
        }
        match failed {
            Some(Failure::Interrupted(_)) if done.is_empty() => return Err(Failure::Interrupted("undone")),
            Some(failure) => {
                if !done.is_empty() {
                    context.note(&format!(
                        "note: it is taken out for {}; give the command again for the others",
                        many(done.len() as u64, "tenant")
                    ));
                }
                return Err(failure);
            }
            None => {}
        }
        let tenants: Vec<Value> = done
            .iter()
            .map(
                |one| json!({"tenant": one.name, "identifier": one.identifier, "removed": one.what.removed, "restored": one.what.restored}),
            )
            .collect();
        let human = if done.is_empty() {
            format!("this order is not in {from}; nothing was changed")
        } else {
            let back = if restored > 0 { format!(", {restored} are as they were before it") } else { String::new() };
            format!("{} removed from {from} for {}{back}", many(removed, "row"), many(done.len() as u64, "tenant"))
        };
        let json = json!({
            "order": self.order, "to": from.to_string(), "undone": !done.is_empty(), "removed": removed, "restored": restored, "tenants": tenants,
        });
        context.answer(&human, &json)?;
        Ok(Status::Done)
    }
}
