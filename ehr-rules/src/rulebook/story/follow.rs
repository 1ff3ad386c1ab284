//! Following a row from rule to rule, back to its lines.

use super::JoinedRow;
use super::Story;
use super::StoryColumn;
use super::Taken;
use super::row::AT;
use super::row::Pick;
use super::row::Wanted;
use crate::codes::Standard;
use crate::codes::entries::CodeEntry;
use crate::dataset::Common;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::ORIGIN;
use crate::dataset::Sound;
use crate::dataset::Table;
use crate::dataset::ledger::Ledger;
use crate::engine;
use crate::engine::Context;
use crate::engine::codes::CodeSource;
use crate::engine::probe::Only;
use crate::engine::probe::Probes;
use crate::engine::probe::Seen;
use crate::engine::transform;
use crate::error::Error;
use crate::ir::code_map::CodeMapSource;
use crate::ir::code_map::OnSeveral;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::print;
use crate::ir::tenant;
use crate::ir::transform::Branch;
use crate::ir::transform::Output;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::rulebook::cases::compare::shown;
use crate::rulebook::coverage::watch::Watch;
use crate::rulebook::coverage::watch::Way;
use crate::rulebook::job::Job;
use crate::rulebook::spot::Spot;
use crate::rulebook::spot::Written;
use crate::rulebook::unknown;
use polars::prelude::DataFrame;
use polars::prelude::DataType;
use polars::prelude::LazyFrame;
use polars::prelude::col;
use polars::prelude::lit;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Rows that went into one are followed up to this many; what they have in common shows in fewer.
const MOST: usize = 50;
/// What is being done, for errors.
const DOING: &str = "following a row";

/// Whose rules made a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Target,
    Source,
    Files,
}

/// Which rows of its driving table a branch is run over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    All,
    /// Those made of one line.
    Origin(i64),
    /// The one of this number.
    Row(i64),
}

pub(super) struct Follow<'a> {
    job: &'a Job<'a>,
    tables: Vec<(Whose, &'a Table)>,
    show_values: bool,
    /// Numbers the plans, so that each is staged by itself.
    plans: Cell<usize>,
}

pub(super) fn follow(
    job: &Job<'_>,
    (sound, common, converted): (&Dataset<Sound>, &Dataset<Common>, &Dataset<Converted>),
    table: &str,
    key: &BTreeMap<String, String>,
    show_values: bool,
) -> Result<Vec<Story>, Error> {
    let Some(made) = converted.table(table) else {
        let names: Vec<String> = converted.tables().iter().map(|table| table.name.clone()).collect();
        return Err(unknown("table", table, &names));
    };
    let mut frame = made.scan()?.with_row_index(AT, None).with_columns([col(AT).cast(DataType::Int64)]);
    let schema = frame.collect_schema().map_err(|error| Error::engine(DOING, error))?;
    let names: Vec<String> = schema.iter_names().map(ToString::to_string).filter(|name| name != ORIGIN && name != AT).collect();
    for (column, value) in key {
        if !names.contains(column) {
            return Err(unknown("column", column, &names));
        }
        frame = frame.filter(col(column.as_str()).cast(DataType::String).eq(lit(value.as_str())));
    }
    let found = engine::collect(frame.select([col(AT)]), DOING)?;
    let tables = sound.tables().iter().map(|table| (Whose::Files, table));
    let tables = tables.chain(common.tables().iter().chain(&common.between).map(|table| (Whose::Source, table)));
    let tables = tables.chain(converted.tables().iter().chain(&converted.between).map(|table| (Whose::Target, table))).collect();
    let follow = Follow { job, tables, show_values, plans: Cell::new(0) };
    let mut stories = Vec::new();
    for at in integers(&found, AT)?.into_iter().flatten() {
        stories.extend(follow.row(Whose::Target, table, at)?);
    }
    Ok(stories)
}

impl Follow<'_> {
    /// Every row that went into the row of a table that has this number.
    fn row(&self, whose: Whose, table: &str, at: i64) -> Result<Vec<Story>, Error> {
        let (rules, written, level) = match whose {
            Whose::Target => (&self.job.rules, &self.job.target.written, self.job.target.schema.name.clone()),
            Whose::Source => (&self.job.asked.transforms, &self.job.source.written, self.job.source.id().to_string()),
            Whose::Files => return Ok(Vec::new()),
        };
        let Some(rule) = rules.iter().find(|rule| rule.table == table) else { return Ok(Vec::new()) };
        let made = self.tables.iter().find(|(of, made)| *of == whose && made.name == table);
        let Some(wanted) = made.map(|(_, made)| Wanted::read(made, at)).transpose()?.flatten() else { return Ok(Vec::new()) };
        let mut watch = Watch::default();
        let watched = watch.transform(rule, &level, Written(written));
        let ways = watch.ways();
        let mut stories = Vec::new();
        let picks = self.picks(whose, rule, &wanted, MOST)?;
        for (at, ((branch, watched), picks)) in rule.branches.iter().zip(&watched.branches).zip(&picks).enumerate() {
            for pick in picks {
                let spot = Written(written).branch_spot(&rule.table, at);
                stories.extend(self.one(whose, rule, branch, watched, &ways, pick, spot)?);
            }
        }
        Ok(stories)
    }

    /// One row, followed through one branch; none where the branch did not make it.
    #[expect(clippy::too_many_arguments, reason = "a branch as it is and as it is watched, and the row")]
    fn one(
        &self,
        whose: Whose,
        rule: &Transform,
        branch: &Branch,
        watched: &Branch,
        ways: &[Way],
        pick: &Pick,
        spot: Option<Spot>,
    ) -> Result<Option<Story>, Error> {
        let mut bare = Branch { group: None, ..watched.clone() };
        for output in &mut bare.columns {
            output.fold = None;
        }
        // Where the rows looked up come from is seen as a column of theirs.
        let integer = Type::nullable(Kind::Integer);
        for (at, join) in bare.joins.iter_mut().enumerate() {
            join.take.push((ORIGIN.to_owned(), integer.clone()));
            let expr = Expr { form: Form::Column(format!("{}.{ORIGIN}", join.alias)), ty: integer.clone() };
            bare.columns.push(Output { name: format!("_joined{at}"), expr, fold: None });
        }
        let probes = pick.number.map_or_else(Arc::default, |number| Probes::of(Only::Row(number)));
        let frame = self.probed(whose, rule, bare, Look::Row(pick.at), &probes)?;
        let Some(origin) = integers(&frame, ORIGIN)?.first().copied().flatten() else { return Ok(None) };
        let values = cells(&frame, 0, branch.columns.len())?;
        let seen_all = probes.seen();
        let mut taken: BTreeMap<&str, BTreeSet<Taken>> = BTreeMap::new();
        for (at, seen) in &seen_all {
            if let Some(way) = ways.get(*at).filter(|way| way.said) {
                taken.entry(&way.rule).or_default().insert(self.taken(way, at_system(way, &seen_all), seen)?);
            }
        }
        let taken_by = |rule: &str| taken.get(rule).cloned().unwrap_or_default().into_iter().collect::<Vec<_>>();
        let made_by = format!(
            "{}/{}",
            if whose == Whose::Target { self.job.target.schema.name.clone() } else { self.job.source.id().to_string() },
            rule.table
        );
        let column = |(output, value): (&Output, &Option<String>)| StoryColumn {
            name: output.name.clone(),
            says: print::aggregated(output),
            taken: taken_by(&format!("{made_by}.{}", output.name)),
            is_missing: value.is_none(),
            value: value.clone().filter(|_| self.show_values),
        };
        let columns = branch.columns.iter().zip(&values).filter(|(output, _)| output.name != tenant::COLUMN).map(column).collect();
        let mut joins = Vec::new();
        for (at, join) in branch.joins.iter().enumerate() {
            let found = integers(&frame, &format!("_joined{at}"))?.first().copied().flatten();
            let by = join.on.iter().map(|(_, theirs)| theirs.clone()).collect();
            joins.push(JoinedRow { table: join.table.clone(), by, line: found.map(|found| self.job.line(found)).transpose()?.flatten() });
        }
        let (line, inputs) = match self.meant(whose, &branch.from) {
            Whose::Files => (self.job.line(origin)?, Vec::new()),
            other => (None, self.row(other, &branch.from, pick.at)?),
        };
        let story = Story {
            rule: branch.rule.clone(),
            table: rule.table.clone(),
            from: branch.from.clone(),
            spot,
            taken: taken_by(&made_by),
            joins,
            columns,
            line,
            inputs,
        };
        Ok(Some(story))
    }

    /// A way in words; an entry of a map or code map tells a value, so it is named only where values are asked for.
    fn taken(&self, way: &Way, system: Option<&str>, seen: &Seen) -> Result<Taken, Error> {
        let Some(map) = &way.map else {
            let what = match way.taken.strip_prefix("`map`: ") {
                Some(entry) if !self.show_values && entry != "`otherwise`" => "an entry of `map`".to_owned(),
                _ => way.taken.clone(),
            };
            return Ok(Taken { what, spot: way.spot.clone() });
        };
        // A map is named with its level: `omop-5.4/gender`, `acme/2/gender`.
        let (level, name) = map.rsplit_once('/').unwrap_or(("", map.as_str()));
        let is_source = level == self.job.source.schema.id();
        let maps = if is_source { &self.job.source.schema.code_maps } else { &self.job.target.schema.code_maps };
        let source = maps.get(name);
        if let (Some(CodeMapSource::File(file)), Some(code)) = (source, seen.texts.first()) {
            let entries = CodeEntry::read(file)?;
            if let Some(entry) = entries.iter().find(|entry| entry.code == *code && entry.is_approved()) {
                let shown = if self.show_values { format!(" `{}` is `{}`", entry.code, entry.target) } else { String::new() };
                let spot =
                    Spot { file: file.path.display().to_string().replace('\\', "/"), line: usize::try_from(entry.line).unwrap_or(0) };
                return Ok(Taken { what: format!("an approved entry of the code map `{name}`{shown}"), spot });
            }
        }
        let what = match source {
            Some(CodeMapSource::File(_)) => format!("no approved entry of the code map `{name}`: `otherwise`"),
            _ => self.concept(if is_source { &self.job.source_codes } else { &self.job.codes }.get(name), name, system, seen),
        };
        Ok(Taken { what, spot: way.spot.clone() })
    }

    /// What a vocabulary said of a code, and what was done where it said several things.
    fn concept(&self, source: Option<&Arc<CodeSource>>, name: &str, system: Option<&str>, seen: &Seen) -> String {
        let Some(code) = seen.texts.first() else { return format!("no code for the code map `{name}`: `otherwise`") };
        let Some((found, several)) = source.and_then(|source| source.asked(system, code)) else {
            return format!("no vocabulary was given for the code map `{name}`: `otherwise`");
        };
        let shown = |what: String| if self.show_values { format!(" `{code}` {what}") } else { String::new() };
        match found {
            None => format!("no standard concept in the code map `{name}`: `otherwise`"),
            Some(Standard::One(concept)) => format!("a standard concept of the code map `{name}`{}", shown(format!("is `{concept}`"))),
            Some(Standard::Several { candidates, .. }) => {
                let done = match several {
                    OnSeveral::Otherwise => "none is taken, and `otherwise` stands",
                    OnSeveral::Lowest => "the lowest is taken",
                    OnSeveral::Reject => "the row is set aside",
                    OnSeveral::Fail => "the order fails",
                };
                let shown = shown(format!("has {candidates}"));
                format!("several standard concepts of the code map `{name}`{shown}: {done} (`on_ambiguous`)")
            }
        }
    }

    /// Whose table a rule means by a name: files and categories come before what is made beside it.
    fn meant(&self, whose: Whose, table: &str) -> Whose {
        let is_file = self.job.source.schema.table(table).is_some();
        match whose {
            Whose::Target if self.job.target.is_straight() => {
                if is_file {
                    Whose::Files
                } else {
                    Whose::Target
                }
            }
            Whose::Target => {
                if self.job.source.shapes.contains_key(table) {
                    Whose::Source
                } else {
                    Whose::Target
                }
            }
            Whose::Source | Whose::Files => {
                if is_file {
                    Whose::Files
                } else {
                    Whose::Source
                }
            }
        }
    }

    /// Runs one branch over some rows of its driving table, numbered where that is asked for.
    pub(super) fn plan(
        &self,
        whose: Whose,
        rule: &Transform,
        branch: Branch,
        look: Look,
        only: impl Into<Option<Only>>,
    ) -> Result<DataFrame, Error> {
        self.probed(whose, rule, branch, look, &only.into().map_or_else(Arc::default, Probes::of))
    }

    fn probed(&self, whose: Whose, rule: &Transform, branch: Branch, look: Look, probes: &Arc<Probes>) -> Result<DataFrame, Error> {
        let shape: Vec<(String, Type)> = branch.columns.iter().map(|output| (output.name.clone(), output.ty().clone())).collect();
        let from = branch.from.clone();
        let one = Transform { branches: vec![branch], dedupe: None, sort: Vec::new(), ..rule.clone() };
        let is_first = Cell::new(true);
        let inputs = |name: &str| -> Result<LazyFrame, Error> {
            let of = self.meant(whose, name);
            let staged = self.tables.iter().filter(|(theirs, _)| *theirs == of).map(|(_, table)| *table);
            let columns = self.job.source.shapes.get(name).cloned().unwrap_or_default();
            let frame = transform::open(name, staged, &columns)?;
            // The driving table is opened first; it may be joined to itself after that.
            if name != from || !is_first.replace(false) {
                return Ok(frame);
            }
            let frame = frame.with_row_index(AT, None);
            Ok(match look {
                Look::All => frame,
                Look::Origin(origin) => frame.filter(col(ORIGIN).eq(lit(origin))),
                Look::Row(at) => frame.filter(col(AT).eq(lit(at))),
            })
        };
        // What is marked here was marked when the order ran.
        let ledger = Arc::new(Ledger::new(self.job.ledger.table_names().map(str::to_owned)));
        let codes = if whose == Whose::Target { &self.job.codes } else { &self.job.source_codes };
        let context = Context { stage: "why", order: &self.job.order, ledger: &ledger, codes, probes: Some(probes) };
        let number = self.plans.replace(self.plans.get() + 1);
        let path: PathBuf = self.job.order.folder.join("why").join(format!("{number}.ipc"));
        let table = transform::run(&one, &shape, &inputs, &context, path)?;
        engine::collect(table.scan()?, DOING)
    }
}

/// The system of the code that a way looks up.
fn at_system<'s>(way: &Way, seen: &'s BTreeMap<usize, Seen>) -> Option<&'s str> {
    seen.get(&way.system?)?.texts.first().map(String::as_str)
}

/// The values of an integer column.
pub(super) fn integers(frame: &DataFrame, name: &str) -> Result<Vec<Option<i64>>, Error> {
    let column = frame.column(name).and_then(|column| column.i64()).map_err(|error| Error::engine(DOING, error))?;
    Ok(column.iter().collect())
}

/// The first columns of a row, as they are written.
pub(super) fn cells(frame: &DataFrame, row: usize, count: usize) -> Result<Vec<Option<String>>, Error> {
    let cell = |column: &polars::prelude::Column| column.get(row).map(|value| shown(&value)).map_err(|error| Error::engine(DOING, error));
    frame.columns().iter().filter(|column| ![ORIGIN, AT].contains(&column.name().as_str())).take(count).map(cell).collect()
}
