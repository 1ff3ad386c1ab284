//! One run through the corridor.

use crate::assess;
use crate::categorize;
use crate::convert;
use crate::dataset::Common;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Part;
use crate::dataset::Read;
use crate::dataset::Sound;
use crate::dataset::Table;
use crate::dataset::input::InputFile;
use crate::dataset::kept::Kept;
use crate::dataset::kept::KeptTable;
use crate::dataset::kept::Standing;
use crate::dataset::ledger::Balance;
use crate::dataset::ledger::Ledger;
use crate::dataset::order::Order;
use crate::dataset::output::OutputRows;
use crate::engine;
use crate::engine::Context;
use crate::engine::codes::CodeSource;
use crate::engine::parting;
use crate::engine::probe::Probes;
use crate::engine::track;
use crate::error::Error;
use crate::finding::Verified;
use crate::ir::target::TargetSchema;
use crate::ir::target::TargetTable;
use crate::ir::tenant::COLUMN;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::read;
use crate::rule::tenant;
use crate::rulebook::SourceId;
use crate::rulebook::asked::Asked;
use crate::rulebook::code_maps;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use crate::rulebook::demands;
use crate::rulebook::feasibility;
use crate::rulebook::feasibility::Feasibility;
use crate::rulebook::outcome::Outcome;
use crate::rulebook::outcome::Unmapped;
use crate::rulebook::secrets;
use crate::rulebook::settings;
use crate::rulebook::settings::Settings;
use crate::verify;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// One run: a source's files on their way to a target.
pub struct Job<'book> {
    pub(super) source: &'book CompiledSource,
    pub(super) target: &'book CompiledTarget,
    pub(super) files: Vec<InputFile>,
    pub(super) order: Order,
    pub(super) ledger: Arc<Ledger>,
    pub(super) codes: BTreeMap<String, Arc<CodeSource>>,
    /// The source's own, which may have the same names.
    pub(super) source_codes: BTreeMap<String, Arc<CodeSource>>,
    /// What the target's rules read, once they have.
    came: Mutex<Vec<Table>>,
    outputs: Mutex<Vec<OutputRows>>,
    actions: Mutex<Option<Table>>,
    /// What came of the target's checks, once they were run.
    checks: Mutex<Vec<Verified>>,
    pub(super) asked: Asked,
    /// The target's rules, with the order's parameters in them.
    pub(super) rules: Vec<Transform>,
    /// Parameters of the source, and of source and target together.
    made: Settings,
    settings: Settings,
    /// The names of the secrets that it asks for.
    secrets: BTreeSet<String>,
    probes: Option<Arc<Probes>>,
    /// The source's tables whose rows say whose they are, where the target keeps tenants apart.
    pub(super) told: Option<BTreeSet<String>>,
    /// The tenants that have rows, each with the spellings of its name.
    tenants: Mutex<BTreeMap<String, Vec<String>>>,
}

impl<'book> Job<'book> {
    pub(crate) fn new(
        source: &'book CompiledSource,
        target: &'book CompiledTarget,
        files: Vec<InputFile>,
        order: Order,
    ) -> Result<Self, Error> {
        let mut rules = target.rules_for(&source.id())?.to_vec();
        let (ours, theirs) = (&source.schema.parameters, &target.schema.parameters);
        settings::known(ours.iter().chain(theirs), &order.parameters)?;
        let (mut settings, made) = (settings::of(theirs, &order.parameters)?, settings::of(ours, &order.parameters)?);
        settings::settle(&mut rules, &settings)?;
        let told = target.schema.tenant.as_ref().map(|tenant| tenant::told(&source.schema, &tenant.from));
        if let Some(told) = &told {
            tenant::carry(&mut rules, &source.schema, told);
        } else if order.tenant.is_some() {
            return Err(Error::refused(format!("the target `{}` knows no tenants", target.schema.name)));
        }
        let codes = code_maps::for_order(&target.schema.code_maps, &target.maps, &order)?;
        let source_codes = code_maps::for_order(&source.schema.code_maps, &source.maps, &order)?;
        let ledger = Arc::new(Ledger::new(source.schema.tables.iter().map(|table| table.name.clone())));
        let mut asked = if order.whole_categories { Asked::all(source, target) } else { Asked::by(source, target) };
        asked.refuse_listings(source, target, &rules)?;
        settings::settle(&mut asked.transforms, &made)?;
        settings.extend(made.clone());
        let secrets = secrets::named(asked.transforms.iter().chain(&rules));
        secrets::brought(&secrets, &order.secrets)?;
        Ok(Self {
            source,
            target,
            files,
            order,
            ledger,
            codes,
            source_codes,
            came: Mutex::default(),
            outputs: Mutex::default(),
            actions: Mutex::default(),
            checks: Mutex::default(),
            asked,
            rules,
            made,
            settings,
            secrets,
            probes: None,
            told,
            tenants: Mutex::default(),
        })
    }

    /// The same run, in which the probes put into its rules tell what they see.
    pub(crate) fn watched(mut self, probes: &Arc<Probes>) -> Self {
        self.probes = Some(Arc::clone(probes));
        self
    }

    /// A run that starts from categories given by hand, for cases.
    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// The source.
    pub fn source(&self) -> SourceId {
        self.source.id()
    }

    /// The kind of a category's column.
    pub fn category_kind(&self, category: &str, column: &str) -> Option<Kind> {
        self.source.shapes.get(category)?.iter().find(|(name, _)| name == column).map(|(_, ty)| ty.kind.clone())
    }

    /// The kind of a column of the target.
    pub fn target_kind(&self, table: &str, column: &str) -> Option<Kind> {
        let table = self.target.schema.table(table)?;
        table.columns.iter().find(|known| known.name == column).map(|column| column.ty.kind.clone())
    }

    /// Every parameter that the rules declare, with its value in this run, as it is written.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let shown = |value: &Value| if let Value::Text(text) = value { text.clone() } else { value.to_string() };
        self.settings.iter().map(|(name, value)| (name.clone(), shown(value))).collect()
    }

    /// The names of the secrets that this run asks for.
    pub fn secrets(&self) -> Vec<String> {
        self.secrets.iter().cloned().collect()
    }

    /// Which secrets this run has, as a text that is the same for the same names and values, and tells no value.
    pub fn secrets_print(&self) -> String {
        secrets::print(&self.secrets, &self.order.secrets)
    }

    /// The target's schema.
    pub fn target(&self) -> &TargetSchema {
        &self.target.schema
    }

    /// Reads every table, typed; sets aside what does not hold.
    ///
    /// # Errors
    /// A file that cannot be read; a disk that is full.
    pub fn read(&self) -> Result<Dataset<Read>, Error> {
        read::read(&self.source.schema, &self.files, self.asked.columns.as_ref(), &self.order, &self.ledger)
    }

    /// Checks what no single row can know, uniqueness and references, and what must hold of several columns; holds all of it against its budgets.
    ///
    /// # Errors
    /// A staged table that cannot be read or written.
    pub fn assess(&self, data: Dataset<Read>) -> Result<Dataset<Sound>, Error> {
        let schema = &self.source.schema;
        let data = self.told_apart(data)?;
        let checks = |table: &str| schema.table(table).map(|table| settings::settled(&table.checks, &self.made)).unwrap_or_default();
        assess::assess(schema, &checks, data, &self.context("assess"))
    }

    /// With whose each row is, where the target keeps tenants apart.
    fn told_apart(&self, data: Dataset<Read>) -> Result<Dataset<Read>, Error> {
        let (Some(told), Some(tenant)) = (&self.told, &self.target.schema.tenant) else { return Ok(data) };
        let (tables, tenants) = engine::tenant::tell(&data.tables, told, tenant, &self.context("assess"))?;
        *self.tenants.lock().unwrap_or_else(PoisonError::into_inner) = tenants;
        Ok(Dataset::new(tables, data.ledger, data.folder))
    }

    /// The tenants that have rows, by their identities, each with the spellings of its name in the order in which they come;
    /// none before [`Job::assess`], and where the target keeps no tenants apart.
    pub fn tenants(&self) -> BTreeMap<String, Vec<String>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The rows of a table tenant by tenant, by identity, where the target keeps tenants apart.
    ///
    /// # Errors
    /// A staged table that cannot be read or written.
    pub fn parts(&self, table: &Table) -> Result<Vec<Part>, Error> {
        parting::parts(table, &self.order, parting::HELD)
    }

    /// The columns of a table that rules read, whose its rows are among them.
    pub(super) fn with_whose(&self, table: &str, shape: &[(String, Type)]) -> Vec<(String, Type)> {
        let whose = self.told.as_ref().filter(|told| told.contains(table)).map(|_| (COLUMN.to_owned(), Type::required(Kind::Text)));
        shape.iter().cloned().chain(whose).collect()
    }

    /// From the source's tables to the categories that the target asks for. A target that reads its source straight asks for
    /// none: the source's tables themselves go on.
    ///
    /// # Errors
    /// A staged table that cannot be read or written.
    pub fn categorize(&self, data: &Dataset<Sound>) -> Result<Dataset<Common>, Error> {
        if self.target.is_straight() {
            return Ok(Dataset::new(data.tables.clone(), Arc::clone(&data.ledger), data.folder.clone()));
        }
        let shapes = |name: &str| self.asked.shape(name, &self.source.shapes);
        categorize::categorize(&self.asked.transforms, &shapes, &self.source.plausible, data, &self.context("categorize"))
    }

    /// From the categories to the target's tables.
    ///
    /// # Errors
    /// A staged table that cannot be read or written.
    pub fn convert(&self, common: &Dataset<Common>) -> Result<Dataset<Converted>, Error> {
        let id = self.source.id();
        let read = self.target.tables_of(&id).unwrap_or(&self.source.shapes);
        let shapes = |name: &str| read.get(name).map(|shape| self.with_whose(name, shape)).unwrap_or_default();
        let made = convert::convert(&self.target.schema, &self.rules, &shapes, common, &self.context("convert"))?;
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&common.tables);
        *self.outputs.lock().unwrap_or_else(PoisonError::into_inner) = made.outputs;
        *self.actions.lock().unwrap_or_else(PoisonError::into_inner) = made.actions;
        Ok(made.tables)
    }

    /// Writes down what the run knows beside its staged tables, so that another process can go on from there with
    /// [`Job::take_up`]. Tables stay in the run's folder ([`Order::folder`]), which may be renamed in between.
    ///
    /// # Errors
    /// A disk that is full.
    pub fn keep<S: Standing>(&self, data: &Dataset<S>, path: &Path) -> Result<(), Error> {
        let root = &self.order.folder;
        let mut kept = Kept::new(data, root);
        kept.came = self.came().iter().map(|table| KeptTable::new(table, root)).collect();
        kept.outputs.clone_from(&self.outputs.lock().unwrap_or_else(PoisonError::into_inner));
        kept.actions = self.actions().map(|table| KeptTable::new(&table, root));
        kept.tenants = self.tenants();
        kept.checks.clone_from(&self.checks.lock().unwrap_or_else(PoisonError::into_inner));
        let file = File::create(path).map_err(|error| Error::io("writing", path, error))?;
        kept.write(file, path)
    }

    /// Takes up what [`Job::keep`] wrote down, in place of all that this run knows. It must be of the same files and rules, and
    /// its staged tables as they were: whoever kept it answers for that.
    ///
    /// # Errors
    /// A file that is not there, or is of another stage or another program.
    pub fn take_up<S: Standing>(&self, path: &Path) -> Result<Dataset<S>, Error> {
        let root = &self.order.folder;
        let file = File::open(path).map_err(|error| Error::io("reading", path, error))?;
        let mut kept = Kept::read(file, path)?;
        let came = std::mem::take(&mut kept.came).into_iter().map(|table| table.table(root)).collect();
        let (outputs, actions) = (std::mem::take(&mut kept.outputs), kept.actions.take().map(|table| table.table(root)));
        let tenants = std::mem::take(&mut kept.tenants);
        let checks = std::mem::take(&mut kept.checks);
        let data = kept.dataset(root, &self.ledger, path)?;
        *self.came.lock().unwrap_or_else(PoisonError::into_inner) = came;
        *self.outputs.lock().unwrap_or_else(PoisonError::into_inner) = outputs;
        *self.actions.lock().unwrap_or_else(PoisonError::into_inner) = actions;
        *self.tenants.lock().unwrap_or_else(PoisonError::into_inner) = tenants;
        *self.checks.lock().unwrap_or_else(PoisonError::into_inner) = checks;
        Ok(data)
    }

    /// The file actions that [`Job::convert`] planned: `status`, `source`, `target`, `verify`, `rule`; none where no rule declares any.
    pub fn actions(&self) -> Option<Table> {
        self.actions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the rules of the target made rows of: tables, and rules that only move files.
    pub(crate) fn filled(&self) -> Vec<String> {
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        outputs.iter().filter(|output| output.rows > 0).map(|output| output.table.clone()).collect()
    }

    /// Holds the target's tables against its schema; what falls short is a finding, which fails the order unless the schema only warns.
    ///
    /// # Errors
    /// A staged table that cannot be read.
    pub fn verify(&self, converted: &Dataset<Converted>) -> Result<(), Error> {
        let demands = |table: &TargetTable| demands::settled(table, &self.settings);
        let collided = |table: &TargetTable| self.collided(converted, table);
        let checks = verify::verify(&self.target.schema, &demands, converted, &collided, &self.context("verify"))?;
        *self.checks.lock().unwrap_or_else(PoisonError::into_inner) = checks;
        Ok(())
    }

    /// A table of the source as it was read, rows that were set aside later among its own; none where no file was.
    pub(super) fn staged(&self, table: &str) -> Option<Table> {
        let path = read::staged(&self.order, table);
        path.is_file().then(|| Table { name: table.to_owned(), path, rows: 0 })
    }

    /// Whether the export is worth converting: counts by table and column, held against what the target asks for.
    /// It is asked before the stages' files are removed.
    ///
    /// # Errors
    /// A staged table that cannot be read.
    pub fn feasibility(&self, converted: &Dataset<Converted>, outcome: &Outcome) -> Result<Feasibility, Error> {
        feasibility::feasibility(self, converted, outcome)
    }

    /// Each table of the target that is tracked, and each whose rows are part of one that is, with what a destination tells its rows by:
    /// `_ehr_natural` (natural key), `_ehr_fingerprint`, `_ehr_parts`, `_ehr_content` (JSON), `_ehr_start` and `_ehr_end`, `_ehr_file` and
    /// `_ehr_line`; of a part instead `_ehr_parent`, the place of its row from 0. Rows stand in the order of the table itself.
    ///
    /// # Errors
    /// A staged table that cannot be read or written.
    pub fn tracked(&self, converted: &Dataset<Converted>) -> Result<Vec<Table>, Error> {
        track::track(&self.target.schema, converted, &self.context("convert"))
    }

    /// The tables that the target's rules read.
    pub(super) fn came(&self) -> Vec<Table> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the original fields of rows set aside after reading, and closes the ledger.
    /// Rejects are then in the order's folder under `rejects/<table>.csv`.
    ///
    /// # Errors
    /// An input file that is no longer there; a disk that is full.
    pub fn finish(&self) -> Result<Outcome, Error> {
        read::originals(&self.source.schema, &self.files, &self.order, &self.ledger)?;
        let tables = self.ledger.balances();
        Ok(Outcome {
            balanced: tables.iter().all(Balance::balanced),
            tables,
            outputs: self.outputs.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            findings: self.ledger.findings(),
            checks: self.checks.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            unmapped: self
                .ledger
                .work_list()
                .into_iter()
                .map(|(code_map, rule, source_value, rows, candidates)| Unmapped { code_map, rule, source_value, rows, candidates })
                .collect(),
        })
    }

    fn context(&self, stage: &'static str) -> Context<'_> {
        let codes = if stage == "convert" { &self.codes } else { &self.source_codes };
        Context { stage, order: &self.order, ledger: &self.ledger, codes, probes: self.probes.as_ref() }
    }
}
