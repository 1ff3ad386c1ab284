//! Rules ready to run: those of a version of a source, and those of a target.

use crate::dataset::input::InputFile;
use crate::diagnostic::Place;
use crate::engine::codes::CodeSource;
use crate::error::Error;
use crate::ir::plausible::Plausible;
use crate::ir::print;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::target::TargetSchema;
use crate::ir::transform::Transform;
use crate::ir::types::Type;
use crate::load::CaseFile;
use crate::load::RuleNode;
use crate::rulebook::SourceId;
use crate::rulebook::secrets;
use globset::GlobBuilder;
use globset::GlobMatcher;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tables' columns with their types, by table.
pub(crate) type Shapes = BTreeMap<String, Vec<(String, Type)>>;

/// One version of one source, ready to run.
#[derive(Debug, Clone)]
pub(crate) struct CompiledSource {
    pub schema: SourceSchema,
    /// Where the schema says what it is; none where it is not written.
    pub place: Option<Place>,
    pub transforms: Vec<Transform>,
    /// Rules that nobody has approved, which are not run.
    pub proposed: Vec<Transform>,
    pub shapes: Arc<Shapes>,
    /// What of the categories can be held against the world.
    pub plausible: Arc<Plausible>,
    pub maps: BTreeMap<String, Arc<CodeSource>>,
    pub cases: Vec<CaseFile>,
    /// The rules as they are written, for their places.
    pub written: Arc<[RuleNode]>,
    /// Tables and columns that a rule or a check reads, here or in a target that reads this source straight.
    pub used: BTreeSet<(String, String)>,
}

/// One target, ready to run.
#[derive(Debug, Clone)]
pub(crate) struct CompiledTarget {
    pub schema: TargetSchema,
    /// Its rules; where it reads a source straight, as the first version of it compiles them.
    pub transforms: Vec<Transform>,
    /// Rules that nobody has approved, which are not run.
    pub proposed: Vec<Transform>,
    /// Its rules for each version of a source that it reads straight.
    pub straight: Vec<Straight>,
    pub maps: BTreeMap<String, Arc<CodeSource>>,
    pub cases: Vec<CaseFile>,
    /// The rules as they are written, for their places.
    pub written: Arc<[RuleNode]>,
}

/// A target's rules, compiled against one version of the source that they read straight.
#[derive(Debug, Clone)]
pub(crate) struct Straight {
    pub source: SourceId,
    pub transforms: Vec<Transform>,
    pub proposed: Vec<Transform>,
    pub shapes: Shapes,
}

impl CompiledTarget {
    /// Whether its rules read the tables of a source, without categories in between.
    pub(crate) fn is_straight(&self) -> bool {
        !self.schema.sources.is_empty()
    }

    /// Its rules for one source; refused where it reads another one straight.
    pub(crate) fn rules_for(&self, source: &SourceId) -> Result<&[Transform], Error> {
        if !self.is_straight() {
            return Ok(&self.transforms);
        }
        let found = self.straight.iter().find(|straight| straight.source == *source).map(|straight| straight.transforms.as_slice());
        found.ok_or_else(|| {
            let reads = self.schema.sources.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            Error::refused(format!("the target `{}` reads {reads} straight, and the source is `{source}`", self.schema.name))
        })
    }

    /// The tables its rules read of a source, where they read it straight.
    pub(crate) fn tables_of(&self, source: &SourceId) -> Option<&Shapes> {
        self.straight.iter().find(|straight| straight.source == *source).map(|straight| &straight.shapes)
    }
}

impl CompiledSource {
    pub(crate) fn id(&self) -> SourceId {
        SourceId { system: self.schema.system.clone(), version: self.schema.version.clone() }
    }

    /// The secrets that its rules and those of a target name.
    pub(crate) fn secrets(&self, target: Option<&CompiledTarget>) -> Result<BTreeSet<String>, Error> {
        let rules = target.map_or(Ok(&[][..]), |target| target.rules_for(&self.id()))?;
        let own = if target.is_some_and(CompiledTarget::is_straight) { &[][..] } else { &self.transforms };
        Ok(secrets::named(own.iter().chain(rules)))
    }

    /// All that this version says of these files, as text: schemas of the tables at hand, and rules that read them.
    /// `found` is which table a file was found to be.
    pub(crate) fn says_of(&self, files: &[InputFile], found: &BTreeMap<String, String>) -> String {
        let mut at_hand: Vec<SourceTable> = self
            .schema
            .tables
            .iter()
            .filter(|table| {
                // A listing is never among the files.
                table.list.is_some()
                    || found.values().any(|name| *name == table.name)
                    || glob(table).is_some_and(|glob| files.iter().any(|file| glob.is_match(file.file_name())))
            })
            .cloned()
            .collect();
        // Examples change nothing of how files are read.
        at_hand.iter_mut().flat_map(|table| &mut table.columns).for_each(|column| column.examples.clear());
        let mut text = format!(
            "{found:?}
{at_hand:?}
{:?}
{:?}
",
            self.schema.parameters, self.schema.code_maps
        );
        let read = |one: &&Transform| one.tables().iter().any(|name| at_hand.iter().any(|table| table.name == *name));
        for one in self.transforms.iter().filter(read) {
            // A rule's name holds the version; what it does is what counts.
            text.push_str(&print::transform(one, None).replace(&self.schema.id(), ""));
        }
        text
    }
}

/// What a table's files are called. A glob that does not compile is a diagnostic of the rules.
fn glob(table: &SourceTable) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(&table.file).case_insensitive(true).build();
    glob.ok().map(|glob| glob.compile_matcher())
}
