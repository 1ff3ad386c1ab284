//! Any rules, over any rows with missing cells: a column that is inferred to be there is never missing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::dataset::input::InputFile;
use crate::dataset::order::Order;
use crate::ir::transform::Branch;
use crate::ir::transform::Transform;
use crate::rulebook::Rulebook;
use crate::rulebook::SourceId;
use proptest::prelude::*;
use std::cell::Cell;

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
      A: text
      B: {type: text, required: true, missing: [NA]}
      N: integer
      R: {type: integer, required: true}
      D: date
      E: {type: date, required: true}
      T: boolean
      L: {type: list, of: text, split: ";"}
  others:
    file: others.csv
    columns:
      Code: {type: text, required: true}
      Name: text
      Full: {type: text, required: true, missing: [NA]}
"#;

/// Reads every column, so that none is unused whatever the rules made up read.
const EVERYTHING: &str = "
thing:
  from: rows
  columns: {id: Id, text: {join: [A, B]}, number: N, more: R, day: D, other: E, truth: T, list: L}
other:
  from: others
  columns: {text: {join: [Code, Name, Full]}}
seen:
  union:
    - {from: _second, columns: {number: n0}}
    - {from: _union, columns: {number: n0}}
    - {from: _last, columns: {number: n0}}
";

const FILES: &[(&str, &str)] = &[
    ("sources/small/1/schema.yaml", SOURCE),
    ("sources/small/1/everything.yaml", EVERYTHING),
    (
        "categories/thing.yaml",
        "{category: thing, resource: Basic, summary: A thing., columns: {id: integer, text: text, number: integer, more: integer, day: date, other: date, truth: boolean, list: list(text)}}",
    ),
    ("categories/other.yaml", "{category: other, resource: Basic, summary: Another., columns: {text: text}}"),
    ("categories/seen.yaml", "{category: seen, resource: Basic, summary: What is read., columns: {number: integer}}"),
    ("targets/out/schema.yaml", "{target: out, title: Out, tables: {things: {columns: {id: integer}}}}"),
    ("targets/out/rules.yaml", "{things: {from: thing, columns: {id: id}}}"),
];

/// What expressions may read.
#[derive(Debug, Clone)]
struct Names {
    texts: Vec<&'static str>,
    numbers: Vec<&'static str>,
    truths: Vec<&'static str>,
    /// The key to look another row up by, where there is one.
    code: Option<&'static str>,
}

fn one(of: &[&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(of.to_vec()).prop_map(str::to_owned).boxed()
}

/// A script that is true or false.
fn truth(names: &Names) -> BoxedStrategy<String> {
    let (text, number) = (one(&names.texts), one(&names.numbers));
    let plain = prop_oneof![
        3 => (text.clone(), one(&["==", "!="])).prop_map(|(a, op)| format!("{a} {op} ()")),
        2 => (number.clone(), one(&["==", "!=", ">", "<="])).prop_map(|(a, op)| format!("{a} {op} 1")),
        2 => (text.clone(), one(&["==", "!=", "<"]), text.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => number.prop_map(|a| format!("{a} != ()")),
        1 => text.prop_map(|a| format!("{a} in [\\\"a\\\", ()]")),
        1 => one(&names.truths),
    ];
    let plain = plain.prop_map(|one| format!("({one})")).boxed();
    prop_oneof![
        4 => plain.clone(),
        1 => (plain.clone(), one(&["&&", "||"]), plain.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => plain.prop_map(|a| format!("!{a}")),
    ]
    .boxed()
}

/// A form of a value that is text, written in one line.
fn text(names: &Names, depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        6 => one(&names.texts),
        1 => one(&["{value: x}", "{value: \"\"}", "{value: a}"]),
    ]
    .boxed();
    if depth == 0 {
        return leaf;
    }
    let (text, truth) = (text(names, depth - 1), truth(names));
    let name = one(&names.texts);
    let steps = one(&[
        "trim",
        "upper",
        "{left: 1}",
        "{default_text: z}",
        "{null_if: a}",
        "{replace: [a, \"\"]}",
        "{split_part: [\"b\", 2]}",
        "collapse_blanks",
        "digits",
        "{shorten: 1}",
        "{pad_left: [3, \"0\"]}",
    ]);
    let coalesced = (text.clone(), text.clone()).prop_map(|(a, b)| format!("{{from: {a}, do: [{{coalesce: {{other: {{from: {b}}}}}}}]}}"));
    let constant = prop_oneof![one(&["c", "null", "\"\""]), text.clone().prop_map(|a| format!("{{from: {a}}}"))];
    let found = names.code.map_or_else(
        || leaf.clone(),
        |code| {
            (one(&["Name", "Full"]), one(&["at_most_one", "one", "any, order: Full"]), one(&["null", "null", "reject"]))
                .prop_map(move |(take, expect, missing)| {
                    format!("{{lookup: others, on: {{{code}: Code}}, take: {take}, expect: {expect}, on_missing: {missing}}}")
                })
                .boxed()
        },
    );
    prop_oneof![
        2 => leaf.clone(),
        4 => (text.clone(), steps).prop_map(|(a, step)| format!("{{from: {a}, do: [{step}]}}")),
        2 => coalesced,
        4 => (text.clone(), text.clone(), one(&["", "-"])).prop_map(|(a, b, with)| format!("{{join: [{a}, {b}], with: \"{with}\"}}")),
        1 => text.clone().prop_map(|a| format!("{{join: [{a}]}}")),
        4 => (truth.clone(), text.clone(), text.clone())
            .prop_map(|(test, a, b)| format!("{{when: [{{if: \"{test}\", then: {a}}}, {{otherwise: {b}}}]}}")),
        2 => (text.clone(), one(&["x", "null"]), constant)
            .prop_map(|(a, to, otherwise)| format!("{{from: {a}, map: {{a: {to}, \"\": y, \" a\": q, Zz: p}}, otherwise: {otherwise}}}")),
        3 => found,
        1 => (name.clone(), name.clone(), one(&["+ \\\"\\\" +", "??", "+ \\\"-\\\" +"])).prop_map(|(a, b, op)| format!("{{rhai: \"{a} {op} {b}\"}}")),
        1 => (truth, name.clone(), name).prop_map(|(test, a, b)| format!("{{rhai: \"if {test} {{ {a} }} else {{ {b} }}\"}}")),
        1 => number(names, depth - 1).prop_map(|a| format!("{{from: {a}, do: [to_text]}}")),
    ]
    .boxed()
}

fn number(names: &Names, depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![6 => one(&names.numbers), 1 => Just("{value: 3}".to_owned())].boxed();
    if depth == 0 {
        return leaf;
    }
    let (text, number, name) = (text(names, depth - 1), number(names, depth - 1), one(&names.numbers));
    prop_oneof![
        2 => leaf,
        2 => (text.clone(), text.clone()).prop_map(|(a, b)| format!("{{key: [{a}, {b}]}}")),
        1 => text.clone().prop_map(|a| format!("{{from: {a}, do: [length]}}")),
        1 => text.prop_map(|a| format!("{{from: {a}, map: {{a: 1, b: 2}}, otherwise: 0}}")),
        2 => (number.clone(), one(&["zero_if_missing", "{add: 1}", "{null_if: 1}", "abs", "sign"]))
            .prop_map(|(a, step)| format!("{{from: {a}, do: [{step}]}}")),
        2 => (truth(names), number.clone(), number)
            .prop_map(|(test, a, b)| format!("{{when: [{{if: \"{test}\", then: {a}}}, {{otherwise: {b}}}]}}")),
        2 => (name.clone(), one(&["+", "??", "*"]), name).prop_map(|(a, op, b)| format!("{{rhai: \"{a} {op} {b}\"}}")),
    ]
    .boxed()
}

/// The columns of a rule: some texts and some numbers.
fn columns(names: &Names) -> BoxedStrategy<String> {
    (prop::collection::vec(text(names, 2), 4), prop::collection::vec(number(names, 2), 3))
        .prop_map(|(texts, numbers)| listed(&texts, &numbers))
        .boxed()
}

fn listed(texts: &[String], numbers: &[String]) -> String {
    let texts = texts.iter().enumerate().map(|(at, value)| format!("t{at}: {value}"));
    texts.chain(numbers.iter().enumerate().map(|(at, value)| format!("n{at}: {value}"))).collect::<Vec<_>>().join(", ")
}

/// The columns of a grouped rule.
fn aggregates(names: &Names) -> BoxedStrategy<String> {
    let order = one(&["Id", "N desc"]);
    let folded = prop_oneof![
        (one(&["first", "last"]), text(names, 2), order).prop_map(|(how, a, by)| format!("{{{how}: {a}, order: {by}}}")),
        (one(&["first", "last", "min", "max", "join"]), text(names, 2)).prop_map(|(how, a)| format!("{{{how}: {{from: {a}}}}}")),
    ];
    let counted = prop_oneof![
        (one(&["min", "max", "first"]), number(names, 2)).prop_map(|(how, a)| format!("{{{how}: {{from: {a}}}}}")),
        // A sum of keys is too large, which is another matter.
        (one(&["sum", "min", "last"]), one(&names.numbers)).prop_map(|(how, a)| format!("{{{how}: {a}}}")),
        (one(&["count", "count_distinct"]), text(names, 2)).prop_map(|(how, a)| format!("{{{how}: {{from: {a}}}}}")),
    ];
    let more = (truth(names), one(&["any", "all"]), text(names, 1), number(names, 1)).prop_map(|(test, how, item, mean)| {
        format!("l0: {{{how}: {{rhai: \"{test}\"}}}}, l1: {{list: {{from: {item}}}}}, l2: {{mean: {{from: {mean}}}}}")
    });
    (prop::collection::vec(folded, 4), prop::collection::vec(counted, 3), more)
        .prop_map(|(texts, numbers, more)| format!("{}, {more}", listed(&texts, &numbers)))
        .boxed()
}

/// A branch over the source's rows.
fn branch() -> BoxedStrategy<String> {
    let unfolds = prop_oneof![
        2 => Just((String::new(), Vec::new(), Vec::new())),
        1 => one(&["drop", "keep"]).prop_map(|keep| (format!("  explode: {{list: L, as: item, position: nr, on_empty: {keep}}}\n"), vec!["item"], vec!["nr"])),
        1 => one(&["drop", "keep"]).prop_map(|keep| (format!("  unpivot: {{columns: [A, B], name: what, value: reading, on_missing: {keep}}}\n"), vec!["what", "reading"], Vec::new())),
    ];
    let joins = prop_oneof![
        2 => Just((String::new(), Vec::new())),
        2 => (one(&["at_most_one", "one", "many", "any, order: Name"]), one(&["null", "reject"])).prop_map(|(expect, missing)| {
            (format!("  join: {{o: {{table: others, on: {{A: Code}}, expect: {expect}, on_missing: {missing}}}}}\n"), vec!["o.Name", "o.Full"])
        }),
    ];
    (unfolds, joins)
        .prop_flat_map(|((unfold, texts, numbers), (join, joined))| {
            let names = Names {
                texts: ["A", "B"].into_iter().chain(texts).collect(),
                numbers: ["N", "R"].into_iter().chain(numbers).collect(),
                truths: vec!["T", "D <= E", "E > D", "T == true"],
                code: Some("A"),
            };
            let filter = prop_oneof![2 => Just(String::new()), 3 => truth(&names).prop_map(|test| format!("  where: \"{test}\"\n"))];
            let by = one(&["[A]", "[R]", "[]", "[A, B]"]);
            // In a script a joined column is no variable, so it stands in plain forms only.
            let joined_column = if joined.is_empty() { one(&["A"]) } else { one(&joined) };
            let plain = (columns(&names), joined_column.clone(), joined_column.clone()).prop_map(|(columns, a, b)| {
                format!("  columns: {{{columns}, j0: {a}, j1: {{join: [{a}, {b}]}}, j2: {{key: [{a}, R]}}}}\n")
            });
            let grouped = (by, aggregates(&names), joined_column)
                .prop_map(|(by, columns, a)| format!("  group: {by}\n  columns: {{{columns}, j0: {{first: {a}}}, j1: {{min: {a}}}, j2: {{count: {a}}}}}\n"));
            let spread = Names { texts: vec!["p", "q", "A"], numbers: vec!["R"], truths: vec!["p == q"], code: Some("p") };
            let pivoted = (one(&["first", "last", "min", "max", "one"]), columns(&spread)).prop_map(|(expect, columns)| {
                format!("  pivot: {{by: [R, A], name: B, value: A, columns: {{p: a, q: b}}, expect: {expect}, others: drop}}\n  columns: {{{columns}, j0: p, j1: A, j2: R}}\n")
            });
            (filter, prop_oneof![4 => plain, 2 => grouped, 1 => pivoted])
                .prop_map(move |(filter, columns)| format!("  from: rows\n{unfold}{join}{filter}{columns}"))
        })
        .boxed()
}

/// Three rules: one over the source's rows, a union, and one that reads the first.
fn rules() -> BoxedStrategy<String> {
    let chained =
        Names { texts: vec!["t0", "t1", "t2", "t3"], numbers: vec!["n0", "n1", "n2"], truths: vec!["t0 != t1"], code: Some("t0") };
    let kept = one(&["", "  dedupe: {by: [t0], keep: first}\n", "  dedupe: {by: [n0], keep: {latest: t1}}\n  sort: t2\n"]);
    (branch(), kept, columns(&chained), prop::collection::vec(columns(&plain_names()), 2), branch())
        .prop_map(|(first, kept, chained, both, last)| {
            let [left, right] = both.as_slice() else { return String::new() };
            format!(
                "_first:\n{first}{kept}_second:\n  from: _first\n  columns: {{{chained}}}\n_union:\n  union:\n  - {{from: rows, where: \"A != ()\", columns: {{{left}, u: A}}}}\n  - {{from: rows, columns: {{{right}}}}}\n_last:\n{last}"
            )
        })
        .boxed()
}

fn plain_names() -> Names {
    Names { texts: vec!["A", "B"], numbers: vec!["N", "R"], truths: vec!["T"], code: Some("A") }
}

fn files() -> BoxedStrategy<[String; 2]> {
    let texts = || one(&["", "", "a", "b", "c", "NA", " "]);
    let row = (
        texts(),
        texts(),
        one(&["", "0", "1", "2"]),
        one(&["0", "1", "2"]),
        one(&["", "2024-01-31"]),
        one(&["2024-01-31", "2024-02-29"]),
        one(&["", "true", "false"]),
        one(&["", "a", "a;b", ";"]),
    );
    let row = row.prop_map(|(a, b, n, r, d, e, t, l)| [a, b, n, r, d, e, t, l].join(","));
    let other = (one(&["a", "b", "c", " "]), texts(), texts()).prop_map(|(code, name, full)| [code, name, full].join(","));
    (prop::collection::vec(row, 0..8), prop::collection::vec(other, 0..5))
        .prop_map(|(rows, others)| {
            let rows: Vec<String> = rows.iter().enumerate().map(|(at, row)| format!("{at},{row}")).collect();
            [format!("Id,A,B,N,R,D,E,T,L\n{}\n", rows.join("\n")), format!("Code,Name,Full\n{}\n", others.join("\n"))]
        })
        .boxed()
}

/// Columns of a rule that are there in every row of every branch, as inferred.
fn always_there(transform: &Transform) -> Vec<&str> {
    let Some((first, others)) = transform.branches.split_first() else { return Vec::new() };
    let is_there = |branch: &Branch, name: &str| branch.columns.iter().any(|output| output.name == name && !output.ty().nullable);
    let named = first.columns.iter().map(|output| output.name.as_str());
    named.filter(|name| is_there(first, name) && others.iter().all(|branch| is_there(branch, name))).collect()
}

#[test]
fn what_is_inferred_to_be_there_is_never_missing() {
    let config = ProptestConfig { failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::with_cases(16) };
    let (sound, columns, values) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let (runs, id) = (Cell::new(0), "small/1".parse::<SourceId>().unwrap());
    proptest!(config, |(rules in rules(), files in files())| {
        runs.set(runs.get() + 1);
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in FILES.iter().copied().chain([("sources/small/1/rules.yaml", rules.as_str())]) {
            let path = folder.path().join("rules").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (book, said) = Rulebook::load(&[folder.path().join("rules")]).unwrap();
        if said.has_errors() {
            return Ok(());
        }
        sound.set(sound.get() + 1);
        let files: Vec<InputFile> = ["rows.csv", "others.csv"].iter().zip(&files).map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            InputFile { name: (*name).to_owned(), path, bytes: text.len() as u64 }
        }).collect();
        let order = Order { whole_categories: true, ..Order::new(folder.path().to_owned(), chrono::NaiveDate::default()) };
        let job = book.start(&id, "out", &files, order).unwrap();
        let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
        for transform in &book.source(&id).unwrap().transforms {
            let table = common.tables().iter().chain(&common.between).find(|table| table.name == transform.table).unwrap();
            let frame = table.frame().unwrap().collect().unwrap();
            for name in always_there(transform) {
                columns.set(columns.get() + 1);
                values.set(values.get() + frame.height());
                prop_assert_eq!(frame.column(name).unwrap().null_count(), 0, "{}.{}", transform.table, name);
            }
        }
    });
    // Else the test would hold whatever is inferred; far below what is usual, so that chance alone does not fail it.
    assert!(sound.get() * 4 > runs.get(), "{} of {} made-up rulesets are sound", sound.get(), runs.get());
    assert!(columns.get() > 4 * sound.get() && values.get() > 4 * sound.get(), "{} columns, {} values", columns.get(), values.get());
}
