//! Whatever a script is, its native form and the interpreter give the same, failures among it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crate::dataset::dtype::dtype;
use crate::engine::formula;
use crate::ir::expr::Expr;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::script;
use crate::script::Compiled;
use crate::script::Script;
use chrono::NaiveDate;
use polars::prelude::AnyValue;
use polars::prelude::Column;
use polars::prelude::DataFrame;
use polars::prelude::IntoColumn;
use polars::prelude::Series;
use polars::prelude::TimeUnit;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()
}

/// No parameter is declared.
pub(super) fn none(_: &str) -> Option<Type> {
    None
}

pub(super) fn scope(name: &str) -> Option<Type> {
    Some(match name {
        "A" | "B" => Type::nullable(Kind::Integer),
        "N" => Type::required(Kind::Integer),
        "F" | "G" => Type::nullable(Kind::Float),
        "R" => Type::required(Kind::Float),
        "D" => Type::nullable(Kind::Decimal { precision: 10, scale: 2 }),
        "E" => Type::nullable(Kind::Decimal { precision: 30, scale: 4 }),
        "S" | "T" | "birth place" | "orgs.NAME" => Type::nullable(Kind::Text),
        "U" => Type::required(Kind::Text),
        "ID" => Type::nullable(Kind::Uuid),
        "BIRTH" => Type::nullable(Kind::Date),
        "START" => Type::nullable(Kind::Datetime),
        "OK" => Type::nullable(Kind::Boolean),
        _ => return None,
    })
}

pub(super) const NAMES: [&str; 16] =
    ["A", "B", "N", "F", "G", "R", "D", "E", "S", "T", "U", "birth place", "orgs.NAME", "BIRTH", "START", "OK"];

pub(super) fn column(name: &str, values: &[AnyValue<'static>]) -> Column {
    Series::from_any_values_and_dtype(name.into(), values, &dtype(&scope(name).unwrap().kind), true).unwrap().into_column()
}

fn native(source: &str) -> Option<Expr> {
    match script::vectorize(&Script::compile(source).unwrap(), &scope, &none).unwrap_or_else(|mistake| panic!("{source}: {mistake:?}")) {
        Compiled::Native(expr) => Some(expr),
        Compiled::Interpreted(_) => None,
    }
}

fn interpreted(source: &str, kind: &Kind, frame: &DataFrame) -> (Column, Vec<u32>) {
    let script = Script::compile(source).unwrap();
    let mut names: Vec<&str> = script.columns().iter().map(|read| read.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let inputs: Vec<(String, Kind)> = names.iter().map(|name| ((*name).to_owned(), scope(name).unwrap().kind)).collect();
    let columns: Vec<Column> = inputs.iter().map(|(name, _)| frame.column(name).unwrap().clone()).collect();
    let (values, failed) = script::run(&script, &inputs, &[], kind, today(), &columns, frame.height()).unwrap();
    (values, failed.into_iter().map(|(row, _)| row).collect())
}

/// Both ways give the same values and fail on the same rows; what is said never to be missing is not.
pub(super) fn agree(source: &str, expr: &Expr, frame: &DataFrame) -> Result<(), String> {
    let (slow, failed) = interpreted(source, &expr.ty.kind, frame);
    let (fast, fell) = formula::over(expr, frame.clone(), today()).map_err(|error| format!("{source}: {error}"))?;
    if failed != fell {
        return Err(format!("{source}: the interpreter fails on rows {failed:?}, the native form on {fell:?}\n{frame:?}"));
    }
    if *fast.dtype() != dtype(&expr.ty.kind) {
        return Err(format!("{source}: {} is not {}", fast.dtype(), expr.ty.kind));
    }
    for row in (0..frame.height()).filter(|row| !fell.iter().any(|fell| *fell as usize == *row)) {
        let (fast, slow) = (fast.get(row).unwrap(), slow.get(row).unwrap());
        if fast != slow {
            return Err(format!("{source}, row {row}: the interpreter gives {slow:?}, the native form {fast:?}"));
        }
        if fast.is_null() && !expr.ty.nullable {
            return Err(format!("{source}, row {row}: said never to be missing"));
        }
    }
    Ok(())
}

/// A row with a value in every column, one with missing values, and one at the edges.
fn frame() -> DataFrame {
    let text = |text: &'static str| AnyValue::String(text);
    let at = |micros| AnyValue::Datetime(micros, TimeUnit::Microseconds, None);
    let missing = || AnyValue::Null;
    let columns = vec![
        column("A", &[AnyValue::Int64(5), missing(), AnyValue::Int64(i64::MAX)]),
        column("B", &[AnyValue::Int64(7), missing(), AnyValue::Int64(0)]),
        column("N", &[AnyValue::Int64(1), AnyValue::Int64(-1), AnyValue::Int64(i64::MIN)]),
        column("F", &[AnyValue::Float64(2.5), missing(), AnyValue::Float64(-0.0)]),
        column("G", &[AnyValue::Float64(2.5), missing(), AnyValue::Float64(f64::NAN)]),
        column("R", &[AnyValue::Float64(2.5), AnyValue::Float64(1e300), AnyValue::Float64(f64::INFINITY)]),
        column("D", &[AnyValue::Decimal(1250, 10, 2), missing(), AnyValue::Decimal(0, 10, 2)]),
        column("E", &[AnyValue::Decimal(1250, 30, 4), missing(), AnyValue::Decimal(10i128.pow(29), 30, 4)]),
        column("S", &[text("M"), missing(), text("")]),
        column("T", &[text("Ada"), missing(), text("M")]),
        column("U", &[text("Ada"), text(""), text("Zoë")]),
        column("birth place", &[text("Boston"), missing(), text("")]),
        column("orgs.NAME", &[text("Clinic"), missing(), text("M")]),
        column("ID", &[text("8e9a7f0c-0b1e-4b39-9c1f-0d6b5b6f1a11"), missing(), text("00000000-0000-0000-0000-000000000000")]),
        column("BIRTH", &[AnyValue::Date(10_957), missing(), AnyValue::Date(-1)]),
        column("START", &[at(1_709_193_600_000_000), missing(), at(-1)]),
        column("OK", &[AnyValue::Boolean(true), missing(), AnyValue::Boolean(false)]),
    ];
    DataFrame::new(3, columns).unwrap()
}

#[test]
fn the_plain_forms_agree() {
    let frame = frame();
    let mut wrong = Vec::new();
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
        "A + 1",
        "A - B * 2",
        "A / B",
        "A % B",
        "A ** 2",
        "-A",
        "A + F",
        "F * 2",
        "F / 0.0 > 1.0",
        "F / 0.0",
        "D + 0.25",
        "A / 0",
        "100 / 0",
        "A * 9223372036854775807",
        "B == 0 || A / B > 1",
        "B != 0 && A / B > 1",
        "A / B > 1 && A % B == 0",
        "if B == 0 { 0 } else { A / B }",
        "A ?? (1 / 0)",
        "(A ?? 1) / (B ?? 0)",
        "let total = A + B; total * 2",
        "let unused = A / B; 1",
        "const LIMIT = 6; A > LIMIT",
        "let b = { let a = A ?? 0; let c = { let a = a - 1; a }; c + a }; b - 1",
        "S + T",
        "S + \"-\" + T",
        "S + A",
        "A + S",
        "S + ()",
        "F + \"\"",
        "D + \"\"",
        "OK + T",
        "BIRTH + \" \" + START",
        "`${S} is ${A}, ${F} and ${BIRTH}`",
        "A.to_string()",
        "T[0]",
        "T[-1]",
        "T[5]",
        "T[0..2]",
        "T[-2..]",
        "T[1..=1]",
        "T[-9..2]",
        "T.sub_string(1)",
        "T.sub_string(-2, 1)",
        "T.index_of(\"d\")",
        "T.is_empty()",
        "parse_int(T)",
        "parse_int(\" 12 \")",
        "parse_float(\"1.5\") + F",
        "to_int(F)",
        "sqrt(F)",
        "floor(F) == 2.0",
        "min(A, B)",
        "max(F, A)",
        "is_nan(F)",
        "switch S { \"M\" => \"male\", \"\" | \"x\" => \"none\", _ => () }",
        "switch A { 5 => 1, () => 2 }",
        "switch A { 1..6 => \"low\", 6..=9 if B == 0 => \"none\", _ => \"high\" }",
        "switch OK { true => 1, false => 0 }",
        "switch A { -1 => 1, 5 if B > 6 => 2, 5 => 3, _ => 4 }",
        "OK && A > 1",
        "OK || A > 1",
        "if OK { 1 } else { 2 }",
        "F == F",
        "F > 2.4999999999999996",
    ] {
        match native(source) {
            Some(expr) => wrong.extend(agree(source, &expr, &frame).err()),
            None => wrong.push(format!("{source} is not native")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_missing_boolean_counts_as_false_in_a_condition() {
    let Compiled::Native(expr) = script::condition(&Script::compile("OK").unwrap(), &scope, &none).unwrap() else { panic!("not native") };
    assert_eq!(expr.ty, Type::required(Kind::Boolean));
    let (given, failed) = formula::over(&expr, frame(), today()).unwrap();
    assert_eq!(given.bool().unwrap().iter().collect::<Vec<_>>(), [Some(true), Some(false), Some(false)]);
    assert!(failed.is_empty());
}

#[test]
fn long_columns_agree() {
    // More rows than are worked on at once, failures and missing values in some stretches and not in others.
    let rows: i64 = 1_500;
    let numbers = |step: i64, odd: &[(i64, AnyValue<'static>)]| -> Vec<AnyValue<'static>> {
        let one =
            |row: i64| odd.iter().find(|(at, _)| *at == row).map_or(AnyValue::Int64(row * step % 97 - 40), |(_, value)| value.clone());
        (0..rows).map(one).collect()
    };
    let floats = |step: f64, odd: &[(i64, AnyValue<'static>)]| -> Vec<AnyValue<'static>> {
        let one = |row: i32| {
            let odd = odd.iter().find(|(at, _)| *at == i64::from(row));
            odd.map_or(AnyValue::Float64(f64::from(row % 89) * step), |(_, value)| value.clone())
        };
        (0..1_500).map(one).collect()
    };
    let columns = vec![
        column("A", &numbers(7, &[(3, AnyValue::Null), (600, AnyValue::Int64(i64::MAX)), (1_499, AnyValue::Int64(i64::MIN))])),
        column(
            "B",
            &numbers(5, &[(600, AnyValue::Int64(2)), (601, AnyValue::Int64(0)), (1_400, AnyValue::Null), (1_499, AnyValue::Int64(-1))]),
        ),
        column(
            "N",
            &numbers(
                3,
                &[
                    (511, AnyValue::Int64(1 << 40)),
                    (512, AnyValue::Int64(1 << 31)),
                    // The greatest whose square there is, the least whose there is not, and the last of 32 bits.
                    (513, AnyValue::Int64(3_037_000_499)),
                    (514, AnyValue::Int64(3_037_000_500)),
                    (515, AnyValue::Int64((1 << 32) - 1)),
                    (1_024, AnyValue::Int64(-(1 << 31) - 1)),
                ],
            ),
        ),
        column("F", &floats(0.1, &[(0, AnyValue::Null), (700, AnyValue::Float64(f64::NAN)), (701, AnyValue::Float64(f64::INFINITY))])),
        column("R", &floats(0.25, &[(1_025, AnyValue::Float64(1e300)), (1_026, AnyValue::Float64(-0.0))])),
    ];
    let frame = DataFrame::new(1_500, columns).unwrap();
    let mut wrong = Vec::new();
    for source in [
        "A + B * 2 - N",
        "A - B",
        "A * B",
        "N * N",
        "N * N * N",
        "max(N, 0) * max(N, 0)",
        "max(N, 0) * 3 + B",
        "A / B",
        "A % B",
        "N ** 3",
        "-A",
        "-(N * 7) + A",
        "min(A, B) * max(N, 3)",
        "A * B + (if N > 0 { A / B } else { 0 })",
        "R / (R * R)",
        "R * R * 1e10",
        "F / (R * R)",
        "(F + R) * (F + R) / 3.0",
        "sqrt(R) + floor(F)",
        "R / 3.0 > 1.0 && N < 20",
        "R > 5.5",
        "5.5 >= R",
        "F != 0.3",
        "F == 0.3",
        "F >= 0.0",
        "F < 2.4",
        "R * 0.1 == F",
    ] {
        match native(source) {
            Some(expr) => wrong.extend(agree(source, &expr, &frame).err()),
            None => wrong.push(format!("{source} is not native")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
