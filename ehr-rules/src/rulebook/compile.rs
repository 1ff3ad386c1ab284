//! What was loaded, compiled: each source's rules against its schema, each target's against the categories.

use crate::codes::CodeMap;
use crate::dataset::input::InputFile;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Source;
use crate::diagnostic::overlay::Overlay;
use crate::engine::codes::CodeSource;
use crate::error::Error;
use crate::ir::print;
use crate::ir::schema::Category;
use crate::ir::schema::CodeMapSource;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::TargetSchema;
use crate::ir::transform::Transform;
use crate::ir::types::Type;
use crate::load::CaseFile;
use crate::load::Loaded;
use crate::load::LoadedSource;
use crate::load::LoadedTarget;
use crate::rule::level;
use crate::rule::level::Compiled;
use crate::rule::view::ColumnView;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::rulebook::SourceId;
use globset::GlobBuilder;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One version of one source, ready to run.
#[derive(Debug)]
pub(crate) struct CompiledSource {
    pub schema: SourceSchema,
    pub transforms: Vec<Transform>,
    pub shapes: Arc<BTreeMap<String, Vec<(String, Type)>>>,
    pub cases: Vec<CaseFile>,
}

/// One target, ready to run.
#[derive(Debug)]
pub(crate) struct CompiledTarget {
    pub schema: TargetSchema,
    pub transforms: Vec<Transform>,
    pub maps: BTreeMap<String, Arc<CodeSource>>,
    pub cases: Vec<CaseFile>,
}

impl CompiledSource {
    pub(crate) fn id(&self) -> SourceId {
        SourceId { system: self.schema.system.clone(), version: self.schema.version.clone() }
    }

    /// All that this version says of these files, as text: schemas of the tables at hand, and rules that read them.
    pub(crate) fn says_of(&self, files: &[InputFile]) -> String {
        let at_hand: Vec<_> = self
            .schema
            .tables
            .iter()
            .filter(|table| {
                let glob = GlobBuilder::new(&table.file).case_insensitive(true).build().map(|glob| glob.compile_matcher());
                glob.is_ok_and(|glob| files.iter().any(|file| glob.is_match(file.file_name())))
            })
            .collect();
        let mut text = format!("{at_hand:?}\n");
        let read = |one: &&Transform| one.tables().iter().any(|name| at_hand.iter().any(|table| table.name == *name));
        for one in self.transforms.iter().filter(read) {
            // A rule's name holds the version; what it does is what counts.
            text.push_str(&print::transform(one, None).replace(&self.schema.id(), ""));
        }
        text
    }
}

/// Compiles both levels.
pub(crate) fn compile(
    loaded: Loaded,
    overlay: &Overlay,
    said: &mut Diagnostics,
) -> Result<(Vec<CompiledSource>, Vec<CompiledTarget>), Error> {
    let categories: Vec<TableView> = loaded.categories.iter().map(|category| category_view(&category.category)).collect();
    let shapes: Arc<BTreeMap<_, _>> = Arc::new(categories.iter().map(|view| (view.name.clone(), view.typed())).collect());
    let sources = loaded.sources.into_iter().map(|source| compile_source(source, &categories, &shapes, said)).collect();
    let targets = loaded.targets.into_iter().map(|target| compile_target(target, &categories, overlay, said)).collect::<Result<_, _>>()?;
    Ok((sources, targets))
}

fn compile_source(
    mut loaded: LoadedSource,
    categories: &[TableView],
    shapes: &Arc<BTreeMap<String, Vec<(String, Type)>>>,
    said: &mut Diagnostics,
) -> CompiledSource {
    for table in &mut loaded.schema.tables {
        // What identifies a row is never missing.
        for column in table.columns.iter_mut().filter(|column| table.key.contains(&column.name)) {
            column.ty.nullable = false;
        }
    }
    let inputs: Vec<TableView> = loaded
        .schema
        .tables
        .iter()
        .map(|table| TableView {
            name: table.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|column| ColumnView { name: column.name.clone(), ty: column.ty.clone(), one_of: Vec::new() })
                .collect(),
            key: table.key.clone(),
            ignored: table.ignore.clone(),
        })
        .collect();
    let none = BTreeMap::new();
    let name = loaded.schema.id();
    let level = Level { name: &name, inputs: &inputs, outputs: categories, output_word: "category", code_maps: &none };
    let compiled = level::compile(&loaded.rules, &level, said);
    unused(&loaded, &compiled, said);
    CompiledSource { schema: loaded.schema, transforms: compiled.transforms, shapes: Arc::clone(shapes), cases: loaded.cases }
}

/// Every column is read by a rule, is part of a key or a reference, or stands under `ignore`.
fn unused(loaded: &LoadedSource, compiled: &Compiled, said: &mut Diagnostics) {
    for table in &loaded.schema.tables {
        for column in &table.columns {
            let read = compiled.used.contains(&(table.name.clone(), column.name.clone()))
                || table.key.contains(&column.name)
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

fn compile_target(
    loaded: LoadedTarget,
    categories: &[TableView],
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
    let name = &loaded.schema.name;
    let level =
        Level { name, inputs: categories, outputs: &outputs, output_word: "table of the target", code_maps: &loaded.schema.code_maps };
    let compiled = level::compile(&loaded.rules, &level, said);
    let mut maps = BTreeMap::new();
    for (name, map) in &loaded.schema.code_maps {
        if let CodeMapSource::File { path, target } = map {
            let read = match overlay.get(path) {
                Some(text) => CodeMap::parse(&Source::new(path, text.to_owned()), target, said),
                None => CodeMap::from_csv(path, target, said)?,
            };
            maps.insert(name.clone(), Arc::new(CodeSource::Map(read, target.clone())));
        }
    }
    Ok(CompiledTarget { schema: loaded.schema, transforms: compiled.transforms, maps, cases: loaded.cases })
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
