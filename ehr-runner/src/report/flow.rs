//! The ledger as a picture: which output rows come from which source tables, as bands between two columns of names.

use super::page::grouped;
use ehr_rules::OutputRows;
use std::collections::BTreeMap;

/// How high all bands together are, apart from gaps; in the picture's own units.
const HEIGHT: f64 = 520.0;
/// Between two names. A name is a line of text, so a band that is lower still has room.
const LEAST: f64 = 22.0;
/// Where the bands begin and end.
const LEFT: f64 = 250.0;
const RIGHT: f64 = 650.0;

/// The picture.
#[derive(Default)]
pub(super) struct Flow {
    /// Its height.
    pub(super) height: f64,
    /// Source tables, then output tables.
    pub(super) names: Vec<Name>,
    /// From source tables to output tables.
    pub(super) bands: Vec<Band>,
}

/// A table's name beside the end of its bands.
pub(super) struct Name {
    /// The table, and its rows.
    pub(super) text: String,
    /// Where it stands.
    pub(super) x: f64,
    /// In the middle of its bands.
    pub(super) y: f64,
    /// Whether its text ends there, or begins there.
    pub(super) anchor: &'static str,
}

/// Rows of one source table that became rows of one output table.
pub(super) struct Band {
    /// What it says when it is asked.
    pub(super) title: String,
    /// Its outline, as SVG writes paths.
    pub(super) path: String,
}

/// One side of the picture: where the next band of each table goes.
struct Side {
    places: BTreeMap<String, (f64, u64)>,
    height: f64,
}

impl Side {
    fn of(rows: &[(String, u64)], scale: f64) -> Self {
        let mut places = BTreeMap::new();
        let mut y = 10.0;
        for (table, count) in rows {
            let own = scaled(*count, scale);
            // A low band stands in the middle of its line.
            places.insert(table.clone(), (y + (LEAST - own).max(0.0) / 2.0, *count));
            y += own.max(LEAST) + 4.0;
        }
        Self { places, height: y }
    }

    fn names(&self, x: f64, anchor: &'static str, scale: f64) -> Vec<Name> {
        let name = |(table, (y, rows)): (&String, &(f64, u64))| Name {
            text: format!("{table}  {}", grouped(*rows)),
            x,
            y: y + scaled(*rows, scale) / 2.0 + 4.0,
            anchor,
        };
        self.places.iter().map(name).collect()
    }

    /// The upper edge of the table's next band.
    fn take(&mut self, table: &str, high: f64) -> f64 {
        self.places.get_mut(table).map_or(0.0, |(y, _)| {
            let top = *y;
            *y += high;
            top
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a picture has no pixel for so many rows")]
fn scaled(rows: u64, scale: f64) -> f64 {
    (rows as f64 * scale).max(1.0)
}

impl Flow {
    /// Of the output tables that have rows.
    pub(super) fn of(outputs: &[OutputRows]) -> Self {
        let made: Vec<&OutputRows> = outputs.iter().filter(|output| !output.from.is_empty()).collect();
        let mut from: BTreeMap<&str, u64> = BTreeMap::new();
        for (table, rows) in made.iter().flat_map(|output| &output.from) {
            *from.entry(table).or_default() += rows;
        }
        let total: u64 = from.values().sum();
        if total == 0 {
            return Self::default();
        }
        #[expect(clippy::cast_precision_loss, reason = "a picture has no pixel for so many rows")]
        let scale = HEIGHT / total as f64;
        let sum = |output: &OutputRows| output.from.values().sum::<u64>();
        let mut left: Vec<(String, u64)> = from.into_iter().map(|(table, rows)| (table.to_owned(), rows)).collect();
        let mut right: Vec<(String, u64)> = made.iter().map(|output| (output.table.clone(), sum(output))).collect();
        for side in [&mut left, &mut right] {
            side.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        }
        let (mut sources, mut targets) = (Side::of(&left, scale), Side::of(&right, scale));
        let mut names = sources.names(LEFT - 8.0, "end", scale);
        names.extend(targets.names(RIGHT + 8.0, "start", scale));
        let mut bands = Vec::new();
        for (source, _) in &left {
            for (target, _) in &right {
                let Some(rows) = made.iter().find(|output| output.table == *target).and_then(|output| output.from.get(source)) else {
                    continue;
                };
                let high = scaled(*rows, scale);
                let (a, b) = (sources.take(source, high), targets.take(target, high));
                bands.push(Band { title: format!("{source} to {target}: {} rows", grouped(*rows)), path: outline(a, b, high) });
            }
        }
        Self { height: sources.height.max(targets.height), names, bands }
    }
}

/// A band from height `a` on the left to height `b` on the right.
fn outline(a: f64, b: f64, high: f64) -> String {
    let middle = f64::midpoint(LEFT, RIGHT);
    let (c, d) = (a + high, b + high);
    format!("M{LEFT} {a:.1}C{middle} {a:.1} {middle} {b:.1} {RIGHT} {b:.1}V{d:.1}C{middle} {d:.1} {middle} {c:.1} {LEFT} {c:.1}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_made_is_in_one_band() {
        let output = |table: &str, from: &[(&str, u64)]| OutputRows {
            table: table.to_owned(),
            rows: from.iter().map(|(_, rows)| rows).sum(),
            from: from.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect(),
        };
        let flow =
            Flow::of(&[output("person", &[("patients", 20)]), output("death", &[("patients", 2)]), output("visit", &[("encounters", 78)])]);
        assert_eq!(flow.bands.len(), 3);
        assert_eq!(flow.names.len(), 5);
        assert!(flow.names.iter().all(|name| name.y < flow.height), "a name lies below the picture");
        assert_eq!(Flow::of(&[]).bands.len(), 0);
    }
}
