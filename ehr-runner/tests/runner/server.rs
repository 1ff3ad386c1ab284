//! A `PostgreSQL` server of a test's own: private, on a free port of this machine, ended with the test.

use postgres::Client;
use postgres::NoTls;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
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
            let lacking = "PostgreSQL is not installed: `apt-get install postgresql`";
            assert!(std::env::var_os("CI").is_none(), "{lacking}");
            return skipped(lacking);
        }
        let folder = tempfile::Builder::new().prefix("ehr-pg-").tempdir_in("/tmp").unwrap();
        let data = folder.path().join("data");
        let secret = folder.path().join("password");
        fs::create_dir(&data).unwrap();
        fs::write(&secret, PASSWORD).unwrap();
        for path in [folder.path(), &data, &secret] {
            if as_root() && std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).is_err() {
                return skipped("PostgreSQL does not run as root, and root may not become anybody else here");
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
        let port = free_port();
        let mut server = Self { child: run(&data, port), _folder: folder, data, port };
        // A port that is free now may be somebody else's a moment later.
        while !server.answers() {
            server.port = free_port();
            server.child = run(&server.data, server.port);
        }
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
        // Its children notice that it is gone, and only then free what a new one needs.
        let begun = Instant::now();
        loop {
            self.child = run(&self.data, self.port);
            if self.answers() {
                return;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "the server does not start again");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn client(&self, database: &str) -> Client {
        self.try_client(database).unwrap()
    }

    fn try_client(&self, database: &str) -> Result<Client, postgres::Error> {
        let mut config = postgres::Config::new();
        config.host("127.0.0.1").port(self.port).user(USER).password(PASSWORD).dbname(database).connect(NoTls)
    }

    /// Waits until this very server answers; not, where another one has its port.
    fn answers(&mut self) -> bool {
        let begun = Instant::now();
        loop {
            if let Ok(mut client) = self.try_client("postgres") {
                let folder: String = client.query_one("SHOW data_directory", &[]).unwrap().get(0);
                return Path::new(&folder) == self.data;
            }
            if !matches!(self.child.try_wait(), Ok(None)) {
                return false;
            }
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

/// The test is skipped, and says why.
fn skipped(why: &str) -> Option<Server> {
    drop(std::io::stderr().write_all(format!("SKIPPED: {why}\n").as_bytes()));
    None
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn run(data: &Path, port: u16) -> Child {
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
