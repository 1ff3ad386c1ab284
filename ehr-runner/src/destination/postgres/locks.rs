//! What a load waits for, and for how long: other loaders as long as they take, anybody else for some minutes.
//!
//! Whoever knows an advisory lock's name may take it, whichever login it is, and keep all loaders waiting. So loaders wait for each other
//! at tables of ours, which nobody can lock like that who may only look; at a lock's name only where there is none of them yet.

use super::super::doing::Doing;
use super::super::store::Store;
use super::super::trust;
use super::Postgres;
use super::fault::END;
use crate::error::Failure;
use postgres::Error;
use postgres::error::SqlState;
use std::time::Duration;

/// Tables of ours one of which is made before anything else is, as they are sorted.
const LOCKING: [&str; 2] = ["_ehr_orders", "_ehr_tenants"];
/// After so long the lock of loaders is asked for anew, as long as it takes, so that the server is heard while another loader is waited for.
const TURN: Duration = Duration::from_secs(30);

impl Postgres {
    /// Waits until no other loader is at work here; the lock goes with the transaction.
    pub(super) fn wait_for_loaders(&mut self) -> Result<(), Failure> {
        let mut tables = self.locking()?;
        if tables.is_empty() {
            self.wait_for("SELECT pg_advisory_xact_lock(hashtext('ehr-rules'), hashtext(current_schema()))")?;
            tables = self.locking()?;
        }
        // Who was waited for may have made another of the tables.
        let mut held = Vec::new();
        while held != tables {
            self.wait_for(&format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", tables.join(", ")))?;
            held = tables;
            tables = self.locking()?;
        }
        let patience = trust::patience_with_locks()?;
        self.run(&format!("SET LOCAL lock_timeout = {}", patience.as_millis()), &[]).map(drop)
    }

    /// Those of [`LOCKING`] that are there and that the user may lock, in order, as SQL names them.
    fn locking(&mut self) -> Result<Vec<String>, Failure> {
        let found = self.ours(true)?;
        Ok(found.iter().map(|name| self.quoted(name)).collect())
    }

    /// Those of [`LOCKING`] that are there, in order, which the user may lock, or may not.
    pub(super) fn ours(&mut self, lockable: bool) -> Result<Vec<String>, Failure> {
        let sql = format!(
            "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' \
             AND relname IN ('{}') AND has_table_privilege(oid, 'UPDATE') = {lockable} ORDER BY 1",
            LOCKING.join("', '")
        );
        let found = self.ask(&sql, &[])?;
        Ok(found.iter().flatten().filter_map(|cell| cell.text()).map(str::to_owned).collect())
    }

    fn wait_for(&mut self, lock: &str) -> Result<(), Failure> {
        let turn = trust::patience_with_locks()?.min(TURN).as_millis();
        let ask = format!("SAVEPOINT _ehr_turn; SET LOCAL lock_timeout = {turn}; {lock}; RELEASE SAVEPOINT _ehr_turn");
        while let Err(error) = self.client.batch_execute(&ask) {
            if error.code() != Some(&SqlState::LOCK_NOT_AVAILABLE) {
                return Err(Doing::Loading.failed(&self.shown, &error));
            }
            self.client.batch_execute("ROLLBACK TO SAVEPOINT _ehr_turn").map_err(|error| Doing::Loading.failed(&self.shown, &error))?;
        }
        Ok(())
    }

    /// The failure of a statement; where it waited too long for a lock, with who holds one.
    pub(super) fn failed(&mut self, doing: Doing<'_>, error: &Error) -> Failure {
        if error.code() != Some(&SqlState::LOCK_NOT_AVAILABLE) || self.client.batch_execute("ROLLBACK").is_err() {
            return doing.failed(&self.shown, error);
        }
        let sql = "SELECT DISTINCT format('`%s` (process %s, since %s)', usename, pid, to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS')) \
                   FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_class c ON c.oid = l.relation \
                   WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted \
                   AND pid <> pg_backend_pid() AND c.relkind IN ('r', 'p') \
                   AND c.relnamespace = coalesce(to_regnamespace($1), current_schema()::regnamespace)";
        let schema = self.schema.as_ref().map(|name| self.quoted(name));
        let found = self.client.query(sql, &[&schema]).unwrap_or_default();
        let who: Vec<String> = found.iter().filter_map(|row| row.try_get(0).ok()).collect();
        Doing::locked(&self.shown, &who, END)
    }
}
