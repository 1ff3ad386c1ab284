//! References that the server does not hold to while rows come and go, and how they are held all the same.

use super::super::cell::Cell;
use super::super::store::Store;
use super::Mysql;
use crate::error::Failure;

impl Mysql {
    /// Where a table refers to itself, its rows come in no order that would suit the server, which looks at each as it comes.
    pub(super) fn look_for_loops(&mut self) -> Result<(), Failure> {
        let sql = "SELECT count(*) FROM information_schema.referential_constraints \
                   WHERE constraint_schema = DATABASE() AND table_name = referenced_table_name";
        if !self.unchecked && self.one(sql, &[])?.count() > 0 {
            self.leave_unchecked()?;
        }
        Ok(())
    }

    /// References are held by [`Store::check_references`] alone from here on.
    pub(super) fn leave_unchecked(&mut self) -> Result<(), Failure> {
        self.run("SET SESSION foreign_key_checks = 0", &[])?;
        self.unchecked = true;
        Ok(())
    }

    /// Fails where a row refers to nothing.
    pub(super) fn references_hold(&mut self) -> Result<(), Failure> {
        let sql = "SELECT constraint_schema, constraint_name, table_schema, table_name, referenced_table_schema, referenced_table_name, \
                   column_name, referenced_column_name FROM information_schema.key_column_usage \
                   WHERE referenced_table_name IS NOT NULL AND ";
        // A tenant's database is ours, and nobody else's refer to it; to find out whether they do the server opens every table that it has.
        let whose =
            if self.login.is_some() { "table_schema = DATABASE()" } else { "DATABASE() IN (table_schema, referenced_table_schema)" };
        let found = self.ask(&format!("{sql}{whose} ORDER BY constraint_schema, constraint_name, ordinal_position"), &[])?;
        let found: Vec<Vec<&str>> = found.iter().map(|row| row.iter().filter_map(Cell::text).collect()).collect();
        for one in found.chunk_by(|one, next| one.get(..4) == next.get(..4)) {
            let Some([_, _, schema, table, its_schema, its_table, ..]) = one.first().map(Vec::as_slice) else { continue };
            let pairs: Vec<(String, String)> =
                one.iter().filter_map(|row| Some((self.quoted(row.get(6)?), self.quoted(row.get(7)?)))).collect();
            let each = |form: &dyn Fn(&(String, String)) -> String| pairs.iter().map(form).collect::<Vec<_>>().join(" AND ");
            let sql = format!(
                "SELECT count(*) FROM {}.{} c LEFT JOIN {}.{} p ON {} WHERE {} AND {} LOCK IN SHARE MODE",
                self.quoted(schema),
                self.quoted(table),
                self.quoted(its_schema),
                self.quoted(its_table),
                each(&|(own, its)| format!("c.{own} = p.{its}")),
                each(&|(own, _)| format!("c.{own} IS NOT NULL")),
                each(&|(_, its)| format!("p.{its} IS NULL")),
            );
            let rows = self.one(&sql, &[])?.count();
            if rows > 0 {
                let shown = &self.shown;
                return Err(Failure::Data(format!(
                    "nothing was changed: {rows} rows of table `{table}` in `{shown}` refer to no row of `{its_table}`"
                )));
            }
        }
        Ok(())
    }
}
