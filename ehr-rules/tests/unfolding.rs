//! Steps that make several rows of one, or one of several, and both in turn: each row read has one fate all the same, the one
//! that a plain computation gives it.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "common/small.rs"]
mod small;

use proptest::prelude::*;
use small::Small;
use small::short;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

const SOURCE: &str = r#"
system: small
version: "1"
title: Small
dialect: {delimiter: ",", encoding: utf-8}
tables:
  rows:
    file: rows.csv
    key: [Id]
    columns:
      Id: {type: integer, required: true}
      Code: text
      A: integer
      B: integer
      Items: {type: list, of: text, split: ";"}
  others:
    file: others.csv
    columns:
      Code: {type: text, required: true}
      Name: text
"#;

/// Another target, which reads what the one at hand does not.
const EVERYTHING: &[(&str, &str)] = &[
    (
        "targets/everything/schema.yaml",
        "{target: everything, title: Everything, source: small/1, tables: {all: {columns: {id: integer, code: text, a: integer, b: integer, items: list(text)}}, pairs: {columns: {code: text, name: text}}}}",
    ),
    (
        "targets/everything/rules.yaml",
        "{all: {from: rows, columns: {id: Id, code: Code, a: A, b: B, items: Items}}, pairs: {from: others, columns: {code: Code, name: Name}}}",
    ),
];

/// Each row's fates, and how many rows are made.
type Plain = fn(&[Row], &[Other]) -> (Vec<Fates>, usize);

/// What becomes of the source's rows under these rules, and how many rows are made of them.
struct Form {
    name: &'static str,
    /// The columns of the table made.
    columns: &'static str,
    rules: &'static str,
    plain: Plain,
}

const FORMS: &[Form] = &[
    Form {
        name: "lists to rows, and equal ones once",
        columns: "id: integer, nr: integer, item: text",
        rules: r#"
made:
  from: rows
  explode: {list: Items, as: item, position: nr}
  where: "item != \"x\""
  columns: {id: Id, nr: nr, item: item}
  dedupe: {by: [item], keep: first}
"#,
        plain: |rows, _| {
            let (mut fates, mut seen) = (none(rows), BTreeSet::new());
            for (row, fates) in rows.iter().zip(&mut fates) {
                if row.items.is_empty() {
                    fates.insert(Fate::Filtered);
                }
                for item in &row.items {
                    fates.insert(match item.as_str() {
                        "x" => Fate::Filtered,
                        item if seen.insert(item) => Fate::Converted,
                        _ => Fate::Merged,
                    });
                }
            }
            (fates, seen.len())
        },
    },
    Form {
        name: "lists to rows, and these to groups",
        columns: "item: text, rows: integer",
        rules: "
made:
  from: rows
  explode: {list: Items, as: item, on_empty: keep}
  group: [item]
  columns: {item: item, rows: {count: rows}}
",
        plain: |rows, _| {
            let (mut fates, mut seen) = (none(rows), BTreeSet::new());
            for (row, fates) in rows.iter().zip(&mut fates) {
                let mut items: Vec<Option<&str>> = row.items.iter().map(|item| Some(item.as_str())).collect();
                if items.is_empty() {
                    items.push(None);
                }
                fates.extend(items.into_iter().map(|item| if seen.insert(item) { Fate::Converted } else { Fate::Merged }));
            }
            (fates, seen.len())
        },
    },
    Form {
        name: "columns to rows",
        columns: "id: integer, what: text, reading: integer",
        rules: "
made:
  from: rows
  unpivot: {columns: [A, B], name: what, value: reading}
  where: reading > 1
  columns: {id: Id, what: what, reading: reading}
",
        plain: |rows, _| {
            let (mut fates, mut made) = (none(rows), 0);
            for (row, fates) in rows.iter().zip(&mut fates) {
                for reading in [row.a, row.b] {
                    let stays = reading.is_some_and(|reading| reading > 1);
                    made += usize::from(stays);
                    fates.insert(if stays { Fate::Converted } else { Fate::Filtered });
                }
            }
            (fates, made)
        },
    },
    Form {
        name: "columns to rows, missing ones too, and the greatest of each",
        columns: "what: text, most: integer",
        rules: "
made:
  from: rows
  unpivot: {columns: {A: a, B: b}, name: what, value: reading, on_missing: keep}
  group: [what]
  columns: {what: what, most: {max: reading}}
",
        plain: |rows, _| {
            let mut fates = none(rows);
            for (at, fates) in fates.iter_mut().enumerate() {
                fates.insert(if at == 0 { Fate::Converted } else { Fate::Merged });
            }
            (fates, if rows.is_empty() { 0 } else { 2 })
        },
    },
    Form {
        name: "a row for each match, and the latest of each",
        columns: "id: integer, name: text",
        rules: r#"
made:
  from: rows
  join: {o: {table: others, on: {Code: Code}, expect: many, on_missing: reject}}
  where: "col(\"o.Name\") != ()"
  columns: {id: Id, name: o.Name}
  dedupe: {by: [name], keep: {latest: id}}
"#,
        plain: |rows, others| {
            let (mut fates, mut latest) = (none(rows), BTreeMap::<&str, usize>::new());
            for (at, row) in rows.iter().enumerate() {
                let matches: Vec<&Other> = others.iter().filter(|other| row.code.as_ref() == Some(&other.code)).collect();
                if matches.is_empty() {
                    fates[at].insert(Fate::Rejected);
                }
                for other in matches {
                    let Some(name) = &other.name else {
                        fates[at].insert(Fate::Filtered);
                        continue;
                    };
                    fates[at].insert(Fate::Merged);
                    let best = latest.entry(name).or_insert(at);
                    if rows[*best].id < row.id {
                        *best = at;
                    }
                }
            }
            for at in latest.values() {
                fates[*at].insert(Fate::Converted);
            }
            (fates, latest.len())
        },
    },
    Form {
        name: "lists to rows, and these side by side",
        columns: "code: text, p: integer, q: integer",
        rules: "
made:
  from: rows
  explode: {list: Items, as: item}
  pivot: {by: [Code], name: item, value: Id, columns: {p: a, q: b}, others: reject}
  columns: {code: Code, p: p, q: q}
",
        plain: |rows, _| {
            let mut fates = none(rows);
            let mut groups: BTreeMap<Option<&String>, Vec<(&str, usize)>> = BTreeMap::new();
            for (at, row) in rows.iter().enumerate() {
                if row.items.is_empty() {
                    fates[at].insert(Fate::Filtered);
                }
                for item in &row.items {
                    match item.as_str() {
                        "a" | "b" => groups.entry(row.code.as_ref()).or_default().push((item, at)),
                        _ => {
                            fates[at].insert(Fate::Rejected);
                        }
                    }
                }
            }
            let mut made = 0;
            for group in groups.values() {
                let twice = (0..group.len()).any(|at| group[..at].iter().any(|(item, _)| *item == group[at].0));
                made += usize::from(!twice);
                for (nth, (_, at)) in group.iter().enumerate() {
                    fates[*at].insert(match nth {
                        _ if twice => Fate::Rejected,
                        0 => Fate::Converted,
                        _ => Fate::Merged,
                    });
                }
            }
            (fates, made)
        },
    },
    Form {
        name: "lists to rows, to groups, and their lists to rows again",
        columns: "code: text, id: integer",
        rules: "
_items:
  from: rows
  explode: {list: Items, as: item, on_empty: keep}
  columns: {id: Id, code: Code, item: item}
_groups:
  from: _items
  where: item != ()
  group: [code]
  columns: {code: code, ids: {list: id}}
made:
  from: _groups
  explode: {list: ids, as: id}
  columns: {code: code, id: id}
  dedupe: {by: [id], keep: first}
",
        plain: |rows, _| {
            let (mut fates, mut codes, mut made) = (none(rows), BTreeSet::new(), 0);
            for (row, fates) in rows.iter().zip(&mut fates) {
                made += usize::from(!row.items.is_empty());
                fates.insert(if row.items.is_empty() {
                    Fate::Filtered
                } else if codes.insert(&row.code) {
                    Fate::Converted
                } else {
                    Fate::Merged
                });
            }
            (fates, made)
        },
    },
];

/// A row that was read.
#[derive(Debug, Clone)]
struct Row {
    id: i64,
    code: Option<String>,
    a: Option<i64>,
    b: Option<i64>,
    items: Vec<String>,
}

/// One that is joined to it.
#[derive(Debug, Clone)]
struct Other {
    code: String,
    name: Option<String>,
}

/// What became of a row; where several things did, the first in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Converted,
    Rejected,
    Merged,
    Filtered,
}

type Fates = BTreeSet<Fate>;

fn none(rows: &[Row]) -> Vec<Fates> {
    vec![Fates::new(); rows.len()]
}

/// The row that these fields are; none where it is not sound by itself.
fn read(fields: &[String; 5]) -> Option<Row> {
    let [id, code, a, b, items] = fields;
    let number = |text: &String| if text.is_empty() { Some(None) } else { text.parse::<i64>().ok().map(Some) };
    let items = items.split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect();
    Some(Row { id: number(id)??, code: (!code.is_empty()).then(|| code.clone()), a: number(a)?, b: number(b)?, items })
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(texts).prop_map(str::to_owned)
}

fn rows() -> impl Strategy<Value = Vec<[String; 5]>> {
    let row = (
        one_of(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", ""]),
        one_of(&["", "K", "L", "M", "N"]),
        one_of(&["", "1", "2", "7", "z"]),
        one_of(&["", "1", "2", "7"]),
        one_of(&["", ";", "a", "b", "a;b", "a;b", "a;a", "b;x", "x", "c;a"]),
    );
    proptest::collection::vec(row.prop_map(|(a, b, c, d, e)| [a, b, c, d, e]), 0..14)
}

fn others() -> impl Strategy<Value = Vec<[String; 2]>> {
    let other = (one_of(&["K", "L", "L", "M"]), one_of(&["", "north", "south", "east"]));
    proptest::collection::vec(other.prop_map(|(code, name)| [code, name]), 0..6)
}

fn file<const N: usize>(header: &str, rows: &[[String; N]]) -> String {
    std::iter::once(header.to_owned()).chain(rows.iter().map(|row| row.join(","))).map(|line| line + "\n").collect()
}

#[test]
fn every_row_has_one_fate_however_often_it_is_unfolded_and_folded() {
    let books: Vec<(&Form, Small)> = FORMS
        .iter()
        .map(|form| {
            let schema = format!("{{target: out, title: Out, source: small/1, tables: {{made: {{columns: {{{}}}}}}}}}", form.columns);
            let rules =
                [("sources/small/1/schema.yaml", SOURCE), ("targets/out/schema.yaml", &schema), ("targets/out/rules.yaml", form.rules)];
            let book = Small::new(&[&rules, EVERYTHING].concat());
            (form, book)
        })
        .collect();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) };
    proptest!(config, |(rows in rows(), others in others())| {
        // What no row knows by itself: an id stands once.
        let mut seen = BTreeSet::new();
        let sound: Vec<Option<Row>> = rows.iter().map(|fields| read(fields).filter(|row| seen.insert(row.id))).collect();
        let known: Vec<Row> = sound.iter().flatten().cloned().collect();
        let joined: Vec<Other> =
            others.iter().map(|[code, name]| Other { code: code.clone(), name: (!name.is_empty()).then(|| name.clone()) }).collect();
        for (form, small) in &books {
            let made = small.run(&[("rows.csv", &file("Id,Code,A,B,Items", &rows)), ("others.csv", &file("Code,Name", &others))]);
            let (fates, expected) = (form.plain)(&known, &joined);
            let mut counts = [0_u64; 4];
            for fates in &fates {
                counts[*fates.first().unwrap() as usize] += 1;
            }
            let aside = sound.iter().filter(|row| row.is_none()).count() as u64;
            let [converted, rejected, merged, filtered] = counts;
            let outcome = &made.outcome;
            prop_assert!(outcome.balanced && !outcome.failed(), "{}: {:?}", form.name, outcome.findings.iter().map(short).collect::<Vec<_>>());
            let balance = |table: &str| outcome.tables.iter().find(|balance| balance.table == table).unwrap();
            let ours = balance("rows");
            prop_assert_eq!(
                [ours.read, ours.converted, ours.rejected, ours.merged, ours.filtered, ours.unused],
                [rows.len() as u64, converted, rejected + aside, merged, filtered, 0],
                "{}: read, converted, rejected, merged, filtered, unused", form.name
            );
            let theirs = balance("others");
            prop_assert_eq!((theirs.read, theirs.unused), (others.len() as u64, others.len() as u64));
            prop_assert_eq!(made.tables["made"].lines().count() - 1, expected, "{}: rows made", form.name);
            let output = outcome.outputs.iter().find(|output| output.table == "made").unwrap();
            prop_assert_eq!((output.rows, output.from.values().sum::<u64>()), (expected as u64, expected as u64));

            // A row is written to the rejects once for each reason, whatever else becomes of it.
            let path = small.folder.path().join("order/rejects/rows.csv");
            let mut aside: BTreeSet<u64> = BTreeSet::new();
            if path.exists() {
                let mut reader = csv::Reader::from_path(path).unwrap();
                let at = reader.headers().unwrap().iter().position(|name| name == "_line").unwrap();
                aside.extend(reader.records().map(|record| record.unwrap()[at].parse::<u64>().unwrap()));
            }
            let mut fates = fates.into_iter();
            let is_rejected = |row: &Option<Row>| row.is_none() || fates.next().unwrap().contains(&Fate::Rejected);
            let wanted: Vec<bool> = sound.iter().map(is_rejected).collect();
            let wanted: BTreeSet<u64> = wanted.iter().zip(2..).filter(|(rejected, _)| **rejected).map(|(_, line)| line).collect();
            prop_assert_eq!(aside, wanted, "{}: lines set aside", form.name);
        }
    });
}
