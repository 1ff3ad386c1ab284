//! Codes of several concepts, and code maps of a source: small rulesets of their own, through the whole corridor.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "common/small.rs"]
mod small;

use ehr_rules::Order;
use small::Made;
use small::Small;
use small::short;
use std::collections::BTreeMap;
use std::path::PathBuf;

const CONCEPTS: &str = "concept_id\tvocabulary_id\tconcept_code\tstandard_concept\tinvalid_reason
10\tFINDINGS\tF1\tS\t
11\tFINDINGS\tF2\tS\t
12\tFINDINGS\tF3\tS\tD
20\tLOCAL\tone\t\t
21\tLOCAL\ttwo\t\t
22\tLOCAL\told\t\t
";
const RELATIONSHIPS: &str = "concept_id_1\tconcept_id_2\trelationship_id\tinvalid_reason
20\t10\tMaps to\t
20\t12\tMaps to\t
21\t11\tMaps to\t
21\t10\tMaps to\t
22\t12\tMaps to\t
";
const ITEMS: &str = "Who,Code\na,one\nb,two\nc,old\nd,\ne,two\nf,three\n";

/// A ruleset whose codes are looked up in a vocabulary, with what is done about a code of several concepts.
fn ruleset(on_ambiguous: &str, rule: &str) -> Small {
    let schema = format!(
        "{{target: out, code_maps: {{concept: {{athena: {{local: LOCAL}}{on_ambiguous}}}}}, tables: {{items: {{columns: {{who: text, concept: integer}}}}}}}}"
    );
    Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Who: text, Code: text}}}}",
        ),
        ("sources/small/1/item.yaml", "item: {from: items, columns: {who: Who, code: Code}}"),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {who: text, code: text}}"),
        ("targets/out/schema.yaml", &schema),
        ("targets/out/items.yaml", rule),
    ])
}

/// The folder of a vocabulary download.
fn vocabulary(small: &Small) -> PathBuf {
    let folder = small.folder.path().join("athena");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("CONCEPT.csv"), CONCEPTS).unwrap();
    std::fs::write(folder.join("CONCEPT_RELATIONSHIP.csv"), RELATIONSHIPS).unwrap();
    folder
}

/// A vocabulary with one code of two concepts, and what is done about it.
fn run(on_ambiguous: &str, rule: &str) -> Made {
    let small = ruleset(on_ambiguous, rule);
    let order = Order { vocabulary: Some(vocabulary(&small)), ..small.order() };
    let made = small.run_with(&[("items.csv", ITEMS)], order);
    assert!(made.outcome.balanced);
    made
}

const RULE: &str = "items: {from: item, columns: {who: who, concept: {from: code, codes: concept, system: {value: local}, otherwise: 0}}}";

fn found(made: &Made) -> Vec<String> {
    made.outcome.findings.iter().map(short).collect()
}

fn listed(made: &Made) -> Vec<(&str, u64, u64)> {
    made.outcome.unmapped.iter().map(|code| (code.source_value.as_str(), code.rows, code.candidates)).collect()
}

#[test]
fn of_several_concepts_none_is_taken_unless_the_rules_say_so() {
    for unsaid in ["", ", on_ambiguous: otherwise"] {
        let made = run(unsaid, RULE);
        assert_eq!(made.tables["items"], "who,concept\na,10\nb,0\nc,0\nd,0\ne,0\nf,0\n");
        assert_eq!(found(&made), ["R0307 items.concept Warned 2"]);
        assert_eq!(
            made.outcome.findings[0].reason,
            "a code maps to several standard concepts in `concept`: none is taken, and `otherwise` stands"
        );
        assert_eq!(listed(&made), [("local|two", 2, 2), ("local|old", 1, 0), ("local|three", 1, 0)]);
        assert!(!made.outcome.failed());
    }
}

#[test]
fn the_lowest_of_several_concepts_is_taken_and_counted() {
    let made = run(", on_ambiguous: lowest", RULE);
    assert_eq!(made.tables["items"], "who,concept\na,10\nb,10\nc,0\nd,0\ne,10\nf,0\n");
    assert_eq!(found(&made), ["R0307 items.concept Warned 2"]);
    assert_eq!(listed(&made), [("local|old", 1, 0), ("local|three", 1, 0)]);
}

#[test]
fn rows_with_several_concepts_are_set_aside_or_fail_the_order() {
    let made = run(", on_ambiguous: reject", RULE);
    assert_eq!(made.tables["items"], "who,concept\na,10\nc,0\nd,0\nf,0\n");
    assert_eq!(found(&made), ["R0307 items.concept Rejected 2"]);
    assert_eq!(listed(&made), [("local|two", 2, 2), ("local|old", 1, 0), ("local|three", 1, 0)]);
    let items = &made.outcome.tables[0];
    assert_eq!((items.read, items.converted, items.rejected), (6, 4, 2));
    assert!(!made.outcome.failed());
    let made = run(", on_ambiguous: fail", RULE);
    assert_eq!(found(&made), ["R0307 items.concept Failed 2"]);
    assert!(made.outcome.failed());
}

/// A code is ambiguous only where it is asked for.
#[test]
fn what_is_done_with_several_concepts_is_told_where_rules_are_explained() {
    for (setting, plan, words) in [
        ("", "on_ambiguous otherwise", "of several concepts none is taken"),
        (", on_ambiguous: lowest", "on_ambiguous lowest", "of several concepts the lowest is taken"),
        (", on_ambiguous: reject", "on_ambiguous reject", "a row whose code has several concepts is set aside"),
        (", on_ambiguous: fail", "on_ambiguous fail", "where a code has several concepts, the whole order fails"),
    ] {
        let (small, source) = (ruleset(setting, RULE), "small/1".parse().unwrap());
        let way = small.book.explain("out.items.concept", Some(&source)).unwrap();
        assert!(way.contains(plan), "{way}");
        let mapping = serde_json::to_string(&small.book.mapping(&source, "out").unwrap()).unwrap();
        assert!(mapping.contains(words) && mapping.contains("a code without a standard concept"), "{mapping}");
    }
}

/// One row is followed to what the vocabulary said of its code.
#[test]
fn what_was_done_with_several_concepts_is_told_of_a_row() {
    let told = |on_ambiguous: &str, who: &str, show_values: bool| {
        let small = ruleset(on_ambiguous, RULE);
        let order = Order { vocabulary: Some(vocabulary(&small)), ..small.order() };
        let job = small.book.start(&"small/1".parse().unwrap(), "out", &small.files(&[("items.csv", ITEMS)]), order).unwrap();
        let sound = job.assess(job.read().unwrap()).unwrap();
        let common = job.categorize(&sound).unwrap();
        let converted = job.convert(&common).unwrap();
        let key = BTreeMap::from([("who".to_owned(), who.to_owned())]);
        let stories = job.why((&sound, &common, &converted), "items", &key, show_values).unwrap();
        let column = stories[0].columns.iter().find(|column| column.name == "concept").unwrap();
        column.taken.iter().map(|taken| taken.what.clone()).collect::<Vec<_>>().join("; ")
    };
    let several = "several standard concepts of the code map `concept`";
    assert_eq!(told("", "b", false), format!("{several}: none is taken, and `otherwise` stands (`on_ambiguous`)"));
    let lowest = ", on_ambiguous: lowest";
    assert_eq!(told(lowest, "b", false), format!("{several}: the lowest is taken (`on_ambiguous`)"));
    assert_eq!(told(lowest, "b", true), format!("{several} `two` has 2: the lowest is taken (`on_ambiguous`)"));
    assert_eq!(told(lowest, "a", true), "a standard concept of the code map `concept` `one` is `10`");
    assert_eq!(told(lowest, "a", false), "a standard concept of the code map `concept`");
    assert_eq!(told("", "c", true), "no standard concept in the code map `concept`: `otherwise`");
    assert_eq!(told("", "d", true), "no code for the code map `concept`: `otherwise`");
}

#[test]
fn a_branch_that_is_not_taken_sets_nothing_aside() {
    let rule = "items: {from: item, columns: {who: who, concept: {when: [{if: 'who == \"b\"', then: {value: 5}}, {otherwise: {from: code, codes: concept, system: {value: local}, otherwise: 0}}]}}}";
    let made = run(", on_ambiguous: reject", rule);
    assert_eq!(made.tables["items"], "who,concept\na,10\nb,5\nc,0\nd,0\nf,0\n");
    assert_eq!(listed(&made), [("local|old", 1, 0), ("local|three", 1, 0), ("local|two", 1, 2)]);
}

/// A file of several vocabularies serves several maps.
#[test]
fn a_code_is_looked_up_in_its_own_vocabulary() {
    let small = Small::new(&[
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', tables: {items: {file: items.csv, columns: {Who: text, Code: text}}}}",
        ),
        ("sources/small/1/item.yaml", "item: {from: items, columns: {who: Who, code: Code}}"),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {who: text, code: text}}"),
        (
            "targets/out/schema.yaml",
            "{target: out, code_maps: {a: {source_to_concept_map: map.csv, vocabulary: A}, b: {source_to_concept_map: map.csv, vocabulary: B}}, tables: {items: {columns: {a: integer, b: integer}}}}",
        ),
        (
            "targets/out/items.yaml",
            "items: {from: item, columns: {a: {from: code, codes: a, otherwise: 0}, b: {from: code, codes: b, otherwise: 0}}}",
        ),
        (
            "targets/out/map.csv",
            "source_code,source_vocabulary_id,target_concept_id,invalid_reason\none,A,1,\none,B,2,\ntwo,B,3,D\ntwo,A,4,\n",
        ),
    ]);
    let made = small.run(&[("items.csv", ITEMS)]);
    assert_eq!(made.tables["items"], "a,b\n1,2\n4,0\n0,0\n0,0\n4,0\n0,0\n");
    assert!(made.outcome.findings.is_empty());
}

/// A source looks codes up in maps of its own, those it inherits among them; a target's map of that name is another.
#[test]
fn a_source_has_code_maps_of_its_own() {
    let map = |target: &str| format!("source_code,target,status\none,{target},approved\nold,,do_not_map\n");
    let (theirs, ours) = (map("uno"), map("un"));
    let small = Small::new(&[
        (
            "sources/small/0/schema.yaml",
            "{system: small, version: '0', code_maps: {word: {file: word.csv, target: text}, other: {file: other.csv, target: text}}, tables: {items: {file: items.csv, columns: {Code: text}, ignore: {Who: not asked for}}}}",
        ),
        ("sources/small/0/word.csv", &map("wrong")),
        ("sources/small/0/other.csv", &theirs),
        (
            "sources/small/0/item.yaml",
            "item: {from: items, columns: {code: Code, word: {from: Code, codes: word, otherwise: null}, other: {from: Code, codes: other, otherwise: {from: Code}}}}",
        ),
        (
            "sources/small/1/schema.yaml",
            "{system: small, version: '1', inherits: '0', code_maps: {word: {file: word.csv, target: text}}, tables: {items: {ignore: {Room: not asked for}}}}",
        ),
        ("sources/small/1/word.csv", &ours),
        ("categories/item.yaml", "{category: item, resource: Basic, columns: {code: text, word: text, other: text}}"),
        (
            "targets/out/schema.yaml",
            "{target: out, code_maps: {word: {file: word.csv, target: integer}}, tables: {items: {columns: {word: text, other: text, number: integer}}}}",
        ),
        ("targets/out/word.csv", &map("1")),
        (
            "targets/out/items.yaml",
            "items: {from: item, columns: {word: word, other: other, number: {from: code, codes: word, otherwise: 0}}}",
        ),
        (
            "sources/small/1/cases/item.yaml",
            "[{name: words, given: {items: [{Code: one}, {Code: two}]}, expect: {item: [{word: un, other: uno}, {word: null, other: two}]}}]",
        ),
    ]);
    let made = small.run(&[("items.csv", ITEMS)]);
    assert_eq!(made.tables["items"], "word,other,number\nun,uno,1\n,two,0\n,old,0\n,,0\n,two,0\n,three,0\n");
    let list: Vec<_> = made.outcome.unmapped.iter().map(|code| (code.rule.as_str(), code.source_value.as_str(), code.rows)).collect();
    let rows = |rule| [(rule, "two", 2), (rule, "three", 1)];
    let mut wanted: Vec<_> = [rows("item.other"), rows("item.word"), rows("items.number")].concat();
    wanted.sort_by_key(|(.., rows)| std::cmp::Reverse(*rows));
    assert_eq!(list, wanted);
    let report = small.book.test(None).unwrap();
    assert!(report.cases.iter().all(|case| case.differences.is_empty()), "{:#?}", report.cases);
    let unasked = |what: &str| report.coverage.unreached.iter().filter(|one| one.rule.ends_with(what) && one.kind == "code_entry").count();
    assert_eq!((unasked("/other"), unasked("small/0/word"), unasked("small/1/word"), unasked("out/word")), (0, 1, 0, 1));
}
