//! What scripts mean, native and interpreted, and that both mean the same.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::dataset::dtype::dtype;
use crate::ir::expr::Expr;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use chrono::NaiveDate;
use polars::prelude as pl;
use polars::prelude::AnyValue;
use polars::prelude::IntoColumn;

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
        "TAGS" => Kind::List(Box::new(Kind::Text)),
        "DAYS" => Kind::List(Box::new(Kind::Date)),
        _ => return None,
    }))
}

fn native(source: &str) -> Option<Expr> {
    match vectorize(&Script::compile(source).unwrap(), &scope, &none).unwrap() {
        Compiled::Native(expr) => Some(expr),
        Compiled::Interpreted(_) => None,
    }
}

fn reason(source: &str) -> String {
    match vectorize(&Script::compile(source).unwrap(), &scope, &none).unwrap() {
        Compiled::Native(expr) => panic!("{source} is native: {expr:?}"),
        Compiled::Interpreted(reason) => reason,
    }
}

fn wrong(source: &str) -> String {
    vectorize(&Script::compile(source).unwrap(), &scope, &none).unwrap_err().message
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
    let list = |items: &[AnyValue<'static>], kind: &Kind| {
        AnyValue::List(pl::Series::from_any_values_and_dtype("".into(), items, &dtype(kind), true).unwrap())
    };
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
        column("TAGS", [list(&[text("a"), missing(), text("b")], &Kind::Text), missing(), list(&[], &Kind::Text)]),
        column("DAYS", [list(&[AnyValue::Date(10_957)], &Kind::Date), missing(), list(&[missing()], &Kind::Date)]),
    ];
    pl::DataFrame::new(3, columns).unwrap()
}

fn by_rhai(source: &str, kind: &Kind, frame: &pl::DataFrame) -> (pl::Column, Vec<u32>) {
    let script = Script::compile(source).unwrap();
    let mut names: Vec<&str> = script.columns().iter().map(|read| read.name.as_str()).collect();
    names.dedup();
    let inputs: Vec<(String, Kind)> = names.iter().map(|name| ((*name).to_owned(), scope(name).unwrap().kind)).collect();
    let columns: Vec<pl::Column> = inputs.iter().map(|(name, _)| frame.column(name).unwrap().clone()).collect();
    let (values, failed) = run(&script, &inputs, &[], kind, today(), &columns, frame.height()).unwrap();
    (values, failed.into_iter().map(|(row, _)| row).collect())
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
        ("let parts = T.split(\"d\"); parts.reverse(); parts[0]", Kind::Text, Some(AnyValue::String("a"))),
        ("let parts = [A, B]; parts.contains(7)", Kind::Boolean, Some(AnyValue::Boolean(true))),
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

#[test]
fn what_is_interpreted_says_why() {
    for (source, why) in [
        ("let total = 0; for one in [A, B] { total += one; } total", "a loop"),
        ("let x = A; x += 1; x", "an assignment"),
        ("[1, 2].map(|x| x + 1).len()", "a list"),
        ("S.chars().len()", "`chars`"),
        ("A & 1", "the operator `&`"),
        ("S?.len()", "`?.`"),
        ("let letter = 'x'; T + letter", "a single letter beside what is no text, or may be missing"),
        ("(if OK { 1 } else { 0.5 }) / 2", "branches of integers and floats"),
        ("return A", "`return` or `throw`"),
        ("AT.to_string()", "`to_string` of such values"),
    ] {
        assert_eq!(reason(source), why, "{source}");
    }
}

#[test]
fn lists_go_into_a_script_and_come_out_of_it() {
    let frame = frame();
    let texts = Kind::List(Box::new(Kind::Text));
    let shown = |source: &str, kind: &Kind| {
        let (column, failed) = by_rhai(source, kind, &frame);
        assert_eq!(*column.dtype(), dtype(kind), "{source}");
        let rows: Vec<String> = (0..3).map(|row| column.get(row).unwrap().to_string()).collect();
        (rows, failed)
    };
    let (rows, failed) = shown("let kept = TAGS ?? []; kept.filter(|tag| tag != ()).map(|tag| tag + \"!\")", &texts);
    assert_eq!((rows.as_slice(), failed.as_slice()), (&["[\"a!\", \"b!\"]".to_owned(), "[]".to_owned(), "[]".to_owned()][..], &[][..]));
    let (rows, failed) = shown("let parts = split(T, \"d\"); list_join(parts, \"-\")", &Kind::Text);
    assert_eq!((rows.as_slice(), failed.as_slice()), (&["\"A-a\"".to_owned(), "null".to_owned(), "\"M\"".to_owned()][..], &[][..]));
    let (rows, failed) = shown("let days = DAYS; item(days, 1)", &Kind::Date);
    assert_eq!((rows.as_slice(), failed.as_slice()), (&["2000-01-01".to_owned(), "null".to_owned(), "null".to_owned()][..], &[][..]));
    // An item of another kind makes the whole list one of another kind.
    let (rows, failed) = shown("let made = [T, 1]; made", &texts);
    assert_eq!((rows.as_slice(), failed.as_slice()), (&["null".to_owned(), "null".to_owned(), "null".to_owned()][..], &[0, 1, 2][..]));
}

#[test]
fn the_languages_own_words_for_lists_have_native_forms() {
    let frame = frame();
    for (source, kind, gives) in [
        ("TAGS.len()", Kind::Integer, [AnyValue::Int64(3), AnyValue::Null, AnyValue::Int64(0)]),
        ("TAGS.contains(\"b\")", Kind::Boolean, [AnyValue::Boolean(true), AnyValue::Null, AnyValue::Boolean(false)]),
        ("DAYS.contains(BIRTH)", Kind::Boolean, [AnyValue::Boolean(true), AnyValue::Null, AnyValue::Boolean(false)]),
    ] {
        assert_eq!(native(source).map(|expr| expr.ty), Some(Type::nullable(kind.clone())), "{source}");
        let (column, failed) = by_rhai(&format!("let given = 1; {source}"), &kind, &frame);
        assert!(failed.is_empty(), "{source}");
        for (row, gives) in gives.iter().enumerate() {
            assert_eq!(column.get(row).unwrap(), *gives, "{source}, row {row}");
        }
    }
    assert!(native("split(S, \",\").list_length()").is_some());
    assert!(native("\"a\" in TAGS").is_some());
    assert_eq!(reason("TAGS[0]"), "an index of a list");
    assert_eq!(wrong("list_sort(S)"), "`list` of `list_sort` is list of single values, and `S` is text");
    assert_eq!(wrong("TAGS.contains(1)"), "`item` of `list_contains` is item of the list, and `1` is an integer");
}
