//! Templates: text with `{column}`, `{column|function}` and `{parameter}` in it.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::ir::expr::Expr;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::file::within;
use crate::rule::pipeline;
use crate::rule::scope::Scope;
use crate::yaml::Content;
use crate::yaml::Node;

/// One part of a template.
pub(super) struct Part {
    /// The text itself, where it is no `{…}`.
    pub literal: Option<String>,
    /// The part as a text that is always there.
    pub expr: Expr,
    /// Where it stands.
    pub place: Place,
}

/// The parts of a template, each a text that is never missing. `{{` and `}}` stand for braces.
pub(super) fn compile(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Vec<Part>> {
    let written = check::text(node, "a template", said)?.to_owned();
    let mut parts: Vec<Part> = Vec::new();
    let mut literal = String::new();
    let mut sound = true;
    let mut rest = written.as_str();
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '{' | '}' if rest.starts_with(letter) => {
                literal.push(letter);
                rest = &rest[1..];
            }
            '{' => {
                let Some((inside, after)) = rest.split_once('}').filter(|(inside, _)| !inside.contains('{') && !inside.trim().is_empty())
                else {
                    return unbalanced(node, said);
                };
                flush(&mut literal, node, &mut parts);
                match hole(inside, node, scope, said) {
                    Some(part) => parts.push(part),
                    None => sound = false,
                }
                rest = after;
            }
            '}' => return unbalanced(node, said),
            _ => literal.push(letter),
        }
    }
    flush(&mut literal, node, &mut parts);
    if parts.is_empty() && sound {
        said.push(Diagnostic::error("E0320", &node.place, "an empty template").help("write a path, with columns as `{COLUMN}`"));
        return None;
    }
    sound.then_some(parts)
}

fn unbalanced<T>(node: &Node, said: &mut Diagnostics) -> Option<T> {
    said.push(
        Diagnostic::error("E0320", &node.place, "a brace of this template does not close around a name")
            .help("a column stands in braces: `{COLUMN}`; a brace itself is written twice: `{{`"),
    );
    None
}

fn flush(literal: &mut String, node: &Node, parts: &mut Vec<Part>) {
    if !literal.is_empty() {
        let text = std::mem::take(literal);
        let expr = expr::constant(Value::Text(text.clone()), None);
        parts.push(Part { literal: Some(text), expr, place: node.place.clone() });
    }
}

/// `COLUMN`, `COLUMN|function|function`, or a parameter's name.
fn hole(inside: &str, node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Part> {
    let mut steps = inside.split('|');
    let name = steps.next().unwrap_or_default();
    let place = within(node, &format!("{{{inside}")).after_brace(name);
    let named = expr::parameter_named(name, scope.level).filter(|_| scope.type_of(name).is_none());
    let mut value = match named {
        Some(parameter) => parameter,
        None => scope.column(name, &place, said)?,
    };
    for step in steps {
        let at = within(node, step);
        let content = Content::Scalar { value: Value::Text(step.to_owned()), text: step.to_owned() };
        value = pipeline::apply(value, &Node { content, place: at }, scope, said)?;
    }
    let value = as_text(value, &place, scope, said)?;
    Some(Part { literal: None, expr: present(value, name, &place, said)?, place })
}

/// A value as it stands in a name.
pub(super) fn as_text(value: Expr, place: &Place, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    if matches!(value.ty.kind, Kind::Text | Kind::Uuid) {
        return Some(value);
    }
    let content = Content::Scalar { value: Value::Text("to_text".to_owned()), text: "to_text".to_owned() };
    pipeline::apply(value, &Node { content, place: place.clone() }, scope, said)
}

/// Says of a part that it may be missing: the path would be another one, unseen.
pub(super) fn present(value: Expr, name: &str, place: &Place, said: &mut Diagnostics) -> Option<Expr> {
    if !value.ty.nullable {
        return Some(value);
    }
    said.push(
        Diagnostic::error("E0321", place, format!("`{name}` is part of a file's place and may be missing"))
            .help(format!("filter with `where: \"{name} != ()\"`, or mark the column `required: true` in its schema")),
    );
    None
}

impl Place {
    /// The name behind the brace at which this place begins.
    fn after_brace(mut self, name: &str) -> Self {
        if self.source.text.get(self.span.clone()).is_some_and(|text| text.starts_with('{')) {
            self.span = self.span.start + 1..self.span.start + 1 + name.len();
        }
        self
    }
}
