//! Loading an order into `PostgreSQL`, beside `COPY` of the same files by psql into tables with the same keys, in one run.
//!
//! `target/release/import [ROWS [ROUNDS]]`, a million rows and three rounds if left out. It starts a server of its own, and
//! uses the `ehr-runner` that lies beside it: `cargo build --release --workspace` first. It prints how long each load took, beside
//! `COPY` and beside the first load, and the most memory that a load held at once; run with four times the rows, that says whether it
//! grows with them.

#![expect(clippy::unwrap_used, reason = "the server is the tests', where what cannot be set up has nothing to say")]

#[path = "../ehr-runner/tests/runner/private.rs"]
mod private;

#[path = "../ehr-runner/tests/runner/server.rs"]
#[expect(dead_code, reason = "the tests ask more of it")]
mod server;

use server::PASSWORD;
use server::Server;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error>>;

const SOURCE: &str = "
system: bench
version: '1'
tables:
  patients: {file: patients.csv, key: [Id], columns: {Id: {type: integer, required: true}, Name: text, Born: date}}
  readings:
    file: readings.csv
    key: [Id]
    columns: {Id: {type: integer, required: true}, Patient: {type: integer, required: true}, At: datetime, Code: text, Value: 'decimal(12,3)', Unit: text, Note: text}
    references: {Patient: patients.Id}
";
const TARGET: &str = "
target: readings
source: bench/1
tables:
  person:
    key: [person_id]
    columns: {person_id: {type: integer, required: true}, name: text, born: date}
  reading:
    key: [reading_id]
    columns:
      reading_id: {type: integer, required: true}
      person_id: {type: integer, required: true, references: person.person_id}
      at: datetime
      code: text
      value: 'decimal(12,3)'
      unit: text
      note: text
";
const RULES: &str = "
person: {from: patients, columns: {person_id: Id, name: Name, born: Born}}
reading: {from: readings, columns: {reading_id: Id, person_id: Patient, at: At, code: Code, value: Value, unit: Unit, note: Note}}
";
/// The tables that psql fills: keys as ours have them, without the references and indexes that ours get besides.
const PLAIN: &str = "
DROP SCHEMA public CASCADE; CREATE SCHEMA public;
CREATE TABLE person (person_id bigint PRIMARY KEY, name text, born date);
CREATE TABLE reading (reading_id bigint PRIMARY KEY, person_id bigint NOT NULL, at timestamp, code text, value numeric(12,3), unit text, note text);
";

fn main() -> Outcome<()> {
    let mut sizes = std::env::args().skip(1);
    let rows: usize = sizes.next().map_or(Ok(1_000_000), |size| size.parse())?;
    let rounds: usize = sizes.next().map_or(Ok(3), |size| size.parse())?;
    let Some(server) = Server::start() else { return Err("PostgreSQL is not installed".into()) };
    let place = tempfile::tempdir()?;
    prepare(place.path(), rows)?;
    let mut taken: [Vec<f64>; 4] = Default::default();
    let mut held = [0; 4];
    for _ in 0..rounds {
        server.connect().batch_execute(PLAIN)?;
        taken[0].push(psql(&server, place.path())?);
        server.connect().batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")?;
        for (at, name) in [(1, "first"), (2, "first"), (3, "second")] {
            if name == "second" {
                server.connect().batch_execute("ANALYZE")?;
            }
            let (time, peak) = import(&server, place.path(), name)?;
            taken[at].push(time);
            held[at] = peak.max(held[at]);
        }
        let there = server.number("SELECT count(*) FROM reading WHERE note = 'changed'");
        if there != i64::try_from(rows / 100)? {
            return Err(format!("{there} rows were changed").into());
        }
    }
    let names = ["COPY by psql", "first load", "the same again", "1 % changed"];
    let base = median(&mut taken[0]);
    let mut told = format!("{rows} rows, {rounds} rounds, medians\n");
    for ((name, times), held) in names.iter().zip(&mut taken).zip(held) {
        let time = median(times);
        let held = if held > 0 { format!("  {:>5} MB held at most", held / 1024) } else { String::new() };
        writeln!(told, "{name:16} {time:>8.2} s  {:>6.3} of COPY{held}", time / base)?;
    }
    let first = median(&mut taken[1]);
    writeln!(told, "of the first load: again {:.3}, 1 % changed {:.3}", median(&mut taken[2]) / first, median(&mut taken[3]) / first)?;
    std::io::stdout().write_all(told.as_bytes())?;
    Ok(())
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Rules, two exports of which the second has one row in a hundred changed, and an order of each.
fn prepare(place: &Path, rows: usize) -> Outcome<()> {
    let write = |name: &str, text: &str| -> Outcome<()> {
        let path = place.join(name);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        Ok(fs::write(path, text)?)
    };
    write("rulesets/sources/bench/1/schema.yaml", SOURCE)?;
    write("rulesets/targets/readings/schema.yaml", TARGET)?;
    write("rulesets/targets/readings/rules.yaml", RULES)?;
    let mut patients = "Id,Name,Born\n".to_owned();
    for at in 0..=rows / 50 {
        writeln!(patients, "{at},Casey Number{at},19{:02}-{:02}-{:02}", at % 100, at % 12 + 1, at % 28 + 1)?;
    }
    for name in ["first", "second"] {
        let mut readings = "Id,Patient,At,Code,Value,Unit,Note\n".to_owned();
        for at in 0..rows {
            let note = if name == "second" && at % 100 == 0 { "changed" } else { "taken at rest" };
            let (day, hour) = (at % 28 + 1, at % 24);
            writeln!(
                readings,
                "{at},{},2024-03-{day:02} {hour:02}:30:00,8480-{},{}.{:03},mm[Hg],{note}",
                at / 50,
                at % 9,
                at % 300,
                at % 1000
            )?;
        }
        write(&format!("{name}/patients.csv"), &patients)?;
        write(&format!("{name}/readings.csv"), &readings)?;
        let order = format!("order-{name}");
        timed(runner()?.current_dir(place).args(["run", name, "--source", "bench/1", "--target", "readings", "--out", &order]))?;
    }
    Ok(())
}

fn runner() -> Outcome<Command> {
    let path: PathBuf = std::env::current_exe()?.with_file_name("ehr-runner");
    Ok(Command::new(path))
}

/// How long it took, and how many kilobytes it held at most.
fn import(server: &Server, place: &Path, name: &str) -> Outcome<(f64, u64)> {
    let mut command = runner()?;
    command.current_dir(place).env("EHR_TO_PASSWORD", PASSWORD);
    command.args(["import", &format!("order-{name}"), "--create", "--changes", "replace", "--to", &server.url()]);
    let began = Instant::now();
    let mut loader = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let status = format!("/proc/{}/status", loader.id());
    // The system keeps the peak, and forgets it with the process.
    let watching = std::thread::spawn(move || {
        let mut most = 0;
        while let Some(peak) = fs::read_to_string(&status).ok().and_then(|status| peak(&status)) {
            most = peak.max(most);
            std::thread::sleep(Duration::from_millis(10));
        }
        most
    });
    let ended = loader.wait()?;
    let time = began.elapsed().as_secs_f64();
    if !ended.success() {
        let said = loader.stderr.take().map(std::io::read_to_string).transpose()?.unwrap_or_default();
        return Err(said.into());
    }
    Ok((time, watching.join().map_err(|_| "watching the memory failed")?))
}

/// The most memory that was held, from what the system says of a process.
fn peak(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

fn psql(server: &Server, place: &Path) -> Outcome<f64> {
    let mut command = Command::new("psql");
    command.current_dir(place.join("order-first/converted")).env("PGPASSWORD", PASSWORD).args([
        "-q",
        "--single-transaction",
        &server.url(),
    ]);
    for table in ["person", "reading"] {
        command.args(["-c", &format!("\\copy {table} from '{table}.csv' (format csv, header)")]);
    }
    timed(&mut command)
}

fn timed(command: &mut Command) -> Outcome<f64> {
    let began = Instant::now();
    let ended = command.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stderr).into_owned().into());
    }
    Ok(began.elapsed().as_secs_f64())
}
