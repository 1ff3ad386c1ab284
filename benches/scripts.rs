//! `scripts [--rounds N] [ROWS]`: scripts against the same written in polars, in turns, and scripts that are interpreted.
//!
//! Each line is the median of both ways and their ratio. An interpreted script over distinct values has no other way:
//! there the rows a second are what counts. What misses its mark is named at the end, and fails the run.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measured")]

use ehr_rules::Formula;
use ehr_rules::Kind;
use ehr_rules::Type;
use polars::prelude::*;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

/// Rows, where none are named.
const ROWS: usize = 1_000_000;
/// Rounds, where none are named.
const ROUNDS: usize = 9;

/// How many times as long as polars a native script may take, and an interpreted one over few values.
const NATIVE: f64 = 1.2;
const FEW: f64 = 3.0;
/// The rows a second of an interpreted script over distinct values, on two cores.
const DISTINCT: f64 = 1_000_000.0;

/// One script and the same in polars.
struct Pair {
    script: &'static str,
    /// What it gives, where it is interpreted.
    result: Option<Kind>,
    polars: fn() -> Expr,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str, default: usize| text.parse().unwrap_or(default);
    let (rounds, rows) = match words.as_slice() {
        ["--rounds", rounds] => (number(rounds, ROUNDS), ROWS),
        ["--rounds", rounds, rows] => (number(rounds, ROUNDS), number(rows, ROWS)),
        [rows] => (ROUNDS, number(rows, ROWS)),
        _ => (ROUNDS, ROWS),
    };
    match compare(rounds.max(1), rows) {
        Ok(missed) if missed.is_empty() => ExitCode::SUCCESS,
        Ok(missed) => {
            println!("\nmissed:");
            for line in missed {
                println!("  {line}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn column(name: &str) -> Option<Type> {
    Some(match name {
        "beds" | "days" | "id" => Type::required(Kind::Integer),
        "weight" | "height" => Type::required(Kind::Float),
        "code" | "name" => Type::required(Kind::Text),
        "birth" => Type::required(Kind::Date),
        _ => return None,
    })
}

/// Invented: a few codes, a few names, numbers that are all alike in size, and an id that is never the same.
fn frame(rows: usize) -> PolarsResult<DataFrame> {
    const CODES: &[&str] = &["8302-2", "29463-7", "39156-5", "8867-4", "2708-6", "8310-5"];
    const NAMES: &[&str] = &["Ada Byron", "Grace Brewster", "Mary Fairfax", "Rózsa Politzer", "Émilie du Châtelet"];
    let numbers: Vec<i64> = (0_i64..).take(rows).collect();
    let pick = |among: &'static [&'static str], step: i64| {
        numbers.iter().map(|row| usize::try_from(row * step).map_or("", |at| among[at % among.len()])).collect::<Vec<_>>()
    };
    let tenths = |from: f64, span: i64| {
        numbers.iter().map(|row| from + f64::from(i32::try_from(row % span).unwrap_or(0)) / 10.0).collect::<Vec<_>>()
    };
    let birth: Vec<i32> = numbers.iter().map(|row| i32::try_from(row % 20_000).unwrap_or(0)).collect();
    DataFrame::new(
        rows,
        vec![
            Column::new("beds".into(), numbers.iter().map(|row| row % 40 + 1).collect::<Vec<_>>()),
            Column::new("days".into(), numbers.iter().map(|row| row * 7 % 365).collect::<Vec<_>>()),
            Column::new("id".into(), numbers.clone()),
            Column::new("weight".into(), tenths(40.0, 800)),
            Column::new("height".into(), tenths(1.4, 7)),
            Column::new("code".into(), pick(CODES, 5)),
            Column::new("name".into(), pick(NAMES, 3)),
            Column::new("birth".into(), birth).cast(&DataType::Date)?,
        ],
    )
}

/// What misses its mark.
fn compare(rounds: usize, rows: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let mut missed = Vec::new();
    let frame = frame(rows)?;
    println!("{rows} rows, the median of {rounds} rounds\n");
    println!("{:>9}  {:>9}  {:>6}  script", "script ms", "polars ms", "ratio");
    for pair in native().into_iter().chain(few()) {
        let formula = compile(pair.script, pair.result.clone())?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(timed(|| by_script(&formula, &frame))?);
            theirs.push(timed(|| by_polars((pair.polars)(), &frame))?);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!("{:>9.2}  {:>9.2}  {:>6.2}  {}{}", ms(ours), ms(theirs), ratio(ours, theirs), pair.script, way(&formula));
        let most = if formula.interpreted().is_some() { FEW } else { NATIVE };
        if ratio(ours, theirs) > most {
            missed.push(format!("{} takes {:.2} times as long as polars, not {most}", pair.script, ratio(ours, theirs)));
        }
    }
    println!("\n{:>9}  {:>14}  script, every row another value", "script ms", "rows a second");
    for (script, result) in distinct() {
        let formula = compile(script, Some(result))?;
        let times = (0..rounds).map(|_| timed(|| by_script(&formula, &frame))).collect::<Result<Vec<_>, _>>()?;
        let time = median(times);
        #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
        let speed = rows as f64 / time.as_secs_f64();
        println!("{:>9.2}  {speed:>14.0}  {script}{}", ms(time), way(&formula));
        if speed < DISTINCT {
            missed.push(format!("{script} works on {speed:.0} rows a second, not {DISTINCT}"));
        }
    }
    Ok(missed)
}

/// Scripts with a native form.
fn native() -> Vec<Pair> {
    let pair = |script, polars| Pair { script, result: None, polars };
    vec![
        pair("beds * 7 + days", || col("beds") * lit(7) + col("days")),
        pair("days / beds", || col("days").floor_div(col("beds"))),
        pair("weight / (height * height)", || col("weight") / (col("height") * col("height"))),
        pair("weight > 80.0 && days < 200", || col("weight").gt(lit(80.0)).and(col("days").lt(lit(200)))),
        pair("if days > 180 { \"long\" } else { \"short\" }", || when(col("days").gt(lit(180))).then(lit("long")).otherwise(lit("short"))),
        pair("switch code { \"8302-2\" => \"height\", \"29463-7\" => \"weight\", _ => \"other\" }", || {
            when(col("code").eq(lit("8302-2")))
                .then(lit("height"))
                .when(col("code").eq(lit("29463-7")))
                .then(lit("weight"))
                .otherwise(lit("other"))
        }),
        pair("name + \", \" + code", || concat_str([col("name"), lit(", "), col("code")], "", true)),
        pair("`${name} (${beds})`", || concat_str([col("name"), lit(" ("), col("beds").cast(DataType::String), lit(")")], "", true)),
        pair("name.to_upper()", || col("name").str().to_uppercase()),
        pair("name.starts_with(\"Ada\") || code in [\"8867-4\", \"2708-6\"]", || {
            let among = col("code").eq(lit("8867-4")).or(col("code").eq(lit("2708-6")));
            col("name").str().starts_with(lit("Ada")).or(among)
        }),
        pair("if birth > \"2000-01-01\" { 1 } else { 0 }", || {
            when(col("birth").gt(lit(10_957).cast(DataType::Date))).then(lit(1_i64)).otherwise(lit(0_i64))
        }),
    ]
}

/// Scripts that are interpreted, over columns of few values.
fn few() -> Vec<Pair> {
    vec![
        Pair { script: "code.split(\"-\")[0]", result: Some(Kind::Text), polars: || col("code").str().extract(lit("^([^-]*)"), 1) },
        Pair {
            script: "let letters = 0; for letter in name { if letter != ' ' { letters += 1 } } letters",
            result: Some(Kind::Integer),
            polars: || col("name").str().count_matches(lit("[^ ]"), false).cast(DataType::Int64),
        },
        Pair {
            script: "let words = name.split(\" \"); words[words.len() - 1].to_lower()",
            result: Some(Kind::Text),
            polars: || col("name").str().extract(lit("([^ ]*)$"), 1).str().to_lowercase(),
        },
    ]
}

/// Scripts that are interpreted, over values that are all distinct.
fn distinct() -> Vec<(&'static str, Kind)> {
    vec![
        ("id & 255", Kind::Integer),
        ("let rest = id; rest -= 5; rest * 2", Kind::Integer),
        ("if (id & 1) == 1 { id * 3 + 1 } else { id / 2 }", Kind::Integer),
    ]
}

fn compile(script: &str, result: Option<Kind>) -> Result<Formula, Box<dyn Error>> {
    Formula::compile(script, column, result).map_err(|said| format!("`{script}`: {}", said.message).into())
}

fn by_script(formula: &Formula, frame: &DataFrame) -> Result<(), Box<dyn Error>> {
    let (_, failed) = formula.over(frame.clone(), chrono::NaiveDate::default())?;
    if failed.is_empty() { Ok(()) } else { Err(format!("it fails on {} rows", failed.len()).into()) }
}

fn by_polars(expr: Expr, frame: &DataFrame) -> Result<(), Box<dyn Error>> {
    let made = frame.clone().lazy().select([expr.alias("value")]).collect_with_engine(Engine::Streaming)?.unwrap_single();
    if made.height() == frame.height() { Ok(()) } else { Err("rows are lost".into()) }
}

fn way(formula: &Formula) -> String {
    formula.interpreted().map_or_else(String::new, |why| format!("   (interpreted: {why})"))
}

fn timed(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64().max(f64::EPSILON)
}
