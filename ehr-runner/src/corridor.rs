//! The stages of a run in their order, each with its time and its rows, and what they leave in the order's folder.

use crate::context::Context;
use crate::error::Failure;
use crate::order::OrderStatus;
use crate::order::Output;
use crate::order::StageRecord;
use crate::order::now;
use crate::sink;
use clap::ValueEnum;
use ehr_rules::Consequence;
use ehr_rules::Finding;
use ehr_rules::Job;
use ehr_rules::Outcome;
use ehr_rules::Table;
use std::path::Path;

/// Where a run may be told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Stage {
    /// Every table is read, typed; what does not hold is set aside.
    Read,
    /// What no single row can know is checked.
    Assess,
    /// The categories are made.
    Categorize,
    /// The target's tables are made.
    Convert,
    /// The target's tables are checked against its schema.
    Verify,
}

/// How far a run came, and what it found.
pub(crate) struct Walked {
    /// Each stage that was done.
    pub(crate) stages: Vec<StageRecord>,
    /// What it came to.
    pub(crate) outcome: Outcome,
    /// How far it was to go.
    pub(crate) until: Stage,
}

/// Walks a job through its stages up to `until`; tables are written into `folder` as they are made.
pub(crate) fn walk(context: &Context, job: &Job<'_>, folder: &Path, output: Output, until: Stage) -> Result<Walked, Failure> {
    let mut stages = Stages { context, done: Vec::new() };
    stages.up_to(until, job, folder, output)?;
    let outcome = stages.run("finish", || Ok(job.finish()?), |outcome| outcome.tables.iter().map(|table| table.read).sum())?;
    let mut walked = Walked { stages: stages.done, outcome, until };
    if walked.failed()
        && let Some(last) = walked.stages.last_mut()
    {
        last.status = OrderStatus::Failed;
    }
    Ok(walked)
}

impl Walked {
    /// Whether each row's fate is known; before the target's tables are made, it is open.
    pub(crate) fn closed(&self) -> bool {
        self.until >= Stage::Convert
    }

    /// Whether the data falls short, as far as was looked.
    pub(crate) fn failed(&self) -> bool {
        let fails = |finding: &Finding| finding.consequence == Consequence::Failed;
        if self.closed() { self.outcome.failed() } else { self.outcome.findings.iter().any(fails) }
    }
}

struct Stages<'a> {
    context: &'a Context,
    done: Vec<StageRecord>,
}

impl Stages<'_> {
    fn up_to(&mut self, until: Stage, job: &Job<'_>, folder: &Path, output: Output) -> Result<(), Failure> {
        let context = self.context;
        let read = self.run("read", || Ok(job.read()?), |data| rows(data.tables()))?;
        if until == Stage::Read {
            return Ok(());
        }
        let sound = self.run("assess", || Ok(job.assess(read)?), |data| rows(data.tables()))?;
        if until == Stage::Assess {
            return Ok(());
        }
        let categorize = || {
            let common = job.categorize(&sound)?;
            // Where the target reads its source straight, what goes on are the source's own tables.
            let made = if job.target().sources.is_empty() { common.tables() } else { &[] };
            let kind = |table: &str, column: &str| job.category_kind(table, column);
            sink::write_tables(context, made, &kind, &folder.join("categorized"), output)?;
            Ok(common)
        };
        let common = self.run("categorize", categorize, |data| rows(data.tables()))?;
        if until == Stage::Categorize {
            return Ok(());
        }
        let convert = || {
            let converted = job.convert(&common)?;
            let kind = |table: &str, column: &str| job.target_kind(table, column);
            sink::write_tables(context, converted.tables(), &kind, &folder.join("converted"), output)?;
            if let Some(actions) = job.actions() {
                sink::write_table(actions.frame()?, &folder.join("actions.csv"), sink::csv::format())?;
            }
            Ok(converted)
        };
        let converted = self.run("convert", convert, |data| rows(data.tables()))?;
        if until >= Stage::Verify {
            self.run("verify", || Ok(job.verify(&converted)?), |()| rows(converted.tables()))?;
        }
        Ok(())
    }

    fn run<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, Failure>,
        rows: impl FnOnce(&T) -> u64,
    ) -> Result<T, Failure> {
        self.context.go_on()?;
        let started = now();
        tracing::info!(stage = name, "started");
        let made = work()?;
        let rows = rows(&made);
        tracing::info!(stage = name, rows, "done");
        self.done.push(StageRecord::done(name, started, rows));
        Ok(made)
    }
}

fn rows(tables: &[Table]) -> u64 {
    tables.iter().map(|table| table.rows).sum()
}
