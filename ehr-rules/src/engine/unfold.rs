//! Struct fields, exploded lists and unpivoted columns, before anything is joined. Each row made keeps the origin of the row
//! it comes from; a row of which nothing is made is filtered.

use crate::engine::Context;
use crate::engine::fate;
use crate::error::Error;
use crate::ir::unfold::Unfold;
use polars::prelude::*;

/// A missing list is one missing item, and so is an empty one: whether such rows stay is decided before.
const WHOLE: ExplodeOptions = ExplodeOptions { empty_as_null: true, keep_nulls: true };

/// Works the steps in order.
pub(super) fn plan(mut plan: LazyFrame, steps: &[Unfold], rule: &str, context: &Context<'_>) -> Result<LazyFrame, Error> {
    for step in steps {
        plan = match step {
            Unfold::Field { name, of, field } => plan.with_columns([col(of.as_str()).struct_().field_by_name(field).alias(name.as_str())]),
            Unfold::Explode { list, item, position, keep } => {
                let listed = col(list.as_str());
                if !keep {
                    plan = plan.filter(fate::filtered(context, rule, listed.clone().list().len().gt(lit(0)).fill_null(false)));
                }
                let mut made = vec![listed.clone().alias(item.as_str())];
                made.extend(position.as_ref().map(|position| positions(listed).alias(position.as_str())));
                plan.with_columns(made).explode(by_name(step.makes(), true, false), WHOLE)
            }
            Unfold::Unpivot { columns, name, value, keep } => {
                let values: Vec<Expr> = columns.iter().map(|(column, _)| col(column.as_str())).collect();
                let listed = concat_list(values).map_err(|error| Error::engine("turning columns to rows", error))?;
                let labels: Vec<String> = columns.iter().map(|(_, label)| label.clone()).collect();
                let made = plan
                    .with_columns([listed.clone().alias(value.as_str()), positions(listed).alias(name.as_str())])
                    .explode(by_name(step.makes(), true, false), WHOLE)
                    .with_columns([named(name, labels)]);
                if *keep { made } else { made.filter(fate::filtered(context, rule, col(value.as_str()).is_not_null())) }
            }
        };
    }
    Ok(plan)
}

/// Beside each list the list of its items' places, from 1.
fn positions(list: Expr) -> Expr {
    let places = |column: Column| {
        let lists = column.list()?;
        let mut places = ListPrimitiveChunkedBuilder::<Int64Type>::new(column.name().clone(), lists.len(), lists.len(), DataType::Int64);
        for row in 0..lists.len() {
            match lists.get_as_series(row) {
                Some(items) => places.append_values_iter(1..=i64::try_from(items.len()).unwrap_or(i64::MAX)),
                None => places.append_null(),
            }
        }
        Ok(places.finish().into_column())
    };
    list.map(places, |_, field| Ok(Field::new(field.name().clone(), DataType::List(Box::new(DataType::Int64)))))
}

/// The label of each place, from 1.
fn named(place: &str, labels: Vec<String>) -> Expr {
    let label = move |column: Column| {
        let of = |place: Option<i64>| labels.get(usize::try_from(place?.checked_sub(1)?).ok()?).map(String::as_str);
        let texts: StringChunked = column.i64()?.iter().map(of).collect();
        Ok(texts.with_name(column.name().clone()).into_column())
    };
    col(place).map(label, |_, field| Ok(Field::new(field.name().clone(), DataType::String)))
}
