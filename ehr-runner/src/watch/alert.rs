//! Alerts: an HTTP POST to a webhook, a program that is given the same on stdin, and mail.
//!
//! They leave the machine, so they hold no name of a file, no message and no value: an export is told by the hash of its
//! content, what happened by an exit status and fixed words. They are sent by a thread of their own, tried several times, and a
//! failure to send one is logged and stops nothing.

use crate::context::Context;
use crate::error::Failure;
use crate::order::now;
use crate::secret;
use crate::watch::book::Entry;
use crate::watch::book::Standing;
use crate::watch::mail::Mail;
use crate::watch::mail::MailOptions;
use crate::watch::numbers::Numbers;
use clap::Args;
use reqwest::Client;
use reqwest::Url;
use reqwest::header::AUTHORIZATION;
use reqwest::header::CONTENT_TYPE;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::mpsc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;
use tokio::runtime::Builder;
use tokio::runtime::Runtime;

/// Holds the webhook's address, which often is a secret itself; so does the file that this names with `_FILE` behind it.
const WEBHOOK: &str = "EHR_ALERT_WEBHOOK";
/// Holds what is sent as `Authorization: Bearer`; a file in the same way.
const TOKEN: &str = "EHR_ALERT_TOKEN";
/// How often one is sent.
const TRIES: u32 = 5;
/// The wait after the first that failed; it doubles with each.
const WAIT: Duration = Duration::from_millis(500);
/// How long a webhook, a program or a mail server may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Who is told, beside the webhook of `EHR_ALERT_WEBHOOK`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct AlertOptions {
    /// A program that is run for each alert and given it as JSON on stdin; no shell, no arguments
    #[arg(long, value_name = "PROGRAM", env = "EHR_ALERT_COMMAND")]
    alert_command: Option<PathBuf>,
    /// Tell of orders that are done too, not only of those that failed or were set aside
    #[arg(long, env = "EHR_ALERT_DONE")]
    alert_done: bool,
    #[command(flatten)]
    mail: MailOptions,
}

/// Alerts on their way.
pub(crate) struct Alerts {
    sender: Option<Sender<Value>>,
    thread: Option<JoinHandle<()>>,
    done: bool,
}

/// Who is told.
struct Ways {
    webhook: Option<(Runtime, Client, Url, Option<HeaderValue>)>,
    command: Option<PathBuf>,
    mail: Option<Mail>,
    numbers: Arc<Numbers>,
    /// Where it is said that nobody could be told.
    warn: Box<dyn Fn(&str) + Send>,
}

impl AlertOptions {
    /// Ready to send; fails where an address is none.
    pub(crate) fn start(&self, context: &Context, numbers: &Arc<Numbers>) -> Result<Alerts, Failure> {
        let webhook = match secret::of_variable(WEBHOOK)? {
            Some(address) => Some(webhook(&address, secret::of_variable(TOKEN)?.as_deref())?),
            None => None,
        };
        let mail = self.mail.mail()?;
        if webhook.is_none() && self.alert_command.is_none() && mail.is_none() {
            return Ok(Alerts { sender: None, thread: None, done: false });
        }
        let ways =
            Ways { webhook, command: self.alert_command.clone(), mail, numbers: Arc::clone(numbers), warn: Box::new(context.teller()) };
        let (sender, receiver) = mpsc::channel::<Value>();
        let thread = std::thread::spawn(move || {
            for alert in receiver {
                if catch_unwind(AssertUnwindSafe(|| ways.tell(&alert))).is_err() {
                    tracing::error!("alert not sent: this is a bug in ehr-runner, please report it");
                }
            }
        });
        Ok(Alerts { sender: Some(sender), thread: Some(thread), done: self.alert_done })
    }
}

impl Alerts {
    /// Tells what became of an export, where that is worth an alert.
    pub(super) fn of(&self, hash: &str, entry: &Entry) {
        let event = match entry.standing {
            Standing::Aside => "set_aside",
            Standing::Retry => "failed",
            // Nobody looks at what comes in by itself: what did not arrive is told.
            Standing::Done if entry.set_aside.is_some() => "rows_set_aside",
            Standing::Done if self.done => "done",
            _ => return,
        };
        let status = entry.error.as_ref().map_or(0, |error| error.status);
        self.send(json!({
            "event": event,
            "export": hash,
            "order": entry.order,
            "status": status,
            "what": meaning(status),
            "tries": entry.tries,
            "rows_set_aside": entry.set_aside.map_or(0, |(rows, _)| rows),
            "at": now(),
            "program": concat!("ehr-runner ", env!("CARGO_PKG_VERSION")),
        }));
    }

    /// Tells that the folder cannot be watched.
    pub(super) fn trouble(&self, status: u8) {
        let program = concat!("ehr-runner ", env!("CARGO_PKG_VERSION"));
        self.send(json!({"event": "cannot_watch", "status": status, "what": meaning(status), "at": now(), "program": program}));
    }

    fn send(&self, alert: Value) {
        if let Some(sender) = &self.sender {
            // The thread ends only with us.
            let _ = sender.send(alert);
        }
    }
}

impl Drop for Alerts {
    /// Waits for those that are on their way, as long as one of them may take.
    fn drop(&mut self) {
        self.sender.take();
        let end = Instant::now() + PATIENCE;
        while self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Ways {
    fn tell(&self, alert: &Value) {
        if let Some((runtime, client, url, token)) = &self.webhook {
            self.insist("webhook", || post(runtime, client, url, token.as_ref(), alert));
        }
        if let Some(program) = &self.command {
            self.insist("command", || run(program, alert));
        }
        if let Some(mail) = &self.mail {
            self.insist("mail", || mail.send(alert));
        }
    }

    fn insist(&self, way: &'static str, send: impl Fn() -> Result<(), String>) {
        let (mut wait, mut why) = (WAIT, String::new());
        for at in 1..=TRIES {
            match send() {
                Ok(()) => {
                    self.numbers.alerted(way, true);
                    return tracing::info!(way, "alert sent");
                }
                Err(error) => {
                    tracing::warn!(way, error, tries = at, "alert not sent");
                    why = error;
                }
            }
            if at < TRIES {
                std::thread::sleep(wait);
                wait *= 2;
            }
        }
        self.numbers.alerted(way, false);
        tracing::error!(way, "alert given up");
        (self.warn)(&format!("warning: an alert could not be sent by {way}: {why}"));
    }
}

/// A webhook that is reached by verified TLS, or on this very machine. Its address is not repeated: it may hold a secret.
fn webhook(address: &str, token: Option<&str>) -> Result<(Runtime, Client, Url, Option<HeaderValue>), Failure> {
    let wrong = |why: &str| Failure::Usage(format!("`{WEBHOOK}` {why}"));
    let url = Url::parse(address).map_err(|_| wrong("is no address of a webhook"))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    if url.scheme() != "https" && !(url.scheme() == "http" && is_here(host)) {
        return Err(wrong("leaves the machine without TLS; give an `https` address"));
    }
    let token = token.map(|token| HeaderValue::try_from(format!("Bearer {token}"))).transpose();
    let mut token = token.map_err(|_| Failure::Usage(format!("`{TOKEN}` is no token")))?;
    if let Some(token) = &mut token {
        token.set_sensitive(true);
    }
    let world = |error: &dyn std::fmt::Display| Failure::World(format!("preparing alerts: {error}"));
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| world(&error))?;
    // An answer that leads elsewhere would take the token there.
    let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build().map_err(|error| world(&error))?;
    Ok((runtime, client, url, token))
}

/// Whether what is sent there never leaves the machine.
pub(super) fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn post(runtime: &Runtime, client: &Client, url: &Url, token: Option<&HeaderValue>, alert: &Value) -> Result<(), String> {
    let mut request = client.post(url.clone()).header(CONTENT_TYPE, "application/json").body(alert.to_string());
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, token.clone());
    }
    // Sending sets a timer, which must be within the runtime.
    let answer = runtime.block_on(async { request.send().await }).map_err(|error| error.without_url().to_string())?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("the webhook answered {}", answer.status())) }
}

/// Runs the program, what it says thrown away; one that takes too long is ended.
fn run(program: &PathBuf, alert: &Value) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(said)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program need not read it.
        let _ = writeln!(stdin, "{alert}");
    }
    let end = Instant::now() + PATIENCE;
    loop {
        match child.try_wait().map_err(said)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("the program ended with {status}")),
            None if Instant::now() > end => {
                drop(child.kill());
                drop(child.wait());
                return Err("the program took too long".to_owned());
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// What an exit status says.
const fn meaning(status: u8) -> &'static str {
    match status {
        0 => "done",
        1 => "the rules are wrong",
        2 => "what was asked for cannot be done",
        3 => "the export was not identified, or is ambiguous",
        4 => "the data falls short",
        _ => "a file, a network or a database failed",
    }
}
