//! Wall time, processor time and peak of memory of a child process.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Instant;

/// The kernel counts processor time in ticks, a hundred a second on every Linux that is in use.
const TICKS: f64 = 100.0;

/// What one run took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    wall: f64,
    cpu: f64,
    peak: f64,
}

impl Measured {
    /// The median of each measure.
    pub(crate) fn median(runs: &[Self]) -> Self {
        let middle = |measure: fn(&Self) -> f64| {
            let mut values: Vec<f64> = runs.iter().map(measure).collect();
            values.sort_by(f64::total_cmp);
            let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
            let of = |place: usize| values.get(place).copied().unwrap_or_default();
            f64::midpoint(of(low), of(high))
        };
        Self { wall: middle(|run| run.wall), cpu: middle(|run| run.cpu), peak: middle(|run| run.peak) }
    }

    /// This one as a multiple of another.
    pub(crate) fn over(&self, other: &Self) -> Self {
        Self { wall: self.wall / other.wall, cpu: self.cpu / other.cpu, peak: self.peak / other.peak }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.2}  {:>9.2}  {:>9.2}", self.wall, self.cpu, self.peak)
    }
}

/// Runs a child and measures it; its own report is the last line it prints.
pub(crate) fn child(program: PathBuf, args: &[&OsStr]) -> Result<Measured, Box<dyn Error>> {
    let began = Instant::now();
    let output = Command::new(program).args(args).stderr(Stdio::inherit()).output()?;
    let wall = began.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err("a child failed".into());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let report = said.lines().last().unwrap_or_default();
    let (cpu, peak) = report.split_once(' ').ok_or("a child said nothing")?;
    Ok(Measured { wall, cpu: cpu.parse()?, peak: peak.parse()? })
}

/// Processor seconds and peak of memory in MiB of this process so far, as its parent reads them.
pub(crate) fn report() -> Result<String, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The program's name stands in parentheses and may hold blanks; user and system time are fields 14 and 15.
    let fields = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?.1;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak of memory in /proc/self/status")?;
    let kibibytes: f64 = peak.trim().trim_end_matches("kB").trim().parse()?;
    Ok(format!("{:.2} {:.1}", ticks / TICKS, kibibytes / 1024.0))
}
