//! Rulesets far larger than people write by hand: whatever there is hundreds of, one after the other, fits into a thread's small stack.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "common/small.rs"]
#[expect(dead_code, reason = "no finding is looked at here")]
mod small;

use ehr_rules::Held;
use small::Made;
use small::Small;
use std::fmt::Write;

const SOURCE: &str = r#"
system: small
version: "1"
tables:
  rows:
    file: rows.csv
    key: [id]
    columns: {id: {type: integer, required: true}, n: integer, code: integer, word: text}
    checks: [{that: "id > 0 || n == () || code == () || word == ()", message: a row that every column is read of}]
"#;

const ROWS: &str = "id,n,code,word\n1,5,250,w250\n2,0,7,w7\n3,,9999,none\n";

/// The target `out` with one table; these are its columns, what is asked of it and how they are made.
fn run(columns: &str, asked: &str, made: &str) -> Made {
    let schema = format!(
        "target: out\nsource: small/1\ntables:\n  made:\n    key: [id]\n{asked}    columns:\n      id: {{type: integer, required: true}}\n{columns}"
    );
    let rules = format!("made:\n  from: rows\n  columns:\n    id: id\n{made}");
    let small =
        Small::new(&[("sources/small/1/schema.yaml", SOURCE), ("targets/out/rules.yaml", &rules), ("targets/out/schema.yaml", &schema)]);
    small.run(&[("rows.csv", ROWS)])
}

/// One line for each number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        writeln!(text, "{}", line(at)).unwrap();
        text
    })
}

/// The only table's rows.
fn rows(made: &Made) -> Vec<&str> {
    made.tables["made"].lines().skip(1).collect()
}

#[test]
fn a_table_of_which_hundreds_of_things_are_asked() {
    let checks = lines(300, |at| {
        format!("      - {{that: \"n == () || n * {at} + id < 100000\", where: \"id + {at} > 0\", message: check {at}, at_most: 1}}")
    });
    let made = run("      n: integer\n", &format!("    checks:\n{checks}"), "    n: n\n");
    assert_eq!(made.outcome.checks.iter().filter(|check| check.verdict == Held::Passed).count(), made.outcome.checks.len());
    assert!(made.outcome.checks.len() >= 300 && !made.outcome.failed(), "{:#?}", made.outcome.findings);
}

#[test]
fn a_table_of_hundreds_of_columns_each_of_which_may_fail() {
    let columns = lines(300, |at| format!("      c{at}: integer"));
    let made = lines(300, |at| format!("    c{at}: {{rhai: \"if n == () || n == 0 {{ {at} }} else {{ {at} / n * 2 }}\"}}"));
    let made = run(&columns, "", &made);
    let last: Vec<&str> = rows(&made).iter().map(|row| row.rsplit(',').next().unwrap()).collect();
    assert_eq!(last, ["118", "299", "299"]);
}

#[test]
fn hundreds_of_branches_one_after_the_other() {
    let when = lines(300, |at| format!("        - {{if: \"code == {at}\", then: {{value: branch {at}}}}}"));
    let script = (0..100).map(|at| format!("if code == {at} {{ {at} }} else ")).collect::<Vec<_>>().concat();
    let made = run(
        "      chosen: text\n      scripted: integer\n",
        "",
        &format!("    chosen:\n      when:\n{when}        - {{otherwise: null}}\n    scripted: {{rhai: \"{script} {{ -1 }}\"}}\n"),
    );
    assert_eq!(rows(&made), ["1,branch 250,-1", "2,branch 7,7", "3,,-1"]);
}

#[test]
fn tables_of_thousands_of_constants() {
    let numbers = (0..3000).map(|at| format!("\"{at}\": number {at}, ")).collect::<Vec<_>>().concat();
    let times = (0..3000).map(|at| format!("w{at}: \"{:02}:{:02}\", ", at / 60 % 24, at % 60)).collect::<Vec<_>>().concat();
    let made = run(
        "      named: text\n      time: time\n",
        "",
        &format!(
            "    named: {{from: code, map: {{{numbers}}}, otherwise: null}}\n    time: {{from: word, map: {{{times}}}, otherwise: null}}\n"
        ),
    );
    assert_eq!(rows(&made), ["1,number 250,04:10:00.000000000", "2,number 7,00:07:00.000000000", "3,,"]);
}

#[test]
fn sums_and_conditions_as_long_as_a_script_may_be() {
    let sum = vec!["id"; 100].join(" + ");
    let any = (200..300).map(|at| format!("code == {at}")).collect::<Vec<_>>().join(" || ");
    let made = run(
        "      sum: integer\n      any: boolean\n      text: text\n",
        "",
        &format!(
            "    sum: {{rhai: \"{sum}\"}}\n    any: {{rhai: \"{any}\"}}\n    text: {{join: [{}], with: \"\"}}\n",
            vec!["word"; 300].join(", ")
        ),
    );
    let starts: Vec<String> = rows(&made).iter().map(|row| row.chars().take(12).collect()).collect();
    assert_eq!(starts, ["1,100,true,w", "2,200,false,", "3,300,false,"]);
}
