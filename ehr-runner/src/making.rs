//! From an export to an order: what `run`, `resume` and `watch` do alike.

use crate::context::Context;
use crate::corridor::Stage;
use crate::corridor::Walk;
use crate::destination::Loading;
use crate::error::Failure;
use crate::fingerprint;
use crate::fingerprint::InputPrint;
use crate::fingerprint::Watch;
use crate::identify::Identified;
use crate::order::FINISH;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use crate::order::OrderTenant;
use crate::order::Output;
use crate::order::StageRecord;
use crate::order::Wanted;
use crate::order::now;
use crate::order::workplace::Workplace;
use crate::order::write_json;
use crate::progress::Bar;
use crate::report::LedgerFile;
use crate::report::Report;
use crate::secret;
use crate::source::Input;
use crate::telemetry;
use chrono::DateTime;
use chrono::Local;
use chrono::NaiveDate;
use chrono::Utc;
use ehr_rules::Consequence;
use ehr_rules::Converted;
use ehr_rules::Dataset;
use ehr_rules::Feasibility;
use ehr_rules::Finding;
use ehr_rules::InputFile;
use ehr_rules::Job;
use ehr_rules::Order;
use ehr_rules::Outcome;
use ehr_rules::Rulebook;
use ehr_rules::tenant_identifier;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// How the source was found, staged for the report.
const DETECTION: &str = "detect.json";

/// What is asked of an order, before anything is known of its input.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Where the input is.
    pub(crate) input: String,
    /// The target.
    pub(crate) target: String,
    /// Only so many rows of each table.
    pub(crate) limit: Option<u64>,
    /// How tables are written.
    pub(crate) output: Output,
    /// What `today()` gives.
    pub(crate) today: Option<NaiveDate>,
    /// The one tenant whose rows these are.
    pub(crate) tenant: Option<String>,
    /// Parameters of the rules.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The folder of a vocabulary.
    pub(crate) vocabulary: Option<PathBuf>,
    /// Where it is to be loaded to.
    pub(crate) to: Option<Wanted>,
}

/// An order as far as it came, and what was found.
pub(crate) struct Made {
    pub(crate) order: OrderFile,
    pub(crate) report: Report,
}

/// An order whose source is known and of which nothing is done yet; the identification is its first stage.
pub(crate) fn begin(
    book: &Rulebook,
    request: &Request,
    place: &Workplace,
    input: &Input,
    found: Identified,
    started: DateTime<Utc>,
) -> Result<OrderFile, Failure> {
    write_json(&place.stage().join(DETECTION), &found.said)?;
    let mut order = OrderFile {
        id: String::new(),
        status: OrderStatus::Stopped,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        source: found.source.system,
        version: found.source.version,
        target: request.target.clone(),
        today: request.today.unwrap_or_else(|| Local::now().date_naive()),
        parameters: request.parameters.clone(),
        secrets: Vec::new(),
        output: request.output,
        limit: request.limit,
        vocabulary: None,
        rules: book.fingerprint().to_owned(),
        from: fs::canonicalize(&request.input).ok().map(|path| path.display().to_string()),
        tables: found.tables,
        vocabulary_from: request.vocabulary.as_ref().and_then(|folder| folder.canonicalize().ok()),
        input: Vec::new(),
        left_out: input.left_out.clone(),
        tenant: request.tenant.clone(),
        lies_in: lies_in(book, &request.target, &request.input, request.tenant.as_deref()),
        tenants: Vec::new(),
        no_go: Vec::new(),
        stages: Vec::new(),
        to: request.to.clone(),
        imports: Vec::new(),
    };
    let files = place.left_by(&order, &[])?;
    order.stages.push(StageRecord::done(Stage::Detect.name(), started, 0, files));
    Ok(order)
}

/// Takes an order on up to this stage, and closes it there: rejects, ledger and report are written, and `order.json`.
pub(crate) fn make(
    context: &Context,
    book: &Rulebook,
    mut order: OrderFile,
    place: &Workplace,
    input: &Input,
    until: Stage,
) -> Result<Made, Failure> {
    let files = &input.files;
    let source = order.source();
    let fresh = order.id.is_empty();
    context.journal.open(&place.path().join("log.jsonl"))?;
    for one in &input.left_out {
        tracing::warn!(file = one.name, by = one.by, "left out");
    }
    let said = if fresh { "order" } else { "order resumed" };
    tracing::info!(source = %source, target = order.target, files = files.len(), version = env!("CARGO_PKG_VERSION"), "{said}");
    let bar = Bar::new(context.progress, files.iter().map(|file| file.bytes).sum());
    let settings = Order {
        limit: order.limit,
        parameters: order.parameters.clone(),
        secrets: secret::brought(&book.secrets(&source, &order.target)?)?,
        vocabulary: order.vocabulary_from.clone(),
        tables: order.tables.clone(),
        tenant: order.tenant.clone(),
        lies_in: order.lies_in.clone(),
        whole_categories: true,
        cancel: Arc::clone(&context.cancel),
        progress: bar.listener(),
        ..Order::new(place.stage(), order.today)
    };
    let watch = Watch::new(files);
    let job = book.start(&source, &order.target, files, settings)?;
    order.parameters = job.parameters();
    order.secrets = job.secrets();
    if !fresh && id(&order, &job) != order.id {
        return Err(Failure::Usage(
            "the order cannot go on: a secret is not the one that it was begun with\nhelp: give the secrets of that time".to_owned(),
        ));
    }
    let started = now();
    let converted = walk(context, &job, &mut order, place, files, until, fresh)?;
    order.tenants = tenants(&job)?;
    context.go_on()?;
    let finish = telemetry::stage(FINISH).entered();
    let outcome = job.finish()?;
    let feasibility = converted.map(|converted| job.feasibility(&converted, &outcome)).transpose()?;
    watch.unchanged(files)?;
    drop(bar);

    let reached = until.min(Stage::Verify);
    let closed = reached >= Stage::Convert;
    order.status = match (failed(&outcome, closed), reached) {
        (true, _) => OrderStatus::Failed,
        (false, Stage::Verify) => OrderStatus::Done,
        (false, _) => OrderStatus::Stopped,
    };
    let report = report(&order, detection(place)?, outcome, feasibility, reached);
    order.no_go = report.short(|threshold| threshold.declared);
    let names = place.publish_end(|folder| report.write(folder))?;
    tracing::info!(status = order.status.word(), "order");
    context.journal.close()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = report.read();
    let end = StageRecord::done(FINISH, started, rows, place.left_by(&order, &names)?);
    order.stages.push(StageRecord { status: if order.status == OrderStatus::Failed { order.status } else { end.status }, ..end });
    if order.status == OrderStatus::Stopped {
        order.write(place.path())?;
    } else {
        place.clear(&mut order)?;
    }
    drop(finish);
    telemetry::tell(&order, rows);
    Ok(Made { order, report })
}

/// Does the stages, which give the target's tables where they come to them, while another thread reads the same files for their fingerprints where the order does not have them.
fn walk(
    context: &Context,
    job: &Job<'_>,
    order: &mut OrderFile,
    place: &Workplace,
    files: &[InputFile],
    until: Stage,
    fresh: bool,
) -> Result<Option<Dataset<Converted>>, Failure> {
    let stop = AtomicBool::new(false);
    let vocabulary = order.vocabulary_from.clone();
    std::thread::scope(|scope| {
        let prints = || -> Result<(Vec<InputPrint>, Option<String>), Failure> {
            let input = fingerprint::of_files(files, &stop)?.unwrap_or_default();
            Ok((input, vocabulary.map_or(Ok(None), |folder| fingerprint::of_vocabulary(&folder, &stop))?))
        };
        let settle = fresh.then(|| {
            let hashing = scope.spawn(prints);
            |order: &mut OrderFile| {
                let hashed = hashing.join().unwrap_or_else(|_| Err(Failure::World("fingerprinting the input failed".to_owned())));
                (order.input, order.vocabulary) = hashed?;
                order.id = id(order, job);
                Ok(())
            }
        });
        let walked = Walk { context, job, place, order, settle }.up_to(until);
        stop.store(true, Ordering::Relaxed);
        walked
    })
}

/// The folder that files of the input lie in whose names have none, where the target's folders name tenants.
pub(crate) fn lies_in(book: &Rulebook, target: &str, input: &str, named: Option<&str>) -> Option<String> {
    let targets = book.targets();
    let tenant = targets.iter().find(|known| known.name == target)?.tenant.as_ref()?;
    tenant.folder?;
    // Who says whose the rows are needs no folder.
    let input = fs::canonicalize(input).ok().filter(|_| named.is_none())?;
    let folder = if input.is_dir() { input.as_path() } else { input.parent()? };
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// The tenants that have rows; what their folders are called is theirs alone.
fn tenants(job: &Job<'_>) -> Result<Vec<OrderTenant>, Failure> {
    let all = job.tenants().into_iter();
    let tenants: Vec<OrderTenant> =
        all.map(|(identity, names)| OrderTenant { identifier: tenant_identifier(&identity, ""), identity, names }).collect();
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    if tenants.iter().all(|tenant| folders.insert(&tenant.identifier)) {
        return Ok(tenants);
    }
    Err(Failure::World("two tenants of the order would have one folder; please report this".to_owned()))
}

/// Whether the data falls short, as far as was looked.
fn failed(outcome: &Outcome, closed: bool) -> bool {
    let fails = |finding: &Finding| finding.consequence == Consequence::Failed;
    // Before the target's tables are made, a row's fate is open.
    if closed { outcome.failed() } else { outcome.findings.iter().any(fails) }
}

/// All that decides what is converted, and nothing else: the way it is written does not.
fn id(order: &OrderFile, job: &Job<'_>) -> String {
    let mut parts = vec![job.source().to_string(), order.target.clone(), order.rules.clone(), order.today.to_string()];
    parts.push(order.limit.map(|limit| limit.to_string()).unwrap_or_default());
    parts.push(order.vocabulary.clone().unwrap_or_default());
    parts.push(order.parameters.len().to_string());
    parts.extend(order.parameters.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
    if !order.secrets.is_empty() {
        parts.push(job.secrets_print());
    }
    parts.extend(order.tenant.iter().chain(&order.lies_in).map(|name| format!("tenant:{name}")));
    parts.extend(order.input.iter().flat_map(|file| [file.name.clone(), file.blake3.clone()]));
    fingerprint::of_parts(parts.iter().map(String::as_str))
}

fn detection(place: &Workplace) -> Result<Value, Failure> {
    let path = place.stage().join(DETECTION);
    let text = fs::read_to_string(&path).map_err(|error| Failure::file("reading", &path, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::file("reading", &path, &error.into()))
}

fn report(order: &OrderFile, detection: Value, outcome: Outcome, feasibility: Option<Feasibility>, reached: Stage) -> Report {
    Report {
        source: order.source.clone(),
        version: order.version.clone(),
        target: order.target.clone(),
        detection,
        left_out: order.left_out.clone(),
        ledger: (reached >= Stage::Convert).then(|| LedgerFile::new(&outcome)),
        findings: outcome.findings,
        unmapped: outcome.unmapped,
        feasibility,
        checks: outcome.checks,
    }
}

impl Made {
    /// Fails where the data falls short: of its checks, of what the target declares, of whose rows they are said to be.
    pub(crate) fn sound(&self, out: &Path, loading: Loading) -> Result<(), Failure> {
        let shown = out.display();
        if self.order.status == OrderStatus::Failed {
            return Err(Failure::Data(format!(
                "the order `{shown}` failed, since its data falls short\nhelp: its report says why; mend the export or the rules, and run it anew"
            )));
        }
        self.order.feasible(out, loading)?;
        if self.report.findings.iter().any(|finding| finding.code == "R0601") {
            return Err(Failure::Data(format!(
                "files of `{shown}` hold another tenant's rows than their folder or `--tenant` says, and are set aside (R0601)"
            )));
        }
        Ok(())
    }

    /// What was made, for people; `out` is where it is, if it is anywhere.
    pub(crate) fn human(&self, out: Option<&Path>) -> String {
        let order = &self.order;
        let head = format!("{}: {}/{} to {}", self.status(out), order.source, order.version, order.target);
        let foot = match out {
            None => "nothing was written\n".to_owned(),
            Some(out) => {
                let shown = out.display();
                let rejects = if self.report.rejected() > 0 { format!("set aside   {shown}/rejects\n") } else { String::new() };
                let codes = if self.report.unmapped.is_empty() { String::new() } else { format!("unmapped    {shown}/unmapped.csv\n") };
                format!("order       {shown}\n{rejects}{codes}")
            }
        };
        format!("{head}\n\n{}\n{foot}", self.report.summary())
    }

    /// The same for scripts.
    pub(crate) fn json(&self, out: Option<&Path>, imported: &Value) -> Value {
        json!({
            "order": out,
            "status": self.status(out),
            "id": self.order.id,
            "source": self.order.source,
            "version": self.order.version,
            "target": self.order.target,
            "ledger": self.report.ledger(),
            "findings": self.report.findings,
            "unmapped": self.report.unmapped.len(),
            "no_go": self.order.no_go,
            "imported": imported,
        })
    }

    fn status(&self, out: Option<&Path>) -> &'static str {
        if out.is_none() && self.order.status == OrderStatus::Done { "dry_run" } else { self.order.status.word() }
    }
}
