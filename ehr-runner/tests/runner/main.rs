//! The program from outside: small exports of invented people, and everything that can go wrong with them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its place up has nothing to say")]

mod airflow;
mod alerts;
mod archive;
mod assess;
mod browser;
mod commands;
mod databases;
mod diff;
mod docs;
mod feasible;
mod hostile;
mod ingester;
mod input;
mod kills;
mod locks;
mod mail;
mod maria;
mod mysql;
mod order;
mod place;
mod postgres;
mod private;
mod prompt;
mod report;
mod resume;
mod rules;
mod scan;
mod secrets;
mod server;
mod sqlite;
mod telemetry;
mod tenants;
mod tenants_maria;
mod tenants_postgres;
mod terms;
mod tracked_tenants;
mod tutorial;
mod unread;
mod watch;
mod why;
