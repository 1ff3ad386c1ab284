//! The stages of an order in their order, each with its time, its rows and what it leaves in the order's folder. A stage that
//! was done already is not done again: what it left is taken up.

use crate::context::Context;
use crate::error::Failure;
use crate::failpoint;
use crate::order::OrderFile;
use crate::order::StageRecord;
use crate::order::now;
use crate::order::workplace::Workplace;
use crate::sink;
use crate::telemetry;
use chrono::DateTime;
use chrono::Utc;
use clap::ValueEnum;
use ehr_rules::Converted;
use ehr_rules::Dataset;
use ehr_rules::Job;
use ehr_rules::Standing;
use ehr_rules::Table;
use std::mem;

/// Where an order may be told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Stage {
    /// It is known which system made the export.
    Detect,
    /// Every table is read, typed; what does not hold is set aside.
    Read,
    /// What no single row can know is checked.
    Assess,
    /// The categories are made.
    Categorize,
    /// The target's tables are made.
    Convert,
    /// The target's tables are checked against its schema: the order is whole.
    Verify,
    /// The order is loaded into a database.
    Import,
}

impl Stage {
    /// As `order.json` names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Read => "read",
            Self::Assess => "assess",
            Self::Categorize => "categorize",
            Self::Convert => "convert",
            Self::Verify => "verify",
            Self::Import => "import",
        }
    }

    /// The stage of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|stage| stage.name() == name)
    }
}

/// A way through the stages.
pub(crate) struct Walk<'a, 'book, Settle> {
    pub(crate) context: &'a Context,
    pub(crate) job: &'a Job<'book>,
    pub(crate) place: &'a Workplace,
    /// What is known of the order; each stage is written into it.
    pub(crate) order: &'a mut OrderFile,
    /// Completes what must be known of the order before it is first written down.
    pub(crate) settle: Option<Settle>,
}

impl<Settle: FnOnce(&mut OrderFile) -> Result<(), Failure>> Walk<'_, '_, Settle> {
    /// Walks up to this stage, which may lie behind; gives the target's tables where it comes to them.
    pub(crate) fn up_to(&mut self, until: Stage) -> Result<Option<Dataset<Converted>>, Failure> {
        if until == Stage::Detect {
            self.write_down()?;
            return Ok(None);
        }
        let (context, job, place, output) = (self.context, self.job, self.place, self.order.output);
        let read = self.step(Stage::Read, || Ok((job.read()?, Vec::new())))?;
        if until == Stage::Read {
            return Ok(None);
        }
        let sound = self.step(Stage::Assess, || Ok((job.assess(read)?, Vec::new())))?;
        if until == Stage::Assess {
            return Ok(None);
        }
        let categorize = || {
            let common = job.categorize(&sound)?;
            // Where the target reads its source straight, what goes on are the source's own tables.
            let made = if job.target().sources.is_empty() { common.tables() } else { &[] };
            let kind = |table: &str, column: &str| job.category_kind(table, column);
            place.publish("categorized", |folder| sink::write_tables(context, made, &kind, folder, output))?;
            Ok((common, vec!["categorized"]))
        };
        let common = self.step(Stage::Categorize, categorize)?;
        if until == Stage::Categorize {
            return Ok(None);
        }
        let convert = || {
            let converted = job.convert(&common)?;
            let kind = |table: &str, column: &str| job.target_kind(table, column);
            let tracked = job.tracked(&converted)?;
            let published = if job.target().tenant.is_some() { "tenants" } else { "converted" };
            place.publish(published, |folder| match published {
                "tenants" => {
                    sink::write_tenants(context, job, converted.tables(), &kind, folder, output)?;
                    sink::write_tracked_tenants(context, job, &tracked, &kind, folder, output)
                }
                _ => sink::write_tables(context, converted.tables(), &kind, folder, output),
            })?;
            let mut published = vec![published];
            if !tracked.is_empty() && job.target().tenant.is_none() {
                place.publish("tracked", |folder| sink::write_tracked(context, &tracked, &kind, folder, output))?;
                published.push("tracked");
            }
            if let Some(actions) = job.actions() {
                place.publish("actions.csv", |file| sink::write_table(actions.frame()?, file, sink::csv::format()))?;
                published.push("actions.csv");
            }
            Ok((converted, published))
        };
        let converted = self.step(Stage::Convert, convert)?;
        if until < Stage::Verify {
            return Ok(Some(converted));
        }
        let verified = self.step(Stage::Verify, || {
            job.verify(&converted)?;
            Ok((converted, Vec::new()))
        })?;
        Ok(Some(verified))
    }

    /// Does a stage and writes down that it is done, or takes up what it left.
    fn step<S: Standing>(
        &mut self,
        stage: Stage,
        work: impl FnOnce() -> Result<(Dataset<S>, Vec<&'static str>), Failure>,
    ) -> Result<Dataset<S>, Failure> {
        let path = self.place.stage().join(format!("{}.json", stage.name()));
        if self.order.has(stage.name()) {
            return Ok(self.job.take_up(&path)?);
        }
        self.context.next_stage()?;
        let started = now();
        tracing::info!(stage = stage.name(), "started");
        let span = telemetry::stage(stage.name());
        let (made, published) = telemetry::within(&span, || {
            let (made, published) = work()?;
            failpoint::reached("stage_worked");
            self.job.keep(&made, &path)?;
            failpoint::reached("stage_kept");
            Ok((made, published))
        })?;
        let rows = rows(made.tables());
        telemetry::count(&span, "stage.rows", rows);
        self.done(stage.name(), started, rows, &published)?;
        Ok(made)
    }

    /// Writes a stage into the order, with what it left.
    fn done(&mut self, name: &'static str, started: DateTime<Utc>, rows: u64, published: &[&str]) -> Result<(), Failure> {
        tracing::info!(stage = name, rows, "done");
        let files = self.place.left_by(self.order, published)?;
        self.order.stages.push(StageRecord::done(name, started, rows, files));
        self.write_down()
    }

    fn write_down(&mut self) -> Result<(), Failure> {
        if let Some(settle) = mem::take(&mut self.settle) {
            settle(self.order)?;
        }
        self.order.write(self.place.path())
    }
}

fn rows(tables: &[Table]) -> u64 {
    tables.iter().map(|table| table.rows).sum()
}
