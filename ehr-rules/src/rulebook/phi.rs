//! What identifies a person, followed from the columns of a source to those of a target that is released de-identified.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::functions;
use crate::functions::function::Accepts;
use crate::ir::action;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::schema::SourceSchema;
use crate::ir::target::TargetSchema;
use crate::ir::transform::Aggregate;
use crate::ir::transform::Branch;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::load::RuleNode;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// Identifiers by their tag, each with the way it came, column by column.
type Tags = BTreeMap<String, String>;
/// Columns that hold identifiers, by table and column.
pub(super) type Tagged = BTreeMap<(String, String), Tags>;

/// The columns that a source's schema tags.
pub(super) fn of_source(schema: &SourceSchema) -> Tagged {
    let mut tagged = Tagged::new();
    for table in &schema.tables {
        for column in &table.columns {
            if let Some(tag) = &column.phi {
                let way = format!("`{}/{}.{}`", schema.id(), table.name, column.name);
                tagged.insert((table.name.clone(), column.name.clone()), Tags::from([(tag.clone(), way)]));
            }
        }
    }
    tagged
}

/// The columns of what transforms make that a tag of their inputs reaches; a name that is an input's is the input.
pub(super) fn through(transforms: &[Transform], inputs: &Tagged, is_input: &dyn Fn(&str) -> bool) -> Tagged {
    let mut made = Tagged::new();
    for transform in transforms {
        for branch in &transform.branches {
            for output in &branch.columns {
                // A number of values tells of none of them.
                if output.fold.as_ref().is_some_and(|fold| matches!(fold.how, Aggregate::Count | Aggregate::CountDistinct)) {
                    continue;
                }
                let found = of_expr(&output.expr, branch, &|key| if is_input(&key.0) { inputs.get(key) } else { made.get(key) });
                let shown = if action::COLUMNS.contains(&output.name.as_str()) { "file" } else { &output.name };
                let found: Tags = found.into_iter().map(|(tag, way)| (tag, format!("{way}, `{}.{shown}`", transform.table))).collect();
                if !found.is_empty() {
                    made.entry((transform.table.clone(), output.name.clone())).or_default().extend(found);
                }
            }
        }
    }
    made
}

/// The tags that reach a value. Conditions choose a value and are none, and neither is a truth; a code or a table of constants
/// says what its source said in other words, and a key without a secret can be made again by anybody, so these keep every tag.
fn of_expr<'t>(expr: &Expr, branch: &Branch, look: &dyn Fn(&(String, String)) -> Option<&'t Tags>) -> Tags {
    if expr.ty.kind == Kind::Boolean {
        return Tags::new();
    }
    let all = |exprs: &mut dyn Iterator<Item = &Expr>| exprs.flat_map(|one| of_expr(one, branch, look)).collect::<Tags>();
    let column = |name: &str| {
        branch.sources_of(name).iter().filter_map(look).flatten().map(|(tag, way)| (tag.clone(), way.clone())).collect::<Tags>()
    };
    match &expr.form {
        Form::Column(name) => column(name),
        Form::Call { function, args } => {
            let removes = functions::find(function).map_or(&[][..], |function| function.removes);
            let mut found = all(&mut args.iter());
            found.retain(|tag, _| !removes.contains(&tag.as_str()));
            found
        }
        Form::When { branches, otherwise } => all(&mut branches.iter().map(|(_, value)| value).chain([&**otherwise])),
        // Whatever else is made of columns may tell of each of them.
        _ => expr.columns().into_iter().flat_map(column).collect(),
    }
}

/// Says which columns of a target that is released de-identified hold an identifier all the same.
pub(super) fn check(target: &TargetSchema, rules: &[RuleNode], tagged: &Tagged, said: &mut Diagnostics) {
    for ((table, column), tags) in tagged {
        let file = action::COLUMNS.contains(&column.as_str());
        let shown = if file { "file" } else { column };
        if (target.table(table).is_none() && !file) || target.allow.contains_key(&format!("{table}.{shown}")) {
            continue;
        }
        let Some(rule) = rules.iter().find(|rule| rule.name.text == *table) else { continue };
        let place = place(rule, shown);
        for (tag, way) in tags {
            let removing: Vec<String> = functions::CATALOGUE
                .iter()
                .filter(|function| function.removes.contains(&tag.as_str()))
                // What works on days is no advice for a name, though nothing is left in a day of the name that it went by.
                .filter(|function| function.params.first().is_none_or(|first| first.accepts != Accepts::Day) || tag.ends_with("_date"))
                .map(|function| format!("`{}`", function.name))
                .collect();
            let through = if removing.is_empty() { String::new() } else { format!("put it through {}, ", removing.join(" or ")) };
            said.push(
                Diagnostic::error(
                    "E0701",
                    place,
                    format!("`{table}.{shown}` holds `{tag}`, and `{}` is released de-identified", target.name),
                )
                .help(format!("it comes by {way}: {through}leave it out, or say why it is released: `allow: {{{table}.{shown}: REASON}}`")),
            );
        }
    }
}

/// Where a rule gives a column, in a branch or alone.
fn place<'r>(rule: &'r RuleNode, column: &str) -> &'r Place {
    let branches = rule.node.get("union").and_then(Node::as_list).unwrap_or_default();
    let given = |node: &'r Node| match column {
        "file" => node.get("file"),
        _ => node.get("columns").and_then(|columns| columns.get(column)),
    };
    std::iter::once(&rule.node).chain(branches).find_map(given).map_or(&rule.name.place, |node| &node.place)
}
