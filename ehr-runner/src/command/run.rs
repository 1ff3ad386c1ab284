//! `run`: the whole way from a folder of exports to an order, and into a database.

use crate::command::import;
use crate::command::terms::Extent;
use crate::command::terms::Terms;
use crate::context::Context;
use crate::corridor::Stage;
use crate::destination::Destination;
use crate::destination::Given;
use crate::destination::Loading;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use crate::making;
use crate::making::Request;
use crate::order::OrderStatus;
use crate::order::Output;
use crate::order::Wanted;
use crate::order::now;
use crate::order::workplace;
use crate::order::workplace::Workplace;
use crate::source;
use crate::source::leave::Leave;
use crate::telemetry;
use clap::Args;
use ehr_rules::Rulebook;
use ehr_rules::TargetSchema;
use serde_json::Value;
use std::path::Path;
use std::path::PathBuf;

/// What `ehr-runner run --help` ends with.
const AFTER: &str = "\
The order's folder appears when it is whole, or stopped where `--until` says. A run that is interrupted leaves none; of
one that is killed, `resume` takes up the stages that were done, or the same command is given again. It holds:
  converted/    the target's tables             categorized/  the common model in between
  rejects/      rows set aside, with the reason  unmapped.csv  codes without a mapping
  repaired/     rows cut otherwise than written, as they were
  ledger.json   every input row's fate           report.html   what was found (report.json for scripts)
  order.json    what was made of what, and when  log.jsonl     what happened

A secret that the rules name, such as the key of `pseudonym`, is given by the environment: EHR_SECRET_NAME holds it, or
EHR_SECRET_NAME_FILE names a file that its owner alone may read (mode 0600). The order records its name only.

Rows set aside do not fail an order. A ledger that does not balance, or a target that breaks its own schema,
does: the order is then kept to be looked at, cannot be imported, and the status is 4. So it is where an order does not come to
what the target's `feasibility` declares; it can then be loaded with --despite-no-go. A file of the input that cannot be
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
    #[command(flatten)]
    terms: Terms,
    #[command(flatten)]
    extent: Extent,
    /// Everything but the last write: no order appears, no database is touched
    #[arg(long, env = "EHR_DRY_RUN")]
    dry_run: bool,
    /// Stop after this stage; the order then holds what was made, and `resume` goes on with it
    #[arg(long, value_enum, value_name = "STAGE", env = "EHR_UNTIL")]
    until: Option<Stage>,
    /// How tables are written
    #[arg(long, value_enum, default_value = "csv", env = "EHR_OUTPUT")]
    output: Output,
    /// Load the order into this database when it is done
    #[arg(long, value_name = "URL", env = "EHR_TO")]
    to: Option<Given>,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    leave: Leave,
}

impl Run {
    /// Checks all that can be known before the first row, runs, puts the order into place, loads it.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        self.terms.check()?;
        let to = self.to.as_ref().map(Given::get).transpose()?;
        import::fits(self.until, to.is_some())?;
        let out = self.place()?;
        workplace::free(&out)?;
        self.apart(&out)?;
        let book = context.rulebook()?;
        let target = import::target(&book, &self.target)?;
        if let Some(to) = to {
            to.check(target, self.loading)?;
        }
        context.heed_signals()?;
        telemetry::within(&telemetry::order(), || self.order(context, &book, target, to, &out))
    }

    /// The order itself.
    fn order(
        &self,
        context: &Context,
        book: &Rulebook,
        target: &TargetSchema,
        to: Option<&Destination>,
        out: &Path,
    ) -> Result<Status, Failure> {
        let started = now();
        let input = &source::open(context, &self.input, &self.leave)?;
        input.is_whole()?;
        let found = telemetry::within(&telemetry::stage(Stage::Detect.name()), || {
            identify::source(context, book, self.terms.source.as_ref(), &input.files)
        })?;

        let place = Workplace::create(out)?;
        let until = self.until.unwrap_or(Stage::Import);
        let order = making::begin(book, &self.request()?, &place, input, found, started);
        let made = order.and_then(|order| making::make(context, book, order, &place, input, until));
        // Whatever an interrupted stage says of itself, it was interrupted.
        let made = context.go_on().and(made)?;
        let go = made.order.status == OrderStatus::Done && made.order.feasible(out, self.loading).is_ok();
        if self.dry_run {
            drop(place);
        } else {
            place.place(&made.order)?;
        }

        let loaded = match to {
            Some(to) if go && !self.dry_run => Some(
                import::load(context, out, &made.order, target, to, self.loading, None)
                    .inspect_err(|_| context.note(&import::not_loaded(out)))?,
            ),
            _ => None,
        };
        let shown = (!self.dry_run).then_some(out);
        let mut human = made.human(shown);
        if let Some(loaded) = &loaded {
            human.push_str(&loaded.human());
        }
        context.answer(&human, &made.json(shown, &loaded.as_ref().map_or(Value::Null, import::Loaded::json)))?;
        context.verdict(made.sound(out, self.loading))
    }

    fn request(&self) -> Result<Request, Failure> {
        let to = match &self.to {
            Some(to) => Some(Wanted { to: to.again()?, loading: self.loading }),
            None => None,
        };
        Ok(Request {
            input: self.input.clone(),
            target: self.target.clone(),
            limit: self.extent.limit,
            output: self.output,
            today: self.extent.today,
            tenant: self.terms.tenant.clone(),
            parameters: self.terms.parameters(),
            vocabulary: self.terms.vocabulary.clone(),
            to,
        })
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
}
