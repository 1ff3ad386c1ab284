//! What only a vocabulary can tell: whether a concept is there, of which domain and class it is, and what stands under it.
//!
//! The columns' values are counted first, so each file of the vocabulary is read once, for those that occur.

use super::say::Check;
use super::say::Said;
use crate::codes::athena;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::order::Order;
use crate::engine;
use crate::engine::demand;
use crate::engine::demand::Count;
use crate::error::Error;
use crate::ir::demand::Demand;
use crate::ir::demand::FoundIn;
use crate::ir::demand::What;
use crate::ir::target::TargetColumn;
use crate::ir::target::TargetSchema;
use crate::ir::target::TargetTable;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

const DOMAIN: usize = 0;
const CLASS: usize = 1;
const STANDARD: usize = 2;
const INVALID: usize = 3;
/// What is asked of a concept, in that order.
const FACTS: [&str; 4] = ["domain_id", "concept_class_id", "standard_concept", "invalid_reason"];

const NOT_GIVEN: &str = "no vocabulary was given";

/// The vocabulary as far as conditions on rows ask for it.
pub(super) struct Vocabulary<'a> {
    order: &'a Order,
    under: Option<HashMap<i64, HashSet<i64>>>,
}

impl<'a> Vocabulary<'a> {
    /// Reads what stands under the concepts that these ask for.
    pub(super) fn open(demands: &[Vec<Demand>], order: &'a Order) -> Result<Self, Error> {
        let asked = demands.iter().flatten().filter_map(|demand| match &demand.what {
            What::Holds { under: Some((_, concepts)), .. } => Some(concepts),
            _ => None,
        });
        let concepts: HashSet<i64> = asked.flatten().copied().collect();
        let under = match &order.vocabulary {
            Some(folder) if !concepts.is_empty() => athena::under(folder, &concepts)?,
            _ => None,
        };
        Ok(Self { order, under })
    }

    /// These concepts and all that stand under them; why that is not known, where it is not.
    pub(super) fn under(&self, concepts: &[i64]) -> Result<HashSet<i64>, String> {
        match &self.under {
            Some(under) => Ok(concepts.iter().filter_map(|concept| under.get(concept)).flatten().copied().collect()),
            None if self.order.vocabulary.is_none() => Err(NOT_GIVEN.to_owned()),
            None => Err("the vocabulary has no `CONCEPT_ANCESTOR.csv`".to_owned()),
        }
    }
}

/// A column that refers to rows of a file, and what else is asked of it.
struct Referring<'a> {
    shape: &'a TargetTable,
    column: &'a TargetColumn,
    found_in: &'a FoundIn,
    /// The external table, and its column.
    to: (&'a str, &'a str),
    demands: Vec<&'a Demand>,
}

/// References to external tables, and what is asked of concepts.
pub(super) fn concepts(
    target: &TargetSchema,
    demands: &BTreeMap<&str, Vec<Demand>>,
    converted: &Dataset<Converted>,
    order: &Order,
    said: &Said<'_>,
) -> Result<(), Error> {
    let all = referring(target, demands, converted);
    let Some(folder) = &order.vocabulary else {
        for one in &all {
            one.skipped(NOT_GIVEN, said);
        }
        return Ok(());
    };
    let counted = engine::together(&all, |one| {
        order.go_on()?;
        converted.table(&one.shape.name).map_or_else(|| Ok(HashMap::new()), |table| demand::values(table, &one.column.name))
    })?;
    let mut files: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, one) in all.iter().enumerate() {
        files.entry((&one.found_in.file, one.to.1)).or_default().push(at);
    }
    for ((file, key), members) in files {
        order.go_on()?;
        let asks = members.iter().filter_map(|at| all.get(*at)).any(|one| !one.demands.is_empty());
        let wanted: HashSet<String> = members.iter().filter_map(|at| counted.get(*at)).flat_map(HashMap::keys).cloned().collect();
        let facts: &[&str] = if asks { &FACTS } else { &[] };
        let rows = athena::rows(folder, file, key, &wanted, facts)?;
        for at in members {
            let (Some(one), Some(values)) = (all.get(at), counted.get(at)) else { continue };
            match &rows {
                None => one.skipped(&format!("the vocabulary has no `{file}`"), said),
                Some(rows) => one.held(values, rows, said),
            }
        }
    }
    Ok(())
}

fn referring<'a>(target: &'a TargetSchema, demands: &'a BTreeMap<&str, Vec<Demand>>, converted: &Dataset<Converted>) -> Vec<Referring<'a>> {
    let mut all = Vec::new();
    for shape in target.tables.iter().filter(|shape| converted.table(&shape.name).is_some_and(|table| table.rows > 0)) {
        for column in &shape.columns {
            let Some((table, theirs)) = &column.references else { continue };
            let Some(found_in) = target.table(table).and_then(|table| table.found_in.as_ref()) else { continue };
            let own = demands.get(shape.name.as_str()).into_iter().flatten().filter(|demand| {
                demand.column.as_ref() == Some(&column.name) && matches!(demand.what, What::Domain(_) | What::Class(_) | What::Standard)
            });
            all.push(Referring { shape, column, found_in, to: (table, theirs), demands: own.collect() });
        }
    }
    all
}

impl Referring<'_> {
    fn reference<'a>(&'a self, says: &'a str) -> Check<'a> {
        Check {
            code: "R0403",
            table: &self.shape.name,
            column: &self.column.name,
            says,
            allowed: &self.found_in.allowed,
            severity: self.found_in.severity,
        }
    }

    fn says(&self) -> String {
        format!("`{}.{}`", self.to.0, self.to.1)
    }

    fn skipped(&self, why: &str, said: &Said<'_>) {
        said.skipped(&self.reference(&self.says()), why);
        for demand in &self.demands {
            said.skipped(&Check::of(&self.shape.name, demand), why);
        }
    }

    /// What is not in the vocabulary is a reference to nothing, and is not asked anything more.
    fn held(&self, values: &HashMap<String, u64>, rows: &HashMap<String, Vec<String>>, said: &Said<'_>) {
        let count = |breaks: &dyn Fn(&str) -> bool| Count {
            rows: values.iter().filter(|(value, _)| breaks(value)).map(|(_, rows)| rows).sum(),
            of: values.values().sum(),
        };
        said.ran(&self.reference(&self.says()), count(&|value| !rows.contains_key(value)));
        for demand in &self.demands {
            let wrong = |facts: &[String]| {
                let fact = |at: usize| facts.get(at).map(String::as_str).unwrap_or_default();
                match &demand.what {
                    What::Domain(domains) => !domains.iter().any(|domain| domain == fact(DOMAIN)),
                    What::Class(classes) => !classes.iter().any(|class| class == fact(CLASS)),
                    _ => fact(STANDARD) != "S" || !fact(INVALID).is_empty(),
                }
            };
            let breaks = |value: &str| value != "0" && rows.get(value).is_some_and(|facts| wrong(facts));
            said.ran(&Check::of(&self.shape.name, demand), count(&breaks));
        }
    }
}
