//! `docs`: the mapping document, one self-contained page for each source and target.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::html;
use askama::Template;
use clap::Args;
use ehr_rules::Example;
use ehr_rules::ExampleRows;
use ehr_rules::Mapping;
use ehr_rules::SourceId;
use serde_json::json;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// What `ehr-runner docs --help` ends with.
const AFTER: &str = "\
Each page says of every table and column of the target where its values come from and what is done to them, in sentences,
with the entries of the code maps, examples from the cases, and what is still open. It needs no network and prints well.

Examples:
  ehr-runner docs --out mapping
  ehr-runner docs --out mapping --source synthea/2022 --target omop-5.4";

/// Arguments of `docs`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Docs {
    /// The folder for the pages; made where it is not there, pages of the same name replaced
    #[arg(long, value_name = "DIR", env = "EHR_OUT")]
    out: PathBuf,
    /// Only for this source
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_SOURCE")]
    source: Option<SourceId>,
    /// Only for this target
    #[arg(long, value_name = "TARGET", env = "EHR_TARGET")]
    target: Option<String>,
}

/// One page.
#[derive(Template)]
#[template(path = "mapping.html")]
struct Page<'a> {
    mapping: &'a Mapping,
    css: &'static str,
    script: &'static str,
}

impl Docs {
    /// Writes the pages.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let book = context.rulebook()?;
        let targets: Vec<&str> = book.targets().iter().map(|target| target.name.as_str()).collect();
        if let Some(target) = self.target.as_ref().filter(|target| !targets.contains(&target.as_str())) {
            let known: Vec<String> = targets.iter().map(|target| format!("`{target}`")).collect();
            return Err(Failure::Usage(format!("there is no target `{target}`; known are {}", known.join(", "))));
        }
        if let Some(source) = &self.source {
            crate::identify::known(&book, source)?;
        }
        fs::create_dir_all(&self.out).map_err(|error| Failure::file("making the folder", &self.out, &error))?;
        let mut written = Vec::new();
        for source in book.sources().into_iter().filter(|source| self.source.as_ref().is_none_or(|asked| asked == source)) {
            for target in targets.iter().filter(|target| self.target.as_ref().is_none_or(|asked| asked == *target)) {
                // A target that reads another source straight has no page for this one.
                let Ok(mapping) = book.mapping(&source, target) else { continue };
                let page = Page {
                    mapping: &mapping,
                    css: include_str!("../../templates/mapping.css"),
                    script: include_str!("../../templates/mapping.js"),
                };
                let text = page.render().map_err(|error| Failure::World(format!("writing a page: {error}")))?;
                let path = self.out.join(format!("{}-{}-to-{}.html", plain(&source.system), plain(&source.version), plain(target)));
                fs::write(&path, text).map_err(|error| Failure::file("writing", &path, &error))?;
                written.push(path.display().to_string());
            }
        }
        let mut human = written.join("\n");
        human.push('\n');
        context.answer(&human, &json!({"pages": written}))?;
        Ok(Status::Done)
    }
}

impl Page<'_> {
    /// Words with names in backticks, as HTML in which nothing but `code` is a tag.
    #[expect(clippy::unused_self, reason = "called by the template")]
    fn words(&self, text: &str) -> String {
        html::words(text)
    }

    /// The same as a sentence.
    fn sentence(&self, text: &str) -> String {
        // A name alone is no sentence.
        let alone = text.starts_with('`') && text.ends_with('`') && text.matches('`').count() == 2;
        let taken = if alone { format!("take {text}") } else { text.to_owned() };
        let mut letters = taken.chars();
        let text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        format!("{}{}", self.words(&text), if text.ends_with(['.', '!', '?']) { "" } else { "." })
    }

    /// An anchor that no name breaks.
    #[expect(clippy::unused_self, reason = "called by the template")]
    fn anchor(&self, table: &str, column: &str) -> String {
        if column.is_empty() { format!("t-{}", plain(table)) } else { format!("c-{}.{}", plain(table), plain(column)) }
    }

    /// Both sides of an example.
    #[expect(clippy::unused_self, reason = "called by the template")]
    const fn sides<'e>(&self, example: &'e Example) -> [(&'static str, &'e ExampleRows); 2] {
        [("given", &example.given), ("made", &example.made)]
    }
}

/// A name as a part of a file's name or an anchor.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-') {
            plain.push(letter);
        } else {
            // Two names stay two.
            let _ = write!(plain, "~{:x}", u32::from(letter));
        }
    }
    plain
}
