//! Places at which a test ends the process, as a loss of power would: one wherever the state of the world changes.
//!
//! `EHR_FAILPOINT=committed:2` ends the process where it comes to `committed` for the second time. `EHR_FAILPOINT_LOG` names a file to which
//! every place is appended that is come to, so that a test knows how far a process was that it killed. A release has none of this.

#[cfg(debug_assertions)]
use std::fs::File;
#[cfg(debug_assertions)]
use std::io::Write;
#[cfg(debug_assertions)]
use std::sync::atomic::AtomicU64;
#[cfg(debug_assertions)]
use std::sync::atomic::Ordering;

/// Says that the process is at this place; it may be the last thing that it does.
#[cfg(debug_assertions)]
pub(crate) fn reached(place: &str) {
    static TIMES: AtomicU64 = AtomicU64::new(0);
    if let Some(log) = std::env::var_os("EHR_FAILPOINT_LOG") {
        let file = File::options().create(true).append(true).open(log);
        // A test that finds its log wanting says so itself.
        drop(file.and_then(|mut file| file.write_all(format!("{place}\n").as_bytes())));
    }
    let Ok(asked) = std::env::var("EHR_FAILPOINT") else { return };
    let (asked, time) = asked.split_once(':').unwrap_or((&asked, "1"));
    if asked == place && time.parse() == Ok(TIMES.fetch_add(1, Ordering::Relaxed) + 1) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(crate) const fn reached(_: &str) {}
