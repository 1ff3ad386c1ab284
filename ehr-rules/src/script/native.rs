//! Catalogue functions inside an interpreted script: the same lowering, over a frame of one row.
//!
//! That is slower than a function of the sandbox's own, and it cannot come to mean something else.

use crate::dataset::dtype::dtype;
use crate::functions::function::Function;
use crate::functions::function::Returns;
use crate::functions::function::Sample;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::script::value;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use polars::prelude::*;
use rhai::Dynamic;
use rhai::Engine;
use rhai::EvalAltResult;
use std::any::TypeId;

/// Makes a function callable with every number of arguments that its defaults allow.
pub(super) fn register(engine: &mut Engine, function: &'static Function) {
    let required = function.params.iter().filter(|param| param.default.is_none()).count();
    for given in required..=function.params.len() {
        engine.register_raw_fn(function.name, vec![TypeId::of::<Dynamic>(); given], move |_, args| {
            let args: Vec<Dynamic> = args.iter().map(|arg| arg.flatten_clone()).collect();
            call(function, args)
        });
    }
}

/// Makes it stand for the language's own function of that name and those types.
pub(super) fn replace(engine: &mut Engine, function: &'static Function, types: &[TypeId]) {
    engine.register_raw_fn(function.name, types, move |_, args| {
        let args: Vec<Dynamic> = args.iter().map(|arg| arg.flatten_clone()).collect();
        call(function, args)
    });
}

fn call(function: &Function, args: Vec<Dynamic>) -> Result<Dynamic, Box<EvalAltResult>> {
    let refused = || -> Box<EvalAltResult> { format!("`{}` does not take these arguments", function.name).into() };
    let required = function.params.iter().filter(|param| param.default.is_none()).count();
    if args.len() < required || args.len() > function.params.len() {
        return Err(refused());
    }
    let mut kinds: Vec<Option<Kind>> = args.iter().map(kind).collect();
    let first = kinds.iter().flatten().next().cloned().unwrap_or(Kind::Text);
    kinds.resize(function.params.len(), None);
    let mut columns = Vec::new();
    let mut exprs = Vec::new();
    let mut args = args.into_iter();
    for (param, kind) in function.params.iter().zip(&kinds) {
        let arg = args.next();
        let kind = kind.clone().unwrap_or_else(|| param.accepts.usual(&first));
        if arg.is_some() && !param.accepts.takes(&kind, &first) {
            return Err(refused());
        }
        if param.constant {
            let value = arg.map_or_else(|| param.default.map_or(Value::Null, Sample::value), |arg| constant(&arg));
            if param.fault(&value).is_some() {
                return Err(refused());
            }
            exprs.push(match value {
                Value::Text(text) => lit(text),
                Value::Integer(number) => lit(number),
                Value::Float(number) => lit(number),
                Value::Boolean(truth) => lit(truth),
                _ => return Err(refused()),
            });
        } else {
            let arg = arg.unwrap_or(Dynamic::UNIT);
            // Between calls a float may be what no script may give: infinite, or no number.
            let value = match arg.as_float() {
                Ok(number) if kind == Kind::Float => AnyValue::Float64(number),
                _ => value::from_script(arg, &kind).ok_or_else(refused)?,
            };
            let series = Series::from_any_values_and_dtype(param.name.into(), &[value], &dtype(&kind), true).map_err(|_| refused())?;
            columns.push(series.into_column());
            exprs.push(col(param.name));
        }
    }
    let result =
        DataFrame::new(1, columns).and_then(|frame| frame.lazy().select([function.lowered(&exprs, &first).alias("result")]).collect());
    let failed = |_| -> Box<EvalAltResult> { format!("`{}` failed", function.name).into() };
    let frame = result.map_err(failed)?;
    let column = frame.column("result").map_err(failed)?;
    let result = match &function.returns {
        Returns::Kind(kind) => kind.clone(),
        Returns::First => first,
        Returns::ListOf(item) => Kind::List(Box::new(item.clone())),
        Returns::Item => first.item().unwrap_or(&first).clone(),
    };
    Ok(value::of_kind(&column.get(0).map_err(failed)?, &result))
}

/// The kind of a script's value; a missing one has none.
fn kind(value: &Dynamic) -> Option<Kind> {
    Some(match value {
        value if value.is_string() || value.is_char() => Kind::Text,
        value if value.is_int() => Kind::Integer,
        value if value.is_float() => Kind::Float,
        value if value.is_bool() => Kind::Boolean,
        value if value.is::<NaiveDate>() => Kind::Date,
        value if value.is::<NaiveDateTime>() => Kind::Datetime,
        value if value.is::<chrono::DateTime<chrono::Utc>>() => Kind::Instant,
        value if value.is::<chrono::NaiveTime>() => Kind::Time,
        // Of what kind a list of nothing is, its items do not say.
        value if value.is_array() => {
            let items = value.as_array_ref().ok()?;
            Kind::List(Box::new(items.iter().find_map(kind).unwrap_or(Kind::Text)))
        }
        _ => return None,
    })
}

fn constant(value: &Dynamic) -> Value {
    if let Ok(number) = value.as_int() {
        Value::Integer(number)
    } else if let Ok(number) = value.as_float() {
        Value::Float(number)
    } else if let Ok(truth) = value.as_bool() {
        Value::Boolean(truth)
    } else {
        value.clone().into_immutable_string().map_or(Value::Null, |text| Value::Text(text.to_string()))
    }
}
