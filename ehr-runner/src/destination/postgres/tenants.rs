//! Tenants in `PostgreSQL`: a schema and a login for each, that reaches nothing of another's.
//!
//! Tables and schemas are the loader's; a tenant may look at its own tables, and at nothing else. What everybody (`PUBLIC`) may do, each
//! tenant may do too, so that is looked for before tenants get places; what one was given by its name, once it has one.

use super::super::cell::Cell;
use super::super::store::Store;
use super::Postgres;
use crate::error::Failure;
use postgres_protocol::password::scram_sha_256;

/// What everybody can do, and what takes it from them: databases, schemas, tables and their columns, sequences, functions that act as their
/// owner, servers, tablespaces and large objects. It looks at all that there is.
const OPEN: &str = "
WITH foreign_schema AS (
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp)'
)
SELECT format('%s on the database %I', p, datname), format('REVOKE %s ON DATABASE %I FROM PUBLIC', p, datname)
FROM pg_database, unnest(ARRAY['CONNECT', 'CREATE']) p
WHERE datallowconn AND has_database_privilege('public'::name, oid, p) AND NOT (datname = current_database() AND p = 'CONNECT')
UNION ALL
SELECT format('CREATE on the schema %I', nspname), format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', nspname)
FROM foreign_schema WHERE has_schema_privilege('public'::name, oid, 'CREATE')
UNION ALL
SELECT format('%I.%I', nspname, relname), format('REVOKE ALL ON %s %I.%I FROM PUBLIC', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname)
FROM pg_class c JOIN foreign_schema n ON n.oid = c.relnamespace
WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege('public'::name, c.oid, 'USAGE, SELECT, UPDATE')
  WHEN relkind IN ('r', 'p', 'v', 'm', 'f') THEN has_table_privilege('public'::name, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
    OR has_any_column_privilege('public'::name, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END
UNION ALL
SELECT format('the function %s, which acts as its owner', p.oid::regprocedure), format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', p.oid::regprocedure)
FROM pg_proc p JOIN foreign_schema n ON n.oid = p.pronamespace
WHERE prosecdef AND has_function_privilege('public'::name, p.oid, 'EXECUTE')
UNION ALL
SELECT format('the server %I', srvname), format('REVOKE ALL ON FOREIGN SERVER %I FROM PUBLIC', srvname)
FROM pg_foreign_server WHERE has_server_privilege('public'::name, oid, 'USAGE')
UNION ALL
SELECT format('the tablespace %I', spcname), format('REVOKE ALL ON TABLESPACE %I FROM PUBLIC', spcname)
FROM pg_tablespace WHERE has_tablespace_privilege('public'::name, oid, 'CREATE')
UNION ALL
SELECT format('the large object %s', oid), format('REVOKE ALL ON LARGE OBJECT %s FROM PUBLIC', oid)
FROM pg_largeobject_metadata WHERE EXISTS (SELECT 1 FROM aclexplode(lomacl) WHERE grantee = 0)
ORDER BY 1";

/// What a role owns or was given by its name, but for its own schema and this database, and the roles that it belongs to; `$1` is the role
/// and its schema. The server knows it role by role, so that it takes no longer where there are more of them.
const GIVEN: &str = "
SELECT CASE WHEN dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  THEN pg_describe_object(classid, objid, objsubid) ELSE 'something in another database' END
FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1::name)
AND NOT (classid = 'pg_namespace'::regclass AND objid = (SELECT oid FROM pg_namespace WHERE nspname = $1::name))
AND NOT (classid = 'pg_database'::regclass AND objid = (SELECT oid FROM pg_database WHERE datname = current_database()))
UNION ALL
SELECT format('role %s', roleid::regrole) FROM pg_auth_members WHERE member = (SELECT oid FROM pg_roles WHERE rolname = $1::name)
ORDER BY 1";

/// What a loader needs so that it can make a tenant's place, each with what it is called.
const NEEDED: [(&str, &str); 3] = [
    ("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user", "CREATEROLE"),
    ("SELECT has_database_privilege(current_database(), 'CREATE')", "CREATE on the database"),
    ("SELECT has_schema_privilege(current_schema(), 'CREATE')", "CREATE on the schema"),
];

impl Postgres {
    /// Whether a schema or a role is called so.
    pub(super) fn is_taken(&mut self, name: &str) -> Result<bool, Failure> {
        let sql = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1) OR EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)";
        Ok(self.one(sql, &[Cell::Text(name.to_owned())])? == Cell::Boolean(true))
    }

    /// Whether tenants can have places here, in which they reach nothing else; `revoke` takes from everybody what they would reach.
    pub(super) fn can_keep_apart(&mut self, revoke: bool) -> Result<(), Failure> {
        let mut lacking = Vec::new();
        for (sql, right) in NEEDED {
            if self.one(sql, &[])? != Cell::Boolean(true) {
                lacking.push(right);
            }
        }
        if !lacking.is_empty() {
            return Err(
                self.refuse(&format!("the user lacks {}, and each tenant gets a schema and a login of its own", lacking.join(", ")))
            );
        }
        let mut open = self.open_to_all()?;
        if revoke && !open.is_empty() {
            for (_, remedy) in &open {
                self.run(remedy, &[])?;
            }
            open = self.open_to_all()?;
        }
        if open.is_empty() {
            return Ok(());
        }
        let (what, remedies): (Vec<String>, Vec<String>) = open.into_iter().unzip();
        let tried = if revoke { "; `--revoke-public` may not take it away: its owner can" } else { "; `--revoke-public` takes it away" };
        Err(self.refuse(&format!(
            "everybody (PUBLIC), and so every tenant, has {}{tried}, with `{}`",
            what.join(", "),
            remedies.join("; ")
        )))
    }

    /// A schema, and a login of its name that may use it and look at what is granted to it there.
    pub(super) fn make_apart(&mut self, name: &str, password: Option<&str>) -> Result<(), Failure> {
        let quoted = self.quoted(name);
        let database = self.one("SELECT current_database()::text", &[])?;
        let database = self.quoted(database.text().unwrap_or_default());
        let login = password.map_or_else(|| "NOLOGIN".to_owned(), may_log_in);
        for sql in [
            format!("CREATE ROLE {quoted} NOINHERIT {login}"),
            format!("CREATE SCHEMA {quoted}"),
            format!("REVOKE ALL ON SCHEMA {quoted} FROM PUBLIC"),
            format!("GRANT USAGE ON SCHEMA {quoted} TO {quoted}"),
            format!("ALTER ROLE {quoted} IN DATABASE {database} SET search_path = {quoted}"),
        ] {
            self.run(&sql, &[])?;
        }
        let connects = "SELECT has_database_privilege($1::name, current_database(), 'CONNECT')";
        if self.one(connects, &[Cell::Text(name.to_owned())])? != Cell::Boolean(true) {
            self.run(&format!("GRANT CONNECT ON DATABASE {database} TO {quoted}"), &[])?;
        }
        let given = self.ask(GIVEN, &[Cell::Text(name.to_owned())])?;
        if given.is_empty() {
            return Ok(());
        }
        let what: Vec<&str> = given.iter().filter_map(|row| row.first()?.text()).collect();
        Err(self.refuse(&format!("the login `{name}` would reach {}; it was not made", what.join(", "))))
    }

    /// A password for a login.
    pub(super) fn give_password(&mut self, name: &str, password: &str) -> Result<(), Failure> {
        let sql = format!("ALTER ROLE {} {}", self.quoted(name), may_log_in(password));
        self.run(&sql, &[]).map(drop)
    }

    /// What everybody may do, and what takes it away.
    fn open_to_all(&mut self) -> Result<Vec<(String, String)>, Failure> {
        let rows = self.ask(OPEN, &[])?;
        Ok(rows.iter().filter_map(|row| Some((row.first()?.text()?.to_owned(), row.get(1)?.text()?.to_owned()))).collect())
    }
}

/// The server is sent a verifier, so that no log of its statements holds the password. A verifier holds no quotes.
fn may_log_in(password: &str) -> String {
    format!("LOGIN PASSWORD '{}'", scram_sha_256(password.as_bytes()))
}
