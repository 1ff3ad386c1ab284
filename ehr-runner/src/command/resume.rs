//! `resume`: goes on with an order where it stopped, or where a process that died left it.

use crate::command::import;
use crate::context::Context;
use crate::corridor::Stage;
use crate::destination::Given;
use crate::destination::Loading;
use crate::error::Failure;
use crate::error::Status;
use crate::fingerprint;
use crate::making;
use crate::making::Made;
use crate::order::FINISH;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use crate::order::Wanted;
use crate::order::workplace::Workplace;
use crate::source;
use crate::source::Input;
use crate::source::leave::Leave;
use crate::telemetry;
use clap::Args;
use ehr_rules::Rulebook;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// What `ehr-runner resume --help` ends with.
const AFTER: &str = "\
A stage that was done is not done again while the files that it left are as it left them. The input, the rules, the
vocabulary and the secrets must be those that the order was begun with; what has changed is said, and nothing is done.

An order that is whole is only loaded: with --to, or where `run --to` was to load it and could not.

Examples:
  ehr-runner run export/ --target omop-5.4 --out order --until assess
  ehr-runner resume order --until verify
  ehr-runner resume order --to sqlite:clinic.db";

/// Arguments of `resume`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Resume {
    /// The order's folder
    order: PathBuf,
    /// Stop after this stage; left out, when the order is whole, and loaded where that was asked for
    #[arg(long, value_enum, value_name = "STAGE", env = "EHR_UNTIL")]
    until: Option<Stage>,
    /// Load the order into this database when it is whole
    #[arg(long, value_name = "URL", env = "EHR_TO")]
    to: Option<Given>,
    #[command(flatten)]
    loading: Loading,
}

impl Resume {
    /// Does what is left to do.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let wanted = match &self.to {
            Some(to) => Some(Wanted { to: to.again()?, loading: self.loading }),
            None => None,
        };
        if wanted.is_some() {
            import::fits(self.until, true)?;
        }
        context.heed_signals()?;
        let out = &self.order;
        let Some(place) = Workplace::take_up(out)? else {
            let shown = out.display();
            return Err(Failure::Usage(format!(
                "there is no order `{shown}`, and nothing was left of one that could go on; `run` makes one"
            )));
        };
        let resumed = telemetry::within(&telemetry::order(), || resume(context, out, place, self.until, wanted, self.loading))?;
        context.answer(&resumed.human, &resumed.json)?;
        context.verdict(resumed.sound)
    }
}

/// What came of an order that was taken up.
pub(crate) struct Resumed {
    pub(crate) human: String,
    pub(crate) json: Value,
    /// Whether the data suffices.
    pub(crate) sound: Result<(), Failure>,
}

/// Goes on with the order in this workplace, up to a stage. `loading` says whether it is taken as it is.
pub(crate) fn resume(
    context: &Context,
    out: &Path,
    place: Workplace,
    until: Option<Stage>,
    wanted: Option<Wanted>,
    loading: Loading,
) -> Result<Resumed, Failure> {
    let mut order = OrderFile::read(place.path())?;
    if order.status == OrderStatus::Failed {
        let shown = out.display();
        return Err(Failure::Data(format!(
            "the order `{shown}` failed, since its data falls short: it cannot go on\nhelp: its report says why; mend the export or the rules, and run it anew"
        )));
    }
    let mut wanted = wanted.or_else(|| order.to.clone());
    let mut loading = loading;
    if let Some(wanted) = &mut wanted {
        wanted.loading.despite_no_go |= loading.despite_no_go;
        loading = wanted.loading;
    }
    if until == Some(Stage::Import) {
        import::fits(until, wanted.is_some())?;
    }
    let whole = order.status == OrderStatus::Done;
    if !whole {
        order.stages.retain(|stage| stage.stage != FINISH);
    }
    let stood = order.stands().map(|stage| stage.stage.clone());
    let changed = place.tidy(&mut order)?;
    if let (true, Some(_)) = (whole, &changed) {
        let shown = out.display();
        return Err(Failure::World(format!(
            "files of the order `{shown}` are no longer what it wrote: it cannot be loaded\nhelp: run it anew"
        )));
    }
    let reached = stood.as_deref().and_then(Stage::named).unwrap_or(Stage::Detect);
    let made = if whole {
        place.clear(&mut order)?;
        place.place(&order)?;
        None
    } else if changed.is_none() && until.is_some_and(|until| until <= reached) && place.in_place() {
        None
    } else {
        if let Some(stage) = &changed {
            context.note(&format!("note: what `{stage}` left is not as it was left, so it is done again"));
        }
        let book = context.rulebook()?;
        let input = same(context, &book, &order)?;
        let until = until.unwrap_or(Stage::Import).max(if changed.is_none() { reached } else { Stage::Detect });
        let made = making::make(context, &book, order.clone(), &place, &input, until);
        let made = context.go_on().and(made)?;
        place.place(&made.order)?;
        order = made.order.clone();
        Some(made)
    };
    let go = order.feasible(out, loading);
    let asked = wanted.is_some();
    let loaded = match wanted {
        Some(wanted) if go.is_ok() && order.status == OrderStatus::Done && until.is_none_or(|until| until == Stage::Import) => {
            Some(load(context, out, &order, &wanted).inspect_err(|_| context.note(&import::not_loaded(out)))?)
        }
        _ => None,
    };
    let sound = match &made {
        Some(made) => made.sound(out, loading),
        None if asked => go,
        None => Ok(()),
    };
    Ok(told(out, &order, made.as_ref(), loaded.as_ref(), sound))
}

fn load(context: &Context, out: &Path, order: &OrderFile, wanted: &Wanted) -> Result<import::Loaded, Failure> {
    let to: Given = wanted.to.parse().unwrap_or_else(|never| match never {});
    let book = context.rulebook()?;
    let target = import::target(&book, &order.target)?;
    if book.fingerprint() != order.rules {
        context.note("note: the rules have changed since this order was made");
    }
    import::load(context, out, order, target, to.get()?, wanted.loading, None)
}

/// The input, if all that decides what is converted is still what it was when the order was begun.
fn same(context: &Context, book: &Rulebook, order: &OrderFile) -> Result<Input, Failure> {
    let cannot = |what: &str, help: &str| Failure::Usage(format!("the order cannot go on: {what}\nhelp: {help}"));
    let anew = "bring back what was there, or run the order anew";
    if order.program != env!("CARGO_PKG_VERSION") {
        return Err(cannot(&format!("it was begun by ehr-runner {}, and this is {}", order.program, env!("CARGO_PKG_VERSION")), anew));
    }
    if book.fingerprint() != order.rules {
        let hashes = format!("the rules have changed since it was begun (their hash was {}, and is {})", order.rules, book.fingerprint());
        return Err(cannot(&hashes, anew));
    }
    let stop = AtomicBool::new(false);
    if let Some(folder) = &order.vocabulary_from
        && fingerprint::of_vocabulary(folder, &stop)? != order.vocabulary
    {
        return Err(cannot(&format!("the vocabulary `{}` has changed since it was begun", folder.display()), anew));
    }
    let Some(from) = &order.from else {
        return Err(cannot("it does not say where its input was", "run the order anew"));
    };
    let input = source::open(context, from, &Leave::again(&order.left_out))?;
    input.is_whole()?;
    let now = fingerprint::of_files(&input.files, &stop)?.unwrap_or_default();
    match fingerprint::difference(&order.input, &now) {
        None => Ok(input),
        Some(what) => Err(cannot(&format!("the input has changed since it was begun: {what}"), anew)),
    }
}

fn told(out: &Path, order: &OrderFile, made: Option<&Made>, loaded: Option<&import::Loaded>, sound: Result<(), Failure>) -> Resumed {
    let imported = loaded.map_or(Value::Null, import::Loaded::json);
    let (mut human, json) = match made {
        Some(made) => (made.human(Some(out)), made.json(Some(out), &imported)),
        None => (String::new(), json!({"order": out, "status": order.status, "id": order.id, "imported": imported})),
    };
    match loaded {
        Some(loaded) => human.push_str(&loaded.human()),
        None if made.is_none() => human = nothing_left(out, order),
        None => {}
    }
    Resumed { human, json, sound }
}

fn nothing_left(out: &Path, order: &OrderFile) -> String {
    let shown = out.display();
    match order.stands() {
        Some(stage) if order.status == OrderStatus::Stopped => {
            format!("nothing to do: `{}` of the order `{shown}` is done already", stage.stage)
        }
        _ => format!("nothing to do: the order `{shown}` is whole"),
    }
}
