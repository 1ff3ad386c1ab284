//! Tenants of a destination: each has a place of its own, and a registry says whose it is.
//!
//! The identity of a tenant is its normalised full name, as the registry has it; what its place is called, a file, schema or database, is
//! made for it once and is looked up ever after. Names are compared here and never by the database, whose ideas of equal texts differ.

pub(super) mod passwords;
mod registry;

use super::Destination;
use super::Load;
use super::Loading;
use super::Undone;
use super::store::Store;
use crate::context::Context;
use crate::error::Failure;
use crate::order::OrderFile;
use crate::order::OrderTenant;
use ehr_rules::TargetSchema;
use ehr_rules::tenant_identity;
use passwords::Passwords;
pub(crate) use registry::Entry;
use registry::Registry;
use std::fs;
use std::path::Path;

/// The file beside those of tenants that says whose they are.
const REGISTRY: &str = "_ehr_tenants.db";

/// What became of one tenant's part of an order.
#[derive(Debug, Clone)]
pub(crate) struct Done<T> {
    /// What its place is called.
    pub(crate) identifier: String,
    /// Its name, as it was first met.
    pub(crate) name: String,
    /// What was done.
    pub(crate) what: T,
}

/// What became of an order, tenant by tenant: what was done is done, whatever failed after it.
#[derive(Debug)]
pub(crate) struct Outcome<T> {
    /// Those that went well.
    pub(crate) done: Vec<Done<T>>,
    /// Why others did not.
    pub(crate) failed: Option<Failure>,
}

impl Destination {
    /// Whether an order for a target that keeps tenants apart could be loaded. Changes nothing, but for what `--revoke-public` takes away.
    pub(crate) fn check_tenants(&self, loading: Loading) -> Result<(), Failure> {
        if let Self::Sqlite(folder) = self {
            return folder_for(folder).map(drop);
        }
        Passwords::open()?;
        let mut store = self.open()?;
        store.begin()?;
        store.check_tenants(loading.revoke_public)?;
        if loading.revoke_public { store.commit() } else { Ok(()) }
    }

    /// Loads an order tenant by tenant, all that is one's or nothing of it; of one alone where `only` names it.
    pub(crate) fn load_tenants(
        &self,
        context: &Context,
        target: &TargetSchema,
        folder: &Path,
        order: &OrderFile,
        loading: Loading,
        only: Option<&str>,
    ) -> Result<Outcome<Load>, Failure> {
        if let Self::Sqlite(folder) = self {
            let folder = folder_for(folder)?;
            fs::create_dir_all(folder).map_err(|error| Failure::file("making the folder", folder, &error))?;
        }
        let mut passwords = Passwords::open()?;
        let mut store = self.registry_at().open()?;
        let mut registry = Registry::read(&mut *store)?;
        let tenants = asked(order, &registry, only)?;
        // What the tenants' places hold is theirs alone, so their tables are made with them.
        let loading = Loading { create: true, ..loading };
        Ok(each(context, tenants, |tenant| {
            let entry = registry.enter(&mut *store, tenant, &mut passwords, loading.revoke_public)?;
            let part = part_of(order, tenant);
            let place = folder.join("tenants").join(&tenant.identifier);
            let load = self.of_tenant(&entry.identifier).load(context, target, &place, &part, loading)?;
            Ok(Some(Done { identifier: entry.identifier, name: entry.name, what: load }))
        }))
    }

    /// Takes an order out again tenant by tenant; those that do not have it are left out.
    pub(crate) fn undo_tenants(
        &self,
        context: &Context,
        target: &TargetSchema,
        order: &OrderFile,
        only: Option<&str>,
    ) -> Result<Outcome<Undone>, Failure> {
        let registry = self.tenants()?;
        let tenants = asked(order, &registry, only)?;
        Ok(each(context, tenants, |tenant| {
            let Some(entry) = registry.find(&tenant.identity) else { return Ok(None) };
            let place = self.of_tenant(&entry.identifier);
            if matches!(&place, Self::Sqlite(path) if !path.exists()) {
                return Ok(None);
            }
            let undone = place.undo(context, target, &part_of(order, tenant))?;
            Ok(undone.map(|what| Done { identifier: entry.identifier.clone(), name: entry.name.clone(), what }))
        }))
    }

    /// Everyone who has a place here.
    pub(crate) fn tenants(&self) -> Result<Registry, Failure> {
        if matches!(self, Self::Sqlite(folder) if !folder.join(REGISTRY).is_file()) {
            return Ok(Registry::default());
        }
        Registry::read(&mut *self.registry_at().open()?)
    }

    /// The place of the tenant of this name; the destination itself where nobody is named and it keeps no tenants apart.
    pub(crate) fn whose(&self, tenant: Option<&str>) -> Result<Self, Failure> {
        let registry = self.tenants()?;
        let nobody = registry.entries().is_empty();
        let Some(name) = tenant else {
            let folder = matches!(self, Self::Sqlite(path) if path.is_dir());
            if folder || !nobody && !self.holds_orders()? {
                return Err(Failure::Usage(format!(
                    "`{self}` keeps tenants apart, and `--tenant` says whose it is about; `ehr-runner tenants list --to {self}` names them"
                )));
            }
            return Ok(self.clone());
        };
        if nobody {
            return Err(Failure::Usage(format!("`--tenant` names one, and `{self}` keeps no tenants apart")));
        }
        let Some(entry) = registry.find(&tenant_identity(name)) else {
            let help = registry.nearest(name).map_or_else(
                || format!("`ehr-runner tenants list --to {self}` names those that are"),
                |near| format!("did you mean `{}`?", near.escape_debug()),
            );
            return Err(Failure::Usage(format!("no tenant of that name is registered in `{self}`\nhelp: {help}")));
        };
        let place = self.of_tenant(&entry.identifier);
        if matches!(&place, Self::Sqlite(path) if !path.exists()) {
            return Err(Failure::Usage(format!("nothing of that tenant was loaded into `{self}` yet")));
        }
        Ok(place)
    }

    /// From now on a name is that of a tenant who is registered under another.
    pub(crate) fn map_tenant(&self, old: &str, new: &str) -> Result<Entry, Failure> {
        let mut store = self.known_registry()?;
        Registry::read(&mut *store)?.map(&mut *store, old, new, |entry| self.holds_anything(entry))
    }

    /// Lets a tenant log in, with a new password that is written to the file of passwords.
    pub(crate) fn let_in(&self, name: &str) -> Result<Entry, Failure> {
        let mut passwords = Passwords::open()?;
        let mut store = self.known_registry()?;
        Registry::read(&mut *store)?.let_in(&mut *store, name, &mut passwords)
    }

    fn known_registry(&self) -> Result<Box<dyn Store>, Failure> {
        match self {
            Self::Sqlite(folder) if !folder.join(REGISTRY).is_file() => {
                Err(Failure::Usage(format!("`{}` holds no tenants", folder.display())))
            }
            _ => self.registry_at().open(),
        }
    }

    /// Whether a tenant's place holds an order.
    fn holds_anything(&self, entry: &Entry) -> Result<bool, Failure> {
        self.of_tenant(&entry.identifier).holds_orders()
    }

    fn holds_orders(&self) -> Result<bool, Failure> {
        if matches!(self, Self::Sqlite(path) if !path.exists()) {
            return Ok(false);
        }
        let mut store = self.open()?;
        store.look()?;
        if store.columns("_ehr_orders")?.is_empty() {
            return Ok(false);
        }
        let sql = format!("SELECT 1 FROM {} WHERE undone_at IS NULL", store.quoted("_ehr_orders"));
        Ok(!store.ask(&sql, &[])?.is_empty())
    }

    /// Where the registry is.
    fn registry_at(&self) -> Self {
        match self {
            Self::Sqlite(folder) => Self::Sqlite(folder.join(REGISTRY)),
            Self::Postgres(_) | Self::Mysql(_) => self.clone(),
        }
    }

    /// The place of a tenant, as a destination of its own.
    pub(super) fn of_tenant(&self, identifier: &str) -> Self {
        match self {
            Self::Sqlite(folder) => Self::Sqlite(folder.join(format!("{identifier}.db"))),
            Self::Postgres(server) => Self::Postgres(Box::new(server.in_schema(identifier))),
            Self::Mysql(server) => Self::Mysql(Box::new(server.in_database(identifier))),
        }
    }
}

/// The folder in which each tenant gets a file.
fn folder_for(folder: &Path) -> Result<&Path, Failure> {
    if folder.is_file() {
        let shown = folder.display();
        return Err(Failure::Usage(format!(
            "`{shown}` is a file, and each tenant gets one of its own: name a folder, as in `sqlite:clinic/`"
        )));
    }
    let above = folder.ancestors().find(|above| above.is_dir()).unwrap_or_else(|| Path::new("."));
    // A file that is made and gone again shows that more can be made.
    tempfile::tempfile_in(above).map_err(|error| Failure::file("making a database in", above, &error))?;
    Ok(folder)
}

/// The order, as a tenant's place knows it: one tenant may have two names in an order, and each is loaded once.
fn part_of(order: &OrderFile, tenant: &OrderTenant) -> OrderFile {
    OrderFile { id: format!("{}:{}", order.id, tenant.identifier), ..order.clone() }
}

/// The tenants of an order that are asked for.
fn asked<'o>(order: &'o OrderFile, registry: &Registry, only: Option<&str>) -> Result<Vec<&'o OrderTenant>, Failure> {
    let Some(only) = only else { return Ok(order.tenants.iter().collect()) };
    let identity = tenant_identity(only);
    let same = |tenant: &OrderTenant| {
        let meant = registry.find(&identity);
        tenant.identity == identity
            || meant.is_some_and(|meant| registry.find(&tenant.identity).is_some_and(|own| own.identifier == meant.identifier))
    };
    let found: Vec<&OrderTenant> = order.tenants.iter().filter(|tenant| same(tenant)).collect();
    if found.is_empty() {
        return Err(Failure::Usage("the order holds nothing of the tenant that `--tenant` names".to_owned()));
    }
    Ok(found)
}

/// Does something for one tenant after the other. What the data of one does not allow keeps nobody else's from being done.
fn each<T>(
    context: &Context,
    tenants: Vec<&OrderTenant>,
    mut work: impl FnMut(&OrderTenant) -> Result<Option<Done<T>>, Failure>,
) -> Outcome<T> {
    let (mut done, mut short) = (Vec::new(), Vec::new());
    let all = tenants.len();
    for tenant in tenants {
        match context.go_on().and_then(|()| work(tenant)) {
            Ok(one) => done.extend(one),
            Err(Failure::Data(why)) => short.push(format!("`{}`: {why}", tenant.identifier)),
            Err(failure) => return Outcome { done, failed: Some(failure) },
        }
    }
    let failed = (!short.is_empty()).then(|| {
        let said = short.join("; ");
        Failure::Data(format!("{} of {all} tenants were left as they were: {said}", short.len()))
    });
    Outcome { done, failed }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use ehr_rules::tenant_identifier;

    fn tenant(name: &str) -> OrderTenant {
        let identity = tenant_identity(name);
        OrderTenant { identifier: tenant_identifier(&identity, ""), identity, names: vec![name.to_owned()] }
    }

    /// What others did since a loader read the registry, it finds when it comes to the tenant.
    #[test]
    fn loaders_side_by_side_know_of_each_others_tenants() {
        let folder = tempfile::tempdir().unwrap();
        let place = Destination::Sqlite(folder.path().join(REGISTRY));
        let (mut one, mut other) = (place.open().unwrap(), place.open().unwrap());
        let mut passwords = Passwords::open().unwrap();
        let mut enter = |registry: &mut Registry, store: &mut Box<dyn Store>, name: &str| {
            registry.enter(&mut **store, &tenant(name), &mut passwords, false).unwrap().identifier
        };
        let mut mine = Registry::read(&mut *one).unwrap();
        let mut theirs = Registry::read(&mut *other).unwrap();
        let ada = enter(&mut theirs, &mut other, "Ada Marsh");
        let gary = enter(&mut theirs, &mut other, "Gary Wang");
        // The same tenant, in another spelling.
        assert_eq!(enter(&mut mine, &mut one, "ADA  MARSH"), ada);
        // A name that a person mapped, of a tenant that this loader has not met.
        Registry::read(&mut *other).unwrap().map(&mut *other, "Gary Wang", "Wang Clinic", |_| Ok(false)).unwrap();
        assert_eq!(enter(&mut mine, &mut one, "Wang Clinic"), gary);
        assert_ne!(enter(&mut mine, &mut one, "gary-wang"), gary);
        let all = Registry::read(&mut *one).unwrap();
        let names: Vec<(&str, usize)> = all.entries().iter().map(|entry| (entry.identity.as_str(), entry.names.len())).collect();
        assert_eq!(names, [("ada marsh", 2), ("gary wang", 2), ("gary-wang", 1)]);
        let alike = |registry: &Registry| registry.entries().len();
        assert_eq!((alike(&mine), alike(&all)), (3, 3));
    }
}
