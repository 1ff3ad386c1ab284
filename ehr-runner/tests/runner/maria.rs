//! A `MariaDB` server of a test's own: private, on a free port of this machine, ended with the test.

use super::private::answers;
use super::private::as_root;
use super::private::command;
use super::private::free_port;
use super::private::give_away;
use super::private::restarted;
use super::private::skipped;
use mysql::Conn;
use mysql::OptsBuilder;
use mysql::prelude::Queryable;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::LazyLock;
use tempfile::TempDir;

/// Who may do everything.
const USER: &str = "clinic";
/// The password of that user, and of those whom tests make.
pub(crate) const PASSWORD: &str = "a password with 'quotes' and spaces";

/// A running server with an empty database.
pub(crate) struct Maria {
    folder: TempDir,
    child: Child,
    port: u16,
    more: Vec<String>,
}

impl Maria {
    /// Starts one. `None` where its programs are not there and cannot be installed: the test is then skipped, and says so.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts one with these options besides.
    pub(crate) fn start_with(more: &[&str]) -> Option<Self> {
        if !*INSTALLED {
            return skipped("MariaDB is not installed: `apt-get install mariadb-server`");
        }
        let folder = tempfile::Builder::new().prefix("ehr-maria-").tempdir_in("/tmp").unwrap();
        if !give_away(&[folder.path()]) {
            return skipped("MariaDB does not run as root, and root may not become anybody else here");
        }
        let made = command(&find("mariadb-install-db").unwrap())
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
            .arg("--innodb-log-file-size=8M")
            .arg(format!("--datadir={}", folder.path().join("data").display()))
            // Each looks for what others left in the folder that they would share.
            .arg(format!("--tmpdir={}", folder.path().display()))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let more: Vec<String> = more.iter().map(ToString::to_string).collect();
        let port = free_port();
        let mut server = Self { child: run(folder.path(), port, &more), folder, port, more };
        // A port that is free now may be somebody else's a moment later.
        while !server.answers("root", None) {
            server.port = free_port();
            server.child = run(server.folder.path(), server.port, &server.more);
        }
        let mut root = server.client("root", None, "").unwrap();
        let password = PASSWORD.replace('\'', "''");
        for sql in [
            "CREATE DATABASE ehr CHARACTER SET latin1".to_owned(),
            format!("CREATE USER {USER} IDENTIFIED BY '{password}'"),
            format!("GRANT ALL ON *.* TO {USER} WITH GRANT OPTION"),
            "DROP USER root@localhost".to_owned(),
        ] {
            root.query_drop(sql).unwrap();
        }
        Some(server)
    }

    /// The address of its database for a user.
    pub(crate) fn url(&self) -> String {
        self.url_of(USER)
    }

    /// The same for somebody else.
    pub(crate) fn url_of(&self, user: &str) -> String {
        format!("mysql://{user}@127.0.0.1:{}/ehr", self.port)
    }

    /// A connection to its database.
    pub(crate) fn connect(&self) -> Conn {
        self.client(USER, Some(PASSWORD), "ehr").unwrap()
    }

    /// Runs these statements.
    pub(crate) fn run(&self, statements: &[&str]) {
        let mut connection = self.connect();
        for sql in statements {
            connection.query_drop(sql).unwrap();
        }
    }

    /// One number, or -1 where the query fails.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.connect().query_first(sql).ok().flatten().unwrap_or(-1)
    }

    /// Where its databases lie.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Kills it as a loss of power would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it, and starts it again.
    pub(crate) fn kill_and_restart(&mut self) {
        self.kill();
        restarted(|| {
            self.child = run(self.folder.path(), self.port, &self.more);
            self.answers(USER, Some(PASSWORD))
        });
    }

    pub(crate) fn client(&self, user: &str, password: Option<&str>, database: &str) -> Result<Conn, mysql::Error> {
        client(self.port, user, password, database)
    }

    /// Waits until this very server answers; not, where another one has its port.
    fn answers(&mut self, user: &str, password: Option<&str>) -> bool {
        let (port, folder) = (self.port, self.folder.path());
        answers(&mut self.child, || {
            let data: Option<String> = client(port, user, password, "").ok()?.query_first("SELECT @@datadir").unwrap();
            Some(data.is_some_and(|data| Path::new(&data).starts_with(folder)))
        })
    }
}

impl Drop for Maria {
    fn drop(&mut self) {
        // Nothing of it is kept, so it need not end well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn client(port: u16, user: &str, password: Option<&str>, database: &str) -> Result<Conn, mysql::Error> {
    let opts = OptsBuilder::new()
        .ip_or_hostname(Some("127.0.0.1"))
        .tcp_port(port)
        .user(Some(user))
        .pass(password)
        .db_name(Some(database).filter(|name| !name.is_empty()))
        .prefer_socket(false)
        .init(vec!["SET sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', time_zone = '+00:00'"]);
    Conn::new(opts)
}

fn run(folder: &Path, port: u16, more: &[String]) -> Child {
    command(&find("mariadbd").unwrap())
        .args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin", "--innodb-buffer-pool-size=64M"])
        // What is committed outlives the server, if not the machine.
        .args(["--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync"])
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", folder.join("data").display()))
        .arg(format!("--socket={}", folder.join("socket").display()))
        .arg(format!("--pid-file={}", folder.join("pid").display()))
        .arg(format!("--tmpdir={}", folder.display()))
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Whether the server's programs are there, if need be after they were installed: once for all tests.
static INSTALLED: LazyLock<bool> = LazyLock::new(|| {
    if find("mariadbd").is_none() && as_root() {
        let install = Command::new("apt-get")
            .args(["install", "-y", "--no-install-recommends", "mariadb-server"])
            .env("DEBIAN_FRONTEND", "noninteractive")
            // Nothing is to be started.
            .env("RUNLEVEL", "1")
            .output();
        drop(install);
    }
    find("mariadbd").is_some() && find("mariadb-install-db").is_some()
});

fn find(program: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/usr/local/bin"].iter().map(|folder| Path::new(folder).join(program)).find(|path| path.is_file())
}
