//! Every example of every function, run through a frame; and the page made from them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::dataset::dtype::dtype;
use crate::functions::function::Accepts;
use crate::functions::function::Example;
use crate::functions::function::Nulls;
use crate::functions::function::Param;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::ir::phi;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use polars::prelude::*;
use proptest::prelude::*;

fn own(sample: Sample) -> Option<Kind> {
    match sample {
        Sample::Time(_) => Some(Kind::Time),
        Sample::List(items) => Some(Kind::List(Box::new(items.iter().find_map(|item| own(*item)).unwrap_or(Kind::Text)))),
        _ => sample.value().kind(),
    }
}

/// The kind an argument stands for; of a missing one, the kind of another argument there.
fn kind_of(sample: Sample, param: &Param, example: &Example) -> Kind {
    own(sample).unwrap_or_else(|| {
        let first = example.args.iter().find_map(|arg| own(*arg)).unwrap_or(Kind::Text);
        param.accepts.usual(&first)
    })
}

fn any(sample: Sample) -> AnyValue<'static> {
    if let Sample::Time(time) = sample {
        let since = time.parse::<chrono::NaiveTime>().unwrap().signed_duration_since(chrono::NaiveTime::MIN);
        return AnyValue::Time(since.num_nanoseconds().unwrap());
    }
    if let Sample::List(items) = sample {
        let kind = own(sample).unwrap();
        let items: Vec<AnyValue<'static>> = items.iter().map(|item| any(*item)).collect();
        let items = Series::from_any_values_and_dtype(PlSmallStr::EMPTY, &items, &dtype(kind.item().unwrap()), true).unwrap();
        return AnyValue::List(items);
    }
    match sample.value() {
        Value::Null => AnyValue::Null,
        Value::Text(text) => AnyValue::StringOwned(text.into()),
        Value::Integer(number) => AnyValue::Int64(number),
        Value::Float(number) => AnyValue::Float64(number),
        Value::Boolean(truth) => AnyValue::Boolean(truth),
        Value::Date(date) => AnyValue::Date(date.to_epoch_days()),
        Value::Time(_) | Value::Decimal { .. } => panic!("no sample is a time or a decimal"),
        Value::Datetime(at) | Value::Instant(at) => AnyValue::Datetime(at.and_utc().timestamp_micros(), TimeUnit::Microseconds, None),
    }
}

fn column(name: &str, sample: Sample, kind: &Kind) -> Column {
    let values = [any(sample), AnyValue::Null, any(sample)];
    Series::from_any_values_and_dtype(name.into(), &values, &dtype(kind), true).unwrap().into_column()
}

fn literal(sample: Sample) -> Expr {
    match sample.value() {
        Value::Text(text) => lit(text),
        Value::Integer(number) => lit(number),
        Value::Float(number) => lit(number),
        Value::Boolean(truth) => lit(truth),
        other => panic!("no constant parameter is {other}"),
    }
}

#[test]
fn every_example_gives_what_it_says_in_the_type_it_says() {
    let mut wrong = Vec::new();
    for function in CATALOGUE {
        for example in function.examples {
            assert_eq!(example.args.len(), function.params.len(), "{}: arguments", function.name);
            let mut columns = Vec::new();
            let mut args = Vec::new();
            let mut types = Vec::new();
            for (param, sample) in function.params.iter().zip(example.args) {
                let kind = kind_of(*sample, param, example);
                assert!(param.accepts.takes(&kind, types.first().map_or(&kind, |first: &Type| &first.kind)), "{}", function.name);
                if param.constant {
                    args.push(literal(*sample));
                } else {
                    columns.push(column(param.name, *sample, &kind));
                    args.push(col(param.name));
                }
                types.push(Type { kind, nullable: *sample == Sample::Null });
            }
            let ty = function.result(&types);
            let frame = DataFrame::new(3, columns).unwrap();
            let first = types.first().map_or(Kind::Text, |first| first.kind.clone());
            let lowered = function.lowered(&args, &first).alias("out");
            let planned = frame.clone().lazy().select([lowered.clone()]).collect_schema().unwrap();
            let small = frame.clone().lazy().select([lowered.clone()]).collect().unwrap();
            let out = frame.lazy().select([lowered]).collect_with_engine(Engine::Streaming).unwrap().unwrap_single();
            assert!(small.equals_missing(&out), "{}: both engines", function.name);
            let (call, gives) = example.shown(function.name);
            let out = out.column("out").unwrap();
            assert_eq!(*out.dtype(), dtype(&ty.kind), "{call}: type");
            assert_eq!(planned.get("out"), Some(out.dtype()), "{call}: type of the plan");
            assert_eq!(out.len(), 3, "{call}: rows");
            let expected = column("out", example.gives, &ty.kind);
            if out.get(0).unwrap() != expected.get(0).unwrap() {
                wrong.push(format!("{call} gives {:?}, not {gives}", out.get(0).unwrap()));
                continue;
            }
            assert!(out.get(2).unwrap() == expected.get(0).unwrap(), "{call}, third row");
            let missing = !matches!(function.nulls, Nulls::Never);
            assert_eq!(out.get(1).unwrap() == AnyValue::Null, missing, "{call}: of a missing value");
            assert!(ty.nullable || example.gives != Sample::Null, "{call}: says it is never missing");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_runs_over_no_rows() {
    for function in CATALOGUE {
        let example = &function.examples[0];
        let mut columns = Vec::new();
        let mut args = Vec::new();
        for (param, sample) in function.params.iter().zip(example.args) {
            if param.constant {
                args.push(literal(*sample));
            } else {
                columns.push(column(param.name, *sample, &kind_of(*sample, param, example)));
                args.push(col(param.name));
            }
        }
        let out = DataFrame::new(3, columns).unwrap().head(Some(0)).lazy().select([(function.lower)(&args)]).collect().unwrap();
        assert_eq!(out.height(), 0, "{}", function.name);
    }
}

#[test]
fn every_function_shows_a_missing_value_and_an_edge() {
    for function in CATALOGUE {
        let missing = function.examples.iter().any(|example| example.args.first() == Some(&Sample::Null));
        let there = function.examples.iter().filter(|example| example.args.first() != Some(&Sample::Null)).count();
        assert!(missing, "{} has no example with a missing value", function.name);
        assert!(there >= 2 || matches!(function.nulls, Nulls::Never), "{} has no example at the edge", function.name);
    }
}

#[test]
fn the_catalogue_is_sorted_and_well_formed() {
    assert!(names().is_sorted());
    for function in CATALOGUE {
        assert!(function.summary.ends_with('.'), "{}", function.name);
        let first_default = function.params.iter().position(|param| param.default.is_some()).unwrap_or(function.params.len());
        assert!(function.params[first_default..].iter().all(|param| param.default.is_some()), "{}: defaults stand last", function.name);
        assert!(function.params.iter().filter(|param| param.default.is_some()).all(|param| param.constant), "{}", function.name);
        assert!(!matches!(function.returns, Returns::First) || !function.params.is_empty(), "{}", function.name);
    }
    assert!(find("nothing").is_none());
    assert!(reference(Some("left")).unwrap().contains("left(\"02139-1234\", 3) = \"021\""));
    assert!(reference(None).unwrap().contains("age_at(birth: date, on: date or datetime) -> integer"));
}

#[test]
fn a_pattern_that_is_no_regular_expression_is_found_before_any_row_is() {
    let pattern = &find("extract").unwrap().params[1];
    assert_eq!(pattern.fault(&Value::Text("a(b".to_owned())), Some("`a(b` is not a regular expression".to_owned()));
    assert_eq!(pattern.fault(&Value::Text("a(b)".to_owned())), None);
    assert!(pattern.fault(&Value::Null).is_some());
}

#[test]
fn decimals_are_reckoned_exactly_to_their_own_digits() {
    let cents = |name: &str, values: &[Option<i128>]| {
        let numbers: Int128Chunked = values.iter().copied().collect();
        numbers.into_decimal(6, 2).unwrap().into_series().with_name(name.into()).into_column()
    };
    let left = [Some(1250), Some(1), Some(-1), Some(999_999), None];
    let right = [Some(300), Some(50), Some(50), Some(100), Some(100)];
    let frame = DataFrame::new(5, vec![cents("left", &left), cents("right", &right)]).unwrap();
    let gives = |name: &str| -> Vec<Option<i128>> {
        let lowered = (find(name).unwrap().lower)(&[col("left"), col("right")]).alias("out");
        let planned = frame.clone().lazy().select([lowered.clone()]).collect_schema().unwrap();
        let out = frame.clone().lazy().select([lowered]).collect().unwrap();
        let out = out.column("out").unwrap();
        assert_eq!(*out.dtype(), DataType::Decimal(6, 2), "{name}");
        assert_eq!(planned.get("out"), Some(out.dtype()), "{name}");
        out.decimal().unwrap().physical().iter().collect()
    };
    assert_eq!(gives("add"), [Some(1550), Some(51), Some(49), None, None]);
    assert_eq!(gives("subtract"), [Some(950), Some(-49), Some(-51), Some(999_899), None]);
    assert_eq!(gives("multiply"), [Some(3750), Some(1), Some(-1), Some(999_999), None]);
    assert_eq!(gives("divide"), [Some(417), Some(2), Some(-2), Some(999_999), None]);
    assert_eq!(gives("modulo"), [Some(50), Some(1), Some(49), Some(99), None]);
    let zeroes = frame.clone().lazy().select([(find("zero_if_missing").unwrap().lower)(&[col("left")]).alias("out")]).collect().unwrap();
    assert_eq!(zeroes.column("out").unwrap().dtype(), &DataType::Decimal(6, 2));
    assert_eq!(zeroes.column("out").unwrap().decimal().unwrap().physical().last(), Some(0));
}

#[test]
fn what_costs_much_is_worked_out_once_for_each_different_row() {
    let texts = Column::new("text".into(), [Some("mg"), None, Some("kgs"), Some("mg"), None]);
    let numbers = Column::new("number".into(), [1.0, 1.0, 1.0, 2.0, 2.0]);
    let frame = DataFrame::new(5, vec![texts, numbers]).unwrap();
    let lowered = (find("convert_unit").unwrap().lower)(&[col("number"), col("text"), lit("ug")]).alias("out");
    let out = frame.lazy().select([lowered]).collect().unwrap();
    let out: Vec<Option<f64>> = out.column("out").unwrap().f64().unwrap().iter().collect();
    assert_eq!(out, [Some(1000.0), None, None, Some(2000.0), None]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_text_makes_a_function_fail(
        anything in prop::collection::vec(".{0,30}", 20),
        numbers in prop::collection::vec("[0-9+() x.,/:-]{0,24}", 20),
        names in prop::collection::vec("[A-Za-z.,' -]{0,24}", 20),
    ) {
        let texts: Vec<String> = anything.into_iter().chain(numbers).chain(names).collect();
        let frame = DataFrame::new(texts.len(), vec![Column::new("text".into(), &texts)]).unwrap();
        for function in CATALOGUE.iter().filter(|function| function.params[0].accepts == Accepts::Text) {
            let others = function.examples[0].args[1..].iter().map(|sample| literal(*sample));
            let args: Vec<Expr> = std::iter::once(col("text")).chain(others).collect();
            let out = frame.clone().lazy().select([(function.lower)(&args)]).collect();
            prop_assert!(out.is_ok_and(|out| out.height() == texts.len()), "{}", function.name);
        }
    }
}

/// Values of a kind, the edges among them: none is missing.
fn values(kind: &Kind) -> Vec<AnyValue<'static>> {
    const DAY: i64 = 86_400_000_000;
    // From the first day of year 1 to the last of 9999, as files may say.
    let days = [0, 19_782, -1, -719_162, 2_932_896, 11_016];
    match kind {
        Kind::Text | Kind::Uuid => ["", " ", "Ada", "12", "-3.5", "ë漢", "2024-02-29", "12:30", "x@example.org", "Marsh, Ada B.", "true"]
            .into_iter()
            .map(AnyValue::String)
            .collect(),
        Kind::Integer => [0, 1, -1, 7, 40_000, 1 << 40, i64::MIN, i64::MAX].into_iter().map(AnyValue::Int64).collect(),
        Kind::Decimal { precision, scale } => {
            let (precision, scale) = (usize::from(*precision), usize::from(*scale));
            [0, 1, -125, 10_i128.pow(9) - 1, -(10_i128.pow(9)) + 1].into_iter().map(|n| AnyValue::Decimal(n, precision, scale)).collect()
        }
        Kind::Float => [0.0, -0.0, 1.5, -2.5, 5e-324, 1e300, -1e300].into_iter().map(AnyValue::Float64).collect(),
        Kind::Boolean => vec![AnyValue::Boolean(true), AnyValue::Boolean(false)],
        Kind::Date => days.into_iter().map(AnyValue::Date).collect(),
        Kind::Time => [0, 1, 43_200_000_000_000, 86_399_999_999_000].into_iter().map(AnyValue::Time).collect(),
        Kind::Datetime | Kind::Instant => {
            days.into_iter().map(|day| AnyValue::Datetime(i64::from(day) * DAY + 3_600_000_001, TimeUnit::Microseconds, None)).collect()
        }
        Kind::List(item) => {
            let list = |values: &[AnyValue<'static>]| {
                AnyValue::List(Series::from_any_values_and_dtype(PlSmallStr::EMPTY, values, &dtype(item), true).unwrap())
            };
            let items = values(item);
            vec![list(&[]), list(&[AnyValue::Null]), list(&items[..1]), list(&items)]
        }
        Kind::Struct(_) => Vec::new(),
    }
}

/// What is never missing for the checker of rules is never missing in a frame.
#[test]
fn a_function_that_may_give_nothing_for_what_is_there_says_so() {
    let kinds = [
        Kind::Text,
        Kind::Integer,
        Kind::Decimal { precision: 10, scale: 2 },
        Kind::Float,
        Kind::Boolean,
        Kind::Date,
        Kind::Time,
        Kind::Datetime,
        Kind::Instant,
        Kind::List(Box::new(Kind::Text)),
        Kind::List(Box::new(Kind::Integer)),
    ];
    let mut wrong = Vec::new();
    for function in CATALOGUE.iter().filter(|function| function.nulls != Nulls::Always) {
        for first in kinds.iter().filter(|kind| function.params[0].accepts.takes(kind, kind)) {
            for example in function.examples {
                if function.params.iter().zip(example.args).any(|(param, sample)| param.constant && *sample == Sample::Null) {
                    continue;
                }
                let (mut columns, mut args, mut types) = (Vec::new(), Vec::new(), Vec::new());
                for (at, (param, sample)) in function.params.iter().zip(example.args).enumerate() {
                    if param.constant {
                        args.push(literal(*sample));
                        types.push(Type::required(param.accepts.usual(first)));
                        continue;
                    }
                    let kind = if param.accepts.takes(first, first) { first.clone() } else { param.accepts.usual(first) };
                    // Of two columns every pair of values stands in some row.
                    let (values, stride) = (values(&kind), 11_usize.pow(u32::try_from(at).unwrap()));
                    let cells: Vec<AnyValue<'static>> = (0..132).map(|row| values[row / stride % values.len()].clone()).collect();
                    let series = Series::from_any_values_and_dtype(format!("p{at}").into(), &cells, &dtype(&kind), true).unwrap();
                    columns.push(series.into_column());
                    args.push(col(format!("p{at}")));
                    types.push(Type::required(kind));
                }
                assert!(!function.result(&types).nullable, "{}", function.name);
                let frame = DataFrame::new(132, columns).unwrap();
                let out = frame.clone().lazy().select([function.lowered(&args, first).alias("out")]).collect();
                match out {
                    Err(error) => wrong.push(format!("{} of {first}: {error}", function.name)),
                    Ok(out) => {
                        let out = out.column("out").unwrap();
                        if let Some(row) = (0..out.len()).find(|row| out.get(*row).unwrap() == AnyValue::Null) {
                            wrong.push(format!("{} of {first} gives nothing for {:?}", function.name, frame.get(row)));
                        }
                    }
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_function_removes_are_identifiers_and_a_shifted_day_still_tells_an_age() {
    for function in CATALOGUE {
        assert!(function.removes.iter().all(|tag| phi::TAGS.contains(tag)), "{}", function.name);
    }
    let kept: Vec<&str> = phi::TAGS.into_iter().filter(|tag| !find("shift_date").unwrap().removes.contains(tag)).collect();
    assert_eq!(kept, ["birth_date", "age"]);
}

#[test]
fn a_secret_is_said_by_a_name_and_stands_in_no_plan() {
    let key = &find("pseudonym").unwrap().params[1];
    let fault = |name: &str| key.fault(&Value::Text(name.to_owned()));
    for name in ["research", "study-2_b", "k1"] {
        assert_eq!(fault(name), None, "{name}");
    }
    for name in ["", "Research", "1st", "a--b", "a-", "a b", "a.b", "0f1e2d", "f1e2d3c4b5a697887766554433221100"] {
        assert_eq!(fault(name).as_deref(), Some("this names no secret for `key`"), "{name}");
    }
    let plan = (find("pseudonym").unwrap().lower)(&[col("text"), lit("open sesame")]);
    assert!(!format!("{plan:?}").contains("sesame"), "{plan:?}");
}

proptest! {
    #[test]
    fn days_are_shifted_alike_for_one_person_and_never_by_none(id in ".{0,12}", day in 0i32..40_000, days in 1i64..400) {
        let dates = Column::new("date".into(), [day, day + 17]).cast(&DataType::Date).unwrap();
        let ids = Column::new("id".into(), [id.as_str(), id.as_str()]);
        let lowered = (find("shift_date").unwrap().lower)(&[col("date"), col("id"), lit("a key"), lit(days)]).alias("out");
        let out = DataFrame::new(2, vec![dates, ids]).unwrap().lazy().select([lowered]).collect().unwrap();
        let out = out.column("out").unwrap().cast(&DataType::Int32).unwrap();
        let (first, second) = (out.i32().unwrap().get(0).unwrap(), out.i32().unwrap().get(1).unwrap());
        prop_assert_eq!(second - first, 17);
        prop_assert!(first != day && i64::from((first - day).abs()) <= days);
    }
}

#[test]
fn the_page_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/functions.md");
    if std::env::var_os("UPDATE_DOCS").is_some_and(|asked| asked == "1") {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        std::fs::write(path, reference::page()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == reference::page(), "docs/functions.md is out of date: run with UPDATE_DOCS=1");
}
