//! The commands, one file each: its arguments, and what it does.

mod assess;
mod check;
mod conflicts;
mod detect;
mod diff;
mod docs;
mod explain;
mod functions;
pub(crate) mod import;
mod init;
mod lsp;
pub(crate) mod resume;
pub(crate) mod run;
mod scan;
mod schema;
mod standing;
mod status;
mod tenants;
pub(crate) mod terms;
mod test;
mod undo;
mod watch;
mod why;

use crate::cli::Format;
use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use clap::Subcommand;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile everything under --rules, print every diagnostic, change nothing
    Check(check::Check),
    /// Run the rulesets' own cases, and say which rules none of them reaches
    Test(test::Test),
    /// Say what an unknown export holds: dialects, columns, types, keys, references, codes, identifiers of persons
    Scan(scan::Scan),
    /// Draft a source's schema and rules from an export, for a person to go over
    Init(init::Init),
    /// Say which system and version made an export, and why
    Detect(detect::Detect),
    /// Say what would convert, be defaulted, set aside or stay unmapped, and whether that is enough; writes nothing
    Assess(assess::Assess),
    /// The whole way: detect, read, assess, categorize, convert, verify, and with --to import
    Run(run::Run),
    /// Go on with an order where it stopped, or where a run that was killed left it
    Resume(resume::Resume),
    /// Load a converted order into a database, all of it or nothing
    Import(import::Import),
    /// Take one order's rows out of a database again, all of them or none
    Undo(undo::Undo),
    /// List, show, accept and reject rows that came again and were not the same
    Conflicts(conflicts::Conflicts),
    /// Say where orders stand
    Status(status::StatusOf),
    /// Run every new export that appears in a folder, until stopped
    Watch(Box<watch::Watch>),
    /// Say whose data a destination keeps, and under which names; map a new name, let a tenant log in
    Tenants(tenants::Tenants),
    /// Say how one output row of an order came to be: its lines of the input, and every rule in between
    Why(why::Why),
    /// Say what changes in the output when the rules change, and which rule each difference comes from
    Diff(diff::Diff),
    /// Write the mapping document: one page for each source and target, for people who read no code
    Docs(docs::Docs),
    /// Say where a table or column of a target comes from, as rules and as a plan
    Explain(explain::Explain),
    /// The function reference
    Functions(functions::Functions),
    /// Speak to an editor over stdin and stdout: diagnostics as you type, completion, hover, where things come from
    Lsp(lsp::Lsp),
    /// The JSON Schemas of the YAML files, for editors
    Schema(schema::Schema),
}

impl Command {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Status, Failure> {
        if matches!(context.format, Format::Github | Format::Sarif) && !matches!(self, Self::Check(_)) {
            return Err(Failure::Usage("only `check` answers as `github` or `sarif`; here `--format` is `human` or `json`".to_owned()));
        }
        match self {
            Self::Check(check) => check.run(context),
            Self::Test(test) => test.run(context),
            Self::Scan(scan) => scan.run(context),
            Self::Init(init) => init.run(context),
            Self::Detect(detect) => detect.run(context),
            Self::Assess(assess) => assess.run(context),
            Self::Run(run) => run.run(context),
            Self::Resume(resume) => resume.run(context),
            Self::Import(import) => import.run(context),
            Self::Undo(undo) => undo.run(context),
            Self::Conflicts(conflicts) => conflicts.run(context),
            Self::Status(status) => status.run(context),
            Self::Watch(watch) => watch.run(context),
            Self::Tenants(tenants) => tenants.run(context),
            Self::Why(why) => why.run(context),
            Self::Diff(diff) => diff.run(context),
            Self::Docs(docs) => docs.run(context),
            Self::Explain(explain) => explain.run(context),
            Self::Functions(functions) => functions.run(context),
            Self::Lsp(lsp) => lsp.run(context),
            Self::Schema(schema) => schema.run(context),
        }
    }
}
