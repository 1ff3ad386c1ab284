//! Loaders come one after the other, by locks that go with the connection.
//!
//! Whoever knows a lock's name may take it, whichever login it is, and keep all loaders waiting. So locks are called by chance, and what they
//! are called stands in the comments of tables of ours, which nobody can read who has no right on them.

use super::super::cell::Cell;
use super::super::store::Store;
use super::Mysql;
use crate::error::Failure;
use mysql::prelude::Queryable;

/// Tables of ours one of which is made before anything else is; the comment of each names a lock.
pub(super) const LOCKING: [&str; 2] = ["_ehr_orders", "_ehr_tenants"];
/// How long another loader is waited for, in seconds.
const PATIENCE: u32 = 31_536_000;

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
        let sql = format!("SELECT GET_LOCK(CONCAT('ehr-rules ', MD5(?)), {PATIENCE})");
        if self.one(&sql, std::slice::from_ref(name))?.count() == 1 {
            return Ok(());
        }
        Err(self.refuse("waiting for another loader failed"))
    }
}
