//! `schema`: the JSON Schemas of the YAML files, for editors.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use clap::Args;
use ehr_rules::Rulebook;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which one: source, rules, category, target or cases; left out, they are listed
    name: Option<String>,
    /// Writes them into this folder instead, each as NAME.json
    #[arg(long, value_name = "DIR", env = "EHR_SCHEMA_OUT")]
    out: Option<PathBuf>,
}

impl Schema {
    /// Prints one, writes them, or lists what there is.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let all = Rulebook::schema_names();
        let known = || all.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let wanted: Vec<&str> = match &self.name {
            None => all.iter().map(|(name, _)| *name).collect(),
            Some(name) => vec![name],
        };
        let mut schemas = Vec::new();
        for name in wanted {
            let schema = Rulebook::schema(name);
            let schema = schema.ok_or_else(|| Failure::Usage(format!("there is no schema `{name}`; there are {}", known())))?;
            schemas.push((name, schema));
        }
        if let Some(folder) = &self.out {
            std::fs::create_dir_all(folder).map_err(|error| Failure::file("making the folder", folder, &error))?;
            for (name, schema) in &schemas {
                let path = folder.join(format!("{name}.json"));
                std::fs::write(&path, pretty(schema)).map_err(|error| Failure::file("writing the schema", &path, &error))?;
            }
            let written: Vec<String> = schemas.iter().map(|(name, _)| folder.join(format!("{name}.json")).display().to_string()).collect();
            context.answer(&written.join("\n"), &json!({"written": written}))?;
            return Ok(Status::Done);
        }
        match (&self.name, schemas.first()) {
            (Some(_), Some((_, schema))) => context.answer(&pretty(schema), schema)?,
            _ => {
                let human: Vec<String> = all.iter().map(|(name, files)| format!("{name:<10}{}", files.join(", "))).collect();
                let json: Value = all.iter().map(|(name, files)| json!({"name": name, "files": files})).collect();
                context.answer(&human.join("\n"), &json)?;
            }
        }
        Ok(Status::Done)
    }
}

fn pretty(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).unwrap_or_else(|_| schema.to_string()) + "\n"
}
