//! `status`: where orders stand.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::order::OrderFile;
use crate::report::grid;
use clap::Args;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusOf {
    /// Orders' folders; left out, those in this folder
    #[arg(value_name = "ORDER")]
    orders: Vec<PathBuf>,
}

impl StatusOf {
    /// Reads each order and says what it is.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let folders = if self.orders.is_empty() { here()? } else { self.orders.clone() };
        let mut orders = Vec::new();
        for folder in folders {
            orders.push((OrderFile::read(&folder)?, folder));
        }
        let json = orders.iter().map(|(order, folder)| json!({"order": folder, "details": order})).collect();
        context.answer(&human(&orders), &json)?;
        Ok(Status::Done)
    }
}

fn here() -> Result<Vec<PathBuf>, Failure> {
    let fail = |error| Failure::file("reading the folder", Path::new("."), &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(".").map_err(fail)? {
        let name = PathBuf::from(entry.map_err(fail)?.file_name());
        let hidden = name.to_string_lossy().starts_with('.');
        if !hidden && name.join("order.json").is_file() {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

fn human(orders: &[(OrderFile, PathBuf)]) -> String {
    if orders.is_empty() {
        return "no orders here".to_owned();
    }
    let mut rows = vec![["order", "status", "source", "target", "stage", "finished", "loaded"].map(str::to_owned).to_vec()];
    for (order, folder) in orders {
        let last = order.stages.last();
        rows.push(vec![
            folder.display().to_string(),
            order.status.word().to_owned(),
            format!("{}/{}", order.source, order.version),
            order.target.clone(),
            last.map(|stage| stage.stage.clone()).unwrap_or_default(),
            last.map(|stage| stage.finished.format("%Y-%m-%d %H:%M:%S UTC").to_string()).unwrap_or_default(),
            order.imports.iter().map(|import| import.to.clone()).collect::<Vec<_>>().join(" "),
        ]);
    }
    grid(&rows)
}
