//! `ehr-runner`: fetches files, calls `ehr-rules`, writes what comes of it.
//!
//! It is thin: each command is a few calls. What it adds is the world: folders, signals, databases, exit statuses.

mod cli;
mod command;
mod context;
mod corridor;
mod destination;
mod error;
mod failpoint;
mod fingerprint;
mod html;
mod identify;
mod journal;
mod making;
mod order;
mod profile;
mod progress;
mod report;
mod secret;
mod sink;
mod source;
mod telemetry;
mod watch;

use crate::cli::Cli;
use crate::context::Context;
use crate::error::Failure;
use clap::Parser;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    say_where_it_panicked();
    let context = Context::new(&cli.global);
    let answer = catch_unwind(AssertUnwindSafe(|| cli.command.run(&context)));
    let status = match answer {
        Ok(Ok(status)) => status.number(),
        Ok(Err(failure)) => context.fail(&failure),
        Err(_) => context.fail(&Failure::World("this is a bug in ehr-runner, please report it".to_owned())),
    };
    context.journal.end();
    ExitCode::from(status)
}

/// A panic's own message may hold a value from the data, so only its place is said.
fn say_where_it_panicked() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        drop(writeln!(std::io::stderr(), "error: something impossible happened{place}"));
    }));
}
