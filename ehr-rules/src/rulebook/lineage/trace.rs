//! Following columns back from rule to rule.

use super::ColumnRef;
use super::ColumnWay;
use super::FileColumn;
use super::Layer;
use super::Lineage;
use super::RuleWay;
use super::words;
use crate::error::Error;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::print;
use crate::ir::transform::Branch;
use crate::ir::transform::Output;
use crate::ir::transform::Transform;
use crate::rulebook::Rulebook;
use crate::rulebook::SourceId;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use crate::rulebook::phi;
use crate::rulebook::spot::Spot;
use crate::rulebook::spot::Written;
use crate::rulebook::unknown;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

/// The way of `TARGET.TABLE` or `TARGET.TABLE.COLUMN`, from one source or from each.
pub(crate) fn lineage(book: &Rulebook, what: &str, source: Option<&SourceId>) -> Result<Lineage, Error> {
    // A target's name may hold dots, as `omop-5.4` does.
    let found = book.targets.iter().find_map(|target| Some((target, what.strip_prefix(target.schema.name.as_str())?.strip_prefix('.')?)));
    let Some((target, rest)) = found else {
        let names: Vec<String> = book.targets.iter().map(|target| target.schema.name.clone()).collect();
        return Err(unknown("target", what.split('.').next().unwrap_or(what), &names));
    };
    let (table, column) = rest.split_once('.').map_or((rest, None), |(table, column)| (table, Some(column)));
    let made_on_the_way = target.transforms.iter().chain(&target.proposed).any(|one| one.table == table);
    let shape = target.schema.table(table);
    if shape.is_none() && !made_on_the_way {
        let names: Vec<String> = target.schema.tables.iter().map(|table| table.name.clone()).collect();
        return Err(unknown("table", table, &names));
    }
    if let (Some(column), Some(shape)) = (column, shape)
        && !shape.columns.iter().any(|known| known.name == column)
    {
        let names: Vec<String> = shape.columns.iter().map(|column| column.name.clone()).collect();
        return Err(unknown("column", column, &names));
    }
    if let Some(id) = source
        && book.source(id).is_none()
    {
        let names: Vec<String> = book.sources.iter().map(|source| source.id().to_string()).collect();
        return Err(unknown("source", &id.to_string(), &names));
    }
    let reads_straight = |id: &SourceId| !target.is_straight() || target.schema.sources.contains(&id.to_string());
    if let Some(id) = source {
        target.rules_for(id)?;
    }
    let sources: Vec<&CompiledSource> =
        book.sources.iter().filter(|compiled| source.map_or_else(|| reads_straight(&compiled.id()), |id| compiled.id() == *id)).collect();
    let tagged = tagged(target, &sources);
    let mut trace = Trace { target, sources, tagged, asked: BTreeMap::new() };
    let columns: Vec<String> = match column {
        Some(column) => vec![column.to_owned()],
        None => trace.outputs(&Whose::Target, table),
    };
    for column in columns {
        trace.ask(Whose::Target, table, &column);
    }
    // A table whose columns all lack a rule still has its conditions.
    trace.asked.entry((Whose::Target, table.to_owned())).or_default();
    let mut way = trace.follow(what);
    if column.is_none() {
        way.tenant = target.schema.tenant.as_ref().map(|tenant| tenant.from.clone());
        way.track = shape.and_then(|shape| shape.track.clone());
    }
    Ok(way)
}

/// Whose rules make a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    /// The target's.
    Target,
    /// Those of the source at this place.
    Source(usize),
    /// Nobody's: it is read from that source's files.
    Files(usize),
}

/// The identifiers that reach each column of a target's.
fn tagged(target: &CompiledTarget, sources: &[&CompiledSource]) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        let Ok(rules) = target.rules_for(&source.id()) else { continue };
        let is_file = |table: &str| source.schema.table(table).is_some();
        let files = phi::of_source(&source.schema);
        let made = if target.is_straight() {
            phi::through(rules, &files, &is_file)
        } else {
            phi::through(rules, &phi::through(&source.transforms, &files, &is_file), &|table| source.shapes.contains_key(table))
        };
        for (column, tags) in made {
            found.entry(column).or_default().extend(tags.into_keys());
        }
    }
    found
}

/// Columns asked for so far, by who makes them and table.
struct Trace<'a> {
    target: &'a CompiledTarget,
    sources: Vec<&'a CompiledSource>,
    /// Identifiers that reach columns of the target, from any of the sources.
    tagged: BTreeMap<(String, String), BTreeSet<String>>,
    asked: BTreeMap<(Whose, String), BTreeSet<String>>,
}

impl<'a> Trace<'a> {
    /// The rules, those that are only proposed behind the others.
    fn transforms(&self, whose: Whose) -> impl DoubleEndedIterator<Item = &'a Transform> {
        let approved: &'a [Transform] = match whose {
            Whose::Target if self.target.is_straight() => {
                let rules = self.sources.first().and_then(|source| self.target.rules_for(&source.id()).ok());
                rules.unwrap_or(&self.target.transforms)
            }
            Whose::Target => &self.target.transforms,
            Whose::Source(at) => self.sources.get(at).map_or(&[], |source| &source.transforms),
            Whose::Files(_) => &[],
        };
        approved.iter().chain(self.proposed(whose))
    }

    fn proposed(&self, whose: Whose) -> &'a [Transform] {
        match whose {
            Whose::Target => &self.target.proposed,
            Whose::Source(at) => self.sources.get(at).map_or(&[], |source| &source.proposed),
            Whose::Files(_) => &[],
        }
    }

    fn written(&self, whose: Whose) -> Written<'a> {
        match whose {
            Whose::Target => Written(&self.target.written),
            Whose::Source(at) | Whose::Files(at) => Written(self.sources.get(at).map_or(&[], |source| &source.written)),
        }
    }

    fn level(&self, whose: Whose) -> String {
        match whose {
            Whose::Target => self.target.schema.name.clone(),
            Whose::Source(at) | Whose::Files(at) => self.sources.get(at).map(|source| source.id().to_string()).unwrap_or_default(),
        }
    }

    /// Every column that the rule of a table makes, in the order of its first branch.
    fn outputs(&self, whose: &Whose, table: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let rule = self.transforms(*whose).filter(|one| one.table == table);
        for output in rule.flat_map(|one| &one.branches).flat_map(|branch| &branch.columns) {
            if !names.contains(&output.name) {
                names.push(output.name.clone());
            }
        }
        names
    }

    fn ask(&mut self, whose: Whose, table: &str, column: &str) -> bool {
        self.asked.entry((whose, table.to_owned())).or_default().insert(column.to_owned())
    }

    /// Whose table a rule means by a name: a category or file before a table that is made beside it.
    fn meant(&self, whose: Whose, table: &str) -> Vec<(Layer, Whose)> {
        let is_file = |at: usize| self.sources.get(at).is_some_and(|source| source.schema.table(table).is_some());
        match whose {
            Whose::Files(_) => Vec::new(),
            Whose::Source(at) if is_file(at) => vec![(Layer::File, Whose::Files(at))],
            Whose::Source(_) => vec![(Layer::Category, whose)],
            Whose::Target if self.target.is_straight() => {
                let files: Vec<_> = (0..self.sources.len()).filter(|at| is_file(*at)).map(|at| (Layer::File, Whose::Files(at))).collect();
                if files.is_empty() { vec![(Layer::Target, Whose::Target)] } else { files }
            }
            Whose::Target => {
                let is_category = self.sources.iter().any(|source| source.shapes.contains_key(table));
                if is_category {
                    (0..self.sources.len()).map(|at| (Layer::Category, Whose::Source(at))).collect()
                } else {
                    vec![(Layer::Target, Whose::Target)]
                }
            }
        }
    }

    /// Asks for what is read, until nothing new is asked for; then tells it all, the target first.
    fn follow(mut self, what: &str) -> Lineage {
        let mut open: Vec<(Whose, String)> = self.asked.keys().cloned().collect();
        while let Some((whose, table)) = open.pop() {
            let columns = self.asked.get(&(whose, table.clone())).cloned().unwrap_or_default();
            let rules: Vec<&Transform> = self.transforms(whose).filter(|one| one.table == table).collect();
            for (table, column) in rules.into_iter().flat_map(|rule| only(rule, &|name| columns.contains(name)).reads()) {
                for (_, theirs) in self.meant(whose, &table) {
                    if self.ask(theirs, &table, &column) {
                        open.push((theirs, table.clone()));
                    }
                }
            }
            // A rule may drive a table of which it reads no column.
            let driven = self.transforms(whose).filter(|one| one.table == table).flat_map(Transform::tables).map(str::to_owned);
            for table in driven.collect::<Vec<_>>() {
                for (_, theirs) in self.meant(whose, &table) {
                    if let Entry::Vacant(place) = self.asked.entry((theirs, table.clone())) {
                        place.insert(BTreeSet::new());
                        open.push((theirs, table.clone()));
                    }
                }
            }
        }
        let mut rules = Vec::new();
        let mut files = Vec::new();
        let everyone = std::iter::once(Whose::Target).chain((0..self.sources.len()).map(Whose::Source));
        for whose in everyone {
            // What is read stands before what reads it, so that the way back is the other way round.
            for rule in self.transforms(whose).rev() {
                if let Some(columns) = self.asked.get(&(whose, rule.table.clone())) {
                    rules.extend(self.ways(whose, rule, columns));
                }
            }
        }
        for (at, source) in self.sources.iter().enumerate() {
            for table in &source.schema.tables {
                let Some(columns) = self.asked.get(&(Whose::Files(at), table.name.clone())) else { continue };
                files.extend(columns.iter().filter_map(|name| table.column(name)).map(|column| FileColumn {
                    source: source.id().to_string(),
                    table: table.name.clone(),
                    file: table.list.as_ref().unwrap_or(&table.file).clone(),
                    column: column.name.clone(),
                    ty: column.ty.to_string(),
                    phi: column.phi.clone(),
                    examples: column.examples.iter().map(|example| example.text.clone()).collect(),
                }));
            }
        }
        Lineage { what: what.to_owned(), target: self.target.schema.name.clone(), tenant: None, track: None, rules, files }
    }

    /// The branches of a rule with the columns asked for.
    fn ways(&self, whose: Whose, rule: &Transform, columns: &BTreeSet<String>) -> Vec<RuleWay> {
        let written = self.written(whose);
        let layer = if whose == Whose::Target { Layer::Target } else { Layer::Category };
        let mut ways = Vec::new();
        for (at, branch) in rule.branches.iter().enumerate() {
            // A rule may stand in a folder of another version, whose table had another name.
            let column = |output: &Output| self.column(whose, rule, branch, output, spot_of(written, &rule.table, at, &output.name));
            let bare = only_branch(rule, branch, &|_| false);
            ways.push(RuleWay {
                rule: branch.rule.clone(),
                layer,
                level: self.level(whose),
                table: rule.table.clone(),
                from: branch.from.clone(),
                spot: written.branch_spot(&rule.table, at),
                proposed: self.proposed(whose).iter().any(|one| one.table == rule.table),
                steps: print::transform(&bare, None).lines().skip(1).map(|line| line.trim().to_owned()).collect(),
                steps_in_words: words::steps(rule, branch),
                decided_by: self.refs(whose, bare.reads()),
                columns: branch.columns.iter().filter(|output| columns.contains(&output.name)).map(column).collect(),
            });
        }
        ways
    }

    fn column(&self, whose: Whose, rule: &Transform, branch: &Branch, output: &Output, spot: Option<Spot>) -> ColumnWay {
        let mut reads = Vec::new();
        for name in output_columns(output) {
            reads.extend(self.refs(whose, branch.sources_of(name)));
        }
        reads.dedup();
        let (mut code_maps, mut functions, mut interpreted) = (Vec::new(), Vec::new(), false);
        output.expr.visit(&mut |expr| match &expr.form {
            Form::Codes { map, .. } if !code_maps.contains(map) => code_maps.push(map.clone()),
            Form::Call { function, .. } if !functions.contains(function) => functions.push(function.clone()),
            Form::Script { .. } => interpreted = true,
            _ => {}
        });
        let tags = self.tagged.get(&(rule.table.clone(), output.name.clone())).filter(|_| whose == Whose::Target);
        ColumnWay {
            name: output.name.clone(),
            phi: tags.into_iter().flatten().cloned().collect(),
            ty: output.ty().to_string(),
            says: print::aggregated(output),
            in_words: words::column(branch, output),
            reads,
            code_maps,
            functions,
            interpreted,
            spot,
        }
    }

    fn refs(&self, whose: Whose, read: impl IntoIterator<Item = (String, String)>) -> Vec<ColumnRef> {
        let mut refs = Vec::new();
        for (table, column) in read {
            for (layer, theirs) in self.meant(whose, &table) {
                refs.push(ColumnRef { layer, level: self.level(theirs), table: table.clone(), column: column.clone() });
            }
        }
        refs
    }
}

/// The columns that an output reads: its value's, and those by which the rows of a group are ordered.
fn output_columns(output: &Output) -> Vec<&str> {
    let orders = output.fold.iter().flat_map(|fold| &fold.order).flat_map(|(by, _)| Expr::columns(by));
    output.expr.columns().into_iter().chain(orders).collect()
}

fn spot_of(written: Written<'_>, table: &str, at: usize, column: &str) -> Option<Spot> {
    written.column(table, at, column).map(|(key, _)| Spot::of(&key.place)).or_else(|| written.branch_spot(table, at))
}

/// A rule with only some of its columns; joins that only the others ask for stay, since they may set rows aside.
fn only(rule: &Transform, asked: &dyn Fn(&str) -> bool) -> Transform {
    let mut kept = rule.clone();
    for branch in &mut kept.branches {
        branch.columns.retain(|output| asked(&output.name));
    }
    kept
}

/// One branch of a rule, with only some of its columns.
fn only_branch(rule: &Transform, branch: &Branch, asked: &dyn Fn(&str) -> bool) -> Transform {
    let mut kept = rule.clone();
    kept.branches = vec![branch.clone()];
    only(&kept, asked)
}
