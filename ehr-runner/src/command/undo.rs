//! `undo`: takes one order's rows out of a database again, all of them or none.

use crate::command::import::target;
use crate::context::Context;
use crate::destination::Given;
use crate::destination::Undone;
use crate::error::Failure;
use crate::error::Status;
use crate::order::OrderFile;
use clap::Args;
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
}

impl Undo {
    /// Takes it out, and strikes the load from the order's list.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let destination = self.to.get()?;
        context.heed_signals()?;
        let mut order = OrderFile::read(&self.order)?;
        let book = context.rulebook()?;
        let target = target(&book, &order.target)?;
        let undone = destination.undo(context, target, &order).map_err(|failure| match failure {
            Failure::Interrupted(_) => Failure::Interrupted("undone"),
            other => other,
        })?;
        let Some(Undone { removed, restored }) = undone else {
            let human = format!("this order is not in {destination}; nothing was changed");
            context.answer(&human, &json!({"order": self.order, "to": destination.to_string(), "undone": false}))?;
            return Ok(Status::Done);
        };
        let to = destination.to_string();
        order.imports.retain(|import| !destination.is(&import.to));
        order.write(&self.order)?;
        let back = if restored > 0 { format!(", {restored} are as they were before it") } else { String::new() };
        let json = json!({"order": self.order, "to": to, "undone": true, "removed": removed, "restored": restored});
        context.answer(&format!("{removed} rows removed from {to}{back}"), &json)?;
        Ok(Status::Done)
    }
}
