//! `import`: loads a converted order into a database, all of it or nothing.

use crate::context::Context;
use crate::corridor::Stage;
use crate::destination::Destination;
use crate::destination::Done;
use crate::destination::Given;
use crate::destination::Load;
use crate::destination::Loading;
use crate::destination::Outcome;
use crate::destination::Outcomes;
use crate::error::Failure;
use crate::error::Status;
use crate::order::ImportRecord;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use crate::order::now;
use crate::report::many;
use crate::telemetry;
use clap::Args;
use ehr_rules::Rulebook;
use ehr_rules::TargetSchema;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::path::PathBuf;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The order's folder
    order: PathBuf,
    /// The database
    #[arg(long, value_name = "URL", env = "EHR_TO")]
    to: Given,
    /// Only what is this tenant's, where the target keeps tenants apart; by its full name
    #[arg(long, value_name = "NAME", env = "EHR_TENANT")]
    tenant: Option<String>,
    #[command(flatten)]
    loading: Loading,
}

impl Import {
    /// Checks the order and loads it.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let to = self.to.get()?;
        context.heed_signals()?;
        let order = OrderFile::read(&self.order)?;
        if order.status != OrderStatus::Done {
            return Err(Failure::Data(format!("`{}` is {}, and only a whole order is loaded", self.order.display(), order.status.word())));
        }
        order.feasible(&self.order, self.loading)?;
        let book = context.rulebook()?;
        let target = target(&book, &order.target)?;
        if book.fingerprint() != order.rules {
            context.note("note: the rules have changed since this order was made");
        }
        let loaded = load(context, &self.order, &order, target, to, self.loading, self.tenant.as_deref())?;
        context.answer(&loaded.human(), &json!({"order": self.order, "imported": loaded.json()}))?;
        Ok(Status::Done)
    }
}

/// What a load came to.
pub(crate) struct Loaded {
    to: String,
    load: Load,
    /// Tenant by tenant, where each has a place of its own.
    tenants: Option<Vec<Done<Load>>>,
}

impl Loaded {
    /// In words.
    pub(super) fn human(&self) -> String {
        let Load { rows, added, replaced, already, ref outcomes } = self.load;
        let whose = self.tenants.as_ref().map_or_else(String::new, |tenants| format!(" for {}", many(tenants.len() as u64, "tenant")));
        if already {
            return format!("this order is in {} already; nothing was changed", self.to);
        }
        let same = rows - added - replaced;
        let replaced = if replaced > 0 { format!(", {replaced} replaced") } else { String::new() };
        let same = if same > 0 { format!(", {same} there already as they are") } else { String::new() };
        let mut text = format!("{} loaded into {}{whose}{replaced}{same}", many(added, "row"), self.to);
        for (table, Outcomes { new, identical, changed, duplicate, conflicts }) in outcomes {
            // Writing to a text does not fail.
            let _ = write!(text, "\n{table}: {new} new, {identical} identical, {changed} changed, {duplicate} duplicate");
            if *conflicts > 0 {
                let whose = if self.tenants.is_some() { " --tenant NAME" } else { "" };
                let _ = write!(text, "; {conflicts} conflicts: `ehr-runner conflicts --to {}{whose} list`", self.to);
            }
        }
        text
    }

    /// For scripts.
    pub(super) fn json(&self) -> Value {
        let mut json = self.load.json();
        if let Some(object) = json.as_object_mut() {
            object.insert("to".to_owned(), json!(self.to));
            if let Some(tenants) = &self.tenants {
                let one = |done: &Done<Load>| {
                    let mut json = done.what.json();
                    if let Some(object) = json.as_object_mut() {
                        object.insert("tenant".to_owned(), json!(done.name));
                        object.insert("identifier".to_owned(), json!(done.identifier));
                    }
                    json
                };
                object.insert("tenants".to_owned(), tenants.iter().map(one).collect());
            }
        }
        json
    }
}

/// The schema of a target.
pub(crate) fn target<'book>(book: &'book Rulebook, name: &str) -> Result<&'book TargetSchema, Failure> {
    let targets = book.targets();
    let known: Vec<String> = targets.iter().map(|target| format!("`{}`", target.name)).collect();
    targets
        .into_iter()
        .find(|target| target.name == name)
        .ok_or_else(|| Failure::Usage(format!("there is no target `{name}`; known are {}", known.join(", "))))
}

/// Fails where an order is to stop before it would be loaded, or to be loaded nobody says where.
pub(crate) fn fits(until: Option<Stage>, to: bool) -> Result<(), Failure> {
    match until {
        Some(Stage::Import) if !to => {
            Err(Failure::Usage("`--until import` needs `--to`, which says where the order is loaded to".to_owned()))
        }
        Some(until) if until < Stage::Import && to => {
            Err(Failure::Usage(format!("`--until {}` stops before the order would be loaded with `--to`", until.name())))
        }
        _ => Ok(()),
    }
}

/// What is said where an order is whole and could not be loaded.
pub(crate) fn not_loaded(order: &Path) -> String {
    let shown = order.display();
    format!("note: the order is in place at `{shown}`, but not loaded; `ehr-runner resume {shown}` loads it")
}

/// Loads an order that is in its place, and writes down where it went.
pub(crate) fn load(
    context: &Context,
    folder: &Path,
    order: &OrderFile,
    target: &TargetSchema,
    to: &Destination,
    loading: Loading,
    only: Option<&str>,
) -> Result<Loaded, Failure> {
    let span = telemetry::stage(Stage::Import.name());
    let loaded = telemetry::within(&span, || load_all(context, folder, order, target, to, loading, only))?;
    telemetry::count(&span, "stage.rows", loaded.load.rows);
    Ok(loaded)
}

fn load_all(
    context: &Context,
    folder: &Path,
    order: &OrderFile,
    target: &TargetSchema,
    to: &Destination,
    loading: Loading,
    only: Option<&str>,
) -> Result<Loaded, Failure> {
    if target.tenant.is_some() {
        return load_tenants(context, folder, order, target, to, loading, only);
    }
    if only.is_some() {
        return Err(Failure::Usage(format!("`--tenant` names one, and the target `{}` knows none", target.name)));
    }
    let load = to.load(context, target, folder, order, loading).map_err(|failure| match failure {
        Failure::Interrupted(_) => Failure::Interrupted("loaded"),
        other => to.why(target, loading, other),
    })?;
    let loaded = Loaded { to: to.to_string(), load, tenants: None };
    let tracked = loaded.load.outcomes.clone();
    let record = ImportRecord { to: loaded.to.clone(), at: now(), rows: loaded.load.rows, tenant: None, tracked };
    note(folder, vec![(loaded.load.already, record)], to)?;
    Ok(loaded)
}

/// Writes down where an order went: each load that was new, and one that was there already where a process died between the
/// load and this.
fn note(folder: &Path, loads: Vec<(bool, ImportRecord)>, to: &Destination) -> Result<(), Failure> {
    OrderFile::amend(folder, |order| {
        for (already, record) in loads {
            let known = |import: &ImportRecord| import.tenant == record.tenant && to.is(&import.to);
            if !already || !order.imports.iter().any(known) {
                order.imports.push(record);
            }
        }
    })
}

/// The same tenant by tenant: what is loaded for one is written down, whatever becomes of the next.
fn load_tenants(
    context: &Context,
    folder: &Path,
    order: &OrderFile,
    target: &TargetSchema,
    to: &Destination,
    loading: Loading,
    only: Option<&str>,
) -> Result<Loaded, Failure> {
    let Outcome { done, failed } = to.load_tenants(context, target, folder, order, loading, only)?;
    let mut sum = Load { rows: 0, added: 0, replaced: 0, already: true, outcomes: BTreeMap::new() };
    let mut loads = Vec::new();
    for Done { identifier, what: load, .. } in &done {
        sum.rows += load.rows;
        sum.added += load.added;
        sum.replaced += load.replaced;
        sum.already &= load.already;
        for (table, outcomes) in &load.done() {
            sum.outcomes.entry(table.clone()).or_default().add(*outcomes);
        }
        let (tenant, tracked) = (Some(identifier.clone()), load.outcomes.clone());
        loads.push((load.already, ImportRecord { to: to.to_string(), at: now(), rows: load.rows, tenant, tracked }));
    }
    note(folder, loads, to)?;
    match failed {
        Some(Failure::Interrupted(_)) if done.is_empty() => Err(Failure::Interrupted("loaded")),
        Some(failure) => {
            if !done.is_empty() {
                context.note(&format!("note: {} tenants are loaded; give the command again for the others", done.len()));
            }
            Err(failure)
        }
        None => Ok(Loaded { to: to.to_string(), load: sum, tenants: Some(done) }),
    }
}
