//! Findings, the work-list and the ledger of two runs, held against each other by count.

use super::FateChange;
use super::FindingChange;
use super::UnmappedChange;
use crate::dataset::ledger::Balance;
use crate::finding::Consequence;
use crate::rulebook::outcome::Outcome;
use std::collections::BTreeMap;

/// Rows in A and in B.
type Both = (u64, u64);

pub(super) fn findings(a: &Outcome, b: &Outcome) -> Vec<FindingChange> {
    let mut counted: BTreeMap<(&str, &str, &str, Consequence), Both> = BTreeMap::new();
    for (outcome, in_a) in [(a, true), (b, false)] {
        for one in &outcome.findings {
            let both = counted.entry((one.code, one.table.as_str(), one.rule.as_str(), one.consequence)).or_default();
            *side(both, in_a) += one.rows;
        }
    }
    let differ = counted.into_iter().filter(|(_, (rows_a, rows_b))| rows_a != rows_b);
    differ
        .map(|((code, table, rule, consequence), (rows_a, rows_b))| FindingChange {
            code: code.to_owned(),
            table: table.to_owned(),
            rule: rule.to_owned(),
            rejects: consequence == Consequence::Rejected,
            rows_a,
            rows_b,
        })
        .collect()
}

pub(super) fn unmapped(a: &Outcome, b: &Outcome, show_values: bool) -> Vec<UnmappedChange> {
    let mut counted: BTreeMap<(&str, &str), BTreeMap<&str, Both>> = BTreeMap::new();
    for (outcome, in_a) in [(a, true), (b, false)] {
        for one in &outcome.unmapped {
            let codes = counted.entry((one.code_map.as_str(), one.rule.as_str())).or_default();
            *side(codes.entry(one.source_value.as_str()).or_default(), in_a) += one.rows;
        }
    }
    let mut changes = Vec::new();
    for ((code_map, rule), codes) in counted {
        if codes.values().all(|(rows_a, rows_b)| rows_a == rows_b) {
            continue;
        }
        let only = |absent: fn(&Both) -> u64| codes.iter().filter(move |(_, both)| absent(both) == 0).map(|(code, _)| (*code).to_owned());
        let (only_a, only_b): (Vec<String>, Vec<String>) = (only(|both| both.1).collect(), only(|both| both.0).collect());
        changes.push(UnmappedChange {
            code_map: code_map.to_owned(),
            rule: rule.to_owned(),
            rows_a: codes.values().map(|both| both.0).sum(),
            rows_b: codes.values().map(|both| both.1).sum(),
            codes_only_a: only_a.len() as u64,
            codes_only_b: only_b.len() as u64,
            codes: if show_values { only_a.into_iter().chain(only_b).collect() } else { Vec::new() },
        });
    }
    changes
}

pub(super) fn ledger(a: &Outcome, b: &Outcome) -> Vec<FateChange> {
    let mut counted: BTreeMap<(&str, usize), (&'static str, Both)> = BTreeMap::new();
    for (outcome, in_a) in [(a, true), (b, false)] {
        for balance in &outcome.tables {
            for (at, (fate, rows)) in fates(balance).into_iter().enumerate() {
                let (_, both) = counted.entry((balance.table.as_str(), at)).or_insert((fate, Both::default()));
                *side(both, in_a) += rows;
            }
        }
    }
    let differ = counted.into_iter().filter(|(_, (_, (rows_a, rows_b)))| rows_a != rows_b);
    differ.map(|((table, _), (fate, (rows_a, rows_b)))| FateChange { table: table.to_owned(), fate, rows_a, rows_b }).collect()
}

fn fates(balance: &Balance) -> [(&'static str, u64); 6] {
    [
        ("read", balance.read),
        ("converted", balance.converted),
        ("rejected", balance.rejected),
        ("filtered", balance.filtered),
        ("merged", balance.merged),
        ("unused", balance.unused),
    ]
}

const fn side(both: &mut Both, in_a: bool) -> &mut u64 {
    if in_a { &mut both.0 } else { &mut both.1 }
}
