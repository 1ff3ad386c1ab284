//! What the user of a connection may do.

use super::super::cell::Cell;
use super::Postgres;
use crate::error::Failure;

/// What a load does to a table.
const RIGHTS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

impl Postgres {
    /// Fails where the connection may not do to these tables what a load does.
    pub(super) fn may_load(&mut self, tables: &[&str]) -> Result<(), Failure> {
        let mut lacking = Vec::new();
        for (sql, right) in [
            ("SELECT has_schema_privilege(current_schema(), 'CREATE')", "CREATE on the schema"),
            ("SELECT has_database_privilege(current_database(), 'TEMPORARY')", "TEMPORARY on the database"),
        ] {
            if self.one(sql, &[])? != Cell::Boolean(true) {
                lacking.push(right.to_owned());
            }
        }
        for table in tables {
            for right in RIGHTS {
                let sql = "SELECT has_table_privilege(quote_ident(current_schema()) || '.' || quote_ident($1), $2)";
                if self.one(sql, &[Cell::Text((*table).to_owned()), Cell::Text(right.to_owned())])? != Cell::Boolean(true) {
                    lacking.push(format!("{right} on table `{table}`"));
                }
            }
        }
        // By these loaders wait for each other.
        lacking.extend(self.ours(false)?.iter().map(|table| format!("UPDATE on table `{table}`")));
        if lacking.is_empty() {
            return Ok(());
        }
        Err(self.refuse(&format!("the user lacks {}; nothing was read or loaded", lacking.join(", "))))
    }
}
