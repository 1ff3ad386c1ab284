//! `parameters:` what rules ask of an order.

use super::column;
use super::column::value_place;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::schema::Parameter;
use crate::ir::types::Kind;
use crate::values::constant;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;

/// Reads every parameter under `parameters:`.
pub(super) fn read(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Vec<Parameter> {
    fields.map("parameters", said).unwrap_or_default().iter().filter_map(|(name, node)| parameter(name, node, said)).collect()
}

fn parameter(name: &Key, node: &Node, said: &mut Diagnostics) -> Option<Parameter> {
    let what = format!("parameter `{}`", name.text);
    if name.text == "today" {
        said.push(
            Diagnostic::error("E0408", &name.place, "there is another parameter `today`").help("it is built in: the date of the order"),
        );
        return None;
    }
    let mut fields = Fields::of(node, &what, said)?;
    let ty = fields.required_named("type", said);
    let kind = ty.as_ref().and_then(|ty| column::kind(ty, said));
    let settable = |kind: &Kind| {
        matches!(kind, Kind::Text | Kind::Integer | Kind::Float | Kind::Boolean | Kind::Date | Kind::Datetime | Kind::Instant)
    };
    if let (Some(ty), Some(kind)) = (&ty, &kind)
        && !settable(kind)
    {
        said.push(
            Diagnostic::error("E0403", &ty.place, format!("a parameter is no {kind}"))
                .help("it is text, integer, float, boolean, date, datetime or instant; rules make other things of these"),
        );
    }
    let known = kind.clone().filter(settable);
    let kind = known.clone().unwrap_or(Kind::Text);
    let one_of = if fields.has("one_of") { column::one_of(&mut fields, &kind, said).unwrap_or_default() } else { Vec::new() };
    let summary = fields.text("summary", said).unwrap_or_default();
    let required = fields.bool("required", said);
    let default = fields.named("default", said);
    let place = default.as_ref().map_or_else(|| value_place(&fields, "required"), |default| default.place.clone());
    fields.finish(said);
    if default.is_some() == (required == Some(true)) {
        let message = if default.is_some() { "a default for what must be set" } else { "nothing says what this is where nobody sets it" };
        let place = if default.is_some() { &place } else { &name.place };
        said.push(Diagnostic::error("E0407", place, message).help("give a `default`, or write `required: true`; one of the two"));
    }
    let default = default.and_then(|default| {
        let value = constant::parse(&default.text, &kind);
        let fault = match &value {
            None => Some(format!("`{}` is no {kind}", default.text)),
            Some(_) if !one_of.is_empty() && !one_of.contains(&default.text) => {
                Some(format!("`{}` is not one of those allowed", default.text))
            }
            Some(_) => None,
        };
        if let Some(fault) = fault.filter(|_| known.is_some()) {
            said.push(Diagnostic::error("E0407", &default.place, fault).help("a default is a value that could be set"));
        }
        value
    });
    Some(Parameter { name: name.text.clone(), kind, default, one_of, summary })
}
