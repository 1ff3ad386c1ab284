//! The roof: public names, and the stages joined to one way.

mod asked;
pub(crate) mod cases;
pub(crate) mod change;
mod code_maps;
mod collision;
pub(crate) mod compile;
mod compiled;
pub(crate) mod coverage;
mod demands;
pub(crate) mod feasibility;
pub(crate) mod formula;
pub(crate) mod job;
pub(crate) mod lineage;
pub(crate) mod mapping;
#[cfg(test)]
mod nullability;
pub(crate) mod outcome;
mod phi;
pub(crate) mod secrets;
mod settings;
pub(crate) mod spot;
pub(crate) mod story;

use crate::dataset::input::InputFile;
use crate::dataset::order::Order;
use crate::detect;
use crate::detect::Detection;
use crate::detect::apart::Separations;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::overlay::Overlay;
use crate::diagnostic::suggest::nearest;
use crate::draft;
use crate::draft::Draft;
use crate::draft::next;
use crate::error::Error;
use crate::functions;
use crate::ir::category::Category;
use crate::ir::schema::SourceSchema;
use crate::ir::target::TargetSchema;
use crate::load;
use crate::rulebook::cases::TestReport;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use crate::rulebook::job::Job;
use crate::rulebook::lineage::Lineage;
use crate::rulebook::mapping::Mapping;
use crate::scan::found::Scan;
use crate::schema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Every ruleset under some folders, compiled.
///
/// ```
/// # fn main() -> Result<(), ehr_rules::Error> {
/// # let rulesets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
/// use ehr_rules::Rulebook;
///
/// let (book, said) = Rulebook::load(&[rulesets])?;
/// assert!(!said.has_errors(), "{}", said.to_text());
/// let way = book.explain("omop-5.4.person.year_of_birth", Some(&"synthea/2022".parse()?))?;
/// assert!(way.contains("year_of_birth: integer = year(birth_date)"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Rulebook {
    pub(crate) sources: Vec<CompiledSource>,
    pub(crate) categories: Vec<Category>,
    pub(crate) targets: Vec<CompiledTarget>,
    pub(crate) fingerprint: String,
}

/// A source system and version: `synthea/2022`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceId {
    /// The system.
    pub system: String,
    /// The version.
    pub version: String,
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.system, self.version)
    }
}

impl FromStr for SourceId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once('/') {
            Some((system, version)) if !system.is_empty() && !version.is_empty() => {
                Ok(Self { system: system.to_owned(), version: version.to_owned() })
            }
            _ => Err(Error::refused(format!("`{text}` is not SYSTEM/VERSION, as in `synthea/2022`"))),
        }
    }
}

impl Rulebook {
    /// Compiles everything under these folders: what could be read, and every diagnostic.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn load(folders: &[PathBuf]) -> Result<(Self, Diagnostics), Error> {
        Self::load_with(folders, &Overlay::default())
    }

    /// As [`Rulebook::load`], with texts laid over the files of their paths, as an editor holds them.
    /// The fingerprint is that of the files on disk.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn load_with(folders: &[PathBuf], overlay: &Overlay) -> Result<(Self, Diagnostics), Error> {
        let mut said = Diagnostics::default();
        let loaded = load::load(folders, overlay, &mut said)?;
        let fingerprint = load::fingerprint::fingerprint(folders)?;
        let categories = loaded.categories.iter().map(|category| category.category.clone()).collect();
        let (sources, targets) = compile::compile(loaded, overlay, &mut said)?;
        cases::check::check(&sources, &targets, &mut said);
        // What is wrong with a schema may be just what would tell it from another.
        if !said.has_errors() {
            let schemas: Vec<_> = sources.iter().filter_map(|source| Some((&source.schema, source.place.as_ref()?))).collect();
            detect::apart::check(&schemas, &mut said);
        }
        said.sort();
        Ok((Self { sources, categories, targets, fingerprint }, said))
    }

    /// Sources, by system and version.
    pub fn sources(&self) -> Vec<SourceId> {
        self.sources.iter().map(CompiledSource::id).collect()
    }

    /// What is known of a source's files: tables, columns, types.
    ///
    /// ```
    /// # fn main() -> Result<(), ehr_rules::Error> {
    /// # let rulesets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
    /// let (book, _) = ehr_rules::Rulebook::load(&[rulesets])?;
    /// let schema = book.source_schema(&"synthea/2022".parse()?);
    /// assert!(schema.is_some_and(|schema| schema.tables.iter().any(|table| table.name == "patients")));
    /// # Ok(())
    /// # }
    /// ```
    pub fn source_schema(&self, source: &SourceId) -> Option<&SourceSchema> {
        self.source(source).map(|source| &source.schema)
    }

    /// What tells exports of any two versions apart, as far as their schemas say: a table, a column, or nothing.
    ///
    /// ```
    /// # fn main() -> Result<(), ehr_rules::Error> {
    /// # let rulesets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
    /// let (book, _) = ehr_rules::Rulebook::load(&[rulesets])?;
    /// let apart = book.apart();
    /// let omop = apart.pairs.iter().find(|pair| pair.versions == ["omop/5.3", "omop/5.4"]);
    /// assert!(omop.is_some_and(|pair| pair.by.iter().any(|sign| sign.table == "visit_occurrence")));
    /// # Ok(())
    /// # }
    /// ```
    pub fn apart(&self) -> Separations {
        detect::apart::apart(&self.sources.iter().map(|source| &source.schema).collect::<Vec<_>>())
    }

    /// Targets by name.
    pub fn targets(&self) -> Vec<&TargetSchema> {
        self.targets.iter().map(|target| &target.schema).collect()
    }

    /// How much was compiled: sources, categories, targets, rules, case files.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let rules = self.sources.iter().map(|source| source.transforms.len()).sum::<usize>()
            + self.targets.iter().map(|target| target.transforms.len()).sum::<usize>();
        let cases = self.sources.iter().map(|source| source.cases.len()).sum::<usize>()
            + self.targets.iter().map(|target| target.cases.len()).sum::<usize>();
        let proposed = self.sources.iter().map(|source| source.proposed.len()).sum::<usize>()
            + self.targets.iter().map(|target| target.proposed.len()).sum::<usize>();
        let mut counts = vec![
            ("sources", self.sources.len()),
            ("categories", self.categories.len()),
            ("targets", self.targets.len()),
            ("rules", rules),
            ("case files", cases),
        ];
        if proposed > 0 {
            counts.push(("proposed rules, not run", proposed));
        }
        counts
    }

    /// A fingerprint of every file of rules.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Which system and version made these files, and why.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn detect(&self, files: &[InputFile]) -> Result<Detection, Error> {
        let schemas: Vec<&SourceSchema> = self.sources.iter().map(|source| &source.schema).collect();
        detect::detect(&schemas, files)
    }

    /// The same for a version that somebody named: which of the files are its tables, and what does not fit.
    ///
    /// # Errors
    /// A source that there is not; a file that cannot be read.
    pub fn detect_as(&self, source: &SourceId, files: &[InputFile]) -> Result<Detection, Error> {
        let known: Vec<String> = self.sources().iter().map(ToString::to_string).collect();
        let named = self.source(source).ok_or_else(|| unknown("source", &source.to_string(), &known))?;
        detect::detect(&[&named.schema], files)
    }

    /// Of several versions of one system, whether they say the same about these files: same tables, columns and rules.
    pub fn same_for(&self, sources: &[SourceId], files: &[InputFile], detection: &Detection) -> bool {
        let tables = |id: &SourceId| detection.tables_of(id).cloned().unwrap_or_default();
        let mut seen = sources.iter().map(|id| self.source(id).map(|source| source.says_of(files, &tables(id))));
        let first = seen.next().flatten();
        first.is_some() && seen.all(|other| other == first)
    }

    /// Prepares a run: everything that can be known before the first row is checked here.
    ///
    /// # Errors
    /// An unknown source or target; a code map or vocabulary that cannot be read.
    pub fn start(&self, source: &SourceId, target: &str, files: &[InputFile], order: Order) -> Result<Job<'_>, Error> {
        let (source, target) = self.pair(source, target)?;
        Job::new(source, target, files.to_vec(), order)
    }

    fn pair(&self, source: &SourceId, target: &str) -> Result<(&CompiledSource, &CompiledTarget), Error> {
        let known = self.sources();
        let compiled = self.source(source).ok_or_else(|| {
            let names: Vec<String> = known.iter().map(ToString::to_string).collect();
            unknown("source", &source.to_string(), &names)
        })?;
        if compiled.schema.layout {
            return Err(Error::refused(format!("`{source}` is known by its layout only: there are no rules that convert it")));
        }
        let names: Vec<String> = self.targets.iter().map(|target| target.schema.name.clone()).collect();
        let target = self.targets.iter().find(|known| known.schema.name == target).ok_or_else(|| unknown("target", target, &names))?;
        Ok((compiled, target))
    }

    /// The names of the secrets that a run from this source to this target may ask for; [`Order::secrets`] brings them.
    ///
    /// # Errors
    /// An unknown source or target; a target that reads another source straight.
    pub fn secrets(&self, source: &SourceId, target: &str) -> Result<Vec<String>, Error> {
        let (source, target) = self.pair(source, target)?;
        Ok(source.secrets(Some(target))?.into_iter().collect())
    }

    /// Where `TARGET.TABLE` or `TARGET.TABLE.COLUMN` comes from, as rules; for one source or all.
    ///
    /// # Errors
    /// A target, table, column or source that there is not.
    pub fn explain(&self, what: &str, source: Option<&SourceId>) -> Result<String, Error> {
        Ok(self.lineage(what, source)?.to_text())
    }

    /// The same as data: every rule on the way of `TARGET.TABLE` or `TARGET.TABLE.COLUMN`, back to the columns of files.
    ///
    /// # Errors
    /// A target, table, column or source that there is not.
    ///
    /// ```
    /// # fn main() -> Result<(), ehr_rules::Error> {
    /// # let rulesets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
    /// let (book, _) = ehr_rules::Rulebook::load(&[rulesets])?;
    /// let way = book.lineage("omop-5.4.person.year_of_birth", Some(&"synthea/2022".parse()?))?;
    /// assert_eq!(way.files[0].column, "BIRTHDATE");
    /// # Ok(())
    /// # }
    /// ```
    pub fn lineage(&self, what: &str, source: Option<&SourceId>) -> Result<Lineage, Error> {
        lineage::trace::lineage(self, what, source)
    }

    /// The mapping of a source to a target as people read it: each column's way in words, code maps, examples from the cases.
    ///
    /// # Errors
    /// A source or target that there is not, or that do not go together; a code map that cannot be read.
    pub fn mapping(&self, source: &SourceId, target: &str) -> Result<Mapping, Error> {
        mapping::mapping(self, source, target)
    }

    /// Drafts the schema of a source and rules towards the categories from a scan, which should have kept values
    /// ([`ScanOptions::values`](crate::ScanOptions::values)): they are looked at to see what is coded. No rule of a draft is run
    /// before a person has approved it. None is drafted for the categories `without`.
    pub fn draft(&self, scan: &Scan, source: &SourceId, without: &[String]) -> Draft {
        draft::draft(scan, &source.system, &source.version, &self.categories, without)
    }

    /// Drafts a source as the next version of one that is known: that it inherits, and what changed since by the names and values
    /// of the columns. `without` names changes that are only said, not made: `table.column`, or a new table for its references.
    ///
    /// # Errors
    /// A source that there is not.
    pub fn draft_next(&self, scan: &Scan, source: &SourceId, parent: &SourceId, without: &[String]) -> Result<Draft, Error> {
        let known: Vec<String> = self.sources().iter().map(ToString::to_string).collect();
        let before = self.source(parent).ok_or_else(|| unknown("source", &parent.to_string(), &known))?;
        Ok(next::draft(scan, &source.version, &before.schema, &before.used, without))
    }

    /// What a scan found of how files are written, as the keys of a schema (`dialect:`, and that of a table where files differ): only
    /// what the source that is named does not say of its files, or says otherwise. [`Rulebook::dialects_of_unknown`] needs no source.
    ///
    /// # Errors
    /// A source that there is not.
    pub fn dialects(&self, scan: &Scan, source: &SourceId) -> Result<String, Error> {
        let known: Vec<String> = self.sources().iter().map(ToString::to_string).collect();
        let source = self.source(source).ok_or_else(|| unknown("source", &source.to_string(), &known))?;
        Ok(draft::dialects(scan, Some(&source.schema)))
    }

    /// The same for files of which nothing is known.
    pub fn dialects_of_unknown(scan: &Scan) -> String {
        draft::dialects(scan, None)
    }

    /// Runs the rulesets' own cases; `only` keeps those whose file or name holds it.
    ///
    /// # Errors
    /// A case file that cannot be read, or a run that fails.
    pub fn test(&self, only: Option<&str>) -> Result<TestReport, Error> {
        cases::test(self, only)
    }

    /// The function reference: all of it, or one function; `None` where there is no such function.
    ///
    /// ```
    /// let text = ehr_rules::Rulebook::functions(Some("age_at")).unwrap_or_default();
    /// assert!(text.starts_with("age_at(birth: date, on: date or datetime) -> integer"));
    /// ```
    pub fn functions(name: Option<&str>) -> Option<String> {
        functions::reference(name)
    }

    /// The JSON Schemas (draft 2020-12) of the YAML files, for editors: their names, each with the files it is for, as globs from a
    /// folder of rules.
    pub fn schema_names() -> Vec<(&'static str, &'static [&'static str])> {
        schema::names().collect()
    }

    /// One of the JSON Schemas; `None` where there is none of that name.
    ///
    /// ```
    /// let schema = ehr_rules::Rulebook::schema("rules").unwrap_or_default();
    /// assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    /// ```
    pub fn schema(name: &str) -> Option<Value> {
        schema::schema(name)
    }

    pub(crate) fn source(&self, id: &SourceId) -> Option<&CompiledSource> {
        self.sources.iter().find(|source| source.id() == *id)
    }
}

/// There is none of that name.
pub(crate) fn unknown(what: &str, name: &str, known: &[String]) -> Error {
    let near = nearest(name, known.iter().map(String::as_str));
    Error::refused(match near {
        Some(near) => format!("unknown {what} `{name}`: did you mean `{near}`?"),
        None => {
            format!("unknown {what} `{name}`: there is {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    })
}
