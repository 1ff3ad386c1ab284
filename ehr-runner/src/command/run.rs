//! `run`: the whole way from a folder of exports to an order, and into a database.

use crate::command::import;
use crate::context::Context;
use crate::corridor;
use crate::corridor::Stage;
use crate::corridor::Walked;
use crate::destination::Given;
use crate::destination::Loading;
use crate::error::Failure;
use crate::error::Status;
use crate::fingerprint;
use crate::fingerprint::InputPrint;
use crate::fingerprint::Watch;
use crate::identify;
use crate::identify::Identified;
use crate::order;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use crate::order::Output;
use crate::order::Partial;
use crate::progress::Bar;
use crate::report::LedgerFile;
use crate::report::Report;
use crate::secret;
use crate::source;
use crate::source::Input;
use crate::source::leave::Leave;
use crate::source::leave::LeftOut;
use chrono::Local;
use chrono::NaiveDate;
use clap::Args;
use ehr_rules::InputFile;
use ehr_rules::Job;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use ehr_rules::SourceId;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// What `ehr-runner run --help` ends with.
const AFTER: &str = "\
The order's folder appears when it is whole: a run that is killed or interrupted leaves none, and the
same command can be given again. It holds:
  converted/    the target's tables             categorized/  the common model in between
  rejects/      rows set aside, with the reason  unmapped.csv  codes without a mapping
  repaired/     rows cut otherwise than written, as they were
  ledger.json   every input row's fate           report.html   what was found (report.json for scripts)
  order.json    what was made of what, and when  log.jsonl     what happened

A secret that the rules name, such as the key of `pseudonym`, is given by the environment: EHR_SECRET_NAME holds it, or
EHR_SECRET_NAME_FILE names a file that its owner alone may read (mode 0600). The order records its name only.

Rows set aside do not fail an order. A ledger that does not balance, or a target that breaks its own schema,
does: the order is then kept to be looked at, cannot be imported, and the status is 4. A file of the input that cannot be
read stops a run before anything is converted (status 5): mend it, or leave it out by name, which the order and its report record.

Examples:
  ehr-runner run export/ --target omop-5.4 --out order --vocabulary athena/
  ehr-runner run export/ --target omop-5.4 --out order --to sqlite:clinic.db
  ehr-runner run export/ --target omop-5.4 --dry-run --limit 1000";

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
#[expect(clippy::struct_field_names, reason = "named as its option is")]
pub(crate) struct Run {
    /// A file, a folder or an archive (.zip, .tar, .tar.gz, .tar.zst) of the export
    #[arg(env = "EHR_INPUT")]
    input: String,
    /// The target, as in `omop-5.4`
    #[arg(long, value_name = "TARGET", env = "EHR_TARGET")]
    target: String,
    /// The order's folder; it must not exist yet
    #[arg(long, value_name = "ORDER", env = "EHR_OUT", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// The source, instead of finding out
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_SOURCE")]
    source: Option<SourceId>,
    /// Only the first rows of each table, in file order
    #[arg(long, value_name = "ROWS", env = "EHR_LIMIT")]
    limit: Option<u64>,
    /// Everything but the last write: no order appears, no database is touched
    #[arg(long, env = "EHR_DRY_RUN")]
    dry_run: bool,
    /// Stop after this stage; the order then holds what was made
    #[arg(long, value_enum, value_name = "STAGE", env = "EHR_UNTIL", conflicts_with = "to")]
    until: Option<Stage>,
    /// How tables are written
    #[arg(long, value_enum, default_value = "csv", env = "EHR_OUTPUT")]
    output: Output,
    /// What `today()` gives in the rules; left out, the day on which the order is made
    #[arg(long, value_name = "YYYY-MM-DD", env = "EHR_TODAY")]
    today: Option<NaiveDate>,
    /// A parameter that the rules declare; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", env = "EHR_SET", value_parser = setting)]
    parameters: Vec<(String, String)>,
    /// The folder of an Athena vocabulary download
    #[arg(long, value_name = "DIR", env = "EHR_VOCABULARY")]
    vocabulary: Option<PathBuf>,
    /// Load the order into this database when it is done
    #[arg(long, value_name = "URL", env = "EHR_TO")]
    to: Option<Given>,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    leave: Leave,
}

/// `NAME=VALUE`.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a parameter is set as NAME=VALUE".to_owned()),
    }
}

/// What a run made, before it is told.
struct Made {
    order: OrderFile,
    report: Report,
}

impl Run {
    /// Checks all that can be known before the first row, runs, puts the order into place, loads it.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let names: BTreeSet<&str> = self.parameters.iter().map(|(name, _)| name.as_str()).collect();
        if names.len() < self.parameters.len() {
            return Err(Failure::Usage("`--set` gives one parameter twice".to_owned()));
        }
        let to = self.to.as_ref().map(Given::get).transpose()?;
        let out = self.place()?;
        order::free(&out)?;
        self.apart(&out)?;
        if let Some(vocabulary) = self.vocabulary.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(Failure::Usage(format!("there is no vocabulary folder `{}`", vocabulary.display())));
        }
        let book = context.rulebook()?;
        let target = import::target(&book, &self.target)?;
        if let Some(to) = to {
            import::loadable(target)?;
            to.check(target, self.loading)?;
        }
        context.heed_signals()?;
        let input = &source::open(context, &self.input, &self.leave)?;
        input.is_whole()?;
        let found = identify::source(context, &book, self.source.as_ref(), &input.files)?;

        let partial = Partial::create(&out)?;
        let made = self.make(context, &book, found, input, &partial);
        // Whatever an interrupted stage says of itself, it was interrupted.
        let made = context.go_on().and(made)?;
        let status = made.order.status;
        if self.dry_run {
            drop(partial);
        } else {
            partial.place(&made.order)?;
        }

        let loaded = match to {
            Some(to) if status == OrderStatus::Done && !self.dry_run => Some(
                import::load(context, &out, made.order.clone(), target, to, self.loading)
                    .inspect_err(|_| context.note(&format!("note: the order is in place at `{}`, but not loaded", out.display())))?,
            ),
            _ => None,
        };
        let mut human = self.human(&made, &out);
        if let Some(loaded) = &loaded {
            human.push_str(&loaded.human());
        }
        let json = self.json(&made, &out, &loaded.as_ref().map_or(Value::Null, import::Loaded::json));
        context.answer(&human, &json)?;
        Ok(if status == OrderStatus::Failed { Status::DataShort } else { Status::Done })
    }

    /// Where the order goes; a dry run without a place needs one for its staging only.
    fn place(&self) -> Result<PathBuf, Failure> {
        match &self.out {
            Some(out) => Ok(out.clone()),
            None if self.dry_run => Ok(std::env::temp_dir().join(format!("ehr-runner-{}", std::process::id()))),
            None => Err(Failure::Usage("`--out` says where the order goes".to_owned())),
        }
    }

    /// An order inside its own input would be read by the next run.
    fn apart(&self, out: &Path) -> Result<(), Failure> {
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        match (Path::new(&self.input).canonicalize(), parent.canonicalize()) {
            (Ok(input), Ok(parent)) if input.is_dir() && parent.starts_with(&input) => {
                Err(Failure::Usage(format!("the order `{}` would lie inside the input", out.display())))
            }
            _ => Ok(()),
        }
    }

    fn make(&self, context: &Context, book: &Rulebook, found: Identified, input: &Input, partial: &Partial) -> Result<Made, Failure> {
        let Input { files, left_out, .. } = input;
        let Identified { source, tables, said: detection } = found;
        let source = &source;
        context.journal.open(&partial.path().join("log.jsonl"))?;
        for one in left_out {
            tracing::warn!(file = one.name, by = one.by, "left out");
        }
        tracing::info!(source = %source, target = self.target, files = files.len(), version = env!("CARGO_PKG_VERSION"), "order");
        let today = self.today.unwrap_or_else(|| Local::now().date_naive());
        let bar = Bar::new(context.progress, files.iter().map(|file| file.bytes).sum());
        let settings = Order {
            limit: self.limit,
            parameters: self.parameters.iter().cloned().collect(),
            secrets: secret::brought(&book.secrets(source, &self.target)?)?,
            vocabulary: self.vocabulary.clone(),
            tables: tables.clone(),
            whole_categories: true,
            cancel: Arc::clone(&context.cancel),
            progress: bar.listener(),
            ..Order::new(partial.stage(), today)
        };
        let watch = Watch::new(files);
        let job = book.start(source, &self.target, files, settings)?;
        let until = self.until.unwrap_or(Stage::Verify);
        let (walked, input, vocabulary) =
            self.beside_fingerprints(files, || corridor::walk(context, &job, partial.path(), self.output, until))?;
        watch.unchanged(files)?;
        drop(bar);

        let status = match (walked.failed(), self.until) {
            (true, _) => OrderStatus::Failed,
            (false, Some(_)) => OrderStatus::Stopped,
            (false, None) => OrderStatus::Done,
        };
        let report = self.report(source, detection, left_out, &walked);
        partial.clear_stage()?;
        report.write(partial.path())?;
        tracing::info!(status = status.word(), "order");
        context.journal.close()?;
        let order = OrderFile {
            id: self.id(book, &job, today, &input, vocabulary.as_deref()),
            status,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            source: source.system.clone(),
            version: source.version.clone(),
            target: self.target.clone(),
            today,
            parameters: job.parameters(),
            secrets: job.secrets(),
            output: self.output,
            limit: self.limit,
            vocabulary,
            rules: book.fingerprint().to_owned(),
            from: std::fs::canonicalize(&self.input).ok().map(|path| path.display().to_string()),
            tables,
            vocabulary_from: self.vocabulary.as_ref().and_then(|folder| folder.canonicalize().ok()),
            input,
            left_out: left_out.clone(),
            stages: walked.stages,
            imports: Vec::new(),
        };
        Ok(Made { order, report })
    }

    /// Does the work while another thread reads the same files for their fingerprints.
    fn beside_fingerprints(
        &self,
        files: &[InputFile],
        work: impl FnOnce() -> Result<Walked, Failure>,
    ) -> Result<(Walked, Vec<InputPrint>, Option<String>), Failure> {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let hashing = scope.spawn(|| Ok((fingerprint::of_files(files, &stop)?, self.vocabulary_print(&stop)?)));
            let worked = work();
            stop.store(worked.is_err(), Ordering::Relaxed);
            let hashed: Result<_, Failure> =
                hashing.join().unwrap_or_else(|_| Err(Failure::World("fingerprinting the input failed".to_owned())));
            let walked = worked?;
            let (input, vocabulary) = hashed?;
            Ok((walked, input.unwrap_or_default(), vocabulary))
        })
    }

    fn vocabulary_print(&self, stop: &AtomicBool) -> Result<Option<String>, Failure> {
        self.vocabulary.as_ref().map_or(Ok(None), |folder| fingerprint::of_vocabulary(folder, stop))
    }

    /// All that decides what is converted, and nothing else: the way it is written does not.
    fn id(&self, book: &Rulebook, job: &Job<'_>, today: NaiveDate, input: &[InputPrint], vocabulary: Option<&str>) -> String {
        let parameters = job.parameters();
        let mut parts = vec![job.source().to_string(), self.target.clone(), book.fingerprint().to_owned(), today.to_string()];
        parts.push(self.limit.map(|limit| limit.to_string()).unwrap_or_default());
        parts.push(vocabulary.unwrap_or_default().to_owned());
        parts.push(parameters.len().to_string());
        parts.extend(parameters.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
        if !job.secrets().is_empty() {
            parts.push(job.secrets_print());
        }
        parts.extend(input.iter().flat_map(|file| [file.name.clone(), file.blake3.clone()]));
        fingerprint::of_parts(parts.iter().map(String::as_str))
    }

    fn report(&self, source: &SourceId, detection: Value, left_out: &[LeftOut], walked: &Walked) -> Report {
        Report {
            source: source.system.clone(),
            version: source.version.clone(),
            target: self.target.clone(),
            detection,
            left_out: left_out.to_vec(),
            ledger: walked.closed().then(|| LedgerFile::new(&walked.outcome)),
            findings: walked.outcome.findings.clone(),
            unmapped: walked.outcome.unmapped.clone(),
            verified: walked.until == Stage::Verify,
        }
    }

    fn human(&self, made: &Made, out: &Path) -> String {
        let order = &made.order;
        let head = format!("{}: {}/{} to {}", self.status(order), order.source, order.version, order.target);
        let shown = out.display();
        let foot = if self.dry_run {
            "nothing was written\n".to_owned()
        } else {
            let rejects = if made.report.rejected() > 0 { format!("set aside   {shown}/rejects\n") } else { String::new() };
            let codes = if made.report.unmapped.is_empty() { String::new() } else { format!("unmapped    {shown}/unmapped.csv\n") };
            format!("order       {shown}\n{rejects}{codes}")
        };
        format!("{head}\n\n{}\n{foot}", made.report.summary())
    }

    fn json(&self, made: &Made, out: &Path, imported: &Value) -> Value {
        json!({
            "order": if self.dry_run { Value::Null } else { json!(out) },
            "status": self.status(&made.order),
            "id": made.order.id,
            "source": made.order.source,
            "version": made.order.version,
            "target": made.order.target,
            "ledger": made.report.ledger(),
            "findings": made.report.findings,
            "unmapped": made.report.unmapped.len(),
            "imported": imported,
        })
    }

    fn status(&self, order: &OrderFile) -> &'static str {
        if self.dry_run && order.status == OrderStatus::Done { "dry_run" } else { order.status.word() }
    }
}
