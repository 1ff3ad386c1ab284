//! The order's parameters: checked against what rules declare, and put into the rules before a row is read.

use crate::diagnostic::suggest::nearest;
use crate::error::Error;
use crate::functions;
use crate::ir::expr::Form;
use crate::ir::schema::Parameter;
use crate::ir::schema::RowCheck;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::values::constant;
use std::collections::BTreeMap;

/// Values by name.
pub(super) type Settings = BTreeMap<String, Value>;

/// Every declared parameter's value. Refused where a name is unknown, a value is not of its type, or one is not set.
pub(super) fn of(declared: &[Parameter], given: &BTreeMap<String, String>) -> Result<Settings, Error> {
    declared.iter().map(|parameter| Ok((parameter.name.clone(), value(parameter, given.get(&parameter.name))?))).collect()
}

/// Refuses what nothing declares.
pub(super) fn known<'p>(declared: impl Iterator<Item = &'p Parameter> + Clone, given: &BTreeMap<String, String>) -> Result<(), Error> {
    let Some(stray) = given.keys().find(|name| !declared.clone().any(|parameter| parameter.name == **name)) else { return Ok(()) };
    let mut names: Vec<&str> = declared.map(|parameter| parameter.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let rest = match nearest(stray, names.iter().copied()) {
        _ if stray == "today" => "the order's date is set by itself".to_owned(),
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "these rules declare none".to_owned(),
        None => format!("there is {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    Err(Error::refused(format!("unknown parameter `{stray}`: {rest}")))
}

fn value(parameter: &Parameter, given: Option<&String>) -> Result<Value, Error> {
    let name = &parameter.name;
    let Some(text) = given else {
        let why = if parameter.summary.is_empty() { String::new() } else { format!(" ({})", parameter.summary) };
        return parameter
            .default
            .clone()
            .ok_or_else(|| Error::refused(format!("the parameter `{name}` must be set{why}: `--set {name}=…`")));
    };
    if !parameter.one_of.is_empty() && !parameter.one_of.contains(text) {
        let allowed: Vec<String> = parameter.one_of.iter().map(|one| format!("`{one}`")).collect();
        let help = match nearest(text, parameter.one_of.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", allowed.join(", ")),
        };
        return Err(Error::refused(format!("the parameter `{name}` cannot be `{text}`: {help}")));
    }
    constant::parse(text, &parameter.kind).ok_or_else(|| {
        let help = match parameter.kind {
            Kind::Date => ", as in `2024-01-31`",
            Kind::Datetime => ", as in `2024-01-31T12:00:00`",
            Kind::Boolean => ": `true` or `false`",
            _ => "",
        };
        Error::refused(format!("the parameter `{name}` is {}, and `{text}` is none{help}", parameter.kind))
    })
}

/// A table's checks with the values in them.
pub(super) fn settled(checks: &[RowCheck], settings: &Settings) -> Vec<RowCheck> {
    let mut checks = checks.to_vec();
    for check in &mut checks {
        check.that.settle(&|name| settings.get(name).cloned());
    }
    checks
}

/// Puts the values into rules. Refused where a function does not take one that it asks for as a constant.
pub(super) fn settle(transforms: &mut [Transform], settings: &Settings) -> Result<(), Error> {
    for transform in transforms {
        let mut fault = None;
        transform.visit(&mut |expr| {
            let Form::Call { function, args } = &expr.form else { return };
            let Some(function) = functions::find(function) else { return };
            for (param, arg) in function.params.iter().zip(args).filter(|(param, _)| param.constant) {
                if let Form::Parameter(name) = &arg.form
                    && let Some(wrong) = settings.get(name).and_then(|value| param.fault(value))
                {
                    fault.get_or_insert(format!("the parameter `{name}` is an argument of `{}`: {wrong}", function.name));
                }
            }
        });
        if let Some(fault) = fault {
            return Err(Error::refused(fault));
        }
        transform.settle(&|name| settings.get(name).cloned());
    }
    Ok(())
}
