//! What scripts mean, native and interpreted, and that both mean the same.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::dataset::dtype::dtype;
use crate::functions;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use chrono::NaiveDate;
use polars::prelude as pl;
use polars::prelude::AnyValue;
use polars::prelude::IntoColumn;
use polars::prelude::IntoLazy;
use proptest::prelude::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()
}

/// No parameter is declared.
fn none(_: &str) -> Option<Type> {
    None
}

fn scope(name: &str) -> Option<Type> {
    Some(Type::nullable(match name {
        "A" | "B" => Kind::Integer,
        "F" => Kind::Float,
        "D" => Kind::Decimal { precision: 10, scale: 2 },
        "S" | "T" | "birth place" | "orgs.NAME" => Kind::Text,
        "ID" => Kind::Uuid,
        "BIRTH" => Kind::Date,
        "START" => Kind::Datetime,
        "AT" => Kind::Time,
        "OK" => Kind::Boolean,
        _ => return None,
    }))
}

fn native(source: &str) -> Option<Expr> {
    vectorize(&Script::compile(source).unwrap(), &scope, &none).unwrap()
}

fn wrong(source: &str) -> String {
    vectorize(&Script::compile(source).unwrap(), &scope, &none).unwrap_err().message
}

/// The smallest lowering that does what the expressions' documentation says.
fn lower(expr: &Expr) -> pl::Expr {
    match &expr.form {
        Form::Column(name) => pl::col(name.as_str()),
        Form::Parameter(_) => pl::lit(today()).cast(dtype(&Kind::Date)),
        Form::Literal(value) => match value {
            Value::Null => pl::lit(pl::NULL).cast(dtype(&expr.ty.kind)),
            Value::Text(text) => pl::lit(text.clone()),
            // A literal of polars is of no certain width until it meets a column.
            Value::Integer(number) => pl::lit(*number).cast(dtype(&Kind::Integer)),
            Value::Float(number) => pl::lit(*number),
            Value::Boolean(truth) => pl::lit(*truth),
            Value::Date(date) => pl::lit(*date).cast(dtype(&Kind::Date)),
            Value::Datetime(at) | Value::Instant(at) => pl::lit(*at).cast(dtype(&Kind::Datetime)),
        },
        Form::Call { function, args } => {
            let args: Vec<pl::Expr> = args.iter().map(lower).collect();
            (functions::find(function).unwrap().lower)(&args)
        }
        Form::When { branches, otherwise } => branches
            .iter()
            .rev()
            .fold(lower(otherwise), |rest, (condition, value)| pl::when(lower(condition)).then(lower(value)).otherwise(rest)),
        Form::Operator { op, args } => {
            let left = lower(&args[0]);
            let right = args.get(1).map(lower);
            let there = |holds: pl::Expr| holds.fill_null(pl::lit(false));
            match (op, right) {
                (Operator::Not, _) => left.not(),
                (Operator::IsMissing, _) => left.is_null(),
                (Operator::Equal, Some(right)) => left.eq_missing(right),
                (Operator::NotEqual, Some(right)) => left.neq_missing(right),
                (Operator::Less, Some(right)) => there(left.lt(right)),
                (Operator::LessEqual, Some(right)) => there(left.lt_eq(right)),
                (Operator::Greater, Some(right)) => there(left.gt(right)),
                (Operator::GreaterEqual, Some(right)) => there(left.gt_eq(right)),
                (Operator::And, Some(right)) => left.and(right),
                (Operator::Or, Some(right)) => left.or(right),
                _ => panic!("an operand is lacking"),
            }
        }
        other => panic!("no script compiles to {other:?}"),
    }
}

/// A row with a value in every column, one with missing values, and one at the edges.
fn frame() -> pl::DataFrame {
    let column = |name: &str, values: [AnyValue<'static>; 3]| {
        let kind = scope(name).unwrap().kind;
        pl::Series::from_any_values_and_dtype(name.into(), &values, &dtype(&kind), true).unwrap().into_column()
    };
    let text = |text: &'static str| AnyValue::String(text);
    let at = |micros| AnyValue::Datetime(micros, pl::TimeUnit::Microseconds, None);
    let missing = || AnyValue::Null;
    let columns = vec![
        column("A", [AnyValue::Int64(5), missing(), AnyValue::Int64(i64::MAX)]),
        column("B", [AnyValue::Int64(7), missing(), AnyValue::Int64(0)]),
        column("F", [AnyValue::Float64(2.5), missing(), AnyValue::Float64(-0.0)]),
        column("D", [AnyValue::Decimal(1250, 10, 2), missing(), AnyValue::Decimal(0, 10, 2)]),
        column("S", [text("M"), missing(), text("")]),
        column("T", [text("Ada"), missing(), text("M")]),
        column("birth place", [text("Boston"), missing(), text("")]),
        column("orgs.NAME", [text("Clinic"), missing(), text("M")]),
        column("ID", [text("8e9a7f0c-0b1e-4b39-9c1f-0d6b5b6f1a11"), missing(), text("00000000-0000-0000-0000-000000000000")]),
        column("BIRTH", [AnyValue::Date(10_957), missing(), AnyValue::Date(-1)]),
        column("START", [at(1_709_193_600_000_000), missing(), at(-1)]),
        column("AT", [AnyValue::Time(3_600_000_000_000), missing(), AnyValue::Time(0)]),
        column("OK", [AnyValue::Boolean(true), missing(), AnyValue::Boolean(false)]),
    ];
    pl::DataFrame::new(3, columns).unwrap()
}

fn by_polars(expr: &Expr, frame: &pl::DataFrame) -> pl::Column {
    // A constant is given as one value; every other column has all rows.
    let plan = frame.clone().lazy().with_column(lower(expr).alias("out"));
    plan.collect_with_engine(pl::Engine::Streaming).unwrap().unwrap_single().column("out").unwrap().clone()
}

fn by_rhai(source: &str, kind: &Kind, frame: &pl::DataFrame) -> (pl::Column, Vec<u32>) {
    let script = Script::compile(source).unwrap();
    let mut names: Vec<&str> = script.columns().iter().map(|read| read.name.as_str()).collect();
    names.dedup();
    let inputs: Vec<(String, Kind)> = names.iter().map(|name| ((*name).to_owned(), scope(name).unwrap().kind)).collect();
    let columns: Vec<pl::Column> = inputs.iter().map(|(name, _)| frame.column(name).unwrap().clone()).collect();
    run(&script, &inputs, &[], kind, today(), &columns, frame.height()).unwrap()
}

#[test]
fn native_and_interpreted_agree() {
    for source in [
        "A == ()",
        "A != ()",
        "() == A",
        "A < 6",
        "A < B",
        "A >= B || S == \"M\"",
        "!(A == B)",
        "A == B",
        "A != B",
        "F > 2",
        "2 < F",
        "A > 2.5",
        "F == A",
        "S == T",
        "S < T",
        "S != T",
        "S == 'M'",
        "BIRTH <= today()",
        "BIRTH == \"2000-01-01\"",
        "BIRTH != ()",
        "START >= \"2024-02-29\"",
        "START < \"2024-02-29 08:00\"",
        "col(\"birth place\") == \"Boston\"",
        "col(\"orgs.NAME\") != S",
        "A in [1, 5, 9]",
        "A in [1, ()]",
        "!(S in [\"M\", \"F\"])",
        "S !in [\"M\"]",
        "A in []",
        "T.len() >= 3",
        "S.len() == 0",
        "T.to_upper() == \"ADA\"",
        "left(T, 1) == \"A\"",
        "T.left(2).lower() == \"ad\"",
        "A ?? B ?? 1",
        "S ?? \"none\"",
        "OK == true",
        "if A > 3 { \"high\" } else { \"low\" }",
        "if A == () { 0 } else if A < 6 { 1 } else { 2 }",
        "if S == \"M\" { 1 } else { 0.5 }",
        "if A == () { () } else { A }",
        "if A > 6 { A }",
        "age_at(BIRTH, today())",
        "year(BIRTH) == 2000",
        "BIRTH.year()",
        "is_missing(S)",
        "T.contains(())",
        "starts_with(T, ()) == true",
        "left((), 2)",
        "coalesce(S, ())",
        "T.trim() == T",
        "replace(T, \"a\", \"o\")",
        "ID == \"x\"",
        "extract(T, \"^(.)\")",
        "true",
        "1 < 2",
        "today()",
        "T.contains(\"d\") == true",
        "null_if(S, \"\") == ()",
        "D > 10",
        "D == 12.5",
        "days_between(BIRTH, START)",
        "to_date(START) == \"2024-02-29\"",
        "!OK",
        "pad_left(S, 3)",
    ] {
        let expr = native(source).unwrap_or_else(|| panic!("{source} is not native"));
        let frame = frame();
        let fast = by_polars(&expr, &frame);
        let (slow, failed) = by_rhai(source, &expr.ty.kind, &frame);
        assert_eq!(failed, Vec::<u32>::new(), "{source}");
        assert_eq!(*fast.dtype(), dtype(&expr.ty.kind), "{source}");
        for row in 0..3 {
            assert_eq!(fast.get(row).unwrap(), slow.get(row).unwrap(), "{source}, row {row}");
        }
        assert!(expr.ty.nullable || fast.null_count() == 0, "{source} says it is never missing");
    }
}

#[test]
fn the_interpreter_does_what_has_no_native_form() {
    let frame = frame();
    for (source, kind, gives) in [
        ("A + 1", Kind::Integer, Some(AnyValue::Int64(6))),
        ("let total = 0; for one in [A, B] { total += one; } total", Kind::Integer, Some(AnyValue::Int64(12))),
        ("age_at(BIRTH, today()) + 1", Kind::Integer, Some(AnyValue::Int64(25))),
        ("let b = 1; [1, 2].map(|x| x + A + b).len()", Kind::Integer, Some(AnyValue::Int64(2))),
        ("switch S { \"M\" => \"male\", _ => () }", Kind::Text, Some(AnyValue::String("male"))),
        ("BIRTH.to_string() + \"!\"", Kind::Text, Some(AnyValue::String("2000-01-01!"))),
        ("let d = BIRTH; d", Kind::Date, Some(AnyValue::Date(10_957))),
        ("let d = START; d", Kind::Datetime, Some(AnyValue::Datetime(1_709_193_600_000_000, pl::TimeUnit::Microseconds, None))),
        ("let d = AT; d", Kind::Time, Some(AnyValue::Time(3_600_000_000_000))),
        ("D + 0.25", Kind::Decimal { precision: 10, scale: 2 }, Some(AnyValue::Decimal(1275, 10, 2))),
        ("let x = ID; x", Kind::Uuid, Some(AnyValue::String("8e9a7f0c-0b1e-4b39-9c1f-0d6b5b6f1a11"))),
        ("A / 0", Kind::Integer, None),
        ("F / 0.0", Kind::Float, None),
        ("A * 9223372036854775807", Kind::Integer, None),
        ("let x = A; x", Kind::Text, None),
        ("S - 1", Kind::Integer, None),
        ("loop { A }", Kind::Integer, None),
        ("let s = \"abc\"; loop { s += s; }", Kind::Text, None),
        ("throw \"no\"", Kind::Text, None),
        ("Fn(\"eval\").call(\"1\")", Kind::Integer, None),
        ("Fn(\"sleep\").call(1)", Kind::Integer, None),
    ] {
        let (column, failed) = by_rhai(source, &kind, &frame);
        assert_eq!(*column.dtype(), dtype(&kind), "{source}");
        assert_eq!(failed.contains(&0), gives.is_none(), "{source}");
        assert_eq!(column.get(0).unwrap(), gives.unwrap_or(AnyValue::Null), "{source}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    assert_eq!(wrong("BIRTH == \"x\""), "`BIRTH` is a date and `\"x\"` is text: they are never equal");
    assert_eq!(wrong("S > 5"), "`S` is text and `5` is an integer: they have no order");
    assert_eq!(wrong("OK == 1"), "`OK` is a boolean and `1` is an integer: they are never equal");
    assert_eq!(wrong("A < ()"), "nothing is less or greater than `()`, a missing value");
    assert_eq!(wrong("A && OK"), "`A` is an integer, not true or false");
    assert_eq!(wrong("if S { 1 } else { 2 }"), "`S` is text, not true or false");
    assert_eq!(wrong("if OK { 1 } else { \"a\" }"), "one branch gives an integer and another gives text");
    assert_eq!(wrong("START > today()"), "`START` is a datetime and `today()` is a date: they have no order");
    assert_eq!(wrong("left(S)"), "`left` is called with 1 argument");
    assert_eq!(wrong("left(A, 3)"), "`text` of `left` is text, and `A` is an integer");
    assert_eq!(wrong("left(S, A)"), "`length` of `left` must be a constant");
    assert_eq!(wrong("extract(S, \"(\")"), "`(` is not a regular expression");
    // In an interpreted script too.
    assert_eq!(wrong("let high = S > 5; high"), "`S` is text and `5` is an integer: they have no order");
    let mistake = vectorize(&Script::compile("A == 1 &&\n  START > today()").unwrap(), &scope, &none).unwrap_err();
    assert_eq!(mistake.at, Some((2, 9)));
    assert_eq!(mistake.help.as_deref(), Some("take the day of it: `to_date(START)`"));
    assert_eq!(condition(&Script::compile("S").unwrap(), &scope, &none).unwrap_err().message, "`S` is text, not true or false");
}

#[test]
fn a_missing_boolean_counts_as_false_in_a_condition() {
    let expr = condition(&Script::compile("OK").unwrap(), &scope, &none).unwrap().unwrap();
    assert_eq!(expr.ty, Type::required(Kind::Boolean));
    assert_eq!(by_polars(&expr, &frame()).bool().unwrap().iter().collect::<Vec<_>>(), [Some(true), Some(false), Some(false)]);
}

#[test]
fn columns_are_found_and_local_names_are_not() {
    let script = Script::compile("let x = A; let y = [S].map(|s| s + x + T);\nfor i in [1] { y += i } col(\"birth place\") + y").unwrap();
    let mut found: Vec<(&str, usize, usize)> = script.columns().iter().map(|read| (read.name.as_str(), read.line, read.column)).collect();
    found.sort_unstable();
    found.dedup_by_key(|(name, ..)| *name);
    assert_eq!(found.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), ["A", "S", "T", "birth place"]);
    assert_eq!(found[0], ("A", 1, 9));
    assert_eq!(found[3], ("birth place", 2, 25));
    assert!(Script::compile("col(A)").unwrap_err().message.contains("in quotes"));
    let script = Script::compile("nonsense(A, 1) + A.len() + B.more()").unwrap();
    let calls: Vec<_> = script.unknown_calls().iter().map(|call| (call.name.as_str(), call.args, call.column)).collect();
    assert_eq!(calls, [("nonsense", 2, 1), ("more", 1, 30)]);
}

#[test]
fn nothing_reaches_outside() {
    for source in ["eval(\"1\")", "print(1)", "debug(1)", "import \"x\" as y; 1", "fn f() { 1 } f()", "\"x\".print()", "A = ", "\"x"] {
        let Err(error) = Script::compile(source) else { panic!("{source} compiles") };
        assert!(error.at.is_some() && !error.message.is_empty(), "{source}");
    }
    for source in ["sleep(1)", "timestamp()", "exit(1)", "rand()", "open_file(\"x\")", "parse_json(\"1\")", "now()"] {
        assert_eq!(Script::compile(source).unwrap().unknown_calls().len(), 1, "{source}");
    }
}

#[test]
fn a_script_nested_too_deeply_is_refused() {
    let deep = format!("{}A{} > 1", "(".repeat(5_000), ")".repeat(5_000));
    assert!(Script::compile(&deep).is_err());
    let long = vec!["A == 1"; 100].join(" || ");
    assert!(native(&long).is_some());
}

fn operand() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["A", "B", "0", "5", "7"])
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["S", "T", "\"M\"", "\"\"", "col(\"birth place\")", "left(T, 1)", "(S ?? \"x\")"])
}

fn logic() -> impl Strategy<Value = String> {
    let compare = || prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        (operand(), compare(), operand()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (word(), compare(), word()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        word().prop_map(|a| format!("{a} == ()")),
        operand().prop_map(|a| format!("{a} in [5, 0, ()]")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
        ]
    })
}

type Row = (Option<i64>, Option<i64>, Option<&'static str>, Option<&'static str>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = || prop::option::of(prop::sample::select(vec![-1i64, 0, 5, 7]));
    let text = || prop::option::of(prop::sample::select(vec!["", "M", "Ada", "x"]));
    prop::collection::vec((number(), number(), text(), text()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_logic_means_the_same_on_both_ways(source in logic(), rows in rows()) {
        let columns = vec![
            pl::Column::new("A".into(), rows.iter().map(|row| row.0).collect::<Vec<_>>()),
            pl::Column::new("B".into(), rows.iter().map(|row| row.1).collect::<Vec<_>>()),
            pl::Column::new("S".into(), rows.iter().map(|row| row.2).collect::<Vec<_>>()),
            pl::Column::new("T".into(), rows.iter().map(|row| row.3).collect::<Vec<_>>()),
            pl::Column::new("birth place".into(), rows.iter().map(|row| row.3).collect::<Vec<_>>()),
        ];
        let frame = pl::DataFrame::new(rows.len(), columns).unwrap();
        let expr = native(&source).unwrap();
        prop_assert_eq!(&expr.ty, &Type::required(Kind::Boolean));
        let (slow, failed) = by_rhai(&source, &Kind::Boolean, &frame);
        prop_assert!(failed.is_empty());
        let fast = by_polars(&expr, &frame);
        for row in 0..rows.len() {
            prop_assert_eq!(fast.get(row).unwrap(), slow.get(row).unwrap());
        }
    }
}
