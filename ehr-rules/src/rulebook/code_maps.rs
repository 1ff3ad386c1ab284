//! The code maps that schemas declare: read from their files, and ready to look up.

use crate::codes::CodeMap;
use crate::codes::Vocabulary;
use crate::dataset::order::Order;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::overlay::Overlay;
use crate::engine::codes::CodeSource;
use crate::error::Error;
use crate::ir::code_map::CodeFile;
use crate::ir::code_map::CodeMapSource;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The code maps of a schema that stand in files.
pub(super) fn of_files(
    declared: &BTreeMap<String, CodeMapSource>,
    known: &mut Vec<(CodeFile, Arc<CodeSource>)>,
    overlay: &Overlay,
    said: &mut Diagnostics,
) -> Result<BTreeMap<String, Arc<CodeSource>>, Error> {
    let mut maps = BTreeMap::new();
    for (name, map) in declared {
        if let CodeMapSource::File(file) = map {
            if let Some((_, source)) = known.iter().find(|(known, _)| known == file) {
                maps.insert(name.clone(), Arc::clone(source));
                continue;
            }
            let read = match overlay.get(&file.path) {
                Some(text) => CodeMap::parse(text.to_owned(), file, said),
                None => CodeMap::from_csv(file, said)?,
            };
            let source = Arc::new(CodeSource::Map(read, file.target.clone()));
            known.push((file.clone(), Arc::clone(&source)));
            maps.insert(name.clone(), source);
        }
    }
    Ok(maps)
}

/// Code maps ready to look up, with the vocabularies that the order brings.
pub(super) fn for_order(
    declared: &BTreeMap<String, CodeMapSource>,
    files: &BTreeMap<String, Arc<CodeSource>>,
    order: &Order,
) -> Result<BTreeMap<String, Arc<CodeSource>>, Error> {
    let mut codes = files.clone();
    for (name, map) in declared {
        if let CodeMapSource::Athena { systems, on_ambiguous } = map {
            let source = match &order.vocabulary {
                Some(folder) => CodeSource::Vocabulary(Vocabulary::open(folder, systems)?, *on_ambiguous),
                None => CodeSource::Absent,
            };
            codes.insert(name.clone(), Arc::new(source));
        }
    }
    Ok(codes)
}
