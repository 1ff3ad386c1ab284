//! Where a destination stands: the orders that it has, the tenants, and the conflicts that nobody decided. Counts and names, no values.

use super::Destination;
use super::conflicts;
use super::store::Store;
use super::tenants::Entry;
use crate::error::Failure;
use serde::Serialize;

/// What a destination has.
#[derive(Debug, Serialize)]
pub(crate) struct Standing {
    pub(crate) to: String,
    /// What belongs to no tenant.
    #[serde(flatten)]
    pub(crate) own: Held,
    /// What is each tenant's.
    pub(crate) tenants: Vec<Place>,
}

/// The orders in one place, and their open conflicts.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Held {
    pub(crate) orders: Vec<Brought>,
    pub(crate) open_conflicts: Vec<Tally>,
}

/// A tenant, and what its place has.
#[derive(Debug, Serialize)]
pub(crate) struct Place {
    pub(crate) tenant: String,
    pub(crate) identifier: String,
    pub(crate) status: String,
    #[serde(flatten)]
    pub(crate) held: Held,
}

/// A load of an order.
#[derive(Debug, Serialize)]
pub(crate) struct Brought {
    pub(crate) number: i64,
    pub(crate) order: String,
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) loaded_at: String,
    pub(crate) undone_at: Option<String>,
    pub(crate) added: u64,
    pub(crate) replaced: u64,
    pub(crate) same: u64,
}

/// How many open conflicts are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    pub(crate) table: String,
    pub(crate) kind: String,
    pub(crate) severity: String,
    pub(crate) conflicts: u64,
}

impl Held {
    /// The conflicts together.
    pub(crate) fn open(&self) -> u64 {
        self.open_conflicts.iter().map(|tally| tally.conflicts).sum()
    }
}

impl Destination {
    /// What is in it. Changes nothing, and waits for no loader.
    pub(crate) fn standing(&self) -> Result<Standing, Failure> {
        let own = match self {
            // Each tenant has a file in it.
            Self::Sqlite(folder) if folder.is_dir() => Held::default(),
            _ => self.held()?,
        };
        let mut tenants = Vec::new();
        let mut open: Option<Box<dyn Store>> = None;
        for Entry { identifier, name, status, .. } in self.tenants()?.entries() {
            let held = self.held_by(identifier, &mut open)?;
            tenants.push(Place { tenant: name.clone(), identifier: identifier.clone(), status: status.clone(), held });
        }
        Ok(Standing { to: self.to_string(), own, tenants })
    }

    /// What a tenant has: in files one after the other, in a server by one connection for all of them.
    fn held_by(&self, identifier: &str, open: &mut Option<Box<dyn Store>>) -> Result<Held, Failure> {
        let place = self.of_tenant(identifier);
        if let Self::Sqlite(path) = &place {
            // The file appears with the first order that is loaded into it.
            return if path.exists() { place.held() } else { Ok(Held::default()) };
        }
        let store = match open {
            Some(store) => {
                store.look_into(identifier)?;
                store
            }
            None => open.insert(place.looked_into()?),
        };
        what_is_held(&mut **store)
    }

    fn held(&self) -> Result<Held, Failure> {
        self.there()?;
        what_is_held(&mut *self.looked_into()?)
    }

    /// Open to be asked.
    fn looked_into(&self) -> Result<Box<dyn Store>, Failure> {
        let mut store = self.open()?;
        store.look()?;
        Ok(store)
    }
}

fn what_is_held(store: &mut dyn Store) -> Result<Held, Failure> {
    Ok(Held { orders: loads(store)?, open_conflicts: conflicts::open(store)? })
}

fn loads(store: &mut dyn Store) -> Result<Vec<Brought>, Failure> {
    if store.columns("_ehr_orders")?.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT number, order_id, source, version, target, loaded_at, undone_at, added, replaced, same FROM {} ORDER BY number",
        store.quoted("_ehr_orders")
    );
    let rows = store.ask(&sql, &[])?;
    let told = rows.iter().filter_map(|row| {
        let text = |at: usize| row.get(at).and_then(|cell| cell.text()).map(str::to_owned);
        let [number, .., added, replaced, same] = row.as_slice() else { return None };
        Some(Brought {
            number: number.integer()?,
            order: text(1)?,
            source: format!("{}/{}", text(2)?, text(3)?),
            target: text(4)?,
            loaded_at: text(5)?,
            undone_at: text(6),
            added: added.count(),
            replaced: replaced.count(),
            same: same.count(),
        })
    });
    Ok(told.collect())
}
