//! What every command is given: where the rules are, how to answer, how to be stopped.

use crate::cli::Format;
use crate::cli::Global;
use crate::cli::LogFormat;
use crate::error::Failure;
use crate::error::INTERRUPTED;
use crate::error::Status;
use crate::journal::Journal;
use crate::telemetry::TOLD;
use ehr_rules::Diagnostics;
use ehr_rules::Rulebook;
use serde_json::Value;
use serde_json::json;
use std::io;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// The settings and channels all commands share.
pub(crate) struct Context {
    /// Folders of rules.
    pub(crate) rules: Vec<PathBuf>,
    /// Whether a terminal may be drawn upon.
    pub(crate) progress: bool,
    /// Set by the first signal, or by a second one where the first lets a stage end.
    pub(crate) cancel: Arc<AtomicBool>,
    /// Where an order's log goes, once there is an order.
    pub(crate) journal: Journal,
    /// How answers are printed.
    pub(crate) format: Format,
    /// Set by a signal that lets the stage at work end.
    stopping: Arc<AtomicBool>,
    quiet: bool,
    log_format: LogFormat,
}

impl Context {
    /// From the global options; starts the log.
    pub(crate) fn new(global: &Global) -> Self {
        Self {
            rules: global.rules.clone(),
            progress: !global.no_progress && !global.quiet,
            cancel: Arc::default(),
            stopping: Arc::default(),
            journal: Journal::start(global.verbose, global.log_format),
            format: global.format,
            quiet: global.quiet,
            log_format: global.log_format,
        }
    }

    /// Compiles the rules. Diagnostics go to stderr; with an error among them nothing is run.
    pub(crate) fn rulebook(&self) -> Result<Rulebook, Failure> {
        self.rulebook_of(&self.rules)
    }

    /// The same of other folders.
    pub(crate) fn rulebook_of(&self, folders: &[PathBuf]) -> Result<Rulebook, Failure> {
        let (book, said) = Rulebook::load(folders)?;
        if said.has_errors() {
            return Err(Failure::Rules(said));
        }
        self.diagnostics(&said);
        Ok(book)
    }

    /// Prints diagnostics for people; a script finds them in the answer.
    pub(crate) fn diagnostics(&self, said: &Diagnostics) {
        if !said.is_empty() && (!self.quiet || said.has_errors()) {
            self.stderr(said.to_text().trim_end());
        }
    }

    /// Prints the answer on stdout, as it was asked for.
    pub(crate) fn answer(&self, human: &str, json: &Value) -> Result<(), Failure> {
        let mut text = match self.format {
            // What a command has no such form for is said in words; `check` has its own.
            Format::Human | Format::Github => human.to_owned(),
            Format::Json | Format::Sarif => serde_json::to_string_pretty(json).unwrap_or_else(|_| json.to_string()),
        };
        if text.is_empty() {
            return Ok(());
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            // Whoever read the answer has read enough of it.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::World(format!("writing the answer: {error}"))),
            Ok(()) => Ok(()),
        }
    }

    /// What says something to people from another thread, unless they asked for quiet; a log of JSON lines has it already.
    pub(crate) fn teller(&self) -> impl Fn(&str) + Send + 'static {
        let silent = self.quiet || self.log_format == LogFormat::Json;
        move |text| {
            if !silent {
                // Nobody is left to tell where stderr is closed.
                drop(writeln!(io::stderr(), "{text}"));
            }
        }
    }

    /// Says something to people, unless they asked for quiet.
    pub(crate) fn note(&self, text: &str) {
        match self.log_format {
            _ if self.quiet => {}
            LogFormat::Text => self.stderr(text),
            LogFormat::Json => tracing::info!("{text}"),
        }
    }

    /// Says to people why what was answered already is not enough, and gives the status.
    pub(crate) fn verdict(&self, sound: Result<(), Failure>) -> Result<Status, Failure> {
        match sound {
            Err(failure @ Failure::Data(_)) => {
                self.tell(&failure);
                Ok(Status::DataShort)
            }
            sound => sound.map(|()| Status::Done),
        }
    }

    fn tell(&self, failure: &Failure) {
        match self.log_format {
            LogFormat::Text => {
                self.stderr(&format!("error: {failure}"));
                tracing::error!(target: TOLD, status = failure.number(), "{failure}");
            }
            LogFormat::Json => tracing::error!(status = failure.number(), "{failure}"),
        }
    }

    /// Says why a command failed, to people and to scripts, and gives the exit status.
    pub(crate) fn fail(&self, failure: &Failure) -> u8 {
        let mut said = json!({"error": {"status": failure.number(), "message": failure.to_string()}});
        if let Failure::Rules(diagnostics) = failure {
            self.diagnostics(diagnostics);
            tracing::error!(target: TOLD, status = failure.number(), "{failure}");
            if let Some(error) = said.get_mut("error").and_then(Value::as_object_mut) {
                error.insert("diagnostics".to_owned(), diagnostics.to_json());
            }
        } else {
            self.tell(failure);
        }
        // The failure is what counts, even where stdout fails too.
        drop(self.answer("", &said));
        failure.number()
    }

    /// From now on the first SIGINT or SIGTERM asks to stop at the next batch, and a second one ends at once.
    pub(crate) fn heed_signals(&self) -> Result<(), Failure> {
        let cancel = Arc::clone(&self.cancel);
        ctrlc::set_handler(move || {
            if cancel.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(INTERRUPTED));
            }
        })
        .map_err(|error| Failure::World(format!("heeding signals: {error}")))
    }

    /// From now on the first signal asks to stop when the stage at work is done, a second one at the next batch, and a third
    /// one ends at once.
    pub(crate) fn heed_signals_after_stages(&self) -> Result<(), Failure> {
        let (stopping, cancel) = (Arc::clone(&self.stopping), Arc::clone(&self.cancel));
        ctrlc::set_handler(move || {
            if stopping.swap(true, Ordering::Relaxed) && cancel.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(INTERRUPTED));
            }
        })
        .map_err(|error| Failure::World(format!("heeding signals: {error}")))
    }

    /// Whether a signal asked to stop when the stage at work is done.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Fails where a signal asked to stop before the next stage.
    pub(crate) fn next_stage(&self) -> Result<(), Failure> {
        if self.is_stopping() { Err(Failure::Interrupted("written")) } else { self.go_on() }
    }

    /// The same, saying nothing to people.
    pub(crate) fn hushed(&self) -> Self {
        Self {
            rules: self.rules.clone(),
            progress: false,
            cancel: Arc::clone(&self.cancel),
            stopping: Arc::clone(&self.stopping),
            journal: self.journal.clone(),
            format: self.format,
            quiet: true,
            log_format: self.log_format,
        }
    }

    /// Fails where a signal asked to stop.
    pub(crate) fn go_on(&self) -> Result<(), Failure> {
        if self.cancel.load(Ordering::Relaxed) { Err(Failure::Interrupted("written")) } else { Ok(()) }
    }

    #[expect(clippy::unused_self, reason = "said by whom it is asked, beside its other voices")]
    fn stderr(&self, text: &str) {
        // Nobody is left to tell where stderr is gone.
        drop(writeln!(io::stderr(), "{text}"));
    }
}
