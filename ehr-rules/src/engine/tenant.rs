//! Whose each row is: told by a column, held against the folder that its file lies in and against what the order says.

use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::dataset::order::Order;
use crate::dataset::origin::parts as parts_of;
use crate::dataset::rows::RowSet;
use crate::engine;
use crate::engine::Context;
use crate::engine::fate::Verdict;
use crate::engine::identity;
use crate::error::Error;
use crate::ir::tenant;
use crate::ir::tenant::COLUMN;
use crate::ir::tenant::Tenant;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What is being done, for errors.
const DOING: &str = "telling tenants apart";

/// The tables with whose each row is, and each tenant: its identity, and the spellings of its name in the order in which they come.
pub(crate) type Told = (Vec<Table>, BTreeMap<String, Vec<String>>);

/// Tells whose the rows of some tables are. A file that holds rows of another tenant than its folder or the order says is set aside as a
/// whole (`R0601`), and so is a row whose tenant has no name (`R0602`).
pub(crate) fn tell(tables: &[Table], told: &BTreeSet<String>, tenant: &Tenant, context: &Context<'_>) -> Result<Told, Error> {
    let (order, ledger) = (context.order, context.ledger);
    let mut seen = Vec::new();
    for table in tables.iter().filter(|table| told.contains(&table.name)) {
        order.go_on()?;
        let files = ledger.index(&table.name).map(|index| ledger.files(index)).unwrap_or_default();
        seen.push(look(table, tenant, files)?);
    }
    let claims: BTreeSet<String> = seen.iter().flat_map(|one| one.claims(tenant, order)).collect();
    let mut spellings: BTreeMap<String, BTreeMap<usize, String>> = BTreeMap::new();
    let mut at = 0;
    let mut made = Vec::new();
    let mut looked = seen.iter();
    for table in tables {
        let Some(seen) = told.contains(&table.name).then(|| looked.next()).flatten() else {
            made.push(table.clone());
            continue;
        };
        for spelling in seen.spellings(&claims) {
            at += 1;
            let known = spellings.entry(tenant::normalised(spelling)).or_default();
            if !known.values().any(|known| known == spelling) {
                known.insert(at, spelling.to_owned());
            }
        }
        made.push(without_strangers(table, seen, &claims, tenant, context)?);
    }
    Ok((made, spellings.into_iter().map(|(identity, names)| (identity, names.into_values().collect())).collect()))
}

/// What one pass over a table saw.
#[derive(Default)]
struct Seen {
    /// Names, each once.
    names: Vec<String>,
    numbers: HashMap<String, usize>,
    /// The names in each file, with the first row of each.
    held: BTreeMap<(usize, usize), i64>,
    /// The files, each with its first row.
    files: Vec<(u64, String)>,
    /// Rows of tenants without a name.
    nobodys: Vec<i64>,
}

impl Seen {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.numbers.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    /// The files that hold rows of another than they may.
    fn claims(&self, tenant: &Tenant, order: &Order) -> Vec<String> {
        let asked = order.tenant.as_deref().map(tenant::normalised);
        let claims = |(file, name): &(usize, usize)| {
            let ((_, file), name) = (self.files.get(*file)?, self.names.get(*name)?);
            let own = file.rsplit_once('/').map(|(folder, _)| folder.rsplit('/').next().unwrap_or(folder));
            let folder = own.or(order.lies_in.as_deref());
            let in_another = tenant.folder.zip(folder).is_some_and(|(rule, folder)| !rule.is_of(folder, name));
            let another = asked.as_ref().is_some_and(|asked| *asked != tenant::normalised(name));
            (in_another || another).then(|| file.clone())
        };
        self.held.keys().filter_map(claims).collect()
    }

    /// The names in files that are not set aside, in the order in which they come.
    fn spellings(&self, claims: &BTreeSet<String>) -> Vec<&str> {
        let stays = |file: usize| self.files.get(file).is_none_or(|(_, file)| !claims.contains(file));
        let mut firsts: Vec<(i64, &str)> = Vec::new();
        for ((file, name), first) in &self.held {
            if let Some(name) = self.names.get(*name).filter(|_| stays(*file)) {
                firsts.push((*first, name));
            }
        }
        firsts.sort_unstable();
        firsts.into_iter().map(|(_, name)| name).collect()
    }
}

fn look(table: &Table, tenant: &Tenant, files: Vec<(u64, String)>) -> Result<Seen, Error> {
    let shared = Arc::new(Mutex::new(Seen { files, ..Seen::default() }));
    let held = Arc::clone(&shared);
    let function = move |batch: DataFrame| {
        let [origins, names] = batch.columns() else { polars_bail!(ComputeError: "ehr-rules: a tenant lacks its rows") };
        let mut seen = held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last: Option<(&str, usize, bool)> = None;
        for (origin, name) in origins.i64()?.iter().zip(names.str()?.iter()) {
            let (Some(origin), Some(name)) = (origin, name) else { continue };
            let (number, is_name) = match last {
                Some((known, number, is_name)) if known == name => (number, is_name),
                _ => (seen.number(name), tenant::is_name(name)),
            };
            last = Some((name, number, is_name));
            if !is_name {
                seen.nobodys.push(origin);
                continue;
            }
            let row = parts_of(origin).1;
            let file = seen.files.partition_point(|(first, _)| *first <= row).saturating_sub(1);
            let first = seen.held.entry((file, number)).or_insert(origin);
            *first = origin.min(*first);
        }
        Ok(false)
    };
    let columns = [col(ORIGIN), col(tenant.from.as_str())];
    let sink = table.scan()?.select(columns).sink_batches(PlanCallback::new(function), true, None);
    sink.and_then(|sink| sink.collect_with_engine(Engine::Streaming)).map_err(|error| Error::engine(DOING, error))?;
    let mut seen = shared.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *seen))
}

/// The table with whose each row is, without rows of files that claim another tenant than they may.
fn without_strangers(
    table: &Table,
    seen: &Seen,
    claims: &BTreeSet<String>,
    tenant: &Tenant,
    context: &Context<'_>,
) -> Result<Table, Error> {
    let rule = format!("{}.{}", table.name, tenant.from);
    let mut gone = RowSet::default();
    Verdict::new(context, &rule, "R0602", "", false).reject(context.ledger, seen.nobodys.iter().copied());
    seen.nobodys.iter().for_each(|origin| gone.insert(*origin));
    let apart: Vec<bool> = seen.files.iter().map(|(_, file)| claims.contains(file)).collect();
    if apart.contains(&true) {
        let strangers = strangers(table, &seen.files, apart, &gone)?;
        Verdict::new(context, &rule, "R0601", "", false).reject(context.ledger, strangers.iter().copied());
        for origin in strangers {
            gone.insert(origin);
        }
    }
    let identities: HashMap<String, String> = seen.names.iter().map(|name| (name.clone(), tenant::normalised(name))).collect();
    let identify = move |column: Column| {
        let names: StringChunked = column.str()?.iter().map(|name| identities.get(name?).map(String::as_str)).collect();
        Ok(names.with_name(column.name().clone()).into_column())
    };
    let own = col(tenant.from.as_str()).map(identify, |_, field| Ok(Field::new(field.name().clone(), DataType::String)));
    let mut frame = table.scan()?.with_columns([own.alias(COLUMN)]);
    if !gone.is_empty() {
        frame = identity::without(frame, Arc::new(gone));
    }
    engine::stage(frame, &table.name, context.order.folder.join("told").join(format!("{}.ipc", table.name)))
}

/// Rows of files that are set aside, but for those that are gone already.
fn strangers(table: &Table, files: &[(u64, String)], apart: Vec<bool>, gone: &RowSet) -> Result<Vec<i64>, Error> {
    let found = Arc::new(Mutex::new(Vec::new()));
    let (held, firsts) = (Arc::clone(&found), files.iter().map(|(first, _)| *first).collect::<Vec<_>>());
    engine::each_integer(table.scan()?, ORIGIN, DOING, move |origins| {
        let of_file = |origin: &i64| apart.get(firsts.partition_point(|first| *first <= parts_of(*origin).1).saturating_sub(1));
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        held.extend(origins.filter(|origin| of_file(origin) == Some(&true)));
    })?;
    let found = found.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(found.iter().copied().filter(|origin| !gone.contains(*origin)).collect())
}
