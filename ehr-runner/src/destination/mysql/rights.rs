//! What the user of a connection may do, which no view of the server tells of roles and of columns alike: it is tried.

use super::super::store::Store;
use super::Mysql;
use crate::error::Failure;
use mysql::prelude::Queryable;

/// Names of tables that are never there.
const PROBES: [&str; 2] = ["`_ehr_probe`", "`_ehr_no_such_table`"];

/// How a server says that a right is lacking.
pub(super) const DENIED: [u16; 4] = [1044, 1142, 1143, 1227];

impl Mysql {
    /// The rights that the user lacks to load into these tables.
    pub(super) fn lacking_on(&mut self, tables: &[&str]) -> Result<Vec<String>, Failure> {
        let mut lacking = Vec::new();
        // Rights are looked at first, so that one who may gets to hear that there is nothing to be like.
        let [probe, nothing] = PROBES;
        if self.refused(&format!("CREATE TABLE {probe} LIKE {nothing}"))? != Some(1146) {
            lacking.push("CREATE or SELECT on the database".to_owned());
        }
        if self.refused(&format!("CREATE TEMPORARY TABLE {probe} (n INT) ENGINE=InnoDB"))?.is_some() {
            lacking.push("CREATE TEMPORARY TABLES on the database".to_owned());
        } else {
            self.refused(&format!("DROP TEMPORARY TABLE {probe}"))?;
        }
        let ours = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND left(table_name, 5) = '_ehr_'";
        let ours = self.ask(ours, &[])?;
        for table in tables.iter().copied().chain(ours.iter().filter_map(|row| row.first()?.text())) {
            let columns = self.columns(table)?;
            let Some(column) = columns.first().map(|column| self.quoted(&column.name)) else { continue };
            let name = self.quoted(table);
            for (right, sql) in [
                ("SELECT", format!("SELECT 1 FROM {name} LIMIT 0")),
                ("INSERT", format!("INSERT INTO {name} ({column}) SELECT {column} FROM {name} WHERE 1 = 0")),
                ("UPDATE", format!("UPDATE {name} SET {column} = {column} WHERE 1 = 0")),
                ("DELETE", format!("DELETE FROM {name} WHERE 1 = 0")),
            ] {
                // What is said of anything else is said of who has the right.
                if self.refused(&sql)?.is_some_and(|code| DENIED.contains(&code)) {
                    lacking.push(format!("{right} on table `{table}`"));
                }
            }
        }
        Ok(lacking)
    }

    /// What keeps these statements from being run, by the code of the server; nothing of them stays.
    pub(super) fn refused(&mut self, sql: &str) -> Result<Option<u16>, Failure> {
        match self.connection.query_drop(sql) {
            Ok(()) => Ok(None),
            Err(mysql::Error::MySqlError(said)) => Ok(Some(said.code)),
            Err(error) => Err(self.fail(&error)),
        }
    }
}
