//! `lsp`: what editors speak, over stdin and stdout. What is known of rules is asked of the library; here is only the protocol.

mod answer;
mod place;
mod server;
mod wire;

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use clap::Args;
use ehr_rules::Checked;
use ehr_rules::Editor;
use ehr_rules::Error;
use ehr_rules::Overlay;
use lsp_server::Message;
use server::Server;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::thread;

/// Arguments of `lsp`.
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// What is spoken anyway; some editors add it
    #[arg(long, hide = true)]
    stdio: bool,
}

/// What the server is told.
enum Event {
    /// The editor says something.
    Said(Message),
    /// The editor says what is no message; the number and text of an error.
    Garbled(i32, String),
    /// The editor is gone.
    Gone,
    /// A check is done, of the state of that number; `None` where it panicked.
    Checked(u64, Option<Result<Checked, Error>>),
}

/// A state to check, by its number.
struct Job {
    state: u64,
    folders: Vec<PathBuf>,
    overlay: Overlay,
}

impl Lsp {
    /// Serves until the editor says `exit` or is gone.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        tracing::debug!(stdio = self.stdio, "serving an editor");
        let (events, heard) = mpsc::channel();
        let (jobs, asked) = mpsc::channel();
        let tells = events.clone();
        thread::spawn(move || wire::listen(&mut std::io::stdin().lock(), &events));
        thread::spawn(move || check(&asked, &tells));
        let mut server = Server::new(context.rules.clone(), jobs);
        let mut waiting: VecDeque<Event> = VecDeque::new();
        loop {
            if let Some(event) = next(&heard, &mut waiting, &mut server)
                && let Some(left) = server.hear(event)
            {
                return left;
            }
            server.go_on();
        }
    }
}

/// The next event; none where it is time to check. What is cancelled before its turn has come is answered so.
fn next(heard: &Receiver<Event>, waiting: &mut VecDeque<Event>, server: &mut Server) -> Option<Event> {
    if waiting.is_empty() {
        let first = match server.patience() {
            None => heard.recv().unwrap_or(Event::Gone),
            Some(time) => match heard.recv_timeout(time) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => Event::Gone,
            },
        };
        waiting.push_back(first);
    }
    waiting.extend(heard.try_iter());
    for event in waiting.iter() {
        if let Event::Said(Message::Notification(note)) = event
            && note.method == "$/cancelRequest"
        {
            server.cancel(&note.params);
        }
    }
    waiting.pop_front()
}

/// Checks states as they come, each time only the newest.
fn check(asked: &Receiver<Job>, tells: &Sender<Event>) {
    while let Ok(mut job) = asked.recv() {
        if let Some(newer) = asked.try_iter().last() {
            job = newer;
        }
        let checked = catch_unwind(AssertUnwindSafe(|| Editor::check(&job.folders, &job.overlay))).ok();
        if tells.send(Event::Checked(job.state, checked)).is_err() {
            return;
        }
    }
}
