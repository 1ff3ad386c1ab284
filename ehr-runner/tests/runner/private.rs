//! What servers of a test's own share: each is private, on a free port of this machine, and nobody's who may do anything else.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

/// A server does not run as root; this is who nobody is on Debian.
const NOBODY: u32 = 65534;
/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The test is skipped, and says why, past the capture of what tests print; in CI nothing is.
pub(crate) fn skipped<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    drop(std::io::stderr().write_all(format!("SKIPPED: {why}\n").as_bytes()));
    None
}

/// A port that nobody has at this moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Whether the tests are run by root.
pub(crate) fn as_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
}

/// Lets a server have these; whether it can.
pub(crate) fn give_away(paths: &[&Path]) -> bool {
    !as_root() || paths.iter().all(|path| chown(path, Some(NOBODY), Some(NOBODY)).is_ok())
}

/// A program of a server, to be run by whom a server may be.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if as_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Waits until a server answers `ask`, which says whether it is this one; `false` where it is another one, or this one has ended.
pub(crate) fn answers(child: &mut Child, ask: impl Fn() -> Option<bool>) -> bool {
    let begun = Instant::now();
    loop {
        if let Some(this) = ask() {
            return this;
        }
        if !matches!(child.try_wait(), Ok(None)) {
            return false;
        }
        assert!(begun.elapsed() < PATIENCE, "the server never answered");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts a server that was killed until it answers: what a new one needs is free only once all of the old one is gone.
pub(crate) fn restarted(mut start: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !start() {
        assert!(begun.elapsed() < PATIENCE, "the server does not start again");
        std::thread::sleep(Duration::from_millis(100));
    }
}
