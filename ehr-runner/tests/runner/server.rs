//! A `PostgreSQL` server of a test's own: private, on a free port of this machine, ended with the test.

use super::private::answers;
use super::private::as_root;
use super::private::command;
use super::private::free_port;
use super::private::give_away;
use super::private::restarted;
use super::private::skipped;
use postgres::Client;
use postgres::NoTls;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::LazyLock;
use tempfile::TempDir;

/// Where Debian puts the server's programs, which it leaves out of the path.
const FOLDERS: &str = "/usr/lib/postgresql";
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
            return skipped("PostgreSQL is not installed: `apt-get install postgresql`");
        }
        let folder = tempfile::Builder::new().prefix("ehr-pg-").tempdir_in("/tmp").unwrap();
        let data = folder.path().join("data");
        let secret = folder.path().join("password");
        fs::create_dir(&data).unwrap();
        fs::write(&secret, PASSWORD).unwrap();
        if !give_away(&[folder.path(), &data, &secret]) {
            return skipped("PostgreSQL does not run as root, and root may not become anybody else here");
        }
        let made = command(&find("initdb").unwrap())
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

    /// Whether a login is let in with that password.
    pub(crate) fn lets_in(&self, user: &str, password: &str) -> bool {
        let mut config = postgres::Config::new();
        config.host("127.0.0.1").port(self.port).user(user).password(password).dbname("ehr").connect(NoTls).is_ok()
    }

    /// One number, or -1 where the query fails.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.connect().query_one(sql, &[]).map_or(-1, |row| row.get(0))
    }

    /// Kills it as a loss of power would, and starts it again.
    pub(crate) fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.restart();
    }

    /// Kills it with every process of its own at once, and starts it again.
    pub(crate) fn crash_and_restart(&mut self) {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        self.child.kill().unwrap();
        if !children.trim().is_empty() {
            // Some may be gone already.
            drop(Command::new("kill").arg("-9").args(children.split_whitespace()).stderr(Stdio::null()).status());
        }
        self.restart();
    }

    fn restart(&mut self) {
        self.child.wait().unwrap();
        restarted(|| {
            self.child = run(&self.data, self.port);
            self.answers()
        });
    }

    fn client(&self, database: &str) -> Client {
        client(self.port, database).unwrap()
    }

    /// Waits until this very server answers; not, where another one has its port.
    fn answers(&mut self) -> bool {
        let (port, data) = (self.port, &self.data);
        answers(&mut self.child, || {
            let folder: String = client(port, "postgres").ok()?.query_one("SHOW data_directory", &[]).unwrap().get(0);
            Some(Path::new(&folder) == data)
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing of it is kept, so it need not end well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn client(port: u16, database: &str) -> Result<Client, postgres::Error> {
    let mut config = postgres::Config::new();
    config.host("127.0.0.1").port(port).user(USER).password(PASSWORD).dbname(database).connect(NoTls)
}

fn run(data: &Path, port: u16) -> Child {
    command(&find("postgres").unwrap())
        .arg("-D")
        .arg(data)
        .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", "", "-F"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
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
