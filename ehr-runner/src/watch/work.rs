//! One export to its order, and into the database: gone on with where there is something to go on with.

use crate::command::import;
use crate::command::resume;
use crate::context::Context;
use crate::corridor::Stage;
use crate::destination::Given;
use crate::error::Failure;
use crate::identify;
use crate::making;
use crate::making::Request;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use crate::order::now;
use crate::order::workplace::Workplace;
use crate::source;
use crate::telemetry;
use crate::watch::Settings;
use std::path::Path;

/// Does what is to do for an export; a failure where its order is not whole in the end, or not loaded where it should be.
pub(super) fn work(context: &Context, settings: &Settings, export: &Path, out: &Path) -> Result<(), Failure> {
    telemetry::within(&telemetry::order(), || work_on(context, settings, export, out))
}

fn work_on(context: &Context, settings: &Settings, export: &Path, out: &Path) -> Result<(), Failure> {
    if let Some(place) = Workplace::take_up(out)? {
        let order = OrderFile::read(place.path())?;
        let here = export.canonicalize().ok().map(|path| path.display().to_string());
        if place.in_place() || order.from == here {
            let hidden = !place.in_place();
            match resume::resume(context, out, place, None, settings.request.to.clone(), settings.loading) {
                // The rules may have changed since: what was begun by the old ones is no use any more.
                Err(Failure::Usage(_)) if hidden => {}
                resumed => return resumed?.sound,
            }
        }
    }
    anew(context, settings, export, out)
}

fn anew(context: &Context, settings: &Settings, export: &Path, out: &Path) -> Result<(), Failure> {
    let request = Request { input: export.display().to_string(), ..settings.request.clone() };
    let book = context.rulebook()?;
    let target = import::target(&book, &request.target)?;
    let started = now();
    let input = source::open(context, &request.input, &settings.leave)?;
    input.is_whole()?;
    let found = telemetry::within(&telemetry::stage(Stage::Detect.name()), || {
        identify::source(context, &book, settings.source.as_ref(), &input.files)
    })?;
    let mut place = Workplace::create(out)?;
    let order = making::begin(&book, &request, &place, &input, found, started)?;
    place.keep();
    let made = making::make(context, &book, order, &place, &input, Stage::Import)?;
    place.place(&made.order)?;
    if let (OrderStatus::Done, Some(wanted)) = (made.order.status, &request.to) {
        made.order.feasible(out, settings.loading)?;
        let to: Given = wanted.to.parse().unwrap_or_else(|never| match never {});
        import::load(context, out, &made.order, target, to.get()?, wanted.loading, None)?;
    }
    made.sound(out, settings.loading)
}
