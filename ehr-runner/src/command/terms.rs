//! What the commands that convert are told alike.

use crate::error::Failure;
use crate::making;
use crate::secret;
use chrono::Local;
use chrono::NaiveDate;
use clap::Args;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use ehr_rules::SourceId;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How an export is converted, whatever becomes of it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Terms {
    /// The source, instead of finding out
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_SOURCE")]
    pub(super) source: Option<SourceId>,
    /// A parameter that the rules declare; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", env = "EHR_SET", value_parser = setting)]
    parameters: Vec<(String, String)>,
    /// The one tenant whose rows these are, by its full name; files that hold another's are set aside
    #[arg(long, value_name = "NAME", env = "EHR_TENANT")]
    pub(super) tenant: Option<String>,
    /// The folder of an Athena vocabulary download
    #[arg(long, value_name = "DIR", env = "EHR_VOCABULARY")]
    pub(super) vocabulary: Option<PathBuf>,
}

/// How much of one export is converted, and as of when.
#[derive(Debug, Clone, Args)]
pub(crate) struct Extent {
    /// Only the first rows of each table, in file order
    #[arg(long, value_name = "ROWS", env = "EHR_LIMIT")]
    pub(super) limit: Option<u64>,
    /// What `today()` gives in the rules; left out, the day on which it is asked
    #[arg(long, value_name = "YYYY-MM-DD", env = "EHR_TODAY")]
    pub(super) today: Option<NaiveDate>,
}

/// `NAME=VALUE`.
fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a parameter is set as NAME=VALUE".to_owned()),
    }
}

impl Terms {
    /// Refuses what can be seen to be wrong before the first row.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.parameters().len() < self.parameters.len() {
            return Err(Failure::Usage("`--set` gives one parameter twice".to_owned()));
        }
        match self.vocabulary.as_ref().filter(|folder| !folder.is_dir()) {
            Some(folder) => Err(Failure::Usage(format!("there is no vocabulary folder `{}`", folder.display()))),
            None => Ok(()),
        }
    }

    /// Parameters by name.
    pub(super) fn parameters(&self) -> BTreeMap<String, String> {
        self.parameters.iter().cloned().collect()
    }

    /// What a run from this source to this target is told, in a folder of its own, where no order is made of it.
    pub(super) fn order(
        &self,
        extent: &Extent,
        book: &Rulebook,
        (source, target): (&SourceId, &str),
        input: &str,
        folder: PathBuf,
    ) -> Result<Order, Failure> {
        Ok(Order {
            limit: extent.limit,
            parameters: self.parameters(),
            secrets: secret::brought(&book.secrets(source, target)?)?,
            vocabulary: self.vocabulary.clone(),
            tenant: self.tenant.clone(),
            lies_in: making::lies_in(book, target, input, self.tenant.as_deref()),
            whole_categories: true,
            ..Order::new(folder, extent.today.unwrap_or_else(|| Local::now().date_naive()))
        })
    }
}
