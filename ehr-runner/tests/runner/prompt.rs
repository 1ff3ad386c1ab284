//! Passwords that are asked for at a terminal: where there is one, where a server wants one, and unseen.

use crate::maria;
use crate::maria::Maria;
use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::stderr;
use crate::private::skipped;
use crate::server;
use crate::server::Server;
use std::io::Read;
use std::io::Write;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::Instant;

/// How long the program may take to say something.
const PATIENCE: Duration = Duration::from_mins(2);

/// The program at a terminal of its own, which `script` of util-linux makes.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    /// `None` where `script` is not there: the test is then skipped, and says so.
    fn start(place: &Place, arguments: &str) -> Option<Self> {
        let version = Command::new("script").arg("--version").output();
        if !version.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("util-linux")) {
            return skipped("`script` of util-linux is not installed: `apt-get install bsdutils`");
        }
        let mut child = Command::new("script")
            .current_dir(place.path(""))
            .args(["-qec", &format!("tty; exec '{PROGRAM}' {arguments}"), "/dev/null"])
            .env_remove("EHR_TO_PASSWORD")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, screen) = mpsc::channel();
        let mut output = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut part) {
                if send.send(part[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = child.stdin.take().unwrap();
        Some(Self { child, keys, screen, seen: String::new() })
    }

    /// Waits until that stands on the screen.
    fn until(&mut self, wanted: &str) {
        while !self.seen.contains(wanted) {
            let part = self.screen.recv_timeout(PATIENCE);
            assert!(part.is_ok(), "{wanted} never came: {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&part.unwrap_or_default()));
        }
    }

    /// Waits until a password is asked for, and what is typed is not shown any more.
    fn until_asked(&mut self, wanted: &str) {
        self.until(wanted);
        let name = self.seen.lines().next().unwrap().trim().to_owned();
        let begun = Instant::now();
        loop {
            let said = Command::new("stty").args(["-a", "-F", &name]).output().unwrap();
            if String::from_utf8_lossy(&said.stdout).contains("-echo ") {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "what is typed stays to be seen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// How it ended, and all that stood on the screen.
    fn end(mut self) -> (Option<i32>, String) {
        while let Ok(part) = self.screen.recv_timeout(PATIENCE) {
            self.seen.push_str(&String::from_utf8_lossy(&part));
        }
        (self.child.wait().unwrap().code(), self.seen)
    }
}

/// A run into a database whose password somebody types once.
fn typed(url: &str, password: &str, shown: &str) {
    let place = Place::new();
    let run = format!("run export --target demo --out order --create --no-progress --to {url}");
    let Some(mut terminal) = Terminal::start(&place, &run) else { return };
    terminal.until_asked(&format!("password for {shown}: "));
    terminal.press(&format!("{password}\n"));
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(0), "{seen}");
    // The server is reached twice, and its password typed once.
    assert!(seen.contains("rows loaded into") && seen.matches("password for").count() == 1 && !seen.contains(password), "{seen}");

    let mut terminal = Terminal::start(&place, &format!("undo order --to {url}")).unwrap();
    terminal.until_asked("password for ");
    terminal.press("another\n");
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(5), "{seen}");
    assert!(seen.contains("refuses the user or the password") && seen.matches("password for").count() == 1, "{seen}");

    let mut terminal = Terminal::start(&place, &format!("undo order --to {url}")).unwrap();
    terminal.until_asked("password for ");
    terminal.press("half\u{3}");
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(130), "{seen}");
    assert!(seen.contains("interrupted; nothing was undone"), "{seen}");

    // Nobody sits here.
    let said = stderr(&place.ehr(&format!("import order --to {url}")).code(5));
    assert!(said.contains("EHR_TO_PASSWORD") && !said.contains("password for"), "{said}");
}

#[test]
fn postgres_is_reached_by_a_password_that_is_typed() {
    let Some(server) = Server::start() else { return };
    let url = server.url();
    typed(&url, server::PASSWORD, url.strip_suffix("/ehr").unwrap());
}

#[test]
fn mariadb_is_reached_by_a_password_that_is_typed() {
    let Some(server) = Maria::start() else { return };
    let url = server.url();
    typed(&url, maria::PASSWORD, url.strip_suffix("/ehr").unwrap());
}

#[test]
fn the_password_of_a_mail_server_is_asked_for_before_anything_is_watched() {
    let place = Place::new();
    std::fs::create_dir(place.path("incoming")).unwrap();
    let mail =
        "--alert-smtp smtps://mail.example --alert-smtp-user watcher --alert-mail-to a@clinic.example --alert-mail-from b@clinic.example";
    let Some(mut terminal) = Terminal::start(&place, &format!("watch incoming --target demo --out orders {mail}")) else { return };
    terminal.until_asked("password for watcher at mail.example: ");
    terminal.press("\n");
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(2), "{seen}");
    assert!(seen.contains("EHR_ALERT_SMTP_PASSWORD") && !place.has("orders"), "{seen}");
    let mut terminal = Terminal::start(&place, &format!("watch incoming --target demo --out orders {mail}")).unwrap();
    terminal.until_asked("password for watcher at mail.example: ");
    terminal.press("open-sesame\n");
    terminal.until("watching `incoming`");
    terminal.press("\u{3}");
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(0), "{seen}");
    assert!(!seen.contains("open-sesame"), "{seen}");
}
