//! Forms of the language that decide how an order ends: small rulesets of their own, through the whole corridor.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "common/small.rs"]
mod small;

use ehr_rules::Finding;
use ehr_rules::Order;
use polars::prelude::CsvWriter;
use polars::prelude::SerWriter;
use small::Made;
use small::Small;
use small::short;

#[test]
fn a_sum_that_is_too_large_fails_the_order_and_no_other() {
    let small = Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Who: text, Count: integer, Cost: 'decimal(4,2)'}}}}",
        ),
        ("sources/small/1/item.yaml", "item: {from: items, columns: {who: Who, count: Count, cost: Cost}}"),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {who: text, count: integer, cost: 'decimal(4,2)'}}"),
        ("targets/out/schema.yaml", "{target: out, tables: {sums: {columns: {who: text, count: integer, cost: 'decimal(4,2)'}}}}"),
        (
            "targets/out/sums.yaml",
            "sums: {from: item, group: [who], columns: {who: who, count: {sum: count}, cost: {sum: cost}}, sort: who}",
        ),
    ]);
    let fits = small.run(&[("items.csv", "Who,Count,Cost\na,9223372036854775806,99.98\na,1,0.01\nb,-9223372036854775807,-99.99\nb,-1,\n")]);
    assert!(!fits.outcome.failed(), "{:#?}", fits.outcome.findings);
    assert_eq!(fits.tables["sums"], "who,count,cost\na,9223372036854775807,99.99\nb,-9223372036854775808,-99.99\n");

    let large = small.run(&[("items.csv", "Who,Count,Cost\na,9223372036854775807,1\na,1,2\nb,1,99.99\nb,2,0.01\nc,5,\n")]);
    assert!(large.outcome.failed() && large.outcome.balanced);
    let found: Vec<String> = large.outcome.findings.iter().map(short).collect();
    assert_eq!(found, ["R0304 out/sums.cost Failed 1", "R0304 out/sums.count Failed 1"]);
    assert_eq!(large.tables["sums"], "who,count,cost\na,,3.00\nb,3,\nc,5,\n");
}

fn with_parameters() -> Small {
    Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', parameters: {pattern: {type: text, default: 'x'}, limit: {type: integer, default: 3}}, tables: {items: {file: items.csv, columns: {Who: text}}}}",
        ),
        (
            "sources/small/1/item.yaml",
            "item: {from: items, columns: {who: {from: Who, do: [{extract: {parameter: pattern}}, {left: {parameter: limit}}]}}}",
        ),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {who: text}}"),
        (
            "targets/out/schema.yaml",
            "{target: out, parameters: {day: {type: date, required: true, summary: The day it counts from.}, limit: {type: text, default: none}}, tables: {whos: {columns: {who: text, day: date, limit: text}}}}",
        ),
        ("targets/out/whos.yaml", "whos: {from: item, columns: {who: who, day: {parameter: day}, limit: {parameter: limit}}}"),
    ])
}

#[test]
fn a_parameter_is_checked_before_the_first_row_is_read() {
    let small = with_parameters();
    let refused = |set: &[(&str, &str)]| {
        let order =
            Order { parameters: set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(), ..small.order() };
        small.book.start(&"small/1".parse().unwrap(), "out", &[], order).err().map(|error| {
            assert!(error.is_refused());
            error.to_string()
        })
    };
    assert_eq!(refused(&[]).unwrap(), "the parameter `day` must be set (The day it counts from.): `--set day=…`");
    assert_eq!(refused(&[("day", "2024-02-30")]).unwrap(), "the parameter `day` is date, and `2024-02-30` is none, as in `2024-01-31`");
    assert_eq!(refused(&[("day", "2024-02-03"), ("patern", "x")]).unwrap(), "unknown parameter `patern`: did you mean `pattern`?");
    assert_eq!(
        refused(&[("day", "2024-02-03"), ("today", "2024-02-03")]).unwrap(),
        "unknown parameter `today`: the order's date is set by itself"
    );
    // One name, an integer to the source and a text to the target.
    assert_eq!(refused(&[("day", "2024-02-03"), ("limit", "few")]).unwrap(), "the parameter `limit` is integer, and `few` is none");
    // What a function asks for as a constant is held against the function.
    assert_eq!(
        refused(&[("day", "2024-02-03"), ("pattern", "(")]).unwrap(),
        "the parameter `pattern` is an argument of `extract`: `(` is not a regular expression"
    );
    assert_eq!(refused(&[("day", "2024-02-03"), ("limit", "2")]), None);
}

#[test]
fn each_level_has_its_own_parameters() {
    let small = with_parameters();
    let order = Order {
        parameters: [("day", "2024-02-03"), ("pattern", "([a-z]+)"), ("limit", "2")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
        ..small.order()
    };
    let job = small.book.start(&"small/1".parse().unwrap(), "out", &small.files(&[("items.csv", "Who\n12abc\n")]), order).unwrap();
    assert_eq!(job.parameters().into_iter().collect::<Vec<_>>().len(), 3);
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    let made = job.convert(&common).unwrap().table("whos").unwrap().frame().unwrap().collect().unwrap();
    let mut text = Vec::new();
    CsvWriter::new(&mut text).finish(&mut made.clone()).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "who,day,limit\nab,2024-02-03,2\n");
}

fn with_budgets(column: &str, checks: &str) -> Small {
    let schema = format!(
        r#"
system: small
version: "1"
parameters: {{most: {{type: integer, default: 9}}}}
tables:
  items:
    file: items.csv
    key: [No]
    columns:
      No: {{type: integer, required: true}}
      Kind: {column}
      Low: integer
      High: integer
      Of: {{type: integer}}
    references: {{Of: {{to: items.No, at_most: 1}}}}
    checks: {checks}
"#
    );
    Small::new(&[
        ("sources/small/1/schema.yaml", &schema),
        ("sources/small/1/item.yaml", "item: {from: items, columns: {no: No, kind: Kind, low: Low, high: High}}"),
        (
            "categories/item.yaml",
            "{category: item, resource: Basic, columns: {no: {type: integer, required: true}, kind: text, low: integer, high: integer}}",
        ),
        ("targets/out/schema.yaml", "{target: out, tables: {items: {columns: {no: {type: integer, required: true}, kind: text}}}}"),
        ("targets/out/items.yaml", "items: {from: item, columns: {no: no, kind: kind}}"),
    ])
}

/// Findings with their budgets.
fn budgets(made: &Made) -> Vec<String> {
    let shown = |finding: &Finding| {
        let budget = finding.budget.as_ref().map(|budget| format!(" of {}/{} ({})", budget.rows, budget.of, budget.at_most));
        format!("{}{}", short(finding), budget.unwrap_or_default())
    };
    made.outcome.findings.iter().map(shown).collect()
}

#[test]
fn a_budget_is_of_the_rows_read_and_over_it_the_order_fails() {
    // Of ten rows two are of another kind, and one refers to nothing.
    let rows = "No,Kind,Low,High,Of\n1,a,,,\n2,a,,,\n3,a,,,\n4,a,,,\n5,a,,,\n6,a,,,\n7,a,,,\n8,a,,,99\n9,x,,,\n10,y,,,\n";
    let within = with_budgets("{type: text, one_of: [a], at_most: 20%}", "[]").run(&[("items.csv", rows)]);
    assert_eq!(budgets(&within), ["R0103 items.Kind Rejected 2 of 2/10 (20%)", "R0108 items.Of Rejected 1 of 1/10 (1)"]);
    assert!(!within.outcome.failed() && within.outcome.tables[0].rejected == 3);

    let over = with_budgets("{type: text, one_of: [a], at_most: 19.9%}", "[]").run(&[("items.csv", rows)]);
    assert!(over.outcome.failed() && over.outcome.balanced);
    assert_eq!(budgets(&over)[0], "R0103 items.Kind Rejected 2 of 1/10 (19.9%)");
    assert_eq!(budgets(&over)[2], "R0110 items.Kind Failed 2");
    let reason = &over.outcome.findings[2].reason;
    assert_eq!(reason, "more rows break a constraint than its budget allows: R0103, in 2 of 10 rows, and at most 19.9% may");

    // What only warns has a budget too.
    let warned = with_budgets("{type: text, one_of: [a], on_error: warn, at_most: 1}", "[]").run(&[("items.csv", rows)]);
    assert!(warned.outcome.failed());
    assert_eq!(budgets(&warned)[0], "R0103 items.Kind Warned 2 of 1/10 (1)");
    assert_eq!(warned.tables["items"].lines().count(), 10);
}

#[test]
fn a_constraint_that_fails_the_order_does() {
    let rows = "No,Kind,Low,High,Of\n1,a,,,\n2,b,,,\n";
    for kind in [
        "{type: text, one_of: [a], on_error: fail}",
        "{type: text, pattern: a, on_error: fail}",
        "{type: text, max_length: 1, unique: true, on_error: fail}",
    ] {
        let rows = if kind.contains("unique") { rows.replace('b', "a") } else { rows.to_owned() };
        let made = with_budgets(kind, "[]").run(&[("items.csv", &rows)]);
        assert!(made.outcome.failed() && made.outcome.balanced, "{kind}: {:#?}", made.outcome.findings);
    }
    let made = with_budgets("text", "[{that: 'Kind == \"a\"', message: another kind, on_error: fail}]").run(&[("items.csv", rows)]);
    assert!(made.outcome.failed() && made.outcome.balanced);
    assert_eq!(budgets(&made), ["R0109 items#1 Failed 1"]);
}

#[test]
fn a_missing_value_and_one_of_another_type_do_what_the_column_says() {
    let run = |column: &str, value: &str| {
        let rows = format!("No,Kind,Low,High,Of\n1,{value},,,\n2,5,,,\n");
        let made = with_budgets(column, "[]").run(&[("items.csv", &rows)]);
        assert!(made.outcome.balanced, "{column}");
        (budgets(&made), made.outcome.failed(), made.tables["items"].clone())
    };
    let all = |value: &str| format!("no,kind\n1,{value}\n2,5\n");
    let one = || "no,kind\n2,5\n".to_owned();
    let found = |text: &str| vec![text.to_owned()];

    assert_eq!(run("{type: text, required: true}", ""), (found("R0101 items.Kind Rejected 1"), false, one()));
    assert_eq!(run("{type: text, required: true, on_error: reject}", ""), (found("R0101 items.Kind Rejected 1"), false, one()));
    assert_eq!(run("{type: text, required: true, on_error: fail}", ""), (found("R0101 items.Kind Failed 1"), true, one()));
    // A row that is only warned of goes on as it is.
    assert_eq!(run("{type: text, required: true, on_error: warn}", ""), (found("R0101 items.Kind Warned 1"), false, all("")));
    // A budget is of missing values too.
    let budget = "{type: text, required: true, on_error: warn, at_most: 1}";
    assert_eq!(run(budget, ""), (found("R0101 items.Kind Warned 1 of 1/2 (1)"), false, all("")));

    // What identifies a row is never missing.
    for severity in ["reject", "warn"] {
        let schema = format!(
            "{{system: small, version: '1', tables: {{items: {{file: items.csv, key: [No], columns: {{No: {{type: integer, required: true, on_error: {severity}}}}}}}}}}}"
        );
        let small = Small::new(&[
            ("sources/small/1/schema.yaml", &schema),
            ("sources/small/1/item.yaml", "item: {from: items, columns: {no: No}}"),
            ("categories/item.yaml", "{category: item, resource: Basic, columns: {no: {type: integer, required: true}}}"),
            ("targets/out/schema.yaml", "{target: out, tables: {items: {columns: {no: {type: integer, required: true}}}}}"),
            ("targets/out/items.yaml", "items: {from: item, columns: {no: no}}"),
        ]);
        let made = small.run(&[("items.csv", "No\n\"\"\n3\n")]);
        assert_eq!(budgets(&made), ["R0101 items.No Rejected 1"], "{severity}");
    }
}

#[test]
fn a_value_of_another_type_never_goes_on() {
    let types = [
        ("integer", "soon", "7"),
        ("uuid", "soon", "6f9619ff-8b86-4d01-b42d-00c04fc964ff"),
        ("{type: list, of: integer, split: ;}", "1;soon", "1;2"),
    ];
    for (kind, wrong, right) in types {
        for (severity, consequence) in [("reject", "Rejected"), ("warn", "Rejected"), ("fail", "Failed")] {
            let body = kind.trim_matches(['{', '}']).trim_start_matches("type: ");
            let schema = format!(
                "{{system: small, version: '1', tables: {{items: {{file: items.csv, columns: {{No: integer, Kind: {{type: {body}, required: true, on_error: {severity}}}}}}}}}}}"
            );
            let small = Small::new(&[
                ("sources/small/1/schema.yaml", &schema),
                ("sources/small/1/item.yaml", "item: {from: items, where: Kind != (), columns: {no: No}}"),
                ("categories/item.yaml", "{category: item, resource: Basic, columns: {no: integer}}"),
                ("targets/out/schema.yaml", "{target: out, tables: {items: {columns: {no: integer}}}}"),
                ("targets/out/items.yaml", "items: {from: item, columns: {no: no}}"),
            ]);
            let made = small.run(&[("items.csv", &format!("No,Kind\n1,{wrong}\n2,{right}\n"))]);
            assert_eq!(budgets(&made), [format!("R0102 items.Kind {consequence} 1")], "{kind}: {severity}");
            assert_eq!(made.outcome.failed(), severity == "fail");
            assert_eq!(made.tables["items"], "no\n2\n");
        }
    }
}

#[test]
fn a_reference_to_nothing_fails_the_order_where_the_rules_say_so() {
    let run = |references: &str, rows: &str| {
        let schema = format!(
            "{{system: small, version: '1', tables: {{items: {{file: items.csv, key: [No], columns: {{No: integer, Of: integer}}, references: {references}}}}}}}"
        );
        let small = Small::new(&[
            ("sources/small/1/schema.yaml", &schema),
            ("sources/small/1/item.yaml", "item: {from: items, columns: {no: No, of: Of}}"),
            ("categories/item.yaml", "{category: item, resource: Basic, columns: {no: {type: integer, required: true}, of: integer}}"),
            ("targets/out/schema.yaml", "{target: out, tables: {items: {columns: {no: integer, of: integer}}}}"),
            ("targets/out/items.yaml", "items: {from: item, columns: {no: no, of: of}}"),
        ]);
        let made = small.run(&[("items.csv", rows)]);
        assert!(made.outcome.balanced);
        (budgets(&made), made.outcome.failed())
    };
    let fails = |found: &str| (vec![found.to_owned()], true);
    assert_eq!(run("{Of: {to: items.No, on_error: fail}}", "No,Of\n1,1\n2,9\n3,\n"), fails("R0108 items.Of Failed 1"));
    assert_eq!(run("{Of: {to: items.No, on_error: fail}}", "No,Of\n1,2\n2,1\n"), (vec![], false));
    let goes_on = |found: &str| (vec![found.to_owned()], false);
    assert_eq!(run("{Of: {to: items.No, on_error: warn}}", "No,Of\n1,1\n2,9\n3,\n"), goes_on("R0108 items.Of Warned 1"));
    assert_eq!(run("{Of: {to: items.No, on_error: reject}}", "No,Of\n1,1\n2,9\n3,\n"), goes_on("R0108 items.Of Rejected 1"));
}

#[test]
fn a_check_of_several_columns_holds_or_sets_the_row_aside() {
    let checks = r#"
      - {that: "Low == () || High == () || Low <= High", message: the bounds are crossed}
      - {that: "Low != 7", message: seven is odd, on_error: warn}
      - {that: "let h = High; h == () || h % 2 == 0 || h > parameter(\"most\")", message: odd and small, at_most: 50%}
"#;
    let rows = "No,Kind,Low,High,Of\n1,a,1,2,\n2,b,3,2,\n2,c,7,8,\n3,d,,5,\n4,e,,,2\n5,f,,11,1\n";
    let made = with_budgets("text", checks).run(&[("items.csv", rows)]);
    // A row that is set aside by a check does not hold its key against the next one.
    assert_eq!(made.tables["items"], "no,kind\n1,a\n2,c\n4,e\n5,f\n");
    assert_eq!(budgets(&made), ["R0109 items#1 Rejected 1", "R0109 items#2 Warned 1", "R0109 items#3 Rejected 1 of 3/6 (50%)"]);
    assert_eq!(made.outcome.findings[0].reason, "the bounds are crossed");
    assert!(!made.outcome.failed());
}

#[test]
fn a_lookup_of_which_several_match_fails_the_order_where_it_says_so() {
    let small = Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Who: text}}, names: {file: names.csv, columns: {Who: text, Name: text}}}}",
        ),
        (
            "sources/small/1/item.yaml",
            "item: {from: items, columns: {name: {lookup: names, on: {Who: Who}, take: Name, expect: one, on_missing: null, on_ambiguous: fail}}}",
        ),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {name: text}}"),
        ("targets/out/schema.yaml", "{target: out, tables: {items: {columns: {name: text}}}}"),
        ("targets/out/items.yaml", "items: {from: item, columns: {name: name}}"),
    ]);
    let items = ("items.csv", "Who\na\nb\n");
    assert!(!small.run(&[items, ("names.csv", "Who,Name\na,Ada\n")]).outcome.failed());
    let made = small.run(&[items, ("names.csv", "Who,Name\na,Ada\na,Ann\n")]);
    assert!(made.outcome.failed() && made.outcome.balanced);
    assert_eq!(made.outcome.findings.iter().map(short).collect::<Vec<_>>(), ["R0302 small/1/item Failed 1"]);
}

#[test]
fn a_row_that_comes_no_further_than_an_intermediate_table_is_unused() {
    let small = Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Who: text, Of: text}}, names: {file: names.csv, columns: {Who: text, Name: text}}}}",
        ),
        (
            "sources/small/1/item.yaml",
            "{_named: {from: names, where: Name != (), columns: {who: Who, name: Name, more: Who}}, item: {from: items, columns: {who: Who, name: {lookup: _named, on: {Who: who}, take: name, expect: at_most_one}, of: Of}}}",
        ),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {who: text, name: text, of: text}}"),
        ("targets/out/schema.yaml", "{target: out, tables: {items: {columns: {who: text, name: text}}}}"),
        (
            "targets/out/items.yaml",
            "{items: {from: _shown, columns: {who: who, name: name}}, _shown: {from: item, where: of == (), columns: {who: who, name: name, unread: of}}}",
        ),
    ]);
    let files = [("items.csv", "Who,Of\na,\nb,\nc,x\n"), ("names.csv", "Who,Name\na,Ada\nz,\n")];
    let made = small.run(&files);
    assert_eq!(made.tables.keys().collect::<Vec<_>>(), ["items"]);
    assert_eq!(made.tables["items"], "who,name\na,Ada\nb,\n");
    let fates: Vec<_> = made.outcome.tables.iter().map(|table| (table.read, table.converted, table.filtered, table.unused)).collect();
    assert_eq!(fates, [(3, 2, 1, 0), (2, 0, 1, 1)]);
    assert!(made.outcome.balanced && made.outcome.outputs.iter().all(|output| output.table == "items"));
    // Whole categories are made of whole intermediate tables, and show none of them.
    let order = Order { whole_categories: true, ..small.order() };
    let job = small.book.start(&"small/1".parse().unwrap(), "out", &small.files(&files), order).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    assert_eq!(common.tables().iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["item"]);
    let way = small.book.explain("out.items.name", None).unwrap();
    for rule in ["out/items: from _shown", "out/_shown: from item", "small/1/item: from items", "small/1/_named: from names"] {
        assert!(way.contains(rule), "{way}");
    }
}

#[test]
fn a_pivot_sets_aside_what_has_no_column_and_what_has_no_room() {
    let small = Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Who: text, What: text, Value: integer}}}}",
        ),
        (
            "sources/small/1/item.yaml",
            "item: {from: items, pivot: {by: Who, name: What, value: Value, columns: {x: X, y: Y}}, columns: {who: Who, x: x, y: y}}",
        ),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {who: text, x: integer, y: integer}}"),
        ("targets/out/schema.yaml", "{target: out, tables: {all: {columns: {who: text, x: integer, y: integer}}}}"),
        ("targets/out/all.yaml", "all: {from: item, columns: {who: who, x: x, y: y}}"),
    ]);
    let made = small.run(&[("items.csv", "Who,What,Value\nb,Y,2\na,X,1\nb,X,3\na,Z,9\na,,9\nc,Y,4\nc,X,5\nc,Y,4\nb,Y,\n")]);
    assert!(!made.outcome.failed() && made.outcome.balanced, "{:#?}", made.outcome.findings);
    let found: Vec<String> = made.outcome.findings.iter().map(short).collect();
    assert_eq!(found, ["R0305 small/1/item Rejected 2", "R0306 small/1/item Rejected 3"]);
    assert_eq!(made.tables["all"], "who,x,y\nb,3,2\na,1,\n");
    let items = &made.outcome.tables[0];
    assert_eq!((items.read, items.converted, items.rejected, items.merged), (9, 2, 5, 2));
}
