//! A scan as one self-contained page.

use crate::error::Failure;
use crate::html;
use askama::Template;
use ehr_rules::ColumnScan;
use ehr_rules::FileScan;
use ehr_rules::Scan;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// How wide and high a plot is, in pixels.
const WIDE: f64 = 96.0;
const HIGH: f64 = 20.0;
/// How wide a bar is at most.
const WIDEST: f64 = 12.0;
/// Bars of a plot at most.
const BARS: usize = 24;

/// The page.
#[derive(Template)]
#[template(path = "scan.html")]
struct Page<'a> {
    scan: &'a Scan,
    css: &'static str,
}

/// Writes the page.
pub(crate) fn write(scan: &Scan, path: &Path) -> Result<(), Failure> {
    let page = Page { scan, css: include_str!("../../templates/mapping.css") };
    let text = page.render().map_err(|error| Failure::World(format!("writing a page: {error}")))?;
    fs::write(path, text).map_err(|error| Failure::file("writing", path, &error))
}

#[expect(clippy::unused_self, reason = "called by the template")]
impl Page<'_> {
    /// Words in which names stand in backticks.
    fn words(&self, text: &str) -> String {
        html::words(text)
    }

    /// How full a column is, as a bar.
    fn filled(&self, file: &FileScan, column: &ColumnScan) -> String {
        let share = share(column.filled, file.rows);
        let wide = WIDE * share;
        format!(
            "<svg role=\"img\" aria-label=\"{:.1} % filled\" width=\"{WIDE}\" height=\"{HIGH}\">\
             <rect class=\"all\" width=\"{WIDE}\" height=\"{HIGH}\"/><rect class=\"part\" width=\"{wide:.1}\" height=\"{HIGH}\"/></svg>",
            share * 100.0
        )
    }

    /// How often the most frequent values occur.
    fn frequencies(&self, column: &ColumnScan) -> String {
        bars(&column.frequencies, "how often the most frequent values occur")
    }

    /// How long values are.
    fn lengths(&self, column: &ColumnScan) -> String {
        bars(&column.lengths, "how many values are of 1, 2, 3 to 4, 5 to 8 characters, and so on")
    }

    fn percent(&self, file: &FileScan, column: &ColumnScan) -> String {
        format!("{:.1} %", share(column.filled, file.rows) * 100.0)
    }

    fn kind(&self, column: &ColumnScan) -> String {
        if column.is_empty() { "–".to_owned() } else { column.kind.to_string() }
    }
}

/// A bar for each number, as high as it is of the greatest.
fn bars(numbers: &[u64], what: &str) -> String {
    let most = numbers.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let count = numbers.len().min(BARS);
    let step = (WIDE / f64::from(u32::try_from(count).unwrap_or(1))).min(WIDEST + 1.0);
    let mut svg = format!("<svg role=\"img\" aria-label=\"{what}\" width=\"{WIDE}\" height=\"{HIGH}\"><title>{what}</title>");
    let mut left = 0.0;
    for number in numbers.iter().take(BARS) {
        let high = (HIGH * share(*number, most)).max(if *number > 0 { 1.0 } else { 0.0 });
        // Writing to a text does not fail.
        let _ = write!(
            svg,
            "<rect class=\"part\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"/>",
            HIGH - high,
            (step - 1.0).max(0.5)
        );
        left += step;
    }
    svg.push_str("</svg>");
    svg
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
