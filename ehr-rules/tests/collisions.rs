//! Two things of one surrogate key are told from one thing that comes twice.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "common/small.rs"]
mod small;

use small::Made;
use small::Small;
use small::short;

/// Two codes of which XXH3-64 differs in the bit alone that keys leave out.
const ONE: &str = "BGNZZ7";
const OTHER: &str = "CAqjgF";

const SCHEMA: &str = "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Code: {type: text, required: true}, No: {type: integer, required: true}}}}}";
const CATEGORY: &str =
    "{category: item, resource: Basic, columns: {code: {type: text, required: true}, nr: {type: integer, required: true}}}";

/// Runs rules for `items` over rows of these codes.
fn run(ty: &str, rules: &str, codes: &[&str]) -> Made {
    let target = format!("{{target: out, tables: {{items: {{key: [id], columns: {{id: {{type: {ty}, required: true}}, code: text}}}}}}}}");
    let small = Small::new(&[
        ("sources/small/1/schema.yaml", SCHEMA),
        ("sources/small/1/item.yaml", "item: {from: items, columns: {code: Code, nr: No}}"),
        ("categories/item.yaml", CATEGORY),
        ("targets/out/schema.yaml", &target),
        ("targets/out/items.yaml", rules),
    ]);
    let rows = codes.iter().zip(1..).map(|(code, nr)| format!("{code},{nr}\n"));
    let made = small.run(&[("items.csv", &format!("Code,No\n{}", rows.collect::<String>()))]);
    assert!(made.outcome.balanced);
    made
}

fn found(made: &Made) -> Vec<String> {
    made.outcome.findings.iter().map(short).collect()
}

const RULE: &str = "items: {from: item, columns: {id: {key: [code]}, code: code}}";

#[test]
fn different_things_of_one_key_are_told_from_one_that_comes_twice() {
    let made = run("integer", RULE, &[ONE, OTHER, "another"]);
    let ids: Vec<&str> = made.tables["items"].lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "{ids:?}");
    assert_eq!(found(&made), ["R0405 items.id Failed 1"]);
    assert_eq!(made.outcome.findings[0].reason, "different things have one surrogate key: add a part to `key:`, or make it a `uuid`");
    assert!(made.outcome.failed());
    assert_eq!(found(&run("integer", RULE, &[ONE, "another", ONE])), ["R0402 items.id Failed 1"]);
    assert_eq!(found(&run("integer", RULE, &[ONE, OTHER, ONE, OTHER])), ["R0402 items.id Failed 1", "R0405 items.id Failed 2"]);
}

#[test]
fn the_remedies_help() {
    let wide = "items: {from: item, columns: {id: {key: [code], type: uuid}, code: code}}";
    assert!(found(&run("uuid", wide, &[ONE, OTHER])).is_empty());
    let more = "items: {from: item, columns: {id: {key: [code, nr]}, code: code}}";
    assert!(found(&run("integer", more, &[ONE, OTHER])).is_empty());
}

/// Whatever stands between the rows and their key is done again.
#[test]
fn it_is_told_in_unions_groups_and_tables_on_the_way() {
    let union = "items: {union: [{from: item, where: nr < 2, columns: {id: {key: [code]}, code: code}}, {from: item, where: nr > 1, columns: {id: {key: [code]}, code: code}}]}";
    assert_eq!(found(&run("integer", union, &[ONE, OTHER])), ["R0405 items.id Failed 1"]);
    let group = "items: {from: item, group: [code], columns: {id: {key: [code]}, code: code}}";
    assert_eq!(found(&run("integer", group, &[ONE, OTHER, ONE])), ["R0405 items.id Failed 1"]);
    let between =
        "_items: {from: item, where: nr < 3, columns: {code: code}}\nitems: {from: _items, columns: {id: {key: [code]}, code: code}}";
    assert_eq!(found(&run("integer", between, &[ONE, OTHER, ONE])), ["R0405 items.id Failed 1"]);
    // What is done again is told once.
    let filtered = &run("integer", between, &[ONE, OTHER, ONE]).outcome.tables[0];
    assert_eq!((filtered.read, filtered.converted, filtered.filtered), (3, 2, 1));
}

/// Things that only their key makes one are not merged.
#[test]
fn a_dedupe_by_a_made_key_merges_no_two_things() {
    for keep in ["first", "{latest: code}"] {
        let rule = format!("items: {{from: item, columns: {{id: {{key: [code]}}, code: code}}, dedupe: {{by: [id], keep: {keep}}}}}");
        let made = run("integer", &rule, &[ONE, OTHER, "another", OTHER]);
        assert_eq!(found(&made), ["R0405 items.id Failed 1"]);
        let codes: Vec<&str> = made.tables["items"].lines().map(|line| line.split_once(',').unwrap().1).collect();
        assert_eq!(codes, ["code", ONE, OTHER, "another"]);
    }
    let both = |where_| format!("{{from: item, where: nr {where_} 2, columns: {{id: {{key: [code]}}, code: code}}}}");
    let union = format!("items: {{union: [{}, {}], dedupe: {{by: [id], keep: first}}}}", both("<"), both(">="));
    assert_eq!(found(&run("integer", &union, &[ONE, OTHER, ONE, OTHER])), ["R0405 items.id Failed 1"]);
    assert!(found(&run("integer", &union, &[ONE, "another", ONE])).is_empty());
}

/// A key that no rule makes is what the source says it is.
#[test]
fn a_key_of_the_source_comes_twice() {
    let rule = "items: {from: item, columns: {id: {value: 7}, code: code}}";
    assert_eq!(found(&run("integer", rule, &[ONE, OTHER])), ["R0402 items.id Failed 1"]);
}

/// What a look-up, a code map or a script finds is computed once for both keys, and counted once.
#[test]
fn keys_of_what_is_looked_up_merge_no_two_things_and_count_nothing_twice() {
    // The one that is left is a code without an entry.
    for part in [
        format!("{{from: code, map: {{a: {ONE}, b: {OTHER}, c: another}}, otherwise: none}}"),
        "{from: code, codes: things, otherwise: none}".to_owned(),
        format!("{{from: {{rhai: 'let all = [\"{ONE}\", \"{OTHER}\", \"another\"]; all[nr - 1]', type: text}}, do: [{{coalesce: none}}]}}"),
    ] {
        let rules = format!("items: {{from: item, columns: {{id: {{key: [{part}]}}, code: code}}, dedupe: {{by: [id], keep: first}}}}");
        let mapped = format!(
            "source_code,source_name,target,status,author,reviewed_on,comment\na,,{ONE},approved,ada,2024-01-01,\nb,,{OTHER},approved,ada,2024-01-01,\n"
        );
        let small = Small::new(&[
            ("sources/small/1/schema.yaml", SCHEMA),
            ("sources/small/1/item.yaml", "item: {from: items, columns: {code: Code, nr: No}}"),
            ("categories/item.yaml", CATEGORY),
            (
                "targets/out/schema.yaml",
                "{target: out, code_maps: {things: {file: things.csv, target: text}}, tables: {items: {key: [id], columns: {id: {type: integer, required: true}, code: text}}}}",
            ),
            ("targets/out/things.csv", &mapped),
            ("targets/out/items.yaml", &rules),
        ]);
        let made = small.run(&[("items.csv", "Code,No\na,1\nb,2\nc,3\n")]);
        assert!(made.outcome.balanced);
        let codes: Vec<&str> = made.tables["items"].lines().map(|line| line.split_once(',').unwrap().1).collect();
        assert_eq!(codes, ["code", "a", "b", "c"], "{part}");
        assert!(found(&made).contains(&"R0405 items.id Failed 1".to_owned()), "{part}: {:?}", found(&made));
        let open: Vec<u64> = made.outcome.unmapped.iter().map(|open| open.rows).collect();
        assert_eq!(open, if part.contains("codes:") { vec![1] } else { Vec::new() }, "{part}");
    }
}

/// The same where rows are grouped by a key, made here or in a table on the way.
#[test]
fn a_group_by_a_made_key_merges_no_two_things() {
    let ids = |made: &Made| -> Vec<String> {
        made.tables["items"].lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };
    for rules in [
        "_items: {from: item, columns: {id: {key: [code]}, code: code}}\nitems: {from: _items, group: [id], columns: {id: id, code: {first: code}}}",
        "_first: {from: item, columns: {id: {key: [code]}, code: code}}\n_items: {from: _first, columns: {id: id, code: code}}\nitems: {from: _items, group: [id], columns: {id: id, code: {first: code}}}",
        "_items: {from: item, columns: {id: {key: [code]}, code: code}}\nitems: {from: _items, columns: {id: id, code: code}, dedupe: {by: [id], keep: first}}",
        "_items: {from: item, columns: {id: {key: [{key: [code]}]}, code: code}}\nitems: {from: _items, columns: {id: id, code: code}, dedupe: {by: [id], keep: first}}",
    ] {
        let made = run("integer", rules, &[ONE, OTHER, "another", ONE]);
        let ids = ids(&made);
        assert_eq!(ids.len(), 3, "{rules}");
        assert_eq!(found(&made), ["R0405 items.id Failed 1"], "{rules}");
        assert!(ids[0] == ids[1] && ids[1] != ids[2], "{rules}");
    }
    let by_itself = "items: {from: item, group: [{key: [code]}], columns: {id: {first: nr}, code: {first: code}}}";
    let made = run("integer", by_itself, &[ONE, OTHER, "another", ONE]);
    let codes: Vec<&str> = made.tables["items"].lines().map(|line| line.split_once(',').unwrap().1).collect();
    assert_eq!(codes, ["code", ONE, OTHER, "another"]);
}
