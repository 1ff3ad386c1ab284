//! Any script, over any rows: its native form and the interpreter give the same.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::engine::agreement::NAMES;
use crate::engine::agreement::agree;
use crate::engine::agreement::column;
use crate::engine::agreement::none;
use crate::engine::agreement::scope;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::script;
use crate::script::Compiled;
use crate::script::Script;
use polars::prelude::AnyValue;
use polars::prelude::DataFrame;
use polars::prelude::TimeUnit;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_script_means_the_same_on_both_ways(source in scripts(), frame in frames()) {
        if let Ok(script) = Script::compile(&source)
            && let Ok(Compiled::Native(expr)) = script::vectorize(&script, &scope, &none)
        {
            prop_assert_eq!(agree(&source, &expr, &frame), Ok(()));
        }
    }
}

fn of(words: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(words).prop_map(str::to_owned).boxed()
}

/// An expression of a type, in brackets, with so many levels inside.
fn integer(depth: u32) -> BoxedStrategy<String> {
    let leaf = of(&["A", "B", "N", "0", "1", "-1", "2", "7", "63", "9223372036854775807"]);
    if depth == 0 {
        return leaf;
    }
    let (int, text, float, truth) = (integer(depth - 1), text(depth - 1), float(depth - 1), truth(depth - 1));
    prop_oneof![
        2 => leaf,
        4 => (int.clone(), of(&["+", "-", "*", "/", "%", "**"]), int.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => int.clone().prop_map(|a| format!("(-{a})")),
        1 => (int.clone(), int.clone()).prop_map(|(a, b)| format!("({a} ?? {b})")),
        1 => (of(&["min", "max"]), int.clone(), int.clone()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
        1 => text.clone().prop_map(|a| format!("{a}.len()")),
        1 => (text.clone(), text.clone()).prop_map(|(a, b)| format!("index_of({a}, {b})")),
        1 => text.clone().prop_map(|a| format!("parse_int({a})")),
        1 => float.prop_map(|a| format!("to_int({a})")),
        1 => int.clone().prop_map(|a| format!("abs({a})")),
        1 => (truth, int.clone(), int.clone()).prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
        1 => (int.clone(), int.clone(), int.clone()).prop_map(|(a, b, c)| format!("(switch {a} {{ 0 => {b}, 1 | 7 => 3, -1..5 => {c}, _ => A }})")),
        1 => (text, int.clone(), int.clone()).prop_map(|(a, b, c)| format!("(switch {a} {{ \"\" => {b}, \"Ada\" | \"M\" => {c}, () => 5 }})")),
        1 => (int.clone(), int).prop_map(|(a, b)| format!("{{ let x = {a}; x + {b} }}")),
    ]
    .boxed()
}

fn float(depth: u32) -> BoxedStrategy<String> {
    let leaf = of(&["F", "G", "R", "D", "E", "0.0", "1.5", "-2.5", "0.1", "1e300"]);
    if depth == 0 {
        return leaf;
    }
    let (int, float) = (integer(depth - 1), float(depth - 1));
    prop_oneof![
        2 => leaf,
        4 => (float.clone(), of(&["+", "-", "*", "/", "%", "**"]), float.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        2 => (float.clone(), of(&["+", "-", "*", "/", "%", "**"]), int.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        2 => (int.clone(), of(&["+", "-", "*", "/", "%", "**"]), float.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => (of(&["min", "max"]), float.clone(), int).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
        1 => (of(&["sqrt", "floor", "ceiling", "-", "abs", "round"]), float.clone()).prop_map(|(name, a)| format!("{name}({a} + 0.0)")),
        1 => text(depth - 1).prop_map(|a| format!("parse_float({a})")),
        1 => (truth(depth - 1), float.clone(), float).prop_map(|(a, b, c)| format!("(if {a} {{ {b} + 0.0 }} else {{ {c} * 1.0 }})")),
    ]
    .boxed()
}

fn text(depth: u32) -> BoxedStrategy<String> {
    let leaf = of(&["S", "T", "U", "\"M\"", "\"\"", "\"ë\"", "\"12\"", "col(\"birth place\")"]);
    if depth == 0 {
        return leaf;
    }
    let (int, text, float, truth) = (integer(depth - 1), text(depth - 1), float(depth - 1), truth(depth - 1));
    let any = || prop_oneof![integer(depth - 1), float.clone(), truth.clone(), text.clone(), of(&["BIRTH", "START"])];
    let at = of(&["0", "1", "-1", "-2", "2", "5", "-9", "N"]);
    prop_oneof![
        2 => leaf,
        2 => (text.clone(), text.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
        1 => (text.clone(), any()).prop_map(|(a, b)| format!("({a} + {b})")),
        1 => (any(), text.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
        1 => (any(), any()).prop_map(|(a, b)| format!("`${{{a}}} ${{{b}}}`")),
        1 => any().prop_map(|a| format!("({a}).to_string()")),
        1 => (text.clone(), text.clone()).prop_map(|(a, b)| format!("({a} ?? {b})")),
        1 => (text.clone(), at.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
        1 => (text.clone(), at.clone(), of(&["..", "..="]), at.clone()).prop_map(|(a, b, op, c)| format!("{a}[{b}{op}{c}]")),
        1 => (text.clone(), at.clone(), at).prop_map(|(a, b, c)| format!("{a}.sub_string({b}, {c})")),
        1 => (text.clone(), int).prop_map(|(a, b)| format!("sub_string({a}, {b})")),
        1 => (text.clone(), of(&["trim", "to_upper", "to_lower", "upper", "title_case"])).prop_map(|(a, name)| format!("{a}.{name}()")),
        1 => text.clone().prop_map(|a| format!("left({a}, 1)")),
        1 => (truth.clone(), text.clone(), text.clone()).prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
    ]
    .boxed()
}

fn truth(depth: u32) -> BoxedStrategy<String> {
    let leaf = of(&["OK", "true", "false", "OK == ()", "BIRTH <= today()", "START > \"2024-02-29\"", "BIRTH == ()"]);
    if depth == 0 {
        return leaf.prop_map(|a| format!("({a})")).boxed();
    }
    let (int, text, float, truth) = (integer(depth - 1), text(depth - 1), float(depth - 1), truth(depth - 1));
    let op = || of(&["==", "!=", "<", "<=", ">", ">="]);
    prop_oneof![
        2 => leaf.prop_map(|a| format!("({a})")),
        2 => (int.clone(), op(), int.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        2 => (float.clone(), op(), float.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => (float.clone(), op(), int.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        2 => (text.clone(), op(), text.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => int.clone().prop_map(|a| format!("({a} == ())")),
        1 => int.prop_map(|a| format!("({a} in [5, 0, ()])")),
        1 => text.clone().prop_map(|a| format!("({a} !in [\"M\", \"Ada\"])")),
        1 => (of(&["contains", "starts_with", "ends_with"]), text.clone(), text.clone()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
        1 => text.prop_map(|a| format!("is_empty({a})")),
        1 => float.prop_map(|a| format!("is_nan({a} + 0.0)")),
        2 => (truth.clone(), of(&["&&", "||"]), truth.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => truth.clone().prop_map(|a| format!("(!{a})")),
        1 => (truth.clone(), truth.clone(), truth).prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
    ]
    .boxed()
}

fn scripts() -> BoxedStrategy<String> {
    prop_oneof![
        integer(3),
        float(3),
        text(3),
        truth(3),
        (integer(2), integer(3)).prop_map(|(a, b)| format!("let y = {a}; {b} + y")),
        (text(2), text(2)).prop_map(|(a, b)| format!("const y = {a}; y + {b}")),
    ]
    .boxed()
}

/// A value of a column, missing ones and the edges among them.
fn cell(name: &'static str) -> BoxedStrategy<AnyValue<'static>> {
    let Type { kind, nullable } = scope(name).unwrap();
    let values: Vec<AnyValue<'static>> = match kind {
        Kind::Integer => [0, 1, -1, 2, 5, 7, i64::MIN, i64::MAX, 1 << 53].into_iter().map(AnyValue::Int64).collect(),
        Kind::Float => [0.0, -0.0, 1.0, 2.5, 0.1, 0.3, 5e-324, 1e300, 1e13, -7.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
            .into_iter()
            .map(AnyValue::Float64)
            .collect(),
        Kind::Decimal { precision, scale } => {
            let (precision, scale) = (usize::from(precision), usize::from(scale));
            [0, 1, -125, 10i128.pow(9) - 1].into_iter().map(|digits| AnyValue::Decimal(digits, precision, scale)).collect()
        }
        Kind::Boolean => vec![AnyValue::Boolean(true), AnyValue::Boolean(false)],
        Kind::Date => [0, 10_957, 19_782, -1].into_iter().map(AnyValue::Date).collect(),
        Kind::Datetime => {
            [0, 1_709_193_600_000_001, -1].into_iter().map(|at| AnyValue::Datetime(at, TimeUnit::Microseconds, None)).collect()
        }
        _ => ["", "M", "Ada", " ë ", "漢字かな", "12", "1.5", "12x"].into_iter().map(AnyValue::String).collect(),
    };
    let there = prop::sample::select(values);
    if nullable { prop_oneof![1 => Just(AnyValue::Null), 4 => there].boxed() } else { there.boxed() }
}

fn frames() -> BoxedStrategy<DataFrame> {
    (1usize..6)
        .prop_flat_map(|rows| {
            let columns: Vec<_> = NAMES.iter().map(|name| prop::collection::vec(cell(name), rows)).collect();
            columns.prop_map(move |columns| {
                let columns = NAMES.iter().zip(&columns).map(|(name, values)| column(name, values)).collect();
                DataFrame::new(rows, columns).unwrap()
            })
        })
        .boxed()
}
