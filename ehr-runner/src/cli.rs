//! The command line: global options, and the commands there are.

use crate::command::Command;
use clap::ArgAction;
use clap::Args;
use clap::Parser;
use clap::ValueEnum;
use std::path::PathBuf;

/// What `ehr-runner --help` ends with.
const AFTER: &str = "\
Exit status:
  0  done, and nothing fell short
  1  the rules are wrong: diagnostics were printed
  2  the command line is wrong
  3  the export was not identified, or is ambiguous
  4  the data falls short: not feasible, over its error budget, or a ledger that does not balance
  5  the world failed: a file, a database
130  interrupted; nothing was written

Examples:
  ehr-runner check
  ehr-runner detect export/
  ehr-runner assess export/ --target omop-5.4
  ehr-runner run export/ --target omop-5.4 --out order
  ehr-runner import order --to sqlite:clinic.db";

/// Applies a ruleset to a folder of exports: detect, read, convert, verify, import.
///
/// The rules are YAML files in a `rulesets` folder; its README says how they are written. Every option can also be
/// given by an environment variable, named beside it.
#[derive(Debug, Parser)]
#[command(version, after_long_help = AFTER, propagate_version = true)]
pub(crate) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// A folder of rulesets; may be given several times
    #[arg(long, global = true, value_name = "DIR", env = "EHR_RULES", default_value = "rulesets")]
    pub(crate) rules: Vec<PathBuf>,
    /// How the answer is printed on stdout; `github` and `sarif` are for `check` only
    #[arg(long, global = true, value_enum, env = "EHR_FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Only errors on stderr
    #[arg(short, long, global = true, env = "EHR_QUIET", conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// More on stderr; twice for still more (`RUST_LOG` works too)
    #[arg(short, long, global = true, action = ArgAction::Count, env = "EHR_VERBOSE")]
    pub(crate) verbose: u8,
    /// How what goes to stderr is written: for people, or as JSON lines, notes and errors among them
    #[arg(long, global = true, value_enum, env = "EHR_LOG_FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
    /// No progress bars; they are off anyway where stderr is no terminal
    #[arg(long, global = true, env = "EHR_NO_PROGRESS")]
    pub(crate) no_progress: bool,
}

/// How what goes to stderr is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// JSON lines, for whoever collects logs.
    Json,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON value, for scripts.
    Json,
    /// GitHub's workflow commands: annotations beside the lines of a pull request.
    Github,
    /// SARIF 2.1.0, for code scanners and editors.
    Sarif,
}
