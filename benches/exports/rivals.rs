//! Two ways to identify that need no model, to be held beside ours: headers that are equal, and headers that share the most.

use crate::exports::export::Export;
use ehr_rules::SourceSchema;
use std::collections::BTreeSet;

/// Versions with the most files whose header is exactly that of one of their tables.
pub(crate) fn exact(schemas: &[&SourceSchema], export: &Export) -> Vec<String> {
    best(schemas, |schema| {
        let equal = headers(export).filter(|header| tables(schema).any(|table| table == *header)).count();
        f64::from(u32::try_from(equal).unwrap_or(0))
    })
}

/// Versions whose tables share the most names with the files, folded, from one half on.
pub(crate) fn jaccard(schemas: &[&SourceSchema], export: &Export) -> Vec<String> {
    best(schemas, |schema| {
        let shares: Vec<f64> = headers(export)
            .map(|header| {
                let header: BTreeSet<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
                let share = |table: BTreeSet<&str>| {
                    let table: BTreeSet<String> = table.iter().map(|name| name.to_lowercase()).collect();
                    let all = table.union(&header).count().max(1);
                    f64::from(u32::try_from(table.intersection(&header).count()).unwrap_or(0)) / f64::from(u32::try_from(all).unwrap_or(1))
                };
                tables(schema).map(share).fold(0.0, f64::max)
            })
            .collect();
        let mean = shares.iter().sum::<f64>() / f64::from(u32::try_from(shares.len().max(1)).unwrap_or(1));
        if mean >= 0.5 { mean } else { 0.0 }
    })
}

fn best(schemas: &[&SourceSchema], score: impl Fn(&SourceSchema) -> f64) -> Vec<String> {
    let scores: Vec<(f64, String)> = schemas.iter().map(|schema| (score(schema), schema.id())).collect();
    let most = scores.iter().map(|(score, _)| *score).fold(0.0, f64::max);
    scores.into_iter().filter(|(score, _)| most > 0.0 && most - score < 1e-9).map(|(_, id)| id).collect()
}

fn headers(export: &Export) -> impl Iterator<Item = BTreeSet<&str>> {
    export.files.iter().filter(|file| file.headed).map(|file| file.columns.iter().map(|column| column.name.as_str()).collect())
}

fn tables(schema: &SourceSchema) -> impl Iterator<Item = BTreeSet<&str>> {
    schema.tables.iter().map(|table| {
        let columns = table.columns.iter().map(|column| column.name.as_str());
        columns.chain(table.ignore.keys().map(String::as_str)).collect()
    })
}
