//! `conflicts`: rows that came again and were not the same, and what somebody decides about them.

use crate::command::import::target;
use crate::context::Context;
use crate::destination::Conflict;
use crate::destination::Decision;
use crate::destination::Destination;
use crate::destination::Given;
use crate::destination::Verdict;
use crate::error::Failure;
use crate::error::Status;
use crate::report::grid;
use clap::Args;
use clap::Subcommand;
use serde_json::Value;
use serde_json::json;
use std::fmt::Write;

/// What `ehr-runner conflicts --help` ends with.
const AFTER: &str = "\
A conflict is between a row that an order brought and one of the same key that was there, as the target's `track` says.
Whatever the rules do with it, neither row is lost: `accept` lets the new row stand, `reject` the old one, and `reopen`
takes the decision back. Each is one transaction. Undoing the order that brought the new row takes its conflicts with it.

Where a destination keeps tenants apart, each has conflicts of its own, numbered from 1: --tenant says whose are meant.

Values are shown by `show`, and by `list` only with --show-values.

Examples:
  ehr-runner conflicts --to sqlite:clinic.db list --status open
  ehr-runner conflicts --to sqlite:clinic.db accept 17 --by Ada --note \"as the letter says\"
  ehr-runner conflicts --to sqlite:clinics/ --tenant \"Gary Wang\" list";

/// Arguments of `conflicts`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Conflicts {
    /// The database
    #[arg(long, value_name = "URL", env = "EHR_TO", global = true)]
    to: Option<Given>,
    /// Whose, where the destination keeps tenants apart; by a full name
    #[arg(long, value_name = "NAME", env = "EHR_TENANT", global = true)]
    tenant: Option<String>,
    #[command(subcommand)]
    what: What,
}

/// What to do with them.
#[derive(Debug, Subcommand)]
enum What {
    /// List them, without values
    List {
        /// Only those of this status
        #[arg(long, value_enum)]
        status: Option<Decision>,
        /// Only those of this table
        #[arg(long, value_name = "TABLE")]
        table: Option<String>,
        /// Show what the rows hold
        #[arg(long)]
        show_values: bool,
    },
    /// Show one, with both sets of values
    Show {
        /// Its number
        id: i64,
    },
    /// Let the new row stand
    Accept(Deciding),
    /// Let the old row stand
    Reject(Deciding),
    /// Take a decision back
    Reopen(Deciding),
}

/// Which one, and who decides why.
#[derive(Debug, Args)]
struct Deciding {
    /// Its number
    id: i64,
    /// Who decides
    #[arg(long, value_name = "NAME", env = "EHR_BY")]
    by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Conflicts {
    /// Reads them, or decides one.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        context.heed_signals()?;
        let to = self.to()?.whose(self.tenant.as_deref())?;
        match &self.what {
            What::List { status, table, show_values } => {
                let mut found = to.conflicts(None, *show_values)?;
                found.retain(|one| {
                    status.is_none_or(|status| one.status == status.word()) && table.as_ref().is_none_or(|table| one.table == *table)
                });
                let mut human = listed(&found);
                if *show_values {
                    human.extend(found.iter().map(shown));
                }
                context.answer(&human, &self.whose(json!({"conflicts": found})))?;
            }
            What::Show { id } => {
                let found = to.conflicts(Some(*id), true)?;
                let one = found.iter().find(|one| one.id == *id).ok_or_else(|| none(*id))?;
                context.answer(&shown(one), &self.whose(json!({"conflict": one})))?;
            }
            What::Accept(deciding) => self.decide(context, deciding, Decision::Accepted, &to)?,
            What::Reject(deciding) => self.decide(context, deciding, Decision::Rejected, &to)?,
            What::Reopen(deciding) => self.decide(context, deciding, Decision::Open, &to)?,
        }
        Ok(Status::Done)
    }

    /// What holds for all that is done with them is never left out.
    fn to(&self) -> Result<&Destination, Failure> {
        self.to.as_ref().ok_or_else(|| Failure::Usage("`--to` says in which database".to_owned()))?.get()
    }

    fn decide(&self, context: &Context, Deciding { id, by, note }: &Deciding, decision: Decision, to: &Destination) -> Result<(), Failure> {
        let name = to.target_of(*id)?.ok_or_else(|| none(*id))?;
        let book = context.rulebook()?;
        let verdict = Verdict { id: *id, decision, by: by.as_deref(), note: note.as_deref() };
        let decided = to.decide(context, target(&book, &name)?, &verdict)?;
        let (changed, word) = (decided.is_some(), decision.word());
        let others = decided.map_or(0, |all| all.len() - 1);
        let human = match (changed, others) {
            (false, _) => format!("conflict {id} is {word} already; nothing was changed"),
            (true, 0) => format!("conflict {id} is {word}"),
            (true, others) => format!("conflict {id} is {word}, and {others} others of the same row"),
        };
        context.answer(&human, &self.whose(json!({"id": id, "status": word, "changed": changed, "others": others})))
    }

    /// With whose it is.
    fn whose(&self, mut answer: Value) -> Value {
        if let (Some(tenant), Some(object)) = (&self.tenant, answer.as_object_mut()) {
            object.insert("tenant".to_owned(), json!(tenant));
        }
        answer
    }
}

fn none(id: i64) -> Failure {
    Failure::Usage(format!("there is no conflict {id}"))
}

fn listed(found: &[Conflict]) -> String {
    if found.is_empty() {
        return "no conflicts".to_owned();
    }
    let mut rows =
        vec![["id", "table", "kind", "severity", "status", "policy", "changed", "order", "came from"].map(str::to_owned).to_vec()];
    for one in found {
        let from = format!("{}:{}", one.new.file.as_deref().unwrap_or("?"), one.new.line.unwrap_or_default());
        let texts = [&one.table, &one.kind, &one.severity, &one.status, &one.policy].map(Clone::clone);
        rows.push([one.id.to_string()].into_iter().chain(texts).chain([one.changed.join(", "), one.new.order.to_string(), from]).collect());
    }
    grid(&rows)
}

/// One conflict, column by column.
fn shown(one: &Conflict) -> String {
    let mut text = format!("\nconflict {} of `{}`: {}, {}, {}\n", one.id, one.table, one.kind, one.severity, one.status);
    for (name, side) in [("old", &one.old), ("new", &one.new)] {
        // Writing to a text does not fail.
        let _ =
            writeln!(text, "{name}: order {}, {}, line {}", side.order, side.file.as_deref().unwrap_or("?"), side.line.unwrap_or_default());
    }
    let mut rows = vec![["column", "old", "new", ""].map(str::to_owned).to_vec()];
    let empty = serde_json::Map::new();
    let values = |side: Option<&Value>| side.and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone());
    let (old, new) = (values(one.old.values.as_ref()), values(one.new.values.as_ref()));
    for (column, value) in &old {
        let mark = if one.changed.contains(column) { "differs" } else { "" };
        rows.push(vec![column.clone(), cell(Some(value)), cell(new.get(column)), mark.to_owned()]);
    }
    text.push_str(&grid(&rows));
    for (what, said) in [("decided", &one.decided_at), ("by", &one.decided_by), ("note", &one.note)] {
        if let Some(said) = said {
            let _ = write!(text, "\n{what}: {said}");
        }
    }
    text
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
