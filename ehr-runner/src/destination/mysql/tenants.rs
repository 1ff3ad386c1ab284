//! Tenants in `MariaDB` and `MySQL`: a database and a login for each, that reaches nothing of another's.
//!
//! Databases and tables are the loader's; a tenant may look at its own tables, and at nothing else. A right on a database is one on all whose
//! names its name matches as a pattern, in which `_` is any sign, so rights are granted table by table, where a name is a name. What everybody
//! may do, each tenant may do too, so that is looked for before a tenant gets a place.

use super::super::cell::Cell;
use super::super::store::Store;
use super::super::tenants::passwords::chance;
use super::Mysql;
use super::rights::DENIED;
use crate::error::Failure;
use mysql::Row;
use mysql::prelude::Queryable;
use sha1::Digest;
use sha1::Sha1;

/// The most letters of a login's name in `MySQL`; `MariaDB` takes more.
const LONGEST_LOGIN: usize = 32;
/// What tells places apart stands at the end of their names: a hash in so many digits, and the sign before it.
const TOLD_BY: usize = 21;
/// What a loader needs in the databases of tenants, none of which is called so: a statement that does nothing, as there is no such table,
/// and is refused before that to whoever lacks the right.
const NEEDED: [(&str, &str); 7] = [
    ("CREATE", "CREATE TABLE `ehr_no_such_tenant`.`_ehr_probe` LIKE `ehr_no_such_tenant`.`_ehr_no_such_table`"),
    ("SELECT", "SELECT 1 FROM `ehr_no_such_tenant`.`_ehr_no_such_table` LIMIT 0"),
    ("INSERT", "INSERT INTO `ehr_no_such_tenant`.`_ehr_no_such_table` VALUES (1)"),
    ("UPDATE", "UPDATE `ehr_no_such_tenant`.`_ehr_no_such_table` SET n = 1 WHERE 1 = 0"),
    ("DELETE", "DELETE FROM `ehr_no_such_tenant`.`_ehr_no_such_table` WHERE 1 = 0"),
    ("CREATE TEMPORARY TABLES", "CREATE TEMPORARY TABLE `ehr_no_such_tenant`.`_ehr_probe` (n INT)"),
    ("GRANT OPTION", "GRANT SELECT ON `ehr_no_such_tenant`.`_ehr_no_such_table` TO "),
];
/// Where the server keeps who may do what to which database, table, column and routine.
const RIGHTS: [&str; 4] = ["db", "tables_priv", "columns_priv", "procs_priv"];
/// The server knows of no such rights, or of no such word.
const NO_SUCH_GRANT: [u16; 2] = [1141, 1064];

/// What everybody may do, and the statements that take it away.
struct Open {
    what: String,
    remedies: Vec<String>,
}

/// What the login of a place is called: as the place, as far as names of logins go, and what tells it from others in any case.
pub(super) fn login(place: &str) -> String {
    let told = place.len().checked_sub(TOLD_BY).and_then(|at| place.get(at..));
    match (place.get(..LONGEST_LOGIN - TOLD_BY), told) {
        (Some(begins), Some(told)) if place.len() > LONGEST_LOGIN => format!("{begins}{told}"),
        _ => place.to_owned(),
    }
}

impl Mysql {
    /// Whether a database or a login is called so, or rights wait for one that is.
    ///
    /// Who has rights is asked for once: by a user or a database alone the server finds them only where it looks at all there are.
    pub(super) fn is_taken(&mut self, name: &str) -> Result<bool, Failure> {
        if self.taken.is_none() {
            let named = |column: &str, table: &str| format!("SELECT {column} FROM mysql.{table} WHERE left({column}, 4) = 'ehr_'");
            let users = ["user"].into_iter().chain(RIGHTS).map(|table| named("User", table));
            let places = RIGHTS.into_iter().filter(|table| *table != "db").map(|table| named("Db", table));
            let sql = users.chain(places).collect::<Vec<_>>().join(" UNION ");
            self.taken = Some(self.ask(&sql, &[])?.iter().filter_map(|row| row.first()?.text().map(str::to_owned)).collect());
        }
        let schemata = "SELECT count(*) FROM information_schema.schemata WHERE schema_name = ?";
        let known = self.taken.as_ref().is_some_and(|taken| taken.contains(name) || taken.contains(&login(name)));
        Ok(known || self.one(schemata, &[Cell::Text(name.to_owned())])?.count() > 0)
    }

    /// Whether tenants can have places here, in which they reach nothing else; `revoke` takes from everybody what they would reach.
    pub(super) fn can_keep_apart(&mut self, revoke: bool) -> Result<(), Failure> {
        let mut lacking = self.lacking()?;
        for table in ["user"].into_iter().chain(RIGHTS) {
            if self.refused(&format!("SELECT 1 FROM mysql.{table} LIMIT 0"))?.is_some() {
                lacking.push("SELECT on the server's own database `mysql`, which says what everybody may do".to_owned());
                break;
            }
        }
        if !lacking.is_empty() {
            return Err(
                self.refuse(&format!("the user lacks {}, and each tenant gets a database and a login of its own", lacking.join(", ")))
            );
        }
        let mut open = self.open_to_all()?;
        if revoke && !open.is_empty() {
            for remedy in open.iter().flat_map(|one| &one.remedies) {
                self.run(remedy, &[])?;
            }
            open = self.open_to_all()?;
        }
        if open.is_empty() {
            return Ok(());
        }
        let what: Vec<&str> = open.iter().map(|one| one.what.as_str()).collect();
        let remedies: Vec<&str> = open.iter().flat_map(|one| &one.remedies).map(String::as_str).collect();
        let tried = if revoke { "; `--revoke-public` could not take it away" } else { "; `--revoke-public` takes it away" };
        let with = if remedies.is_empty() { String::new() } else { format!(", with `{}`", remedies.join("; ")) };
        Err(self.refuse(&format!("everybody, and so every tenant, has {}{tried}{with}", what.join(", "))))
    }

    /// A login that cannot log in yet, and a database of which it will be let look at the tables.
    ///
    /// Every statement here stays as soon as it is done, so that what a kill has left of them is no reason to fail.
    pub(super) fn make_apart(&mut self, name: &str, password: Option<&str>) -> Result<(), Failure> {
        let login = login(name);
        let user = user(&login);
        // Nobody knows this password, should somebody unlock the login by hand.
        let locked = self.identified(&chance()?);
        let database = self.quoted(name);
        for sql in [
            format!("DROP USER IF EXISTS {user}"),
            format!("CREATE USER {user} {locked} ACCOUNT LOCK"),
            format!("CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4"),
        ] {
            self.run(&sql, &[])?;
        }
        let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = ?";
        if self.one(tables, &[Cell::Text(name.to_owned())])?.count() > 0 {
            return Err(self.refuse(&format!("somebody else made the database `{name}`, which was to be a tenant's")));
        }
        let reached: Vec<String> = self.ask(&format!("SHOW GRANTS FOR {user}"), &[])?.iter().filter_map(|row| granted(row)).collect();
        if !reached.is_empty() {
            return Err(self.refuse(&format!("the login `{login}` would have {}; it stays locked", reached.join(", "))));
        }
        password.map_or(Ok(()), |password| self.give_password(&login, password))
    }

    /// A password for a login, which can log in from now on.
    pub(super) fn give_password(&mut self, login: &str, password: &str) -> Result<(), Failure> {
        let sql = format!("ALTER USER {} {} ACCOUNT UNLOCK", user(login), self.identified(password));
        self.run(&sql, &[]).map(drop)
    }

    /// Lets the tenant whose place this is look at these tables. One that was made by a load that was then killed is among them.
    pub(super) fn let_look_at(&mut self, tables: &[&str]) -> Result<(), Failure> {
        let Some(login) = self.login.clone() else { return Ok(()) };
        let sql = "SELECT Table_name FROM mysql.tables_priv \
                   WHERE Host = '%' AND Db = DATABASE() AND User = ? AND FIND_IN_SET('Select', Table_priv) > 0";
        let shared = self.ask(sql, &[Cell::Text(login.clone())])?;
        let shared: Vec<&str> = shared.iter().filter_map(|row| row.first()?.text()).collect();
        for table in tables.iter().filter(|table| !shared.contains(*table)) {
            let sql = format!("GRANT SELECT ON {} TO {}", self.quoted(table), user(&login));
            self.run(&sql, &[])?;
        }
        Ok(())
    }

    /// `MariaDB` is sent a hash, so that no log of its statements holds the password. `MySQL` hashes by a way of its own, and keeps passwords
    /// out of its logs. Neither holds a quote.
    fn identified(&self, password: &str) -> String {
        if self.maria {
            format!("IDENTIFIED VIA mysql_native_password USING '{}'", verifier(password))
        } else {
            format!("IDENTIFIED BY '{password}'")
        }
    }

    /// Which rights this user lacks to make places and to fill them.
    fn lacking(&mut self) -> Result<Vec<String>, Failure> {
        let mut lacking = Vec::new();
        let own = self.one("SELECT CURRENT_USER()", &[])?;
        let (own, host) = own.text().unwrap_or_default().rsplit_once('@').unwrap_or_default();
        let own = format!("{}@{}", quoted(own), quoted(host));
        // Rights are looked at first, so that one who may gets to hear that there is such a user.
        if self.refused(&format!("CREATE USER {own}"))?.is_some_and(|code| DENIED.contains(&code)) {
            lacking.push("CREATE USER".to_owned());
        }
        let mut here: Vec<&str> = Vec::new();
        for (right, sql) in NEEDED {
            let sql = if right == "GRANT OPTION" { format!("{sql}{own}") } else { sql.to_owned() };
            match self.refused(&sql)? {
                Some(code) if DENIED.contains(&code) => here.push(right),
                None if right == "CREATE TEMPORARY TABLES" => {
                    self.refused("DROP TEMPORARY TABLE `ehr_no_such_tenant`.`_ehr_probe`")?;
                }
                _ => {}
            }
        }
        if !here.is_empty() {
            lacking.push(format!("{} on the databases `ehr\\_%`", here.join(", ")));
        }
        Ok(lacking)
    }

    /// What everybody may do beyond what comes with a login.
    fn open_to_all(&mut self) -> Result<Vec<Open>, Failure> {
        let mut open = Vec::new();
        // Whoever comes from such a host is taken for that user, whatever the name, and needs no password.
        for row in self.ask("SELECT Host FROM mysql.user WHERE User = '' ORDER BY Host", &[])? {
            let anonymous = format!("''@{}", quoted(row.first().and_then(Cell::text).unwrap_or_default()));
            open.push(Open { remedies: vec![format!("DROP USER {anonymous}")], what: format!("the user without a name {anonymous}") });
        }
        for table in RIGHTS {
            let sql = format!(
                "SELECT DISTINCT Db FROM mysql.{table} r WHERE User = '' \
                 AND NOT EXISTS (SELECT 1 FROM mysql.user u WHERE u.User = '' AND u.Host = r.Host) ORDER BY Db"
            );
            let found = self.ask(&sql, &[])?;
            if !found.is_empty() {
                let names: Vec<String> = found.iter().filter_map(|row| Some(self.quoted(row.first()?.text()?))).collect();
                let remedies = vec![format!("DELETE FROM mysql.{table} WHERE User = ''"), "FLUSH PRIVILEGES".to_owned()];
                open.push(Open { what: format!("rights in {}, given to no name (`mysql.{table}`)", names.join(", ")), remedies });
            }
        }
        if self.maria {
            let found: Result<Vec<Row>, _> = self.connection.query("SHOW GRANTS FOR PUBLIC");
            let found = match found {
                Err(mysql::Error::MySqlError(said)) if NO_SUCH_GRANT.contains(&said.code) => Vec::new(),
                found => found.map_err(|error| self.fail(&error))?,
            };
            open.extend(found.into_iter().map(super::value::cells).filter_map(|row| of_public(row.first()?.text()?)));
        } else {
            let roles = self.one("SELECT @@global.mandatory_roles", &[])?;
            let roles = roles.text().filter(|roles| !roles.is_empty());
            open.extend(roles.map(|roles| Open { what: format!("the roles {roles} (`mandatory_roles`)"), remedies: Vec::new() }));
        }
        Ok(open)
    }
}

/// A login as SQL takes it, from wherever it comes.
fn user(login: &str) -> String {
    format!("{}@'%'", quoted(login))
}

/// A text in SQL, where a backslash is one.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What `MariaDB` keeps of a password.
fn verifier(password: &str) -> String {
    format!("*{:X}", Sha1::digest(Sha1::digest(password)))
}

/// What a line of the server's list gives beyond a login.
fn granted(row: &[Cell]) -> Option<String> {
    let line = row.first()?.text()?;
    (!line.starts_with("GRANT USAGE ON *.* TO ")).then(|| line.strip_prefix("GRANT ").unwrap_or(line).to_owned())
}

/// What a line of the server's list says of everybody; lines that it has of roles of theirs are not.
fn of_public(line: &str) -> Option<Open> {
    let given = line.strip_prefix("GRANT ")?;
    let option = given.ends_with(" WITH GRANT OPTION");
    let given = given.trim_end_matches(" WITH GRANT OPTION").trim_end_matches(" WITH ADMIN OPTION");
    let given = given.strip_suffix(" TO PUBLIC").or_else(|| given.strip_suffix(" TO `PUBLIC`"))?;
    let Some((rights, on)) = given.split_once(" ON ") else {
        return Some(Open { what: format!("the role {given}"), remedies: vec![format!("REVOKE {given} FROM PUBLIC")] });
    };
    if given == "USAGE ON *.*" && !option {
        return None;
    }
    // Rights on columns are named one by one.
    let taken = if rights.contains('(') { rights } else { "ALL PRIVILEGES" };
    let mut remedies = vec![format!("REVOKE {taken} ON {on} FROM PUBLIC")];
    remedies.extend(option.then(|| format!("REVOKE GRANT OPTION ON {on} FROM PUBLIC")));
    let shown = if rights.split(',').count() > 3 { "many rights" } else { rights };
    Some(Open { what: format!("{shown} on {on}"), remedies })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_as_long_as_any_server_takes_and_keeps_what_tells_it_apart() {
        let place = ehr_rules::tenant_identifier(&"a long name ".repeat(9), "");
        assert!(place.len() > LONGEST_LOGIN && login(&place).len() == LONGEST_LOGIN);
        assert_eq!(login(&place)[12..], place[place.len() - 20..]);
        assert_ne!(login(&place), login(&ehr_rules::tenant_identifier(&"a long name ".repeat(8), "")));
        let short = ehr_rules::tenant_identifier("Ada", "");
        assert_eq!(login(&short), short);
    }

    #[test]
    fn a_password_is_hashed_as_the_server_does() {
        // As `SELECT PASSWORD('x')` has it.
        assert_eq!(verifier("x"), "*B69027D44F6E5EDC07F1AEAD1477967B16F28227");
    }

    #[test]
    fn what_everybody_has_is_read_from_the_servers_list() {
        let read = |line| of_public(line).map(|open| (open.what, open.remedies.join("; ")));
        let both = |what: &str, remedy: &str| Some((what.to_owned(), remedy.to_owned()));
        assert_eq!(read("GRANT USAGE ON *.* TO PUBLIC"), None);
        assert_eq!(read("GRANT USAGE ON *.* TO `r`"), None);
        assert_eq!(read("GRANT SELECT ON `a`.* TO PUBLIC"), both("SELECT on `a`.*", "REVOKE ALL PRIVILEGES ON `a`.* FROM PUBLIC"));
        assert_eq!(read("GRANT `r` TO PUBLIC WITH ADMIN OPTION"), both("the role `r`", "REVOKE `r` FROM PUBLIC"));
        assert_eq!(
            read("GRANT SELECT (`a`) ON `b`.`c` TO PUBLIC WITH GRANT OPTION"),
            both("SELECT (`a`) on `b`.`c`", "REVOKE SELECT (`a`) ON `b`.`c` FROM PUBLIC; REVOKE GRANT OPTION ON `b`.`c` FROM PUBLIC")
        );
    }
}
