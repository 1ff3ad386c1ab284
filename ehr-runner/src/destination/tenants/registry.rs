//! The registry: whose each place of a destination is.
//!
//! | table | holds |
//! | --- | --- |
//! | `_ehr_tenants` | each tenant: what its place is called, its name as it was first met, its identity, since when, and how it stands |
//! | `_ehr_tenant_names` | every spelling of every name, unchanged, and whose it is |

use super::passwords::Passwords;
use crate::destination::cell::Cell;
use crate::destination::store::Slot;
use crate::destination::store::Store;
use crate::error::Failure;
use crate::order::OrderTenant;
use crate::order::now;
use chrono::SecondsFormat;
use ehr_rules::Kind;
use ehr_rules::tenant_identifier;
use ehr_rules::tenant_identity;
use ehr_rules::tenant_letters;
use std::collections::HashMap;
use std::collections::HashSet;

const TENANTS: &str = "_ehr_tenants";
const TENANT_COLUMNS: [&str; 5] = ["identifier", "name", "identity", "created_at", "status"];
const NAMES: &str = "_ehr_tenant_names";
const NAME_COLUMNS: [&str; 5] = ["name", "identity", "identifier", "added_at", "added_by"];

/// Its place is being made. It is entered before that: where a database makes places in no transaction, a kill then leaves nothing that nobody
/// knows of, and who comes next goes on with it.
const BEGUN: &str = "being made";
/// Nobody can log in as it yet.
const NO_LOGIN: &str = "no login";
/// It has a password.
const LOGIN: &str = "login";

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What its place is called.
    pub(crate) identifier: String,
    /// Its name, as it was first met.
    pub(crate) name: String,
    /// Its name, normalised.
    pub(crate) identity: String,
    /// Since when it has its place.
    pub(crate) created_at: String,
    /// `login` where it can log in by itself, else `no login`.
    pub(crate) status: String,
    /// Every spelling of its names.
    pub(crate) names: Vec<String>,
}

/// Everyone who has a place.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    entries: Vec<Entry>,
    /// Those whose places were begun and are not there yet, by identity.
    begun: HashMap<String, Entry>,
    /// By every identity, where its entry is.
    places: HashMap<String, usize>,
    /// Letters of names, and the identities that share them.
    letters: HashMap<String, Vec<String>>,
    spellings: HashSet<String>,
    /// Whether it was looked what everybody may do here: it takes a look at all that a server has, so each loader does it once.
    closed: bool,
}

impl Registry {
    /// What the registry holds, nothing where there is none.
    pub(super) fn read(store: &mut dyn Store) -> Result<Self, Failure> {
        let mut registry = Self::default();
        // Made last: where tables are made in no transaction, a kill may have left the other one, empty.
        if store.columns(NAMES)?.is_empty() {
            return Ok(registry);
        }
        for row in texts(store, TENANTS, &TENANT_COLUMNS, None)? {
            registry.take(row);
        }
        let places: HashMap<String, usize> =
            registry.entries.iter().enumerate().map(|(at, entry)| (entry.identifier.clone(), at)).collect();
        for [name, identity, identifier, _, _] in texts(store, NAMES, &NAME_COLUMNS, None)? {
            if let Some(at) = places.get(&identifier) {
                registry.call(*at, name, identity);
            }
        }
        Ok(registry)
    }

    /// Everyone, by what their places are called.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The tenant of this identity.
    pub(crate) fn find(&self, identity: &str) -> Option<&Entry> {
        self.places.get(identity).and_then(|at| self.entries.get(*at))
    }

    /// The name that is most like another one, where one is.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        let wanted = tenant_identity(name);
        let names = self.entries.iter().flat_map(|entry| std::iter::once(&entry.name).chain(&entry.names));
        let far = names.map(|known| (strsim::damerau_levenshtein(&wanted, &tenant_identity(known)), known));
        // A third of its letters may be wrong.
        far.min().filter(|(far, _)| *far <= wanted.chars().count().div_ceil(3)).map(|(_, known)| known.as_str())
    }

    /// Names that are told apart, and of which the letters and digits are the same: each of them with who has it.
    pub(crate) fn alike(&self) -> Vec<Vec<&Entry>> {
        let mut found: Vec<Vec<&Entry>> = Vec::new();
        for identities in self.letters.values() {
            let mut entries: Vec<&Entry> = identities.iter().filter_map(|identity| self.find(identity)).collect();
            entries.sort_by(|a, b| a.identifier.cmp(&b.identifier));
            entries.dedup();
            if entries.len() > 1 {
                found.push(entries);
            }
        }
        found.sort_by(|a, b| a.first().map(|one| &one.identifier).cmp(&b.first().map(|one| &one.identifier)));
        found
    }

    /// The entry of a tenant of an order: it gets a place at first sight, and each spelling of its name is kept.
    pub(super) fn enter(
        &mut self,
        store: &mut dyn Store,
        tenant: &OrderTenant,
        passwords: &mut Passwords,
        revoke_public: bool,
    ) -> Result<Entry, Failure> {
        if let Some(entry) = self.known(tenant) {
            return Ok(entry.clone());
        }
        store.begin()?;
        self.read_again(store, &tenant.identity)?;
        if let Some(entry) = self.known(tenant) {
            let entry = entry.clone();
            store.commit()?;
            return Ok(entry);
        }
        prepare(store)?;
        let known = self.places.get(&tenant.identity).copied();
        let at = match known {
            Some(at) => at,
            None => {
                if !self.closed {
                    store.check_tenants(revoke_public)?;
                }
                self.make(store, tenant, passwords)?
            }
        };
        for name in &tenant.names {
            self.spell(store, at, name, "seen")?;
        }
        store.commit()?;
        self.closed |= known.is_none();
        self.entries.get(at).cloned().ok_or_else(|| Failure::World("the registry of tenants lost one".to_owned()))
    }

    /// Makes the place of a tenant, or goes on with making it.
    fn make(&mut self, store: &mut dyn Store, tenant: &OrderTenant, passwords: &mut Passwords) -> Result<usize, Failure> {
        let mut entry = match self.begun.remove(&tenant.identity) {
            Some(entry) => entry,
            None => {
                let entry = Entry {
                    identifier: self.free(store, &tenant.identity)?,
                    name: tenant.names.first().unwrap_or(&tenant.identity).clone(),
                    identity: tenant.identity.clone(),
                    created_at: moment(),
                    status: BEGUN.to_owned(),
                    names: Vec::new(),
                };
                let values = [&entry.identifier, &entry.name, &entry.identity, &entry.created_at, &entry.status];
                insert(store, TENANTS, TENANT_COLUMNS, values.map(String::as_str))?;
                entry
            }
        };
        let password = passwords.make(&entry.identifier, &store.login(&entry.identifier), &entry.name)?;
        store.make_place(&entry.identifier, password.as_deref())?;
        stands(store, &mut entry, if password.is_some() { LOGIN } else { NO_LOGIN })?;
        Ok(self.add(entry))
    }

    /// From now on `new` is a name of the tenant who is registered as `old`.
    pub(super) fn map(
        mut self,
        store: &mut dyn Store,
        old: &str,
        new: &str,
        holds: impl Fn(&Entry) -> Result<bool, Failure>,
    ) -> Result<Entry, Failure> {
        let (old_identity, new_identity) = (tenant_identity(old), tenant_identity(new));
        if new_identity.is_empty() || new.contains('\0') {
            return Err(Failure::Usage("the new name is none".to_owned()));
        }
        let Some(at) = self.places.get(&old_identity).copied() else {
            return Err(Failure::Usage(format!("no tenant is registered under the old name in `{}`", store.shown())));
        };
        let entry = self.entries.get(at).cloned();
        let entry = entry.ok_or_else(|| Failure::World("the registry of tenants lost one".to_owned()))?;
        if let Some(other) = self.find(&new_identity).filter(|other| other.identifier != entry.identifier)
            && holds(other)?
        {
            let (one, other) = (&entry.identifier, &other.identifier);
            return Err(Failure::Data(format!(
                "both names are tenants with data of their own, `{one}` and `{other}`; undo the orders of `{other}` first, and load them again once it is mapped"
            )));
        }
        store.begin()?;
        // The place that was the new name's, if any, is nobody's from now on.
        let sql = format!("DELETE FROM {} WHERE identity = {}", store.quoted(NAMES), store.place(1));
        store.run(&sql, &[Cell::Text(new_identity)])?;
        self.spellings.remove(new);
        self.spell(store, at, new, "mapped by a person")?;
        store.commit()?;
        self.entries.get(at).cloned().ok_or_else(|| Failure::World("the registry of tenants lost one".to_owned()))
    }

    /// Gives a tenant a new password.
    pub(super) fn let_in(mut self, store: &mut dyn Store, name: &str, passwords: &mut Passwords) -> Result<Entry, Failure> {
        let Some(at) = self.places.get(&tenant_identity(name)).copied() else {
            return Err(Failure::Usage(format!("no tenant of that name is registered in `{}`", store.shown())));
        };
        let entry = self.entries.get_mut(at).ok_or_else(|| Failure::World("the registry of tenants lost one".to_owned()))?;
        let Some(password) = passwords.make(&entry.identifier, &store.login(&entry.identifier), &entry.name)? else {
            return Err(Failure::Usage("`EHR_TENANT_PASSWORDS` names the file that the password is written to".to_owned()));
        };
        store.begin()?;
        store.let_in(&entry.identifier, &password)?;
        stands(store, entry, LOGIN)?;
        store.commit()?;
        Ok(entry.clone())
    }

    /// Takes in what another loader, or a person, wrote of an identity since the registry was read: all of it would be read once for each tenant.
    fn read_again(&mut self, store: &mut dyn Store, identity: &str) -> Result<(), Failure> {
        if store.columns(NAMES)?.is_empty() {
            return Ok(());
        }
        // A database may find more than what is asked for, as texts are equal to it, and never less.
        for row in texts(store, TENANTS, &TENANT_COLUMNS, Some(("identity", identity)))? {
            if row[2] == identity && !self.entries.iter().any(|entry| entry.identifier == row[0]) {
                self.take(row);
            }
        }
        for [name, other, identifier, _, _] in texts(store, NAMES, &NAME_COLUMNS, Some(("identity", identity)))? {
            if other != identity {
                continue;
            }
            let known = |entry: &Entry| entry.identifier == identifier;
            if !self.entries.iter().any(known) {
                for row in texts(store, TENANTS, &TENANT_COLUMNS, Some(("identifier", &identifier)))? {
                    self.take(row);
                }
            }
            let Some(at) = self.entries.iter().position(known) else { continue };
            self.note(at, other.clone());
            if !self.spellings.contains(&name) {
                self.call(at, name, other);
            }
        }
        Ok(())
    }

    fn take(&mut self, [identifier, name, identity, created_at, status]: [String; 5]) {
        let entry = Entry { identifier, name, identity, created_at, status, names: Vec::new() };
        if entry.status == BEGUN {
            self.begun.insert(entry.identity.clone(), entry);
        } else {
            self.add(entry);
        }
    }

    /// The entry, where all that the order knows of the tenant is known here.
    fn known(&self, tenant: &OrderTenant) -> Option<&Entry> {
        self.find(&tenant.identity).filter(|_| tenant.names.iter().all(|name| self.spellings.contains(name)))
    }

    /// A name for a place that nothing else has, be it of this registry or not.
    fn free(&self, store: &mut dyn Store, identity: &str) -> Result<String, Failure> {
        for number in 0..100_u32 {
            let apart = if number == 0 { String::new() } else { number.to_string() };
            let identifier = tenant_identifier(identity, &apart);
            let mut known = self.entries.iter().chain(self.begun.values());
            if !known.any(|entry| entry.identifier == identifier) && !store.has_place(&identifier)? {
                return Ok(identifier);
            }
        }
        Err(Failure::World(format!("`{}` has no name left for the place of a tenant", store.shown())))
    }

    fn add(&mut self, entry: Entry) -> usize {
        let at = self.entries.len();
        let identity = entry.identity.clone();
        self.entries.push(entry);
        self.note(at, identity);
        at
    }

    fn note(&mut self, at: usize, identity: String) {
        let alike = self.letters.entry(tenant_letters(&identity)).or_default();
        if !alike.contains(&identity) {
            alike.push(identity.clone());
        }
        self.places.insert(identity, at);
    }

    fn call(&mut self, at: usize, name: String, identity: String) {
        self.note(at, identity);
        if let Some(entry) = self.entries.get_mut(at) {
            entry.names.push(name.clone());
        }
        self.spellings.insert(name);
    }

    fn spell(&mut self, store: &mut dyn Store, at: usize, name: &str, by: &str) -> Result<(), Failure> {
        let Some(entry) = self.entries.get(at).filter(|_| !self.spellings.contains(name)) else { return Ok(()) };
        let identity = tenant_identity(name);
        insert(store, NAMES, NAME_COLUMNS, [name, &identity, &entry.identifier, &moment(), by])?;
        self.call(at, name.to_owned(), identity);
        Ok(())
    }
}

fn prepare(store: &mut dyn Store) -> Result<(), Failure> {
    for (table, columns) in [(TENANTS, TENANT_COLUMNS), (NAMES, NAME_COLUMNS)] {
        let slots: Vec<Slot> = columns.iter().map(|name| Slot { name: (*name).to_owned(), kind: Kind::Text }).collect();
        crate::destination::books::make(store, table, &slots, slots.get(..1).unwrap_or_default())?;
    }
    Ok(())
}

/// From now on a tenant stands so.
fn stands(store: &mut dyn Store, entry: &mut Entry, status: &str) -> Result<(), Failure> {
    let sql = format!("UPDATE {} SET status = {} WHERE identifier = {}", store.quoted(TENANTS), store.place(1), store.place(2));
    store.run(&sql, &[Cell::Text(status.to_owned()), Cell::Text(entry.identifier.clone())])?;
    status.clone_into(&mut entry.status);
    Ok(())
}

fn insert(store: &mut dyn Store, table: &str, columns: [&str; 5], values: [&str; 5]) -> Result<(), Failure> {
    let names: Vec<String> = columns.iter().map(|name| store.quoted(name)).collect();
    let places: Vec<String> = (1..=columns.len()).map(|at| store.place(at)).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", store.quoted(table), names.join(", "), places.join(", "));
    store.run(&sql, &values.map(|value| Cell::Text(value.to_owned()))).map(drop)
}

/// The rows of a table: all, or those with a text in a column.
fn texts(store: &mut dyn Store, table: &str, columns: &[&str; 5], only: Option<(&str, &str)>) -> Result<Vec<[String; 5]>, Failure> {
    let names: Vec<String> = columns.iter().map(|name| store.quoted(name)).collect();
    let place = only.map_or_else(String::new, |(column, _)| format!(" WHERE {} = {}", store.quoted(column), store.place(1)));
    let sql = format!("SELECT {} FROM {}{place} ORDER BY identifier", names.join(", "), store.quoted(table));
    let values: Vec<Cell> = only.into_iter().map(|(_, text)| Cell::Text(text.to_owned())).collect();
    let rows = store.ask(&sql, &values)?;
    let row = |cells: Vec<Cell>| {
        let texts: Vec<String> = cells.iter().map(|cell| cell.text().unwrap_or_default().to_owned()).collect();
        <[String; 5]>::try_from(texts).ok()
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

fn moment() -> String {
    now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
