//! How many rows of single concepts are not as a list of concepts says: a join with the list, and a count for each of its lines.

use crate::dataset::Table;
use crate::engine;
use crate::engine::demand::Beside;
use crate::engine::demand::Count;
use crate::engine::demand::joined;
use crate::error::Error;
use crate::ir::demand::NO_UNIT;
use polars::prelude::*;

const AT: &str = "_at";
const CONCEPT: &str = "_concept";
const UNIT: &str = "_unit";
const VALUE: &str = "_value";

/// Between what values are, for a concept in a unit.
pub(crate) struct Between {
    pub concept: i64,
    pub unit: i64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The columns of a table with concepts, units and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Measured<'a> {
    pub concept: &'a str,
    pub unit: &'a str,
    pub value: &'a str,
    /// A column without which a row is not looked at.
    pub written: Option<&'a str>,
}

/// Of the values of each concept and unit, how many are not between the two.
pub(crate) fn between(table: &Table, columns: Measured<'_>, limits: &[Between]) -> Result<Vec<Count>, Error> {
    let doing = format!("holding the values of `{}` against its list", table.name);
    let made = df!(
        CONCEPT => limits.iter().map(|one| one.concept).collect::<Vec<_>>(),
        UNIT => limits.iter().map(|one| one.unit).collect::<Vec<_>>(),
        "_low" => limits.iter().map(|one| one.low).collect::<Vec<_>>(),
        "_high" => limits.iter().map(|one| one.high).collect::<Vec<_>>(),
        AT => places(limits.len()),
    );
    let list = made.map_err(|error| Error::engine(&doing, error))?.lazy();
    let on = [col(CONCEPT), col(UNIT)];
    let values = measured(table, columns)?.join(list, on.clone(), on, JoinArgs::new(JoinType::Inner));
    let outside = |breaks: Expr| breaks.fill_null(lit(false));
    let breaks = outside(col(VALUE).lt(col("_low"))).or(outside(col(VALUE).gt(col("_high")))).or(col(VALUE).is_nan());
    counted(values, breaks, limits.len(), &doing)
}

/// Of the values of each concept, how many are in none of its units. Those without a unit are left out where its units say so.
pub(crate) fn in_units(table: &Table, columns: Measured<'_>, units: &[(i64, &[i64])]) -> Result<Vec<Count>, Error> {
    let doing = format!("holding the units of `{}` against its list", table.name);
    let concepts = df!(CONCEPT => units.iter().map(|(concept, _)| *concept).collect::<Vec<_>>(), AT => places(units.len()));
    let pairs: Vec<(i64, i64)> = units.iter().flat_map(|(concept, units)| units.iter().map(|unit| (*concept, *unit))).collect();
    let known = df!(
        CONCEPT => pairs.iter().map(|(concept, _)| *concept).collect::<Vec<_>>(),
        UNIT => pairs.iter().map(|(_, unit)| *unit).collect::<Vec<_>>(),
        "_known" => vec![true; pairs.len()],
    );
    let fail = |error| Error::engine(&doing, error);
    let (concepts, known) = (concepts.map_err(fail)?.lazy(), known.map_err(fail)?.lazy());
    let on = [col(CONCEPT), col(UNIT)];
    let values = measured(table, columns)?.join(concepts, [col(CONCEPT)], [col(CONCEPT)], JoinArgs::new(JoinType::Inner)).join(
        known,
        on.clone(),
        on,
        JoinArgs::new(JoinType::Left),
    );
    let values = values.filter(col("_known").is_null().or(col(UNIT).neq(lit(NO_UNIT))));
    counted(values, col("_known").is_null(), units.len(), &doing)
}

/// Of the rows of each concept, how many are of another gender, or of none that is known.
pub(crate) fn of_gender(
    table: &Table,
    concept: &str,
    gender: &str,
    beside: &[Beside<'_>],
    genders: &[(i64, i64)],
) -> Result<Vec<Count>, Error> {
    let doing = format!("holding the concepts of `{}` against its list", table.name);
    let list = df!(
        CONCEPT => genders.iter().map(|(concept, _)| *concept).collect::<Vec<_>>(),
        "_is" => genders.iter().map(|(_, gender)| *gender).collect::<Vec<_>>(),
        AT => places(genders.len()),
    );
    let list = list.map_err(|error| Error::engine(&doing, error))?.lazy();
    let mut plan = table.scan()?;
    for other in beside {
        plan = joined(plan, other)?;
    }
    let rows = plan.select([col(concept).alias(CONCEPT), col(gender).alias("_gender")]).join(
        list,
        [col(CONCEPT)],
        [col(CONCEPT)],
        JoinArgs::new(JoinType::Inner),
    );
    counted(rows, col("_gender").eq(col("_is")).fill_null(lit(false)).not(), genders.len(), &doing)
}

/// Values that are there, each with its concept and unit.
fn measured(table: &Table, columns: Measured<'_>) -> Result<LazyFrame, Error> {
    let written = columns.written.map_or_else(|| lit(true), |written| col(written).is_not_null());
    let plan = table.scan()?.filter(written).select([
        col(columns.concept).alias(CONCEPT),
        col(columns.unit).fill_null(lit(NO_UNIT)).alias(UNIT),
        col(columns.value).cast(DataType::Float64).alias(VALUE),
    ]);
    Ok(plan.filter(col(VALUE).is_not_null()))
}

fn places(length: usize) -> Vec<u64> {
    (0..length as u64).collect()
}

/// How many rows of each line there are, and how many of them break it.
fn counted(rows: LazyFrame, breaks: Expr, lines: usize, doing: &str) -> Result<Vec<Count>, Error> {
    let sum = breaks.cast(DataType::UInt64).sum().alias("rows");
    let counted = rows.group_by([col(AT)]).agg([sum, len().cast(DataType::UInt64).alias("of")]);
    let counted = engine::collect(counted, doing)?;
    let read = || -> PolarsResult<Vec<Count>> {
        let mut counts = vec![Count::default(); lines];
        let column = |name: &str| -> PolarsResult<UInt64Chunked> { Ok(counted.column(name)?.u64()?.clone()) };
        let (at, broken, of) = (column(AT)?, column("rows")?, column("of")?);
        for ((at, rows), of) in at.iter().zip(broken.iter()).zip(of.iter()) {
            let (Some(at), Some(rows), Some(of)) = (at, rows, of) else { continue };
            if let Some(count) = usize::try_from(at).ok().and_then(|at| counts.get_mut(at)) {
                *count = Count { rows, of };
            }
        }
        Ok(counts)
    };
    read().map_err(|error| Error::engine(doing, error))
}
