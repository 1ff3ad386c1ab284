//! What of a source a target asks for: its categories, their columns, and the columns of files behind them.

use crate::error::Error;
use crate::ir::schema::SourceSchema;
use crate::ir::transform::Transform;
use crate::ir::types::Type;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What is read, staged and made in one run.
#[derive(Debug)]
pub(super) struct Asked {
    /// The source's transforms, in an order that can be run.
    pub transforms: Vec<Transform>,
    /// Columns of the source's tables that are staged; all of them where this is none. All are checked all the same.
    pub columns: Option<BTreeSet<(String, String)>>,
    /// Columns of categories; all of them where this is none.
    made: Option<BTreeSet<(String, String)>>,
}

impl Asked {
    /// Everything; but for a target that reads the source straight no categories.
    pub(super) fn all(source: &CompiledSource, target: &CompiledTarget) -> Self {
        let transforms = if target.is_straight() { Vec::new() } else { source.transforms.clone() };
        Self { transforms, columns: None, made: None }
    }

    /// What the target's rules read, directly or through others.
    pub(super) fn by(source: &CompiledSource, target: &CompiledTarget) -> Self {
        if let Ok(rules) = target.rules_for(&source.id())
            && target.is_straight()
        {
            let mut columns: BTreeSet<(String, String)> = rules.iter().flat_map(Transform::reads).collect();
            columns.extend(checked_later(&source.schema));
            let tenant = target.schema.tenant.iter();
            columns.extend(tenant.flat_map(|tenant| source.schema.tables.iter().map(|table| (table.name.clone(), tenant.from.clone()))));
            return Self { transforms: Vec::new(), columns: Some(columns), made: None };
        }
        let mut asked: BTreeSet<(String, String)> = target.transforms.iter().flat_map(Transform::reads).collect();
        // A table may be asked for without a column: its rows are counted.
        let mut tables: BTreeSet<String> = target.transforms.iter().flat_map(Transform::tables).map(str::to_owned).collect();
        let mut transforms = Vec::new();
        // What a transform reads stands before it, so who asks for it is known when it is looked at.
        for one in source.transforms.iter().rev() {
            if !tables.contains(&one.table) {
                continue;
            }
            let kept = one.keeping(&|column| asked.contains(&(one.table.clone(), column.to_owned())));
            asked.extend(kept.reads());
            asked.extend(kept.branches.iter().flat_map(|branch| &branch.columns).map(|output| (one.table.clone(), output.name.clone())));
            tables.extend(kept.tables().into_iter().map(str::to_owned));
            transforms.insert(0, kept);
        }
        let mut columns = asked.clone();
        columns.extend(checked_later(&source.schema));
        Self { transforms, columns: Some(columns), made: Some(asked) }
    }

    /// Refuses a run that needs the rows of a listing, which no file gives: the table would look empty.
    pub(super) fn refuse_listings(&self, source: &CompiledSource, target: &CompiledTarget, rules: &[Transform]) -> Result<(), Error> {
        let straight = if target.is_straight() { rules } else { &[] };
        let tables = &source.schema.tables;
        for (listing, place) in tables.iter().filter_map(|table| Some((table, table.list.as_ref()?))) {
            let name = &listing.name;
            let read = self.transforms.iter().chain(straight).any(|rule| rule.tables().iter().any(|table| table == name));
            // A reference is held against the rows it refers to, whether rules read them or not.
            let referred =
                tables.iter().filter(|table| table.list.is_none()).flat_map(|table| &table.references).any(|one| one.table == *name);
            if read || referred {
                return Err(Error::refused(format!(
                    "table `{name}` of `{}` is a listing of `{place}`, and listings cannot be read in an order yet: only cases can give its rows",
                    source.id()
                )));
            }
        }
        Ok(())
    }

    /// A category's columns in this run.
    pub(super) fn shape(&self, name: &str, shapes: &BTreeMap<String, Vec<(String, Type)>>) -> Vec<(String, Type)> {
        let whole = shapes.get(name).cloned().unwrap_or_default();
        match &self.made {
            None => whole,
            Some(made) => whole.into_iter().filter(|(column, _)| made.contains(&(name.to_owned(), column.clone()))).collect(),
        }
    }
}

/// Columns that are held against other rows once all are read: keys, unique ones, references and what they refer to; and those by which patients are counted.
fn checked_later(schema: &SourceSchema) -> impl Iterator<Item = (String, String)> {
    schema.tables.iter().flat_map(|table| {
        let keys = table.key.iter().map(|key| (table.name.clone(), key.clone()));
        let unique =
            table.columns.iter().filter(|column| !column.checks.is_empty()).map(|column| (table.name.clone(), column.name.clone()));
        let references = table
            .references
            .iter()
            .flat_map(|reference| [(table.name.clone(), reference.column.clone()), (reference.table.clone(), reference.target.clone())]);
        let checked = table.checks.iter().flat_map(|check| check.that.columns()).map(|column| (table.name.clone(), column.to_owned()));
        let patient = table.patient.iter().map(|column| (table.name.clone(), column.clone()));
        keys.chain(unique).chain(references).chain(checked).chain(patient)
    })
}
