//! What was loaded, compiled: each source's rules against its schema, each target's against the categories.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::overlay::Overlay;
use crate::error::Error;
use crate::ir::category::Category;
use crate::ir::plausible::Plausible;
use crate::ir::schema::CheckRule;
use crate::ir::schema::RowCheck;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::load::Loaded;
use crate::load::LoadedSource;
use crate::load::LoadedTarget;
use crate::read;
use crate::rule::level;
use crate::rule::level::Compiled;
use crate::rule::row_check;
use crate::rule::tenant;
use crate::rule::view::ColumnView;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::rulebook::SourceId;
use crate::rulebook::code_maps;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use crate::rulebook::compiled::Shapes;
use crate::rulebook::compiled::Straight;
use crate::rulebook::demands;
use crate::rulebook::phi;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Compiles both levels.
pub(crate) fn compile(
    loaded: Loaded,
    overlay: &Overlay,
    said: &mut Diagnostics,
) -> Result<(Vec<CompiledSource>, Vec<CompiledTarget>), Error> {
    let categories: Vec<TableView> = loaded.categories.iter().map(|category| category_view(&category.category)).collect();
    let shapes: Arc<Shapes> = Arc::new(categories.iter().map(|view| (view.name.clone(), view.typed())).collect());
    let plausible = Arc::new(Plausible::of(loaded.categories.iter().map(|category| &category.category)));
    let mut sources: Vec<Reading> = Vec::new();
    for mut source in loaded.sources {
        require_keys(&mut source.schema);
        examples(&source.schema, said);
        let views = source_views(&source.schema);
        let mut used = source_rules(&source, &views, &categories, said);
        row_checks(&mut source, &views, &mut used, said);
        sources.push(Reading { source, views, used });
    }
    let targets = loaded
        .targets
        .into_iter()
        .map(|target| compile_target(target, &categories, &mut sources, overlay, said))
        .collect::<Result<_, _>>()?;
    // A map that several versions have is one file, whose mistakes are said once.
    let mut read = Vec::new();
    let finish = |reading: Reading| -> Result<CompiledSource, Error> {
        unused(&reading.source, &reading.used.used, said);
        let Reading { source: LoadedSource { schema, places, cases, rules, .. }, used: compiled, .. } = reading;
        let maps = code_maps::of_files(&schema.code_maps, &mut read, overlay, said)?;
        Ok(CompiledSource {
            schema,
            place: Some(places.whole().clone()),
            transforms: compiled.transforms,
            proposed: compiled.proposed,
            shapes: Arc::clone(&shapes),
            plausible: Arc::clone(&plausible),
            maps,
            cases,
            written: rules.into(),
            used: compiled.used,
        })
    };
    let sources = sources.into_iter().map(finish).collect::<Result<_, _>>()?;
    Ok((sources, targets))
}

/// A source whose columns are still to be read, by its own rules and by targets that read it straight.
struct Reading {
    source: LoadedSource,
    views: Vec<TableView>,
    used: Compiled,
}

/// Conditions on several columns, into the schema.
fn row_checks(source: &mut LoadedSource, views: &[TableView], compiled: &mut Compiled, said: &mut Diagnostics) {
    let name = source.schema.id();
    let parameters = source.schema.parameters.clone();
    let level = Level::of_conditions(&name, views, "category", &parameters);
    for (table, check) in std::mem::take(&mut source.checks) {
        let Some(view) = views.iter().find(|view| view.name == table) else { continue };
        let (that, used) = row_check::compile(&check.that, view, &level, &check.changes, said);
        compiled.used.extend(used);
        let shape = source.schema.tables.iter_mut().find(|shape| shape.name == table);
        if let (Some(that), Some(shape)) = (that, shape) {
            shape.checks.push(RowCheck { that, message: check.message, severity: check.severity, budget: check.budget });
        }
    }
}

/// What identifies a row is never missing.
fn require_keys(schema: &mut SourceSchema) {
    for table in &mut schema.tables {
        for column in table.columns.iter_mut().filter(|column| table.key.contains(&column.name)) {
            column.ty.nullable = false;
        }
    }
}

/// Each example is a text that its column takes.
fn examples(schema: &SourceSchema, said: &mut Diagnostics) {
    for table in &schema.tables {
        for (column, example) in table.columns.iter().flat_map(|column| column.examples.iter().map(move |example| (column, example))) {
            // What is wrong with the column itself was said.
            let Ok(Some((what, help))) = read::fault(schema, table, column, &example.text) else { continue };
            let error = Diagnostic::error("E0413", &example.place, format!("the example `{}` {what}", example.text.replace('\0', "\\0")));
            said.push(error.help(help.unwrap_or_else(|| "correct the column, or the example if files never hold it".to_owned())));
        }
    }
}

fn source_views(schema: &SourceSchema) -> Vec<TableView> {
    let column = |column: &SourceColumn| ColumnView { name: column.name.clone(), ty: column.ty.clone(), one_of: allowed(column) };
    let view = |table: &SourceTable| TableView {
        name: table.name.clone(),
        columns: table.columns.iter().map(column).collect(),
        key: table.key.clone(),
        ignored: table.ignore.clone(),
    };
    schema.tables.iter().map(view).collect()
}

fn source_rules(loaded: &LoadedSource, inputs: &[TableView], categories: &[TableView], said: &mut Diagnostics) -> Compiled {
    let name = loaded.schema.id();
    let parameters = &loaded.schema.parameters;
    let level = Level {
        name: &name,
        inputs,
        outputs: categories,
        between: &[],
        broken: &[],
        output_word: "category",
        parameters,
        code_maps: &loaded.schema.code_maps,
    };
    level::compile(&loaded.rules, &level, said)
}

/// Every column is read by a rule, is part of a key or a reference, or stands under `ignore`.
fn unused(loaded: &LoadedSource, used: &BTreeSet<(String, String)>, said: &mut Diagnostics) {
    // Of a layout nothing is read but its headers and a few values.
    if loaded.schema.layout {
        return;
    }
    for table in &loaded.schema.tables {
        for column in &table.columns {
            let read = used.contains(&(table.name.clone(), column.name.clone()))
                || table.key.contains(&column.name)
                || table.patient.as_ref() == Some(&column.name)
                || table.references.iter().any(|reference| reference.column == column.name);
            if read {
                continue;
            }
            let place = loaded
                .places
                .column(&table.name, &column.name)
                .or_else(|| loaded.places.table(&table.name))
                .unwrap_or_else(|| loaded.places.whole());
            said.push(
                Diagnostic::error("E0309", place, format!("`{}` of `{}` is read by no rule", column.name, table.name))
                    .help(format!("read it in a rule, or say why not: `ignore: {{{}: REASON}}`", column.name)),
            );
        }
    }
}

/// The only texts that rules meet in a column: rows with others were set aside.
fn allowed(column: &SourceColumn) -> Vec<String> {
    let kept = column.checks.iter().filter(|check| check.severity != Severity::Warn);
    let mut lists = kept.filter_map(|check| if let CheckRule::OneOf(texts) = &check.rule { Some(texts.clone()) } else { None });
    lists.next().unwrap_or_default()
}

fn compile_target(
    mut loaded: LoadedTarget,
    categories: &[TableView],
    sources: &mut [Reading],
    overlay: &Overlay,
    said: &mut Diagnostics,
) -> Result<CompiledTarget, Error> {
    let outputs: Vec<TableView> = loaded
        .schema
        .tables
        .iter()
        .filter(|table| !table.external)
        .map(|table| TableView {
            name: table.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|column| ColumnView { name: column.name.clone(), ty: column.ty.clone(), one_of: Vec::new() })
                .collect(),
            key: Vec::new(),
            ignored: BTreeMap::new(),
        })
        .collect();
    demands::compile(&mut loaded, &outputs, said);
    if loaded.schema.sources.len() < loaded.sources.len() {
        for reading in sources.iter_mut() {
            reading.used.used.extend(level::named(&loaded.rules, &target_level(&loaded, &reading.views, &outputs)));
        }
    }
    if let Some(tenant) = &loaded.schema.tenant {
        let ids = &loaded.schema.sources;
        // Where something is wrong with what is named, any source may be the one meant.
        let meant = |reading: &&mut Reading| ids.len() < loaded.sources.len() || ids.contains(&reading.source.schema.id());
        for reading in sources.iter_mut().filter(meant) {
            let tables = reading.source.schema.tables.iter().filter(|table| table.column(&tenant.from).is_some());
            reading.used.used.extend(tables.map(|table| (table.name.clone(), tenant.from.clone())));
        }
    }
    let mut straight = Vec::new();
    for reading in sources.iter_mut().filter(|reading| loaded.schema.sources.contains(&reading.source.schema.id())) {
        // A source that something is wrong with has none, and there is no saying what may be read of it.
        if reading.views.is_empty() {
            continue;
        }
        let compiled = level::compile(&loaded.rules, &target_level(&loaded, &reading.views, &outputs), said);
        reading.used.used.extend(compiled.used);
        let schema = &reading.source.schema;
        if let Some(tenant) = &loaded.schema.tenant {
            let told = tenant::told(schema, &tenant.from);
            // Where no table tells it, that was said of the column.
            if !told.is_empty() {
                tenant::check(&compiled.transforms, &loaded.rules, schema, &tenant.from, &told, said);
            }
        }
        straight.push(Straight {
            source: SourceId { system: schema.system.clone(), version: schema.version.clone() },
            transforms: compiled.transforms,
            proposed: compiled.proposed,
            shapes: reading.views.iter().map(|view| (view.name.clone(), view.typed())).collect(),
        });
    }
    let (transforms, proposed) = match straight.first() {
        Some(first) => (first.transforms.clone(), first.proposed.clone()),
        None if loaded.sources.is_empty() => {
            let compiled = level::compile(&loaded.rules, &target_level(&loaded, categories, &outputs), said);
            (compiled.transforms, compiled.proposed)
        }
        // Nothing is said of rules that read a source that there is not.
        None => (Vec::new(), Vec::new()),
    };
    if loaded.schema.deidentified {
        for reading in sources.iter() {
            let source = phi::of_source(&reading.source.schema);
            let id = reading.source.schema.id();
            let tagged = match straight.iter().find(|straight| straight.source.to_string() == id) {
                Some(straight) => phi::through(&straight.transforms, &source, &|table| straight.shapes.contains_key(table)),
                None if loaded.sources.is_empty() => {
                    let is_table = |table: &str| reading.source.schema.table(table).is_some();
                    let common = phi::through(&reading.used.transforms, &source, &is_table);
                    phi::through(&transforms, &common, &|table| categories.iter().any(|category| category.name == table))
                }
                None => continue,
            };
            phi::check(&loaded.schema, &loaded.rules, &tagged, said);
        }
    }
    let maps = code_maps::of_files(&loaded.schema.code_maps, &mut Vec::new(), overlay, said)?;
    Ok(CompiledTarget { schema: loaded.schema, transforms, proposed, straight, maps, cases: loaded.cases, written: loaded.rules.into() })
}

fn target_level<'a>(loaded: &'a LoadedTarget, inputs: &'a [TableView], outputs: &'a [TableView]) -> Level<'a> {
    let schema = &loaded.schema;
    Level {
        name: &schema.name,
        inputs,
        outputs,
        between: &[],
        broken: &[],
        output_word: "table of the target",
        parameters: &schema.parameters,
        code_maps: &schema.code_maps,
    }
}

fn category_view(category: &Category) -> TableView {
    TableView {
        name: category.name.clone(),
        columns: category
            .columns
            .iter()
            .map(|column| ColumnView { name: column.name.clone(), ty: column.ty.clone(), one_of: column.one_of.clone() })
            .collect(),
        key: Vec::new(),
        ignored: BTreeMap::new(),
    }
}
