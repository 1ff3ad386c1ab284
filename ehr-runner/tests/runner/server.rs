//! A `PostgreSQL` server of a test's own: private, on a free port of this machine, ended with the test.

use postgres::Client;
use postgres::NoTls;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

/// Where Debian puts the server's programs, which it leaves out of the path.
const FOLDERS: &str = "/usr/lib/postgresql";
/// A server does not run as root; this is who nobody is on Debian.
const NOBODY: u32 = 65534;
/// The superuser.
const USER: &str = "clinic";
/// Its password.
pub(crate) const PASSWORD: &str = "a password with 'quotes' and spaces";

/// A running server with an empty database.
pub(crate) struct Server {
    _folder: TempDir,
    data: PathBuf,
    child: Child,
    port: u16,
}

impl Server {
    /// Starts one. `None` where its programs are not there and cannot be installed: the test is then skipped, and says so.
    pub(crate) fn start() -> Option<Self> {
        if !installed() {
            let skipped = "SKIPPED: PostgreSQL is not installed: `apt-get install postgresql`";
            assert!(std::env::var_os("CI").is_none(), "{skipped}");
            drop(std::io::stderr().write_all(format!("{skipped}\n").as_bytes()));
            return None;
        }
        let folder = tempfile::Builder::new().prefix("ehr-pg-").tempdir_in("/tmp").unwrap();
        let data = folder.path().join("data");
        let secret = folder.path().join("password");
        fs::create_dir(&data).unwrap();
        fs::write(&secret, PASSWORD).unwrap();
        for path in [folder.path(), &data, &secret] {
            if as_root() {
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let made = command("initdb")
            .args(["-U", USER, "-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"])
            .arg(format!("--pwfile={}", secret.display()))
            .arg("-D")
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { child: run(&data, port), _folder: folder, data, port };
        server.wait();
        server.client("postgres").batch_execute("CREATE DATABASE ehr").unwrap();
        Some(server)
    }

    /// The address of its database for a user.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/ehr", self.port)
    }

    /// The same for somebody else.
    pub(crate) fn url_of(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/ehr", self.port)
    }

    /// A connection to its database.
    pub(crate) fn connect(&self) -> Client {
        self.client("ehr")
    }

    /// One number, or -1 where the query fails.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.connect().query_one(sql, &[]).map_or(-1, |row| row.get(0))
    }

    /// Kills it as a loss of power would, and starts it again.
    pub(crate) fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        // Its children notice that it is gone, and free the port and the shared memory.
        let begun = Instant::now();
        loop {
            let mut child = run(&self.data, self.port);
            std::thread::sleep(Duration::from_millis(200));
            if matches!(child.try_wait(), Ok(None)) {
                self.child = child;
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "the server does not start again");
        }
        self.wait();
    }

    fn client(&self, database: &str) -> Client {
        self.try_client(database).unwrap()
    }

    fn try_client(&self, database: &str) -> Result<Client, postgres::Error> {
        let mut config = postgres::Config::new();
        config.host("127.0.0.1").port(self.port).user(USER).password(PASSWORD).dbname(database).connect(NoTls)
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        while self.try_client("postgres").is_err() {
            assert!(begun.elapsed() < Duration::from_mins(1), "the server never answered");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing of it is kept, so it need not end well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn run(data: &PathBuf, port: u16) -> Child {
    command("postgres")
        .arg("-D")
        .arg(data)
        .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", "", "-F"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn as_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
}

fn command(program: &str) -> Command {
    let mut command = Command::new(find(program).unwrap());
    command.current_dir("/");
    if as_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Whether the server's programs are there, if need be after they were installed: once for all tests.
fn installed() -> bool {
    static INSTALLED: LazyLock<bool> = LazyLock::new(|| {
        if find("postgres").is_none() && as_root() {
            let install = Command::new("apt-get").args(["install", "-y", "--no-install-recommends", "postgresql"]).output();
            drop(install);
        }
        find("postgres").is_some() && find("initdb").is_some()
    });
    *INSTALLED
}

/// The newest that is there.
fn find(program: &str) -> Option<PathBuf> {
    let versions = fs::read_dir(FOLDERS).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin").join(program)).filter(|path| path.is_file()).max()
}
