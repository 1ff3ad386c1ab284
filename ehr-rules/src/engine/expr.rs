//! One expression of the IR as one polars expression.

use crate::dataset::concern::Concern;
use crate::dataset::concern::Gathered;
use crate::dataset::concern::What;
use crate::dataset::dtype::dtype;
use crate::engine::Context;
use crate::engine::apart;
use crate::engine::arithmetic::Arithmetic;
use crate::engine::codes;
use crate::engine::codes::CodeSource;
use crate::engine::codes::Tally;
use crate::engine::default;
use crate::engine::fate;
use crate::engine::fate::Verdict;
use crate::engine::key;
use crate::engine::operator;
use crate::engine::probe;
use crate::engine::script;
use crate::engine::script::Failures;
use crate::error::Error;
use crate::functions;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::transform::Branch;
use crate::ir::transform::OnMissing;
use crate::ir::transform::Output;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use polars::prelude as pl;
use polars::prelude::ChunkFull;
use polars::prelude::NamedFrom;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::sync::Arc;

/// Lowers the expressions of one branch, and keeps what must be told to the ledger once the plan has run.
pub(super) struct Lowering<'a> {
    context: &'a Context<'a>,
    /// Where the value being lowered is asked for: an engine computes every branch of a `when` on every row, but a code
    /// is without an entry, and a script fails, only where its branch is taken.
    guard: Option<pl::Expr>,
    /// Where rows are noted in which a constant stands for what the data does not say, while a column is lowered.
    defaulted: Option<Gathered>,
    /// What may fail is computed once, in a column of its own, in this order.
    steps: Vec<pl::Expr>,
    /// The steps of this branch, by what they compute.
    known: Vec<(Expr, pl::Expr)>,
    /// Where a native form fails, while one is lowered.
    faults: Vec<pl::Expr>,
    /// Native forms that may fail, since the last time they were settled.
    verdicts: Vec<(pl::Expr, Verdict)>,
    /// Whether keys are made twice, the second time to tell apart what the first does not.
    twice: bool,
    /// The number of the next step.
    next: usize,
    /// Codes without an entry.
    pub tallies: Vec<Arc<Tally>>,
    /// Rows on which scripts failed, by script.
    pub failures: Vec<Arc<Failures>>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            guard: None,
            defaulted: None,
            steps: Vec::new(),
            known: Vec::new(),
            faults: Vec::new(),
            verdicts: Vec::new(),
            twice: false,
            next: 0,
            tallies: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// Whether keys of this branch are made twice.
    pub(super) const fn keys_twice(&mut self, twice: bool) {
        self.twice = twice;
    }

    /// Forgets what the rows of another branch are.
    pub(super) fn begin(&mut self) {
        self.known.clear();
    }

    /// The plan with what was lowered computed beside it, and without the rows on which that fails.
    pub(super) fn settle(&mut self, plan: pl::LazyFrame) -> pl::LazyFrame {
        let (plan, verdicts) = self.computed(plan);
        if verdicts.is_empty() { plan } else { plan.filter(fate::failed(self.context.ledger, verdicts)) }
    }

    /// The plan with what was lowered computed beside it, and where that fails.
    pub(super) fn computed(&mut self, plan: pl::LazyFrame) -> (pl::LazyFrame, Vec<(pl::Expr, Verdict)>) {
        let plan = self.steps.drain(..).fold(plan, |plan, step| plan.with_columns([step]));
        (plan, std::mem::take(&mut self.verdicts))
    }

    /// The value of a column of the table that is made; rows in which it is a constant for want of anything better are noted.
    pub(super) fn output(&mut self, output: &Output, branch: &Branch, table: &str) -> Result<pl::Expr, Error> {
        let concern = Concern { stage: self.context.stage, table: table.to_owned(), column: output.name.clone(), what: What::Defaulted };
        let rows = self.context.ledger.concern(concern);
        self.defaulted = Some(Gathered::clone(&rows));
        let value = self.lower(&output.expr);
        self.defaulted = None;
        let (mut value, read) = (value?, output.expr.columns());
        for join in &branch.joins {
            let reads = |name: &&str| name.split_once('.').is_some_and(|(alias, _)| alias == join.alias);
            // What a row is looked up by is there, and nothing is found.
            let by: Option<Vec<&str>> =
                join.on.iter().map(|(ours, _)| if let Form::Column(name) = &ours.form { Some(name.as_str()) } else { None }).collect();
            if join.on_missing == OnMissing::Null
                && read.iter().any(reads)
                && let Some(by) = by
            {
                let missed = pl::col(format!("{}._hits", join.alias)).is_null();
                let missed = by.into_iter().fold(missed, |missed, name| missed.and(pl::col(name).is_not_null()));
                value = default::wherever(value, missed, None, &rows);
            }
        }
        Ok(value)
    }

    /// The value, and a note of the rows for which it is a constant since `defaulted` holds.
    fn noting(&self, value: pl::Expr, defaulted: pl::Expr) -> pl::Expr {
        match &self.defaulted {
            Some(rows) => default::wherever(value, defaulted, self.guard.clone(), rows),
            None => value,
        }
    }

    /// What was found, and a note of the rows for which nothing was, so that `otherwise` stands. A missing value that stands
    /// for a missing one is no default.
    fn noting_missed(&self, found: pl::Expr, from: &Expr, lowered: &pl::Expr, otherwise: &Expr) -> pl::Expr {
        match &self.defaulted {
            Some(rows) if default::is_constant(otherwise) => default::without(found, self.guard.clone(), rows),
            Some(rows) if default::is_missing(otherwise) && !from.leaves_a_trace() => {
                default::without(found, Some(and(self.guard.as_ref(), lowered.clone().is_not_null())), rows)
            }
            _ => found,
        }
    }

    /// The polars expression that yields the same value.
    pub(super) fn lower(&mut self, expr: &Expr) -> Result<pl::Expr, Error> {
        Ok(match &expr.form {
            Form::Column(name) => pl::col(name.as_str()),
            Form::Literal(value) => literal(value, &expr.ty.kind),
            Form::Parameter(name) if name == "today" => literal(&Value::Date(self.context.order.today), &Kind::Date),
            // The function takes it out of the constant at once, so no plan holds it.
            Form::Secret(name) => {
                let secret = self.context.order.secrets.get(name).ok_or_else(|| Error::bug(format!("no secret `{name}`")))?;
                pl::lit(secret.expose_secret())
            }
            Form::Parameter(name) => return Err(Error::bug(format!("no parameter `{name}`"))),
            Form::Call { function, args } => {
                let function = functions::find(function).ok_or_else(|| Error::bug(format!("no function `{function}`")))?;
                let first = args.first().map_or(&expr.ty.kind, |first| &first.ty.kind);
                let lowered = self.all(args)?;
                let value = function.lowered(&lowered, first);
                match (args.first(), lowered.first()) {
                    (Some(arg), Some(of)) if default::fills(function.name, args) && !arg.leaves_a_trace() => {
                        self.noting(value, of.clone().is_null())
                    }
                    _ => value,
                }
            }
            Form::Operator { op, args } => self.operator(expr, *op, args)?,
            Form::Checked { value, rule } => {
                let outer = std::mem::take(&mut self.faults);
                let value = self.lower(value)?;
                let faults = std::mem::replace(&mut self.faults, outer);
                if let Some(fault) = faults.into_iter().reduce(pl::Expr::or) {
                    self.verdicts.push((fault, Verdict::new(self.context, rule, "R0303", "", false)));
                }
                value
            }
            Form::Map { from, entries, otherwise } => self.map(from, entries, otherwise, &expr.ty.kind)?,
            Form::Codes { map, system, code, otherwise, rule, .. } => {
                let source = self.context.codes.get(map).map_or_else(|| Arc::new(CodeSource::Absent), Arc::clone);
                let system = system.as_ref().map(|system| self.lower(system)).transpose()?;
                let from = code;
                let code = self.lower(from)?;
                let code = match self.guard.clone() {
                    Some(guard) => pl::when(guard).then(code).otherwise(literal(&Value::Null, &Kind::Text)),
                    None => code,
                };
                let tally = Tally::new(map, rule, Arc::clone(&source), self.context);
                self.tallies.push(Arc::clone(&tally));
                let code = match source.sets_aside() {
                    None => code,
                    // A step, since the code is then asked for twice.
                    Some(fails) => {
                        let code = self.step(code);
                        let several = codes::ambiguous(&tally, system.clone(), code.clone());
                        let what = format!("in `{map}`");
                        self.verdicts.push((several, Verdict::new(self.context, rule, "R0307", &what, fails)));
                        code
                    }
                };
                let found = self.noting_missed(codes::codes(&tally, system, code.clone()), from, &code, otherwise);
                found.fill_null(self.lower(otherwise)?)
            }
            Form::JoinTexts { parts, with } => join_texts(self.all(parts)?, with),
            Form::When { branches, otherwise } => self.when(branches, otherwise)?,
            Form::Key { parts, space, uuid } => {
                let parts: Vec<pl::Expr> = parts.iter().map(|part| self.part(part)).collect::<Result<_, _>>()?;
                key::key(&parts, space.clone(), *uuid)
            }
            Form::Probe { at, of } => {
                let value = self.lower(of)?;
                match self.context.probes {
                    Some(probes) => probe::probe(*at, value, &of.ty.kind, self.guard.clone(), probes),
                    None => value,
                }
            }
            Form::Script { source, inputs, settings, rule, .. } => {
                let (value, failures) = script::script(source, inputs, settings, &expr.ty.kind, rule, self.guard.clone(), self.context)?;
                self.failures.push(failures);
                value
            }
        })
    }

    /// A part of a key. Where a key is made twice, what counts something or sets rows aside on the way is computed once.
    fn part(&mut self, part: &Expr) -> Result<pl::Expr, Error> {
        if !self.twice || matches!(part.form, Form::Key { .. }) || apart::is_silent(part) {
            return self.lower(part);
        }
        if let Some((_, value)) = self.known.iter().find(|(known, _)| known == part) {
            return Ok(value.clone());
        }
        let lowered = self.lower(part)?;
        let value = self.step(lowered);
        self.known.push((part.clone(), value.clone()));
        Ok(value)
    }

    fn when(&mut self, branches: &[(Expr, Expr)], otherwise: &Expr) -> Result<pl::Expr, Error> {
        let outer = self.guard.clone();
        let mut lowered = Vec::new();
        let mut open = outer.clone();
        for (condition, then) in branches {
            self.guard.clone_from(&open);
            let condition = self.lower(condition)?;
            self.guard = Some(and(open.as_ref(), condition.clone()));
            lowered.push((condition.clone(), self.lower(then)?));
            open = Some(and(open.as_ref(), condition.not()));
        }
        self.guard = open;
        let rest = self.lower(otherwise)?;
        let left = std::mem::replace(&mut self.guard, outer);
        let value = lowered.into_iter().rev().fold(rest, |value, (condition, then)| pl::when(condition).then(then).otherwise(value));
        Ok(match (&self.defaulted, left) {
            (Some(rows), Some(left))
                if default::is_constant(otherwise) && !branches.iter().any(|(condition, _)| condition.leaves_a_trace()) =>
            {
                default::wherever(value, left, None, rows)
            }
            _ => value,
        })
    }

    /// A table of constants. From texts, the usual case, it is one hash look-up a row; else a chain of comparisons.
    fn map(&mut self, of: &Expr, entries: &[(Value, Value)], otherwise: &Expr, kind: &Kind) -> Result<pl::Expr, Error> {
        let rest = self.lower(otherwise)?;
        let from = self.lower(of)?;
        let texts: Option<HashMap<String, pl::IdxSize>> = entries
            .iter()
            .zip(0..)
            .map(|((key, value), at)| match (key, value) {
                (_, Value::Null) => None,
                (Value::Text(key), _) => Some((key.clone(), at)),
                _ => None,
            })
            .collect();
        if entries.len() > 3
            && let (Some(keys), Some(values)) = (texts, constants(entries.iter().map(|(_, value)| value), kind))
        {
            let output = pl::Field::new("map".into(), dtype(kind));
            let function = move |column: pl::Column| {
                let at: pl::IdxCa = column.str()?.iter().map(|text| text.and_then(|text| keys.get(text).copied())).collect();
                Ok(pl::Column::from(values.take(&at)?))
            };
            let found = from.clone().map(function, move |_, _| Ok(output.clone()));
            return Ok(self.noting_missed(found, of, &from, otherwise).fill_null(rest));
        }
        let is = |key| from.clone().eq_missing(literal(key, &of.ty.kind));
        let value = entries.iter().rev().fold(rest, |value, (key, to)| pl::when(is(key)).then(literal(to, kind)).otherwise(value));
        let constant = default::is_constant(otherwise);
        if of.leaves_a_trace() || !constant && !default::is_missing(otherwise) {
            return Ok(value);
        }
        let known = if constant { Vec::new() } else { vec![from.clone().is_null()] };
        let known = entries.iter().map(|(key, _)| is(key)).chain(known).reduce(pl::Expr::or);
        Ok(self.noting(value, known.map_or_else(|| pl::lit(true), pl::Expr::not)))
    }

    /// An operator that may fail is a step of its own, so that its failures are those of the value that is used.
    fn operator(&mut self, expr: &Expr, op: Operator, args: &[Expr]) -> Result<pl::Expr, Error> {
        if let (Operator::And | Operator::Or, [left, right]) = (op, args) {
            let left = self.lower(left)?;
            let outer = self.guard.clone();
            // The right side is not asked where the left one decides.
            let open = if op == Operator::And { left.clone() } else { left.clone().not() };
            self.guard = Some(and(outer.as_ref(), open));
            let right = self.lower(right);
            self.guard = outer;
            return Ok(if op == Operator::And { left.and(right?) } else { left.or(right?) });
        }
        if !op.may_fail(args) {
            return self.computation(op, args, false);
        }
        let value = match self.known.iter().find(|(known, _)| known == expr) {
            Some((_, value)) => value.clone(),
            None => {
                let computed = self.computation(op, args, true)?;
                let value = self.step(computed);
                self.known.push((expr.clone(), value.clone()));
                value
            }
        };
        // What is computed is missing where it is not finite; what is not may be missing already, and does not fail for that.
        let given = op == Operator::Finite && Arithmetic::of(op, args, true).is_none();
        let fault = if given { operator::not_finite(value.clone()) } else { value.clone().is_null() };
        self.faults.push(and(self.guard.as_ref(), fault));
        Ok(value)
    }

    /// A value that is computed once, in a column of its own.
    fn step(&mut self, value: pl::Expr) -> pl::Expr {
        let name = format!("_step{}", self.next);
        self.next += 1;
        self.steps.push(value.alias(name.as_str()));
        pl::col(name.as_str())
    }

    /// An operand of an operator that may fail. Where it fails it is missing, and so is the whole: it need not say so itself.
    fn operand(&mut self, op: Operator, arg: &Expr) -> Result<pl::Expr, Error> {
        match &arg.form {
            Form::Operator { op: inner, args }
                if op.is_strict() && op != Operator::Concat && inner.is_strict() && *inner != Operator::Concat =>
            {
                self.computation(*inner, args, true)
            }
            _ => self.lower(arg),
        }
    }

    /// One operator; arithmetic together with what it is over. Where it may fail, its operands need not say that they do.
    fn computation(&mut self, op: Operator, args: &[Expr], may_fail: bool) -> Result<pl::Expr, Error> {
        let mut lowered = |args: &mut dyn Iterator<Item = &Expr>| -> Result<Vec<pl::Expr>, Error> {
            args.map(|arg| if may_fail { self.operand(op, arg) } else { self.lower(arg) }).collect()
        };
        match Arithmetic::of(op, args, may_fail) {
            Some(arithmetic) => {
                let leaves = lowered(&mut arithmetic.leaves().iter().copied())?;
                arithmetic.lowered(&leaves).ok_or_else(|| Error::bug(format!("{op:?} without operands")))
            }
            None => operator::operator(op, args, lowered(&mut args.iter())?),
        }
    }

    fn all(&mut self, exprs: &[Expr]) -> Result<Vec<pl::Expr>, Error> {
        exprs.iter().map(|expr| self.lower(expr)).collect()
    }

    /// A predicate that sets aside the rows on which a script failed; it is seen after `columns` are computed. Only scripts
    /// from `since` on, this branch's, are looked at.
    pub(super) fn scripts_succeeded(&self, since: usize, columns: &[String]) -> Option<pl::Expr> {
        let failures = self.failures.get(since..).unwrap_or_default().to_vec();
        if failures.is_empty() {
            return None;
        }
        // The outputs are arguments, so that they are computed before this predicate looks at what failed.
        let seen: Vec<pl::Expr> = columns.iter().map(|name| pl::col(name.as_str())).collect();
        let function = move |columns: &mut [pl::Column]| {
            let rows = columns[0].i64()?;
            if failures.iter().all(|failed| failed.none()) {
                return Ok(pl::IntoColumn::into_column(pl::BooleanChunked::full("keep".into(), true, rows.len())));
            }
            let keep: pl::BooleanChunked = rows.iter().map(|row| row.map(|row| failures.iter().all(|failed| failed.spares(row)))).collect();
            Ok(pl::IntoColumn::into_column(keep))
        };
        let row = pl::col(script::ROW).cast(pl::DataType::Int64);
        Some(row.map_many(function, &seen, |_, _| Ok(pl::Field::new("keep".into(), pl::DataType::Boolean))))
    }
}

fn and(guard: Option<&pl::Expr>, condition: pl::Expr) -> pl::Expr {
    match guard {
        Some(guard) => guard.clone().and(condition),
        None => condition,
    }
}

/// A constant of a kind.
pub(crate) fn literal(value: &Value, kind: &Kind) -> pl::Expr {
    let kind = dtype(kind);
    match value {
        Value::Null => pl::lit(pl::NULL).cast(kind),
        Value::Text(text) => pl::lit(text.as_str()),
        Value::Integer(number) => pl::lit(*number).cast(kind),
        Value::Float(number) => pl::lit(*number).cast(kind),
        Value::Boolean(truth) => pl::lit(*truth),
        Value::Date(date) => {
            pl::lit(date.signed_duration_since(chrono::NaiveDate::default()).num_days()).cast(pl::DataType::Int32).cast(pl::DataType::Date)
        }
        Value::Time(time) => {
            let since = time.signed_duration_since(chrono::NaiveTime::MIN);
            pl::lit(since.num_nanoseconds().unwrap_or_default()).cast(kind)
        }
        // Its text has as many digits behind the point as its scale says.
        Value::Decimal { text, precision, scale } => {
            let units = text.replace('.', "").parse::<i128>().unwrap_or_default();
            let value = pl::AnyValue::Decimal(units, usize::from(*precision), usize::from(*scale));
            pl::lit(pl::Scalar::new(kind, value))
        }
        Value::Datetime(at) | Value::Instant(at) => pl::lit(at.and_utc().timestamp_micros()).cast(dtype(&Kind::Datetime)),
    }
}

/// Constants of one kind as a column of it; `None` where they are not all of a kind that is held so.
fn constants<'v>(values: impl Iterator<Item = &'v Value>, kind: &Kind) -> Option<pl::Series> {
    fn all<'v, T>(values: impl Iterator<Item = &'v Value>, of: impl Fn(&'v Value) -> Option<T>) -> Option<Vec<T>> {
        values.map(of).collect()
    }
    let name: pl::PlSmallStr = "map".into();
    Some(match kind {
        Kind::Integer => pl::Series::new(name, all(values, |value| if let Value::Integer(number) = value { Some(*number) } else { None })?),
        Kind::Boolean => pl::Series::new(name, all(values, |value| if let Value::Boolean(truth) = value { Some(*truth) } else { None })?),
        Kind::Float => pl::Series::new(name, all(values, |value| if let Value::Float(number) = value { Some(*number) } else { None })?),
        Kind::Date => pl::Series::new(name, all(values, |value| if let Value::Date(date) = value { Some(*date) } else { None })?),
        Kind::Text => pl::Series::new(name, all(values, |value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })?),
        Kind::Decimal { .. } | Kind::Time | Kind::Datetime | Kind::Instant | Kind::Uuid | Kind::List(_) | Kind::Struct(_) => return None,
    })
}

/// Missing and empty texts are skipped; missing where nothing is left.
fn join_texts(parts: Vec<pl::Expr>, with: &str) -> pl::Expr {
    let none = || pl::lit(pl::NULL).cast(pl::DataType::String);
    let present: Vec<pl::Expr> =
        parts.into_iter().map(|part| pl::when(part.clone().eq(pl::lit(""))).then(none()).otherwise(part)).collect();
    let joined = pl::concat_str(present, with, true);
    pl::when(joined.clone().eq(pl::lit(""))).then(none()).otherwise(joined)
}
