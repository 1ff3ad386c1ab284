//! One category's file to its schema.

use super::LoadedCategory;
use super::column;
use super::folder::name_of;
use super::places::Places;
use super::read_yaml;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::overlay::Overlay;
use crate::error::Error;
use crate::ir::category::Category;
use crate::ir::category::CategoryColumn;
use crate::ir::types::Type;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::expect_map;
use std::path::Path;

/// Reads a category; `None` where nothing can be made of the file.
pub(super) fn read(path: &Path, overlay: &Overlay, said: &mut Diagnostics) -> Result<Option<LoadedCategory>, Error> {
    let Some(node) = read_yaml(path, overlay, said)? else { return Ok(None) };
    let stem = name_of(&path.with_extension(""));
    Ok(category(&node, &stem, said))
}

fn category(node: &Node, stem: &str, said: &mut Diagnostics) -> Option<LoadedCategory> {
    let mut fields = Fields::of(node, "a category", said)?;
    let name = fields.required_named("category", said)?;
    if name.text != stem {
        said.push(
            Diagnostic::error("E0409", &name.place, format!("the category `{}` stands in the file of `{stem}`", name.text))
                .help("give the file and the category one name"),
        );
    }
    let mut places = Places::new(name.place.clone());
    places.set_table(&name.text, &name.place);
    let resource = fields.text("resource", said).unwrap_or_default();
    let summary = fields.text("summary", said).unwrap_or_default();
    let mut columns = Vec::new();
    if let Some(node) = fields.required("columns", said) {
        for (key, node) in expect_map(node, "`columns`", said).unwrap_or_default() {
            places.set_column(&name.text, &key.text, &key.place);
            columns.extend(category_column(&key.text, node, said));
        }
    }
    fields.finish(said);
    Some(LoadedCategory { category: Category { name: name.text, resource, summary, columns }, places })
}

fn category_column(name: &str, node: &Node, said: &mut Diagnostics) -> Option<CategoryColumn> {
    let what = format!("column `{name}`");
    let (kind, fields) = column::typed(node, &what, &mut column::inner, said)?;
    let mut column = CategoryColumn { name: name.to_owned(), ty: Type::nullable(kind), element: String::new(), one_of: Vec::new() };
    let Some(mut fields) = fields else { return Some(column) };
    column.ty.nullable = !fields.bool("required", said).unwrap_or(false);
    column.element = fields.text("element", said).unwrap_or_default();
    column.one_of = column::one_of(&mut fields, &column.ty.kind, said).unwrap_or_default();
    fields.finish(said);
    Some(column)
}
