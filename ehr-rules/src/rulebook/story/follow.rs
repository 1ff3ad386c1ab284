//! Following a row from rule to rule, back to its lines.

use super::JoinedRow;
use super::Story;
use super::StoryColumn;
use super::Taken;
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
use crate::engine::probe::Probes;
use crate::engine::probe::Seen;
use crate::engine::transform;
use crate::error::Error;
use crate::ir::code_map::CodeMapSource;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::print;
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
enum Whose {
    Target,
    Source,
    Files,
}

struct Follow<'a> {
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
    let mut frame = made.scan()?;
    let schema = frame.collect_schema().map_err(|error| Error::engine(DOING, error))?;
    let names: Vec<String> = schema.iter_names().map(ToString::to_string).filter(|name| name != ORIGIN).collect();
    for (column, value) in key {
        if !names.contains(column) {
            return Err(unknown("column", column, &names));
        }
        frame = frame.filter(col(column.as_str()).cast(DataType::String).eq(lit(value.as_str())));
    }
    let found = engine::collect(frame.select([col(ORIGIN)]), DOING)?;
    let tables = sound.tables().iter().map(|table| (Whose::Files, table));
    let tables = tables.chain(common.tables().iter().map(|table| (Whose::Source, table)));
    let tables = tables.chain(converted.tables().iter().map(|table| (Whose::Target, table))).collect();
    let follow = Follow { job, tables, show_values, plans: Cell::new(0) };
    let mut stories = Vec::new();
    for origin in integers(&found, ORIGIN)?.into_iter().flatten() {
        stories.extend(follow.row(Whose::Target, table, origin)?);
    }
    Ok(stories)
}

impl Follow<'_> {
    /// Every row that went into the row of a table that has this origin.
    fn row(&self, whose: Whose, table: &str, origin: i64) -> Result<Vec<Story>, Error> {
        let (rules, written, level) = match whose {
            Whose::Target => (&self.job.rules, &self.job.target.written, self.job.target.schema.name.clone()),
            Whose::Source => (&self.job.asked.transforms, &self.job.source.written, self.job.source.id().to_string()),
            Whose::Files => return Ok(Vec::new()),
        };
        let Some(rule) = rules.iter().find(|rule| rule.table == table) else { return Ok(Vec::new()) };
        let mut watch = Watch::default();
        let watched = watch.transform(rule, &level, Written(written));
        let ways = watch.ways();
        let mut stories = Vec::new();
        for (at, (branch, watched)) in rule.branches.iter().zip(&watched.branches).enumerate() {
            for origin in self.members(whose, rule, branch, origin)?.into_iter().take(MOST) {
                let spot = Written(written).branch_spot(&rule.table, at);
                stories.extend(self.one(whose, rule, branch, watched, &ways, origin, spot)?);
            }
        }
        Ok(stories)
    }

    /// The origins of the rows that were grouped or merged into one.
    fn members(&self, whose: Whose, rule: &Transform, branch: &Branch, origin: i64) -> Result<Vec<i64>, Error> {
        let pivoted = || branch.pivot.as_ref().map(|pivot| pivot.by.iter().map(|(_, by)| by.clone()).collect());
        let folded = branch.group.clone().or_else(pivoted);
        let by: Vec<Expr> = match (&folded, &rule.dedupe) {
            (Some(by), _) => by.clone(),
            (None, Some(dedupe)) => {
                let output = |name: &String| branch.columns.iter().find(|output| output.name == *name).map(|output| output.expr.clone());
                dedupe.by.iter().filter_map(output).collect()
            }
            (None, None) => return Ok(vec![origin]),
        };
        let outputs: Vec<Output> =
            by.into_iter().enumerate().map(|(at, expr)| Output { name: format!("by{at}"), expr, fold: None }).collect();
        let shape: Vec<(String, Type)> = outputs.iter().map(|output| (output.name.clone(), output.expr.ty.clone())).collect();
        let mut bare = Branch { group: None, pivot: None, columns: outputs, ..branch.clone() };
        bare.joins.retain(|join| !join.after_pivot);
        let frame = self.plan(whose, rule, bare, &shape, None, None)?;
        let origins = integers(&frame, ORIGIN)?;
        let keys: Vec<Vec<Option<String>>> = (0..frame.height()).map(|row| cells(&frame, row, shape.len())).collect::<Result<_, _>>()?;
        let made_by = if folded.is_some() {
            origins.iter().position(|one| *one == Some(origin)).and_then(|at| keys.get(at)).cloned()
        } else {
            self.made_key(whose, rule, origin)?
        };
        let Some(made_by) = made_by else { return Ok(Vec::new()) };
        Ok(origins.into_iter().zip(&keys).filter(|(_, key)| **key == made_by).filter_map(|(origin, _)| origin).collect())
    }

    /// What a row that stayed has in the columns by which rows are merged.
    fn made_key(&self, whose: Whose, rule: &Transform, origin: i64) -> Result<Option<Vec<Option<String>>>, Error> {
        let (Some(dedupe), Some((_, table))) =
            (&rule.dedupe, self.tables.iter().find(|(of, table)| *of == whose && table.name == rule.table))
        else {
            return Ok(None);
        };
        let columns: Vec<_> = dedupe.by.iter().map(|name| col(name.as_str())).collect();
        let frame = engine::collect(table.scan()?.filter(col(ORIGIN).eq(lit(origin))).select(columns), DOING)?;
        if frame.height() == 0 { Ok(None) } else { cells(&frame, 0, dedupe.by.len()).map(Some) }
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
        origin: i64,
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
        let shape: Vec<(String, Type)> = bare.columns.iter().map(|output| (output.name.clone(), output.expr.ty.clone())).collect();
        let probes: Arc<Probes> = Arc::default();
        let frame = self.plan(whose, rule, bare, &shape, Some(origin), Some(&probes))?;
        if frame.height() == 0 {
            return Ok(None);
        }
        let values = cells(&frame, 0, branch.columns.len())?;
        let seen = probes.seen();
        let mut taken: BTreeMap<&str, BTreeSet<Taken>> = BTreeMap::new();
        for (at, seen) in &seen {
            if let Some(way) = ways.get(*at).filter(|way| way.said) {
                taken.entry(&way.rule).or_default().insert(self.taken(way, seen)?);
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
        let columns = branch.columns.iter().zip(&values).map(column).collect();
        let mut joins = Vec::new();
        for (at, join) in branch.joins.iter().enumerate() {
            let found = integers(&frame, &format!("_joined{at}"))?.first().copied().flatten();
            let by = join.on.iter().map(|(_, theirs)| theirs.clone()).collect();
            joins.push(JoinedRow { table: join.table.clone(), by, line: found.map(|found| self.job.line(found)).transpose()?.flatten() });
        }
        let (line, inputs) = match self.meant(whose, &branch.from) {
            Whose::Files => (self.job.line(origin)?, Vec::new()),
            other => (None, self.row(other, &branch.from, origin)?),
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
    fn taken(&self, way: &Way, seen: &Seen) -> Result<Taken, Error> {
        let Some(map) = &way.map else {
            let what = match way.taken.strip_prefix("`map`: ") {
                Some(entry) if !self.show_values && entry != "`otherwise`" => "an entry of `map`".to_owned(),
                _ => way.taken.clone(),
            };
            return Ok(Taken { what, spot: way.spot.clone() });
        };
        let name = map.rsplit_once('/').map_or(map.as_str(), |(_, name)| name);
        let source = self.job.target.schema.code_maps.get(name);
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
            _ => format!("looked up in the code map `{name}`"),
        };
        Ok(Taken { what, spot: way.spot.clone() })
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

    /// Runs one branch, over one row of its driving table or over all.
    fn plan(
        &self,
        whose: Whose,
        rule: &Transform,
        branch: Branch,
        shape: &[(String, Type)],
        origin: Option<i64>,
        probes: Option<&Arc<Probes>>,
    ) -> Result<DataFrame, Error> {
        let from = branch.from.clone();
        let one = Transform { branches: vec![branch], dedupe: None, sort: Vec::new(), ..rule.clone() };
        let is_first = Cell::new(true);
        let inputs = |name: &str| -> Result<LazyFrame, Error> {
            let of = self.meant(whose, name);
            let staged = self.tables.iter().filter(|(theirs, _)| *theirs == of).map(|(_, table)| *table);
            let columns = self.job.source.shapes.get(name).cloned().unwrap_or_default();
            let frame = transform::open(name, staged, &columns)?;
            // The driving table is opened first; it may be joined to itself after that.
            Ok(match origin {
                Some(origin) if name == from && is_first.replace(false) => frame.filter(col(ORIGIN).eq(lit(origin))),
                _ => frame,
            })
        };
        // What is marked here was marked when the order ran.
        let ledger = Arc::new(Ledger::new(self.job.ledger.table_names().map(str::to_owned)));
        let context = Context { stage: "why", order: &self.job.order, ledger: &ledger, codes: &self.job.codes, probes };
        let number = self.plans.replace(self.plans.get() + 1);
        let path: PathBuf = self.job.order.folder.join("why").join(format!("{number}.ipc"));
        let table = transform::run(&one, shape, &inputs, &context, path)?;
        engine::collect(table.scan()?, DOING)
    }
}

/// The values of an integer column.
fn integers(frame: &DataFrame, name: &str) -> Result<Vec<Option<i64>>, Error> {
    let column = frame.column(name).and_then(|column| column.i64()).map_err(|error| Error::engine(DOING, error))?;
    Ok(column.iter().collect())
}

/// The first columns of a row, as they are written.
fn cells(frame: &DataFrame, row: usize, count: usize) -> Result<Vec<Option<String>>, Error> {
    let cell = |column: &polars::prelude::Column| column.get(row).map(|value| shown(&value)).map_err(|error| Error::engine(DOING, error));
    frame.columns().iter().filter(|column| column.name() != ORIGIN).take(count).map(cell).collect()
}
