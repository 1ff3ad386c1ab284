//! `watch`: runs every new export that appears in a folder, until it is stopped.

use crate::command::import;
use crate::command::terms::Terms;
use crate::context::Context;
use crate::destination::Given;
use crate::destination::Loading;
use crate::error::Failure;
use crate::error::Status;
use crate::making::Request;
use crate::order::Output;
use crate::order::Wanted;
use crate::source::leave::Leave;
use crate::watch::Settings;
use crate::watch::Watcher;
use crate::watch::alert::AlertOptions;
use crate::watch::book::Standing;
use crate::watch::numbers::Numbers;
use crate::watch::serve;
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What `ehr-runner watch --help` ends with.
const AFTER: &str = "\
An export is a file, an archive or a folder that lies in DIR. It is run once, whatever it is called: one that has the
content of another is said to be known. It is run when it has not changed for --settle seconds and is whole: no file of
it is empty, archives open, JSON ends. Hidden files are passed over, and those called .part, .tmp and the like. Exports
are read and never moved or changed.

Each order lies in --out, called by the first digits of its export's hash; watch.json beside them says how each export
stands (`ehr-runner status ORDERS` shows it). Watching again goes on where it was stopped or killed.

An export that fails is tried again after --wait seconds, then twice that, and so on, and is set aside after --tries; one
whose data falls short is set aside at once. --retry takes up what was set aside before.

Where EHR_ALERT_WEBHOOK holds the address of a webhook (or EHR_ALERT_WEBHOOK_FILE names a file of mode 0600 that does), it
gets a POST of JSON for each failure, with EHR_ALERT_TOKEN as bearer token if there is one; --alert-command gets the same on
stdin, and --alert-smtp mails it to --alert-mail-to; the password is in EHR_ALERT_SMTP_PASSWORD (or _FILE). None of them names
a file or holds a value: an export is told by its hash, what happened by its exit status.

The first SIGINT or SIGTERM ends it after the stage at work, a second one at once.

Examples:
  ehr-runner watch incoming/ --target omop-5.4 --out orders/ --to sqlite:clinic.db
  ehr-runner watch /mnt/share/incoming --target omop-5.4 --out orders/ --poll 30 --settle 60";

/// Arguments of `watch`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Watch {
    /// The folder that exports arrive in
    #[arg(value_name = "DIR", env = "EHR_WATCH")]
    folder: PathBuf,
    /// The target, as in `omop-5.4`
    #[arg(long, value_name = "TARGET", env = "EHR_TARGET")]
    target: String,
    /// The folder of the orders; it is made where there is none
    #[arg(long, value_name = "ORDERS", env = "EHR_OUT")]
    out: PathBuf,
    #[command(flatten)]
    terms: Terms,
    /// How tables are written
    #[arg(long, value_enum, default_value = "csv", env = "EHR_OUTPUT")]
    output: Output,
    /// Load each order into this database
    #[arg(long, value_name = "URL", env = "EHR_TO")]
    to: Option<Given>,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    leave: Leave,
    /// Look every so many seconds; left out, by notification, or every 10 seconds where the folder lies on a network
    #[arg(long, value_name = "SECONDS", env = "EHR_POLL", value_parser = seconds)]
    poll: Option<Duration>,
    /// How long an export must not have changed before it is read
    #[arg(long, value_name = "SECONDS", env = "EHR_SETTLE", default_value = "5", value_parser = seconds)]
    settle: Duration,
    /// How long one that is not whole is waited for while it does not change; then it is tried as it is
    #[arg(long, value_name = "SECONDS", env = "EHR_PATIENCE", default_value = "3600", value_parser = seconds)]
    patience: Duration,
    /// How often an export is tried before it is set aside
    #[arg(long, value_name = "TIMES", env = "EHR_TRIES", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
    /// How long to wait after the first try that failed; the wait doubles with each
    #[arg(long, value_name = "SECONDS", env = "EHR_WAIT", default_value = "30", value_parser = seconds)]
    wait: Duration,
    /// Try again what was set aside before
    #[arg(long, env = "EHR_RETRY")]
    retry: bool,
    /// Answer `/metrics` (for Prometheus) and `/healthz` at this address
    #[arg(long, value_name = "ADDRESS:PORT", env = "EHR_LISTEN")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    alerts: AlertOptions,
}

impl Watch {
    /// Checks all that can be known before the first export, and watches.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        if !self.folder.is_dir() {
            return Err(Failure::Usage(format!("there is no folder `{}` to watch", self.folder.display())));
        }
        self.terms.check()?;
        let book = context.rulebook()?;
        let target = import::target(&book, &self.target)?;
        let to = match &self.to {
            Some(to) => Some(Wanted { to: to.again()?, loading: self.loading }),
            None => None,
        };
        context.heed_signals_after_stages()?;
        if let Some(to) = &self.to {
            match to.get()?.check(target, self.loading) {
                // It may be mended or back by the time an export comes.
                Err(failure @ Failure::World(_)) => context.note(&format!("note: {failure}; watching all the same")),
                checked => checked?,
            }
        }
        let settings = Settings {
            folder: self.folder.clone(),
            orders: self.out.clone(),
            loading: self.loading,
            request: Request {
                input: String::new(),
                target: self.target.clone(),
                limit: None,
                output: self.output,
                today: None,
                tenant: self.terms.tenant.clone(),
                parameters: self.terms.parameters(),
                vocabulary: self.terms.vocabulary.clone(),
                to,
            },
            source: self.terms.source.clone(),
            leave: self.leave.clone(),
            poll: self.poll,
            settle: self.settle,
            patience: self.patience,
            tries: self.tries,
            wait: self.wait,
            again: self.retry,
        };
        let numbers = Arc::new(Numbers::new());
        let watcher = Watcher::new(context, settings, self.alerts.start(context, &numbers)?, Arc::clone(&numbers))?;
        if let Some(address) = self.listen {
            context.note(&format!("answering at http://{}/metrics and /healthz", serve::serve(address, &numbers)?));
        }
        let book = watcher.watch()?;
        let (done, aside) = (book.count(Standing::Done), book.count(Standing::Aside));
        let open = book.exports.len() - done - aside + book.waiting.len();
        let human = format!("stopped watching: {done} done, {aside} set aside, {open} open");
        context.answer(&human, &json!({"done": done, "aside": aside, "open": open}))?;
        Ok(Status::Done)
    }
}

/// A time in seconds, fractions among them.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "a time is a number of seconds, as in `30` or `0.5`".to_owned())
}
