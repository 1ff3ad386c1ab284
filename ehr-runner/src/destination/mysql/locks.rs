//! Loaders come one after the other, by locks that go with the connection.
//!
//! Whoever knows a lock's name may take it, whichever login it is, and keep all loaders waiting. So locks are called by chance, and what they
//! are called stands in the comments of tables of ours, which nobody can read who has no right on them.

use super::super::cell::Cell;
use super::super::doing::Doing;
use super::super::store::Store;
use super::super::trust;
use super::Mysql;
use crate::error::Failure;
use mysql::prelude::Queryable;
use std::time::Duration;

/// Tables of ours one of which is made before anything else is; the comment of each names a lock.
pub(super) const LOCKING: [&str; 2] = ["_ehr_orders", "_ehr_tenants"];
/// After so long a lock is asked for anew, as long as it takes, so that the server is heard while another loader is waited for.
const TURN: Duration = Duration::from_secs(30);

/// A lock was waited for, for as long as may be.
const WAITED: u16 = 1205;

impl Mysql {
    /// Waits until no other loader is at work here. Of several locks the oldest keeps them apart, since all take it first.
    pub(super) fn wait_for_loaders(&mut self) -> Result<(), Failure> {
        loop {
            let names = self.locks()?;
            names.iter().try_for_each(|name| self.lock(name))?;
            // Who was waited for may have made the first of the tables, or taken it back.
            if self.locks()? == names {
                return Ok(());
            }
            self.connection.query_drop("DO RELEASE_ALL_LOCKS()").map_err(|error| self.fail(&error))?;
        }
    }

    /// Takes the lock of a table that was made just now as well.
    pub(super) fn hold(&mut self) -> Result<(), Failure> {
        self.locks()?.iter().try_for_each(|name| self.lock(name))
    }

    /// The locks of the tables that are there; where there is none yet, one that is called as the database.
    fn locks(&mut self) -> Result<Vec<Cell>, Failure> {
        let sql = format!(
            "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_comment <> '' \
             AND table_name IN ('{}') ORDER BY create_time, table_name",
            LOCKING.join("', '")
        );
        let found: Vec<Cell> = self.ask(&sql, &[])?.into_iter().flatten().collect();
        if found.is_empty() { Ok(vec![self.one("SELECT DATABASE()", &[])?]) } else { Ok(found) }
    }

    fn lock(&mut self, name: &Cell) -> Result<(), Failure> {
        let turn = trust::patience_with_locks()?.min(TURN).as_secs();
        let sql = format!("SELECT GET_LOCK(CONCAT('ehr-rules ', MD5(?)), {turn})");
        loop {
            match self.one(&sql, std::slice::from_ref(name))?.integer() {
                Some(1) => return Ok(()),
                Some(_) => {}
                None => return Err(self.refuse("waiting for another loader failed")),
            }
        }
    }

    /// The failure of a statement; where it waited too long for a lock, with who has a transaction open.
    pub(super) fn failed(&mut self, doing: Doing<'_>, error: &mysql::Error) -> Failure {
        if !matches!(error, mysql::Error::MySqlError(said) if said.code == WAITED) {
            return doing.failed(&self.shown, error);
        }
        drop(self.connection.query_drop("ROLLBACK"));
        let sql = "SELECT concat('`', p.user, '` (connection ', p.id, ', since ', t.trx_started, ')') FROM information_schema.innodb_trx t \
                   JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.id <> connection_id() \
                   ORDER BY t.trx_lock_structs > 0 DESC, t.trx_started LIMIT 5";
        // Who may not see them is told what is known without.
        let who: Vec<String> = self.connection.query(sql).unwrap_or_default();
        Doing::locked(&self.shown, &who, "KILL CONNECTION")
    }
}
