//! Histories that are made up: orders loaded in any sequence, again, interrupted, with other values, decided about, and taken out. After every
//! step the database holds what a small model says.
//!
//! `EHR_HISTORIES` says how many, where it is set.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its place up has nothing to say")]

mod model;
mod plain;
mod pool;
mod tracked;

#[path = "../../../tests/runner/private.rs"]
mod private;

#[path = "../../../tests/runner/server.rs"]
#[expect(dead_code, reason = "the tests of the program ask more of it")]
mod server;

#[path = "../../../tests/runner/maria.rs"]
#[expect(dead_code, reason = "the tests of the program ask more of it")]
mod maria;

use super::Destination;
use crate::order::OrderFile;
use serde_json::json;
use std::path::Path;

/// How many histories are made up: so many in passing, as many as `EHR_HISTORIES` says by hand.
fn many(passing: u32) -> u32 {
    std::env::var("EHR_HISTORIES").ok().and_then(|asked| asked.parse().ok()).unwrap_or(passing)
}

/// What is known of the order of this number.
fn order_file(at: usize) -> OrderFile {
    serde_json::from_value(json!({
        "id": format!("order {at}"), "status": "done", "program": "test", "source": "s", "version": "1", "target": "out",
        "today": "2024-01-01", "output": "csv", "limit": null, "vocabulary": null, "rules": "r", "input": [], "stages": [],
    }))
    .unwrap()
}

fn sqlite(place: &Path) -> Destination {
    Destination::Sqlite(place.join("clinic.db"))
}

/// The server's database, emptied.
fn postgres(server: &server::Server) -> Destination {
    server.connect().batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
    Destination::Postgres(Box::new(server.url().parse::<super::Server>().unwrap().with_password(server::PASSWORD)))
}

/// The same of the other server.
fn mariadb(server: &maria::Maria) -> Destination {
    server.run(&["DROP DATABASE ehr", "CREATE DATABASE ehr"]);
    Destination::Mysql(Box::new(server.url().parse::<super::mysql::Server>().unwrap().with_password(maria::PASSWORD)))
}

#[test]
fn sqlite_holds_what_the_model_says() {
    plain::histories(80, sqlite);
}

#[test]
fn postgres_holds_what_the_model_says() {
    let Some(server) = server::Server::start() else { return };
    plain::histories(12, |_| postgres(&server));
}

#[test]
fn mariadb_holds_what_the_model_says() {
    let Some(server) = maria::Maria::start() else { return };
    plain::histories(12, |_| mariadb(&server));
}

#[test]
fn sqlite_tracks_as_the_model_says() {
    tracked::histories(60, 30, sqlite);
}

#[test]
fn postgres_tracks_as_the_model_says() {
    let Some(server) = server::Server::start() else { return };
    tracked::histories(16, 16, |_| postgres(&server));
}

#[test]
fn mariadb_tracks_as_the_model_says() {
    let Some(server) = maria::Maria::start() else { return };
    tracked::histories(16, 16, |_| mariadb(&server));
}
