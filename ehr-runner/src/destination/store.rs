//! What a database must be able to do for an order to be loaded into it, in terms that all of them share.

use super::cell::Cell;
use super::exchange::Exchange;
use crate::error::Failure;
use ehr_rules::Kind;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use uuid::Uuid;

/// A column to be filled.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Its name.
    pub(super) name: String,
    /// What its cells are.
    pub(super) kind: Kind,
}

/// A column that is there.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its name, as the database has it.
    pub(super) name: String,
    /// Its type, in the database's words.
    pub(super) ty: String,
    /// Whether a row must bring a value for it.
    pub(super) needed: bool,
}

/// Takes one row.
pub(super) type Take<'a> = &'a mut dyn FnMut(&[Cell]) -> Result<(), Failure>;
/// Gives every row, one after the other, to whoever takes them.
pub(super) type Rows<'a> = &'a mut dyn FnMut(Take<'_>) -> Result<(), Failure>;

/// A row of a book as a database gives it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Recalled {
    /// Its fingerprint.
    pub(super) print: i64,
    /// The order that brought it.
    pub(super) order: i64,
    /// What finds it again in this transaction: see [`Store::is_at`].
    pub(super) address: i64,
}

/// Takes one row of a book, and before it the parts of its key.
pub(super) type Recall<'a> = &'a mut dyn FnMut(&[&[u8]], Recalled) -> Result<(), Failure>;

/// Takes the values of one row; whether more rows are wanted.
pub(super) type Coming<'a> = &'a mut dyn FnMut(&[Option<&[u8]>]) -> Result<bool, Failure>;

/// An open connection, with the text of SQL where databases differ.
///
/// Names in SQL are quoted by [`Store::quoted`]; values travel as parameters or in bulk, never as SQL.
/// Dropped without [`Store::commit`], it takes back all that was done since [`Store::begin`].
pub(super) trait Store {
    /// How messages call it; nothing secret.
    fn shown(&self) -> &str;

    /// A name as SQL takes it.
    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// The type of a column that is made for values of this kind.
    fn type_name(&self, kind: &Kind, max_length: Option<usize>) -> String;

    /// The type of a column of our own that holds bytes, a million of them and more.
    fn bytes_type(&self) -> &'static str;

    /// The statement that keeps such a column from being compressed, where it would be.
    fn as_it_is(&self, _table: &str, _column: &str) -> Option<String> {
        None
    }

    /// The columns as they stand between the brackets of `CREATE TABLE`.
    fn declared(&self, slots: &[Slot]) -> String {
        let columns = slots.iter().map(|slot| format!("{} {}", self.quoted(&slot.name), self.type_name(&slot.kind, None)));
        columns.collect::<Vec<_>>().join(", ")
    }

    /// A value of any type, so that it can be compared: every type has a text, and some have no equality.
    fn comparable(&self, value: &str) -> String {
        format!("CAST({value} AS TEXT)")
    }

    /// The condition that two values are the same, or both missing.
    fn same(&self, one: &str, other: &str) -> String {
        format!("{one} IS NOT DISTINCT FROM {other}")
    }

    /// Whether a column of that type takes values of this kind without a loss.
    fn takes(&self, ty: &str, kind: &Kind) -> bool;

    /// The place of the n-th parameter, from 1.
    fn place(&self, at: usize) -> String;

    /// The columns, or what stands for them, that tell the rows of a table without a key apart.
    fn row_address(&mut self, table: &str) -> Result<Vec<String>, Failure>;

    /// Begins the one transaction, once no other loader is at work here.
    fn begin(&mut self) -> Result<(), Failure>;

    /// Gets ready to be asked and nothing else, without waiting for a loader that is at work.
    fn look(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// The same in the place of another tenant of the same server.
    fn look_into(&mut self, place: &str) -> Result<(), Failure>;

    /// Makes it all last.
    fn commit(&mut self) -> Result<(), Failure>;

    /// Runs a statement; how many rows it changed.
    fn run(&mut self, sql: &str, values: &[Cell]) -> Result<u64, Failure>;

    /// The rows of a query that has few of them.
    fn ask(&mut self, sql: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Failure>;

    /// The columns of a table; none where there is no such table.
    fn columns(&mut self, table: &str) -> Result<Vec<Found>, Failure>;

    /// What else is wrong with a table that is there, for a load.
    fn objection(&mut self, _table: &TargetTable) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// The statement that makes a table of our own, where it is not there; its rows are looked up by `told`.
    fn book(&self, name: &str, columns: &str, _told: &[Slot]) -> String {
        format!("CREATE TABLE IF NOT EXISTS {} ({columns})", self.quoted(name))
    }

    /// The statement that makes a table which goes with the connection.
    fn temporary(&self, name: &str, slots: &[Slot]) -> String {
        format!("CREATE TEMPORARY TABLE {} ({})", self.quoted(name), self.declared(slots))
    }

    /// The same, filled from a query.
    fn temporary_of(&self, name: &str, query: &str) -> String {
        format!("CREATE TEMPORARY TABLE {} AS {query}", self.quoted(name))
    }

    /// The statement that such a table goes by before.
    fn drop_temporary(&self, name: &str) -> String {
        format!("DROP TABLE {}", self.quoted(name))
    }

    /// Runs the statements that make a table.
    ///
    /// Before the first row is written: a database whose transactions do not cover this takes back what it made when the load fails.
    fn make(&mut self, _table: &str, statements: &[String]) -> Result<(), Failure> {
        statements.iter().try_for_each(|sql| self.run(sql, &[]).map(drop))
    }

    /// Adds rows to a table in bulk; how many there were.
    fn fill(&mut self, table: &str, slots: &[Slot], rows: Rows<'_>) -> Result<u64, Failure>;

    /// Gives every row of a book, told by these columns, to whoever takes them; `false`, and none, where the database compares
    /// faster itself, as one does whose book is much larger than so many bytes of rows.
    ///
    /// Whole numbers are eight bytes, the highest first, truth values one, identifiers sixteen, texts as many as they have.
    fn recall(&mut self, _book: &str, _told: &[Slot], _bytes: u64, _take: Recall<'_>) -> Result<bool, Failure> {
        Ok(false)
    }

    /// Gives the rows of a query of our own while they come, as long as they are wanted; `false`, and none, where a database hands over
    /// what was asked for once all of it is there.
    ///
    /// Values are as [`Store::recall`] gives them, and bytes as they are.
    fn stream(&mut self, _sql: &str, _values: &[Cell], _take: Coming<'_>) -> Result<bool, Failure> {
        Ok(false)
    }

    /// The condition that a row of `table` is the one whose address [`Store::recall`] gave, which stands in `column`; no row is where
    /// it gives none.
    fn is_at(&self, _table: &str, _column: &str) -> String {
        "1 = 0".to_owned()
    }

    /// Gives rows of a book, told by these columns, to whoever takes them: in the order in which they stand there, and so that those behind
    /// each have the addresses that follow its own, up to the next one. None, where a row of the book is found as fast without.
    fn landmarks(&mut self, _book: &str, _told: &[Slot], _take: Recall<'_>) -> Result<(), Failure> {
        Ok(())
    }

    /// Tells the planner what it should know of a table that was just filled.
    fn settle(&mut self, _table: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// Sets columns of `table` from rows of `other`, called `alias` in the values, where both are equal in the key.
    fn update(&self, table: &str, other: &str, alias: &str, key: &[&str], values: &[(&str, String)], only: &str) -> String {
        let table = self.quoted(table);
        let set: Vec<String> = values.iter().map(|(name, value)| format!("{} = {value}", self.quoted(name))).collect();
        let mut when: Vec<String> = key
            .iter()
            .map(|name| {
                let name = self.quoted(name);
                format!("{table}.{name} = {alias}.{name}")
            })
            .collect();
        when.extend((!only.is_empty()).then(|| only.to_owned()));
        format!("UPDATE {table} SET {} FROM {} {alias} WHERE {}", set.join(", "), self.quoted(other), when.join(" AND "))
    }

    /// The statements by which rows take the place of others, which are kept; the first one tells how many were kept.
    fn exchange(&self, exchange: &Exchange<'_>) -> Vec<String>;

    /// Deletes the rows of `table` that the query `chosen` names; `by` are the columns, and what the query calls them.
    fn delete(&self, table: &str, by: &[(String, String)], chosen: &str) -> String {
        let columns: Vec<&str> = by.iter().map(|(column, _)| column.as_str()).collect();
        format!("DELETE FROM {} WHERE ({}) IN ({chosen})", self.quoted(table), columns.join(", "))
    }

    /// The statements that make a table, run before it is filled.
    fn create(&self, table: &TargetTable, target: &TargetSchema) -> Vec<String>;

    /// The statements that make its key, where that costs less once its rows are there; run before any of [`Store::complete`].
    fn key(&self, _table: &TargetTable) -> Vec<String> {
        Vec::new()
    }

    /// The statements that make of it what costs less once its rows are there: indexes, references.
    fn complete(&self, table: &TargetTable, target: &TargetSchema) -> Vec<String>;

    /// Says that rows which are referred to leave now, and that others may come in their place: what refers to nothing then is found by
    /// [`Store::check_references`], where the database would not wait for that.
    fn wait_with_references(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Fails where a row refers to nothing.
    fn check_references(&mut self, target: &TargetSchema) -> Result<(), Failure>;

    /// Fails where the connection may not do to these tables what a load does.
    fn check_rights(&mut self, tables: &[&str]) -> Result<(), Failure>;

    /// Fails where tenants cannot have places here that reach nothing of each other's; `revoke` takes from everybody what they would reach.
    fn check_tenants(&mut self, revoke: bool) -> Result<(), Failure>;

    /// Whether something here is called as the place of a tenant would be.
    fn has_place(&mut self, name: &str) -> Result<bool, Failure>;

    /// Makes the place of a tenant, or what is lacking of one that was begun, and the login that reaches it alone.
    fn make_place(&mut self, name: &str, password: Option<&str>) -> Result<(), Failure>;

    /// What the login is called that reaches this place.
    fn login(&self, place: &str) -> String {
        place.to_owned()
    }

    /// Gives the login of a tenant a password.
    fn let_in(&mut self, place: &str, password: &str) -> Result<(), Failure>;

    /// Lets the tenant whose place this is look at these tables, where that does not come with making them.
    fn share(&mut self, _tables: &[&str]) -> Result<(), Failure> {
        Ok(())
    }
}

/// The parts of keys as [`Store::recall`] gives them, one row's at a time.
#[derive(Debug, Default)]
pub(super) struct Parts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Parts {
    /// Those of the next row.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// A number, or a truth value kept as one; whether it is what its column holds.
    pub(super) fn number(&mut self, number: i64, kind: &Kind) -> bool {
        match kind {
            Kind::Integer => self.bytes.extend(number.to_be_bytes()),
            Kind::Boolean => self.bytes.push(u8::from(number != 0)),
            _ => return false,
        }
        self.ends.push(self.bytes.len());
        true
    }

    /// A text, or an identifier kept as one, in the same way.
    pub(super) fn text(&mut self, text: &[u8], kind: &Kind) -> bool {
        match kind {
            Kind::Text => self.bytes.extend(text),
            Kind::Uuid => match Uuid::try_parse_ascii(text) {
                Ok(id) => self.bytes.extend(id.as_bytes()),
                Err(_) => return false,
            },
            _ => return false,
        }
        self.ends.push(self.bytes.len());
        true
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<&[u8]> {
        let mut from = 0;
        let part = |end: &usize| self.bytes.get(std::mem::replace(&mut from, *end)..*end).unwrap_or_default();
        self.ends.iter().map(part).collect()
    }
}

/// Names in SQL, with commas between.
pub(super) fn list(store: &dyn Store, names: &[&str], of: &str) -> String {
    let of = if of.is_empty() { String::new() } else { format!("{of}.") };
    names.iter().map(|name| format!("{of}{}", store.quoted(name))).collect::<Vec<_>>().join(", ")
}

/// Equal in all these columns, none of which is missing.
pub(super) fn equal(store: &dyn Store, names: &[&str], one: &str, other: &str) -> String {
    let pairs = names.iter().map(|name| {
        let name = store.quoted(name);
        format!("{one}.{name} = {other}.{name}")
    });
    pairs.collect::<Vec<_>>().join(" AND ")
}

/// The tables of a target that an order fills.
pub(super) fn own_tables(target: &TargetSchema) -> impl DoubleEndedIterator<Item = &TargetTable> {
    target.tables.iter().filter(|table| !table.external)
}

/// Whether a decimal column, its precision and scale given as text, holds every decimal of that precision and scale.
pub(super) fn holds(arguments: &str, precision: i64, scale: i64) -> bool {
    let mut parts = arguments.split(',').map(|part| part.trim().parse::<i64>().unwrap_or(0));
    let (there, digits) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    digits >= scale && there - digits >= precision - scale
}

/// The failure of a book that is not as it was written.
pub(super) fn unlike(shown: &str, book: &str) -> Failure {
    Failure::World(format!("nothing was loaded: table `{book}` of `{shown}` is not as it was written"))
}

#[cfg(test)]
mod tests {
    use super::Parts;
    use super::holds;
    use ehr_rules::Kind;

    #[test]
    fn parts_of_keys_are_given_one_by_one() {
        let mut parts = Parts::default();
        assert!(parts.text("é".as_bytes(), &Kind::Text) && parts.number(-2, &Kind::Integer) && parts.text(b"", &Kind::Text));
        assert_eq!(parts.all(), [&[0xC3, 0xA9][..], &[255, 255, 255, 255, 255, 255, 255, 254], &[]]);
        parts.clear();
        assert!(parts.number(1, &Kind::Boolean) && !parts.text(b"x", &Kind::Uuid) && !parts.number(1, &Kind::Text));
        assert_eq!(parts.all(), [&[1][..]]);
    }

    #[test]
    fn a_decimal_needs_room_on_both_sides_of_its_point() {
        assert!(holds("12,2", 12, 2) && holds("14,4", 12, 2));
        assert!(!holds("12,4", 12, 2) && !holds("12,1", 12, 2) && !holds("10", 12, 2));
    }
}
