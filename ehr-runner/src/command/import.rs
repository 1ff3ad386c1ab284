//! `import`: loads a converted order into a database, all of it or nothing.

use crate::context::Context;
use crate::corridor::Stage;
use crate::destination::Destination;
use crate::destination::Given;
use crate::destination::Load;
use crate::destination::Loading;
use crate::error::Failure;
use crate::error::Status;
use crate::order::ImportRecord;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use crate::order::now;
use clap::Args;
use ehr_rules::Rulebook;
use ehr_rules::TargetSchema;
use serde_json::Value;
use serde_json::json;
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
        let book = context.rulebook()?;
        let target = target(&book, &order.target)?;
        loadable(target)?;
        if book.fingerprint() != order.rules {
            context.note("note: the rules have changed since this order was made");
        }
        let loaded = load(context, &self.order, order, target, to, self.loading)?;
        context.answer(&loaded.human(), &json!({"order": self.order, "imported": loaded.json()}))?;
        Ok(Status::Done)
    }
}

/// What a load came to.
pub(crate) struct Loaded {
    to: String,
    load: Load,
}

impl Loaded {
    /// In words.
    pub(super) fn human(&self) -> String {
        let Load { rows, added, replaced, already } = self.load;
        if already {
            return format!("this order is in {} already; nothing was changed", self.to);
        }
        let same = rows - added - replaced;
        let replaced = if replaced > 0 { format!(", {replaced} replaced") } else { String::new() };
        let same = if same > 0 { format!(", {same} there already as they are") } else { String::new() };
        format!("{added} rows loaded into {}{replaced}{same}", self.to)
    }

    /// For scripts.
    pub(super) fn json(&self) -> Value {
        let Load { rows, added, replaced, already } = self.load;
        json!({"to": self.to, "rows": rows, "added": added, "replaced": replaced, "already": already})
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

/// Refuses a target that asks for more than loading rows: what is not done is not passed over.
pub(crate) fn loadable(target: &TargetSchema) -> Result<(), Failure> {
    let what = match (&target.tenant, target.tables.iter().find(|table| table.track.is_some())) {
        (Some(tenant), _) => format!("a database for each tenant (`tenant: {{from: {}}}`)", tenant.from),
        (None, Some(table)) => format!("that rows which come again are tracked (`track` of `{}`)", table.name),
        (None, None) => return Ok(()),
    };
    Err(Failure::Usage(format!("the target `{}` asks for {what}, which no import does yet; nothing was read or loaded", target.name)))
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
    mut order: OrderFile,
    target: &TargetSchema,
    to: &Destination,
    loading: Loading,
) -> Result<Loaded, Failure> {
    let load = to.load(context, target, folder, &order, loading).map_err(|failure| match failure {
        Failure::Interrupted(_) => Failure::Interrupted("loaded"),
        other => other,
    })?;
    let loaded = Loaded { to: to.to_string(), load };
    // A process may have died between the load and this.
    if !load.already || !order.imports.iter().any(|import| to.is(&import.to)) {
        order.imports.push(ImportRecord { to: loaded.to.clone(), at: now(), rows: load.rows });
        order.write(folder)?;
    }
    Ok(loaded)
}
