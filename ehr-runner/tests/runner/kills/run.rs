//! The program at work, as one looks at it who means to kill it.

use crate::place::PROGRAM;
use crate::place::Place;
use crate::server::PASSWORD;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

/// How long a run may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(15);

/// A run of the program.
pub(super) struct Run {
    child: Child,
    log: PathBuf,
    began: Instant,
}

/// How it ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its status, where nobody killed it.
    pub(super) code: Option<i32>,
    /// What killed it.
    pub(super) signal: Option<i32>,
    /// What it said on stderr.
    pub(super) said: String,
    /// The places that it came to.
    pub(super) passed: Vec<String>,
    /// How long it took.
    pub(super) lasted: Duration,
}

/// A time zone in which it was about noon when the tests began, so that none of them runs into another day.
pub(super) fn noon() -> &'static str {
    static NOON: LazyLock<String> = LazyLock::new(|| {
        let hour = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 3600 % 24;
        // What is east of Greenwich is below nothing in this form.
        format!("<noon>{}", i64::try_from(hour).unwrap() - 12)
    });
    &NOON
}

impl Run {
    /// Starts it; where `failpoint` names a place it ends itself there.
    pub(super) fn start(place: &Place, arguments: &str, failpoint: Option<&str>) -> Self {
        Self::start_with(place, arguments, failpoint, &[])
    }

    /// The same with more in its environment.
    pub(super) fn start_with(place: &Place, arguments: &str, failpoint: Option<&str>, variables: &[(&str, &str)]) -> Self {
        let log = place.path("passed.log");
        // There may be none yet.
        drop(fs::remove_file(&log));
        let mut command = Command::new(PROGRAM);
        command.current_dir(place.path("")).args(arguments.split_whitespace());
        command.env("EHR_TO_PASSWORD", PASSWORD).env("EHR_FAILPOINT_LOG", &log).env_remove("RUST_LOG").env_remove("EHR_FAILPOINT");
        command.env("TZ", noon()).envs(variables.iter().copied());
        if let Some(failpoint) = failpoint {
            command.env("EHR_FAILPOINT", failpoint);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        Self { child, log, began: Instant::now() }
    }

    /// The places that it came to up to now.
    pub(super) fn passed(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Waits until it comes to a place; how long it had been at work then, or `None` where it ended before.
    pub(super) fn until(&mut self, place: &str) -> Option<Duration> {
        loop {
            let ended = self.child.try_wait().unwrap().is_some();
            if self.passed().iter().any(|passed| passed == place) {
                return Some(self.began.elapsed());
            }
            if ended {
                return None;
            }
            assert!(self.began.elapsed() < PATIENCE, "it never came to `{place}`");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Kills it, unless it ended by itself.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Waits for its end.
    pub(super) fn end(mut self) -> Ended {
        while self.child.try_wait().unwrap().is_none() {
            if self.began.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("it does not end after {:?}", self.passed().last());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let lasted = self.began.elapsed();
        let passed = self.passed();
        let ended = self.child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        Ended { code: ended.status.code(), signal: ended.status.signal(), said, passed, lasted }
    }
}
