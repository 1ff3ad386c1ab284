//! How a watcher hears that something changed: by notification where the file system gives any, by looking now and then where
//! others write to it over a network.

use crate::context::Context;
use crate::error::Failure;
use notify::RecommendedWatcher;
use notify::RecursiveMode;
use notify::Watcher;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::Instant;

/// How often a network folder is looked at.
const EVERY: Duration = Duration::from_secs(10);
/// How soon a signal to stop is heeded.
const HEED: Duration = Duration::from_millis(100);
/// What the kernel calls file systems that others write to without its knowing.
const NETWORK: &[&str] =
    &["nfs", "cifs", "smb", "fuse", "9p", "ceph", "afs", "gluster", "lustre", "vboxsf", "virtiofs", "drvfs", "ncp", "gpfs"];

/// Where news of a folder comes from.
pub(super) struct News {
    told: Option<(RecommendedWatcher, Receiver<()>)>,
    every: Option<Duration>,
}

impl News {
    /// News of a folder: polled where that is asked for, where it lies on a network, or where nothing else works.
    pub(super) fn of(folder: &Path, poll: Option<Duration>) -> Result<Self, Failure> {
        let real = folder.canonicalize().map_err(|error| Failure::file("opening the folder", folder, &error))?;
        let every = poll.or_else(|| is_remote(&real).then_some(EVERY));
        if every.is_some() {
            return Ok(Self { told: None, every });
        }
        let (sender, receiver) = mpsc::channel();
        let made = notify::recommended_watcher(move |_| {
            // Nobody listens any more once watching ends.
            let _ = sender.send(());
        });
        let begun = made.and_then(|mut watcher| watcher.watch(&real, RecursiveMode::Recursive).map(|()| watcher));
        // The kernel may have no watch left to give.
        Ok(match begun {
            Ok(watcher) => Self { told: Some((watcher, receiver)), every: None },
            Err(_) => Self { told: None, every: Some(EVERY) },
        })
    }

    /// How often the folder is to be looked at without any news.
    pub(super) fn every(&self) -> Option<Duration> {
        self.every
    }

    /// In words.
    pub(super) fn how(&self) -> String {
        self.every.map_or_else(|| "by notification".to_owned(), |every| format!("by looking every {} s", every.as_secs_f64()))
    }

    /// Waits for news, but not longer than this, nor once a signal asked to stop.
    pub(super) fn wait(&self, longest: Duration, context: &Context) {
        let end = Instant::now() + longest;
        while !context.is_stopping() {
            let left = end.saturating_duration_since(Instant::now()).min(HEED);
            if left.is_zero() {
                return;
            }
            match &self.told {
                Some((_, receiver)) => {
                    if receiver.recv_timeout(left).is_ok() {
                        // One write gives several.
                        while receiver.try_recv().is_ok() {}
                        return;
                    }
                }
                None => std::thread::sleep(left),
            }
        }
    }
}

/// Whether a folder lies on a network, or on something of which the kernel does not say what is written to it.
fn is_remote(folder: &Path) -> bool {
    fs::read_to_string("/proc/self/mountinfo").is_ok_and(|mounts| remote_by(&mounts, folder))
}

fn remote_by(mounts: &str, folder: &Path) -> bool {
    let mount = |line: &str| -> Option<(PathBuf, String)> {
        let (before, after) = line.split_once(" - ")?;
        let place = before.split(' ').nth(4)?.replace("\\040", " ");
        Some((PathBuf::from(place), after.split(' ').next()?.to_ascii_lowercase()))
    };
    // Of two at one place the later hides the earlier.
    let at =
        mounts.lines().filter_map(mount).filter(|(place, _)| folder.starts_with(place)).max_by_key(|(place, _)| place.components().count());
    at.is_some_and(|(_, kind)| NETWORK.iter().any(|name| kind.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::remote_by;
    use std::path::Path;

    #[test]
    fn a_network_folder_is_told_by_where_it_is_mounted() {
        let mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                      40 22 0:45 / /mnt/in\\040box rw - nfs4 server:/in rw,vers=4.2\n\
                      41 22 0:46 / /home/ada/share rw - fuse.sshfs ada@host: rw\n\
                      42 40 0:47 / /mnt/in\\040box/local rw - tmpfs tmpfs rw\n";
        let remote = |path: &str| remote_by(mounts, Path::new(path));
        assert!(remote("/mnt/in box") && remote("/mnt/in box/a") && remote("/home/ada/share/b"));
        assert!(!remote("/srv/in") && !remote("/mnt/in") && !remote("/mnt/in box/local/a"));
    }
}
