//! Disks that are full: a load says so, nothing is half done, and it goes on once there is room.

use super::print::Link;
use super::say;
use crate::databases::Base;
use crate::maria::Maria;
use crate::place::Place;
use crate::place::stderr;
use crate::private::give_away;
use crate::server::PASSWORD;
use crate::server::Server;
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

const LARGE: u32 = 20_000;

/// A small disk.
struct Disk(PathBuf);

impl Disk {
    /// With so many MiB; `None` where nobody here may make one, which is said.
    fn new(path: PathBuf, size: u32) -> Option<Self> {
        fs::create_dir_all(&path).unwrap();
        if mount(&path, &format!("size={size}m")) {
            return Some(Self(path));
        }
        say("SKIPPED: only root may make a small disk, and not everywhere");
        None
    }

    /// Gives it room.
    fn widen(&self) {
        assert!(mount(&self.0, "remount,size=256m"));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server may still have it.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

fn mount(path: &Path, options: &str) -> bool {
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path).stderr(Stdio::null()).status();
    mounted.is_ok_and(|status| status.success())
}

/// A place with a small order and a large one.
fn orders() -> Place {
    let place = Place::new();
    place.ehr("run export --target demo --out small --today 2024-06-01").code(0);
    place.grow(LARGE);
    place.ehr("run export --target demo --out large --today 2024-06-01").code(0);
    place
}

#[test]
fn sqlite_on_a_full_disk_keeps_what_it_had() {
    let place = orders();
    let Some(disk) = Disk::new(place.path("disk"), 1) else { return };
    let said = stderr(&place.ehr("import large --to sqlite:disk/clinic.db").code(5));
    assert!(said.contains("disk/clinic.db`: ") && said.contains("full"), "{said}");
    assert_eq!(crate::place::names(&disk.0), Vec::<String>::new());
    place.ehr("import small --to sqlite:disk/clinic.db").code(0);
    let dump = || {
        let connection = Connection::open(place.path("disk/clinic.db")).unwrap();
        let sql = "SELECT (SELECT group_concat(sql) FROM sqlite_schema) || (SELECT count(*) FROM person) || (SELECT count(*) FROM _ehr_orders) \
                   || (SELECT group_concat(quote(person_id) || quote(_ehr_print)) FROM _ehr_rows_person)";
        connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let before = dump();
    place.ehr("import large --to sqlite:disk/clinic.db --changes replace").code(5);
    assert_eq!(dump(), before);
    assert_eq!(crate::place::names(&disk.0), ["clinic.db"]);
    disk.widen();
    place.ehr("import large --to sqlite:disk/clinic.db --changes replace").code(0);
    let count: i64 =
        Connection::open(place.path("disk/clinic.db")).unwrap().query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap();
    assert_eq!(count, i64::from(LARGE));
}

/// The same of a server whose tables lie on a small disk.
fn server(place: &Place, base: &Base, disk: &Disk) {
    let mut link = Link::to(place, base);
    let load = |order: &str| place.ehr_with(PASSWORD, &format!("import {order} --create --changes replace --to {}", base.url()));
    load("small").code(0);
    let before = link.print();
    let said = stderr(&load("large").code(5));
    assert!(said.contains("full") && said.contains("nothing was changed"), "{said}");
    link.settle();
    assert_eq!(link.print(), before);
    disk.widen();
    load("large").code(0);
    assert_eq!(base.number(place, "SELECT count(*) FROM person"), i64::from(LARGE));
}

#[test]
fn postgresql_on_a_full_disk_keeps_what_it_had() {
    let place = orders();
    let folder = tempfile::Builder::new().prefix("ehr-disk-").tempdir_in("/tmp").unwrap();
    let Some(disk) = Disk::new(folder.path().join("disk"), 3) else { return };
    let Some(postgres) = Server::start() else { return };
    // Whoever is no superuser must be let through to it.
    Command::new("chmod").arg("755").arg(folder.path()).status().unwrap();
    assert!(give_away(&[&disk.0]));
    let mut client = postgres.connect();
    client.batch_execute(&format!("CREATE TABLESPACE small LOCATION '{}'", disk.0.display())).unwrap();
    client.batch_execute("ALTER DATABASE ehr SET default_tablespace = small").unwrap();
    client.batch_execute("ALTER DATABASE ehr SET temp_tablespaces = small").unwrap();
    drop(client);
    server(&place, &Base::Postgres(postgres), &disk);
}

#[test]
fn mariadb_on_a_full_disk_keeps_what_it_had() {
    let place = orders();
    let folder = tempfile::Builder::new().prefix("ehr-disk-").tempdir_in("/tmp").unwrap();
    let Some(disk) = Disk::new(folder.path().join("disk"), 5) else { return };
    let Some(maria) = Maria::start() else { return };
    Command::new("chmod").arg("755").arg(folder.path()).status().unwrap();
    let tables = disk.0.join("ehr");
    fs::create_dir(&tables).unwrap();
    assert!(give_away(&[&tables]));
    maria.run(&["DROP DATABASE ehr"]);
    std::os::unix::fs::symlink(&tables, maria.data().join("ehr")).unwrap();
    server(&place, &Base::Maria(maria), &disk);
}
