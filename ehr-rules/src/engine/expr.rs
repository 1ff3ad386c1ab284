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
use crate::engine::constant::Table;
use crate::engine::constant::literal;
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
    /// What may fail is computed once, in a column of its own: those that need no other first, then those over them, and so on.
    steps: Vec<Vec<pl::Expr>>,
    /// On which of these floors a step stands, by its name.
    floors: HashMap<pl::PlSmallStr, usize>,
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
            floors: HashMap::new(),
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
        self.floors.clear();
    }

    /// The plan with what was lowered computed beside it, and without the rows on which that fails.
    pub(super) fn settle(&mut self, plan: pl::LazyFrame) -> pl::LazyFrame {
        let (plan, verdicts) = self.computed(plan);
        if verdicts.is_empty() { plan } else { plan.filter(fate::failed(self.context.ledger, verdicts)) }
    }

    /// The plan with what was lowered computed beside it, and where that fails.
    pub(super) fn computed(&mut self, plan: pl::LazyFrame) -> (pl::LazyFrame, Vec<(pl::Expr, Verdict)>) {
        let plan = self.steps.drain(..).filter(|floor| !floor.is_empty()).fold(plan, pl::LazyFrame::with_columns);
        (plan, self.verdicts())
    }

    /// Where that fails which was lowered since the last time; it is said once what was lowered is computed.
    pub(super) fn verdicts(&mut self) -> Vec<(pl::Expr, Verdict)> {
        std::mem::take(&mut self.verdicts)
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
            Form::JoinTexts { parts, with } => operator::join_texts(self.all(parts)?, with),
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

    /// A table of constants: one look-up a row, or a chain of comparisons where that is less.
    fn map(&mut self, of: &Expr, entries: &[(Value, Value)], otherwise: &Expr, kind: &Kind) -> Result<pl::Expr, Error> {
        let rest = self.lower(otherwise)?;
        let from = self.lower(of)?;
        if entries.len() > 3
            && let Some(table) = Table::of(entries, &of.ty.kind, kind)
        {
            return Ok(self.look_up(Arc::new(table), (of, from), (otherwise, rest), kind));
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

    fn look_up(&mut self, table: Arc<Table>, (of, from): (&Expr, pl::Expr), (otherwise, rest): (&Expr, pl::Expr), kind: &Kind) -> pl::Expr {
        let output = pl::Field::new("map".into(), dtype(kind));
        if !table.has_missing() {
            let function = move |column: pl::Column| table.values(&table.places(&column)?);
            let found = from.clone().map(function, move |_, _| Ok(output.clone()));
            return self.noting_missed(found, of, &from, otherwise).fill_null(rest);
        }
        // An entry to a missing value is not the same as none.
        let index = Arc::clone(&table);
        let function = move |column: pl::Column| Ok(pl::IntoColumn::into_column(index.places(&column)?));
        let places = from.clone().map(function, |_, _| Ok(pl::Field::new("place".into(), pl::IDX_DTYPE)));
        let places = self.noting_missed(places, of, &from, otherwise);
        let places = self.step(places);
        let found = places.clone().map(move |places| table.values(places.idx()?), move |_, _| Ok(output.clone()));
        pl::when(places.is_null()).then(rest).otherwise(found)
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

    /// A value that is computed once, in a column of its own. A plan with a step for each of hundreds of them would be too deep
    /// for a thread's stack, so that all that can be computed at once are.
    fn step(&mut self, value: pl::Expr) -> pl::Expr {
        let name = pl::PlSmallStr::from_string(format!("_step{}", self.next));
        self.next += 1;
        let below = (&value).into_iter().filter_map(|part| if let pl::Expr::Column(name) = part { self.floors.get(name) } else { None });
        let floor = below.max().map_or(0, |below| below + 1);
        self.steps.resize_with(self.steps.len().max(floor + 1), Vec::new);
        self.steps[floor].push(value.alias(name.clone()));
        self.floors.insert(name.clone(), floor);
        pl::col(name)
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
}

fn and(guard: Option<&pl::Expr>, condition: pl::Expr) -> pl::Expr {
    match guard {
        Some(guard) => guard.clone().and(condition),
        None => condition,
    }
}
