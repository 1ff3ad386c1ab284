//! `tenants`: whose data a destination keeps, and under which names.

use crate::command::standing::plain;
use crate::context::Context;
use crate::destination::Entry;
use crate::destination::Given;
use crate::error::Failure;
use crate::error::Status;
use crate::report::grid;
use clap::Args;
use clap::Subcommand;
use serde_json::Value;
use serde_json::json;
use std::fmt::Write;

/// What `ehr-runner tenants --help` ends with.
const AFTER: &str = "\
Two names are one tenant where they are the same in Unicode's form NFKC, whatever their case and blanks; a name that differs
otherwise is another tenant, who gets a place of its own. Where that was only a new name, `map` says so before its order is loaded.

Examples:
  ehr-runner tenants list --to sqlite:clinics/
  ehr-runner tenants map \"Gary Wang\" \"Gary Wang-Smith\" --to postgres://loader@db/clinics
  EHR_TENANT_PASSWORDS=passwords.jsonl ehr-runner tenants login \"Gary Wang\" --to postgres://loader@db/clinics";

/// Arguments of `tenants`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Tenants {
    #[command(subcommand)]
    what: What,
}

/// What is asked of the registry.
#[derive(Debug, Subcommand)]
enum What {
    /// Who has a place, what it is called, and which names look alike
    List {
        /// The database
        #[arg(long, value_name = "URL", env = "EHR_TO")]
        to: Given,
    },
    /// Say that a tenant who is registered has another name too
    Map {
        /// A name under which the tenant is registered
        old: String,
        /// The name that is the same tenant's from now on
        new: String,
        /// The database
        #[arg(long, value_name = "URL", env = "EHR_TO")]
        to: Given,
    },
    /// Give a tenant's login a new password, written to the file that `EHR_TENANT_PASSWORDS` names
    Login {
        /// A name of the tenant
        name: String,
        /// The database
        #[arg(long, value_name = "URL", env = "EHR_TO")]
        to: Given,
    },
}

impl Tenants {
    /// Reads the registry, or writes one thing into it.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        context.heed_signals()?;
        match &self.what {
            What::List { to } => {
                let registry = to.get()?.tenants()?;
                let alike = registry.alike();
                let entries: Vec<Value> = registry.entries().iter().map(details).collect();
                let same: Vec<Vec<&str>> = alike.iter().map(|some| some.iter().map(|one| one.identifier.as_str()).collect()).collect();
                context.answer(&human(registry.entries(), &same), &json!({"tenants": entries, "alike": same}))?;
            }
            What::Map { old, new, to } => {
                let entry = to.get()?.map_tenant(old, new)?;
                context.answer(&format!("`{}` has the new name too", entry.identifier), &details(&entry))?;
            }
            What::Login { name, to } => {
                let entry = to.get()?.let_in(name)?;
                context.answer(&format!("`{}` has a new password", entry.identifier), &details(&entry))?;
            }
        }
        Ok(Status::Done)
    }
}

fn details(entry: &Entry) -> Value {
    json!({
        "identifier": entry.identifier, "name": entry.name, "identity": entry.identity, "names": entry.names,
        "created_at": entry.created_at, "status": entry.status,
    })
}

fn human(entries: &[Entry], alike: &[Vec<&str>]) -> String {
    if entries.is_empty() {
        return "no tenants".to_owned();
    }
    let mut rows = vec![["name", "place", "since", "status", "names"].map(str::to_owned).to_vec()];
    for entry in entries {
        let name = plain(&entry.name);
        rows.push(vec![name, entry.identifier.clone(), entry.created_at.clone(), entry.status.clone(), entry.names.len().to_string()]);
    }
    let mut text = grid(&rows);
    for some in alike {
        let _ = write!(text, "\nalike: {}; if they are one, `map` one's name to the other", some.join(", "));
    }
    text
}
